package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bakedin/checks"
	"bakedin/internal/posture"
	"bakedin/internal/repo"
	"bakedin/internal/safe"
	"bakedin/rules"
)

func ptr[T any](v T) *T { return &v }

// fixture is a report of a made-up repository. Names and texts are as hostile as names and texts can be.
func fixture() *posture.Report {
	hostile := "a\x1b[31m\u202egpj.|`::error::\r\n.py"
	finding := checks.Finding{
		ID: "bk1:4f0c2a91d7e3b8c6a512", Fingerprints: map[string]string{"bakedin/v1": strings.Repeat("4f0c2a91", 5)}, Rule: "torch-load-unrestricted", Family: "code",
		Says: rules.Gap, Strength: rules.E3, Title: "torch.load runs code from the file it opens", Message: "torch.load is called without weights_only=True.",
		Severity: rules.High, SecuritySeverity: 8, Confidence: "high", Audience: "standard", Status: checks.Open, IsNew: true, Scope: "file",
		Location: &checks.Location{Kind: "text", Path: "app/load.py", Start: checks.Position{Line: 41, Column: 12, Byte: 1204}, End: checks.Position{Line: 41, Column: 22, Byte: 1214},
			Snippet: ptr(safe.Text(`    return torch.load(path, map_location="cpu")`))},
		Related: []checks.Related{}, Supports: []string{"SD-3.7"}, Controls: []string{"SD-3"}, CWE: []string{"CWE-502"}, Taxa: []checks.Taxon{{Taxonomy: "owasp-llm-2025", ID: "LLM03"}},
		Fixes: []checks.Fix{{ID: "add-weights-only", Title: "Add weights_only=True", Applicability: checks.Safe, Commands: []string{},
			Edits: []repo.TextEdit{{Path: "app/load.py", Start: 1239, End: 1239, Replacement: ", weights_only=True", Base: strings.Repeat("61ab", 16)}}}},
		Explain: "bakedin explain torch-load-unrestricted",
	}
	bad := finding
	bad.ID, bad.Fixes, bad.Severity, bad.Rule = "bk1:00000000000000000000", nil, rules.Critical, "pickle-runs-code"
	bad.Location = &checks.Location{Kind: "member", Path: hostile, Member: ptr("archive/data.pkl"), Index: ptr(14), Start: checks.Position{Line: 1, Column: 1, Byte: 13}, End: checks.Position{Line: 1, Column: 1, Byte: 40}}
	bad.Message, bad.Title = "REDUCE of posix.system.", "The model runs a program when it is loaded"
	waived := finding
	waived.ID, waived.Status = "bk1:11111111111111111111", checks.Waived
	waived.Suppression = &checks.Suppression{Kind: "waiver", Reason: "later", Owner: "@ml", Expires: ptr("2027-04-01"), Category: "accepted-risk", Source: ".bakedin.toml:3"}
	r := &posture.Report{
		Tool:     posture.Tool{Name: "bakedin", Version: "0.1.0", RulesDigest: "sha256:2f9c41d0aa17", Guideline: posture.GuidelineRef{ID: "g", Version: "2023-11-27", Digest: "sha256:71be"}},
		Run:      posture.Run{ID: "0", StartedAt: "2027-03-04T14:02:11Z", Mode: "tree", Profile: "standard", FailOn: "high", MinSeverity: "low", MinConfidence: "medium", Files: repo.Counts{Seen: 5, Scanned: 4, Skipped: 1}},
		Target:   posture.Target{Root: ".", Name: "acme"},
		Policy:   posture.Policy{Source: "tree", Facts: map[string]bool{"ships-product": true}},
		Assets:   []repo.Asset{{ID: "m.pt", Kind: repo.Model, Path: "m.pt", Format: "torch-zip", Size: 9}},
		Findings: []checks.Finding{bad, finding, waived},
		Recommendations: []posture.Recommendation{{ID: "SD-3.7", Control: "SD-3", Section: "SD", Title: "T", Mode: rules.Prove, Severity: rules.High, Weight: 7.5, Applies: posture.Applies{Value: true, By: "always"},
			Status: posture.Gap, Basis: ptr(posture.Proven), Reasons: []posture.Reason{{Code: "against-finding", Text: "x"}}, Next: posture.Next{Verb: "fix", Text: "bakedin fix"}}},
		Posture: &posture.Posture{ApplicableWeight: 7.5, Shares: posture.Shares{Proven: 10.5, Attested: 42.3, Gap: 17.8, Open: 29.4}, Counts: posture.Counts{Gap: 1}, CriticalGaps: []string{"SD-3.8"}, Profile: "standard"},
		Skipped: []checks.Skipped{{Path: "models/big.pt", Kind: "limit", Detail: "too large", Asset: repo.Model}},
		Summary: posture.Summary{BySeverity: map[rules.Severity]posture.SeverityCount{rules.Critical: {Open: 1}, rules.High: {Open: 1, Waived: 1}}, ByFamily: map[string]int{"code": 2}, Assets: map[repo.Kind]int{repo.Model: 1}},
		Notices: []checks.Notice{{Kind: "waiver-expiring", Text: "soon " + hostile}},
	}
	r.Suppressed.Waived = 1
	return r
}

