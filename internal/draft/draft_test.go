package draft

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"bakedin/checks"
	"bakedin/internal/posture"
	"bakedin/internal/repo"
	"bakedin/rules"
)

// everything is a repository that has one of each.
func everything(t *testing.T) (*rules.Set, *Facts) {
	t.Helper()
	set, err := rules.Load()
	if err != nil {
		t.Fatal(err)
	}
	var signals []checks.Context
	for _, s := range []string{"C-LLM-API", "C-LOCAL-INFER", "C-TRAIN", "C-SERVE", "C-AGENT", "C-MCP", "C-RAG", "C-DATASETS"} {
		signals = append(signals, checks.Context{Signal: s, Path: "app/" + strings.ToLower(s) + ".py", Line: 3})
	}
	r := &posture.Report{Assets: []repo.Asset{
		{Kind: repo.Model, Path: "models/a.safetensors", Format: "safetensors", Size: 2048},
		{Kind: repo.Model, Path: "other/b.pt", Format: "torch-zip", Size: 5 << 20},
		{Kind: repo.Model, Path: "tests/c.pt", Format: "torch-zip", Size: 5, InTests: true},
		{Kind: repo.Dataset, Path: "data/train.csv", Format: "csv", Size: 10},
		{Kind: repo.Prompt, Path: "prompts/`x` | <b>.md", Format: "markdown", Size: 10},
		{Kind: repo.Agent, Path: ".mcp.json", Format: "mcp", Size: 10},
	}, Findings: []checks.Finding{{Rule: "torch-load-unrestricted", Severity: rules.High, Status: checks.Open}}}
	r.Target.Name = "acme"
	f, err := Of(r, signals, set, "2026-01-02", func(path string) (Model, error) {
		return Model{SHA256: strings.Repeat("ab", 32), Tensors: 3, Elements: 12, DTypes: []string{"F32"}, Outcome: "weights-only", Metadata: [][2]string{{"format", "pt"}}}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return set, f
}

var left = regexp.MustCompile(`<no value>|%!|\{\{[^p]|\[WRITE: \]`)

func TestEveryDraftIsWrittenAndHasPlacesForAPerson(t *testing.T) {
	set, f := everything(t)
	all, err := Load(set)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 11 {
		t.Fatalf("only %d drafts", len(all))
	}
	for _, d := range all {
		docs, err := d.Write(f, func(string) bool { return false })
		if err != nil || len(docs) == 0 {
			t.Errorf("%s: %d documents, %v", d.ID, len(docs), err)
		}
		for _, doc := range docs {
			if d.Complete == bytes.Contains(doc.Text, []byte("[WRITE: ")) {
				t.Errorf("%s has no place for a person: it would pass for a finished document", doc.Path)
			}
			if m := left.Find(doc.Text); m != nil {
				t.Errorf("%s holds %q", doc.Path, m)
			}
			if bytes.Contains(doc.Text, []byte("tests/c.pt")) || bytes.Contains(doc.Text, []byte("<b>")) && !strings.HasSuffix(doc.Path, ".yaml") && !bytes.Contains(doc.Text, []byte("`prompts/'x' ¦ <b>.md`")) {
				t.Errorf("%s shows what it must not:\n%s", doc.Path, doc.Text)
			}
			if strings.HasSuffix(doc.Path, ".yaml") {
				var v map[string]any
				if err := yaml.Unmarshal(doc.Text, &v); err != nil || v["redteam"] == nil {
					t.Errorf("%s: %v", doc.Path, err)
				}
			}
		}
	}
}

func TestAFolderOfModelsGetsACardOfItsOwn(t *testing.T) {
	set, f := everything(t)
	all, err := Load(set)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(all, func(d *Draft) bool { return d.ID == "model-card" })
	docs, err := all[i].Write(f, func(p string) bool { return p == "other/MODEL_CARD.md" })
	if err != nil || len(docs) != 1 || docs[0].Path != "models/MODEL_CARD.md" {
		t.Fatalf("%v, %v", docs, err)
	}
	text := string(docs[0].Text)
	for _, want := range []string{"`models/a.safetensors`", "2.0 KiB (2048 bytes)", strings.Repeat("ab", 32), "F32", "nothing but tensors", "Says of itself: format | pt"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	if strings.Contains(text, "b.pt") {
		t.Error("the card describes the model of another folder")
	}
}

func TestTheDraftMadeForARecommendationComesFirst(t *testing.T) {
	set, _ := everything(t)
	all, err := Load(set)
	if err != nil {
		t.Fatal(err)
	}
	for recommendation, want := range map[string]string{"SD-2.1": "threat-model", "SD-2.3": "threat-model", "DV-3.1": "model-card", "DV-3.2": "data-card", "DP-3.1": "incident-plan",
		"OM-4.3": "security-policy", "SD-3.23": "acceptable-use", "OM-1.1": "monitoring-plan", "DP-4.3": "promptfooconfig", "DV-2.5": "ai-inventory", "DV-1.3": "risk-register"} {
		list := For(all, recommendation)
		if len(list) == 0 || list[0].ID != want {
			t.Errorf("%s: %v, want %s first", recommendation, list, want)
		}
	}
}

func TestWhatIsNotThereIsNotWrittenAbout(t *testing.T) {
	set, _ := everything(t)
	all, err := Load(set)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Of(&posture.Report{}, nil, set, "2026-01-02", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range all {
		if len(d.Needs) == 0 {
			continue
		}
		if docs, err := d.Write(f, func(string) bool { return false }); err != nil || len(docs) > 0 {
			t.Errorf("%s: %d documents of nothing, %v", d.ID, len(docs), err)
		}
	}
}