func set() *rules.Set {
	return &rules.Set{Guideline: &rules.Guideline{}, Rules: []*rules.Rule{{ID: "torch-load-unrestricted", Title: "torch.load runs code from the file it opens", Severity: rules.High,
		Confidence: "high", Supports: []string{"SD-3.7"}, Refs: []string{"CWE-502", "LLM03:2025"}, Why: "Whoever can replace the file runs code as this service. More.", Remedy: "Set it."}}}
}

// formats renders a report in every format, and as text for a workflow log.
func formats(t *testing.T, r *posture.Report) map[string]string {
	t.Helper()
	out := map[string]string{}
	render := func(name, format string, o Options) {
		var b bytes.Buffer
		if err := Write(&b, format, r, set(), o); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out[name] = b.String()
	}
	for _, format := range Formats() {
		render(format, format, Options{Text: TextOptions{ShowSuppressed: true}, SARIF: SARIFOptions{ShowSuppressed: true}})
	}
	render("workflow", "text", Options{Text: TextOptions{Workflow: true, ASCII: true}})
	for _, s := range []string{"rules", "files", "controls"} {
		render("summary-"+s, "text", Options{Text: TextOptions{Summary: s}})
	}
	render("sarif-posture", "sarif", Options{SARIF: SARIFOptions{Scope: "posture", Baseline: true}})
	return out
}

// machine formats are parsed by the tests, the others are read by people and kept as golden files.
var machine = []string{"json", "json-v1", "jsonl", "sarif", "sarif-posture", "gitlab-codequality", "gitlab-sast"}

func TestGoldenText(t *testing.T) {
	for name, got := range formats(t, fixture()) {
		if slices.Contains(machine, name) {
			continue
		}
		golden := filepath.Join("testdata", name+".golden")
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil || string(want) != got {
			t.Errorf("%s differs from %s (%v):\n%s", name, golden, err, got)
		}
	}
}

func TestNoFormatLetsAHostileNameThrough(t *testing.T) {
	for name, got := range formats(t, fixture()) {
		for _, bad := range []string{"\x1b", "\u202e", "\r"} {
			if name == "csv" && bad == "\r" { // RFC 4180 ends its lines so
				got = strings.ReplaceAll(got, "\r\n", "\n")
			}
			if strings.Contains(got, bad) {
				t.Errorf("%s holds %q", name, bad)
			}
		}
		if name == "workflow" {
			for _, line := range strings.Split(got, "\n") {
				if s := strings.TrimSpace(line); strings.HasPrefix(s, "::") || strings.HasPrefix(s, "##[") {
					t.Errorf("a workflow command: %q", line)
				}
			}
			for _, r := range got {
				if r > 0x7e {
					t.Errorf("%q is not ASCII", r)
				}
			}
		}
	}
}

func TestJSONKeepsItsSchemaAndComesBack(t *testing.T) {
	out := formats(t, fixture())["json"]
	if err := validate(t, Schema(), []byte(out)); err != nil {
		t.Error(err)
	}
	if strings.Contains(out, `": null,`) && strings.Contains(out, `"findings": null`) {
		t.Error("a list is null")
	}
	back, err := Decode(strings.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	lines, err := Decode(strings.NewReader(formats(t, fixture())["jsonl"]))
	if err != nil {
		t.Fatal(err)
	}
	for kind, saved := range map[string]map[string]string{"json": formats(t, back), "jsonl": formats(t, lines)} {
		for name, want := range formats(t, fixture()) {
			if saved[name] != want {
				t.Errorf("%s of the report saved as %s differs from that of the run", name, kind)
			}
		}
	}
}

func TestAStreamThatBreaksOffIsIncomplete(t *testing.T) {
	whole := fixture()
	whole.Run.Complete = true
	stream := formats(t, whole)["jsonl"]
	for _, c := range []struct {
		text     string
		complete bool
	}{{stream, true}, {stream[:strings.LastIndex(strings.TrimSpace(stream), "\n")+1], false}} {
		r, err := Decode(strings.NewReader(c.text))
		if err != nil || r.Run.Complete != c.complete {
			t.Errorf("complete %v, want %v (%v)", r.Run.Complete, c.complete, err)
		}
	}
	r, err := Decode(strings.NewReader(stream + "{\"event\":\"of a later version\"}\n"))
	if err != nil || !strings.Contains(string(r.Notices[len(r.Notices)-1].Text), "1 events") {
		t.Errorf("an unknown event is not counted (%v)", err)
	}
	if _, err := Decode(strings.NewReader(stream + "{\"event\":\"asset\",")); err == nil {
		t.Error("a broken line was accepted")
	}
}

func TestMachineFormatsAreWellFormed(t *testing.T) {
	out := formats(t, fixture())
	if err := xml.Unmarshal([]byte(out["junit"]), new(struct {
		Suites []struct {
			Failures int `xml:"failures,attr"`
		} `xml:"testsuite"`
	})); err != nil {
		t.Errorf("junit: %v", err)
	}
	rows, err := csv.NewReader(strings.NewReader(out["csv"])).ReadAll()
	if err != nil || len(rows) != 4 {
		t.Errorf("csv has %d rows (%v)", len(rows), err)
	}
	for _, format := range []string{"gitlab-codequality", "gitlab-sast", "sarif", "json"} {
		if !json.Valid([]byte(out[format])) {
			t.Errorf("%s is no JSON", format)
		}
	}
	var quality []struct{ Fingerprint string }
	if err := json.Unmarshal([]byte(out["gitlab-codequality"]), &quality); err != nil || len(quality) != 2 || quality[0].Fingerprint == "" {
		t.Errorf("code quality: %v %v", quality, err)
	}
	for _, bad := range []string{"<script", "http://", "https://", "src=", "@import"} {
		if strings.Contains(out["html"], bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
}

func TestASpreadsheetTakesNoTextForAFormula(t *testing.T) {
	for _, s := range []string{"=1+1", "+1", "-1", "@x", "\tx", "\rx"} {
		if got := cell(s); got != "'"+s {
			t.Errorf("%q became %q", s, got)
		}
	}
	if cell("app/load.py") != "app/load.py" {
		t.Error("a plain cell was changed")
	}
}

func TestALongListIsCutWithACount(t *testing.T) {
	r := fixture()
	for range 6000 {
		r.Findings = append(r.Findings, r.Findings[1])
	}
	out := formats(t, r)
	if n := len(out["markdown"]); n > markdownBytes || !strings.Contains(out["markdown"], "more findings are not in this table") {
		t.Errorf("the Markdown has %d bytes and does not say what it left out", n)
	}
	if n := strings.Count(out["github"], "\n::error"); n > annotations {
		t.Errorf("%d annotations", n)
	}
	if !strings.Contains(out["sarif"], "results of lower severity were left out") {
		t.Error("the SARIF log does not say what it left out")
	}
}

func TestSARIFKeepsItsSchema(t *testing.T) {
	schema, err := os.ReadFile(filepath.Join("testdata", "sarif-schema-2.1.0.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"sarif", "sarif-posture"} {
		if err := validate(t, schema, []byte(formats(t, fixture())[name])); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	var b bytes.Buffer
	if err := SARIF(&b, fixture(), set(), SARIFOptions{}); err != nil || strings.Contains(b.String(), "bk1:1111") {
		t.Errorf("a waived result is in the log (%v)", err)
	}
}

func TestAnEmptyRunIsNotCalledClean(t *testing.T) {
	r := &posture.Report{}
	r.Run.Complete = true
	text := formats(t, r)["text"]
	if !strings.Contains(text, "no AI assets found") || strings.Contains(text, "clean") {
		t.Error(text)
	}
}

func TestDecodeRefusesWhatItCannotShow(t *testing.T) {
	for name, text := range map[string]string{
		"no JSON": "hello", "another document": `{"schema": "x"}`, "a newer major": `{"schema": "bakedin/report-v9", "schema_version": "9.0"}`, "nothing": "",
	} {
		if _, err := Decode(strings.NewReader(text)); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func FuzzDecode(f *testing.F) {
	var b bytes.Buffer
	if err := JSON(&b, fixture()); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte(`{"schema":"bakedin/report-v1","schema_version":"1.0","findings":[{"location":{"kind":"text"}}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := Decode(bytes.NewReader(text))
		if err != nil {
			return
		}
		for name, out := range formats(t, r) {
			if strings.Contains(out, "\x1b") {
				t.Fatalf("%s: an escape character", name)
			}
		}
	})
}
