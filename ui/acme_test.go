package ui

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"bakedin/checks"
	"bakedin/internal/posture"
	"bakedin/internal/repo"
	"bakedin/internal/safe"
	"bakedin/rules"
)

var catalogue = sync.OnceValues(rules.Load)

// acme is a made-up repository, the same in every golden frame and untouched by what the rules find today: 125
// recommendations (13 proven, 59 attested, 14 gap, 4 waived, 30 need you, 5 not applicable) and 28 findings (11 new, 14
// known, 3 waived).
func acme(t testing.TB) (*rules.Set, *posture.Report) {
	t.Helper()
	full, err := catalogue()
	if err != nil {
		t.Fatal(err)
	}
	set := &rules.Set{Guideline: full.Guideline, Rules: acmeRules()}
	r := &posture.Report{Schema: "bakedin/report-v1", SchemaVersion: "1.0"}
	r.Tool.Name, r.Tool.Version, r.Tool.RulesDigest = "bakedin", "0.3.0", "sha256:2f9c41d0aa"
	r.Run = posture.Run{StartedAt: noon.Format("2006-01-02T15:04:05Z07:00"), DurationMS: 412, Profile: "standard", Complete: true}
	r.Run.Files = repo.Counts{Seen: 421, Scanned: 412, Excluded: 7, Ignored: 2, IgnoredModelLike: 1}
	r.Target.Name, r.Policy.Source = "acme-rag", "tree"
	r.Assets, r.Findings, r.Evidence = acmeAssets(), acmeFindings(), acmeEvidence()
	for _, rule := range set.Rules {
		r.Rules = append(r.Rules, checks.RuleState{Rule: rule.ID, State: checks.Completed})
	}
	r.Notices = []checks.Notice{{Kind: "ignored-model", Text: "models/old.ckpt is ignored by git and looks like a model; --include-ignored reads it"}}
	acmeRecommendations(r, full.Guideline)
	sections := []posture.SectionPosture{
		{ID: "SD", ApplicableWeight: 260, Shares: posture.Shares{Proven: 3, Attested: 54, Gap: 13, Open: 30}},
		{ID: "DV", ApplicableWeight: 200, Shares: posture.Shares{Proven: 24, Attested: 32, Gap: 26, Open: 18}},
		{ID: "DP", ApplicableWeight: 190, Shares: posture.Shares{Proven: 5, Attested: 43, Gap: 21, Open: 31}},
		{ID: "OM", ApplicableWeight: 100, Shares: posture.Shares{Proven: 12, Attested: 29, Gap: 9, Open: 50}},
	}
	r.Posture = &posture.Posture{
		ApplicableWeight: 750, NotApplicableWeight: 30, NotApplicableShare: 4, Shares: posture.Shares{Proven: 10.8, Attested: 41.9, Gap: 18.2, Open: 29.1},
		Within: posture.Within{Waived: 3.1}, Interval: posture.Interval{Low: 52.7, High: 81.8}, CriticalGaps: []string{"SD-3.8", "DP-1.2"}, Sections: sections,
		Counts:     posture.Counts{PassProven: 13, PassAttested: 59, Gap: 14, Waived: 4, NeedsYou: 30, NotApplicable: 5},
		NextExpiry: &posture.Expiry{Date: "2027-03-16", What: "waiver", Ref: "models/old.pkl"}, Complete: true, Profile: "standard",
	}
	return set, r
}

func acmeRules() []*rules.Rule {
	rule := func(id, title, why, remedy string, supports ...string) *rules.Rule {
		return &rules.Rule{ID: id, Title: title, Says: rules.Gap, Why: why, Remedy: remedy, Supports: supports, Refs: []string{"CWE-502"}}
	}
	return []*rules.Rule{
		rule("pickle-unsafe-global", "A model runs a program when it is loaded",
			"A pickle is a program. Whoever can replace the file can start anything with the rights of the service that loads it.",
			"1. Do not load the file.\n2. Ask whoever made it for safetensors.\n3. Rotate what the service could reach.", "SD-3.8", "DV-2.6"),
		rule("torch-load-unrestricted", "torch.load runs code from the file it opens",
			"A pickle-based checkpoint can start any program when it is loaded. Whoever can replace the checkpoint can run code as this service.\n\n"+
				"- `weights_only=True` refuses everything that is not a tensor.\n- safetensors cannot hold code at all.",
			"Pass `weights_only=True`:\n\n    torch.load(path, weights_only=True)", "SD-3.7", "DV-1.4"),
		rule("dependency-unpinned", "A dependency has no pin", "The next build takes whatever the index serves that day.", "Pin it, with a hash.", "DV-1.4"),
		rule("server-open-to-all", "The model server is open to all", "Anybody who reaches the port can ask the model.", "Close the port to the network, or ask for a token.", "DP-1.2"),
	}
}

// acmeFindings are 28: a model, a server known since long, three loads, dependencies, and what is accepted.
func acmeFindings() []checks.Finding {
	n := 0
	make1 := func(rule, title string, sev rules.Severity, st checks.Status, path string, line int, supports ...string) checks.Finding {
		n++
		f := checks.Finding{
			ID: fmt.Sprintf("bk1:%020d", n), Rule: rule, Title: title, Says: rules.Gap, Severity: sev, Confidence: "high", Strength: rules.E3, Status: st,
			IsNew: st == checks.Open, Family: "code", Supports: supports, CWE: []string{"CWE-502"}, Message: safe.Line(title + "."),
			Taxa:     []checks.Taxon{{Taxonomy: "owasp-llm-2025", ID: "LLM03"}, {Taxonomy: "mitre-atlas", ID: "AML.T0010"}},
			Location: &checks.Location{Kind: "text", Path: path, Start: checks.Position{Line: line, Column: 1}, End: checks.Position{Line: line, Column: 2}},
		}
		return f
	}
	snippet := func(f checks.Finding, column, end int, lines ...string) checks.Finding {
		s := safe.Block(strings.Join(lines, "\n"))
		f.Location.Snippet, f.Location.Start.Column, f.Location.End.Column = &s, column, end
		return f
	}
	fixed := func(f checks.Finding, fixes ...checks.Fix) checks.Finding { f.Fixes = fixes; return f }
	weights := checks.Fix{ID: "weights-only", Title: "Add weights_only=True", Applicability: checks.Safe, Breaks: "Checkpoints that hold more than tensors are refused (that is the point)."}
	convert := checks.Fix{ID: "convert", Title: "Convert to safetensors", Applicability: checks.Unsafe, Breaks: "Whatever reads the old file has to read the new one."}
	pin := checks.Fix{ID: "pin", Title: "Pin the dependency as in uv.lock", Applicability: checks.Safe}
	close1 := checks.Fix{ID: "close", Title: "Close the model server to the network", Applicability: checks.Manual, Steps: []string{"Bind it to 127.0.0.1.", "Put the gateway before it."}}

	model := make1("pickle-unsafe-global", "A model runs a program when it is loaded", "critical", checks.Open, "models/reranker.pt", 0, "SD-3.8", "DV-2.6")
	opcodes := safe.Block("  0  PROTO      2\n> 2  GLOBAL     posix.system\n  17 BINUNICODE \"id\"\n> 24 REDUCE     calls posix.system")
	member := "archive/data.pkl"
	model.Location.Kind, model.Location.Member, model.Location.Snippet, model.Family, model.Strength = "member", &member, &opcodes, "model", rules.E4
	out := []checks.Finding{fixed(model, convert)}
	out = append(out,
		fixed(make1("server-open-to-all", "The model server is open to all", "high", checks.Baselined, "deploy/compose.yaml", 18, "DP-1.2"), close1),
		fixed(make1("server-open-to-all", "The model server is open to all", "high", checks.Baselined, "deploy/values.yaml", 44, "DP-1.2"), close1),
		fixed(snippet(make1("torch-load-unrestricted", "torch.load runs code from the file it opens", "high", checks.Open, "app/load.py", 41, "SD-3.7", "DV-1.4"),
			12, 22, `    return torch.load(path, map_location="cpu")`), weights, convert),
		fixed(snippet(make1("torch-load-unrestricted", "torch.load runs code from the file it opens", "high", checks.Open, "app/eval.py", 17, "SD-3.7", "DV-1.4"),
			10, 20, `state = torch.load(args.checkpoint)`), weights, convert),
		fixed(snippet(make1("torch-load-unrestricted", "torch.load runs code from the file it opens", "high", checks.Open, "train.py", 203, "SD-3.7", "DV-1.4"),
			15, 25, `    resumed = torch.load(`, `        latest(run),`, `    )`), weights, convert))
	for i := range 3 {
		out = append(out, fixed(make1("dependency-unpinned", "A dependency has no pin", "medium", checks.Open, "requirements.txt", 12+i, "DV-1.4"), pin))
	}
	for i := range 3 {
		out = append(out, make1("prompt-untrusted-input", "What a stranger wrote goes into the system prompt", "medium", checks.Open, "prompts/answer.jinja", 4+9*i, "SD-3.3"))
	}
	out = append(out, make1("tool-open-shell", "A tool of the agent runs any command", "high", checks.Open, ".mcp.json", 9, "SD-3.15"))
	for i := range 12 {
		out = append(out, make1("dependency-unpinned", "A dependency has no pin", "medium", checks.Baselined, "services/ranking/requirements-of-the-offline-batch-job.txt", 2+i, "DV-1.4"))
	}
	expires := "2027-03-16"
	for i := range 3 {
		f := make1("pickle-unsafe-global", "A model runs a program when it is loaded", "high", checks.Waived, fmt.Sprintf("models/old-%d.pkl", i+1), 0, "SD-3.8")
		f.Suppression = &checks.Suppression{Kind: "waiver", Reason: "Only loads files that the build job signs; see ADR-12", Owner: "@ml-platform", Expires: &expires, Category: "compensating-control", Source: ".bakedin.toml:8"}
		out = append(out, f)
	}
	return out
}

func acmeEvidence() []checks.Finding {
	of := func(id, rule, title, path string, line int, s rules.Strength, supports ...string) checks.Finding {
		return checks.Finding{ID: id, Rule: rule, Title: title, Says: rules.Evidence, Strength: s, Status: checks.Open, Confidence: "high", Supports: supports, Assets: []string{path},
			Message: safe.Line(title + "."), Location: &checks.Location{Kind: "text", Path: path, Start: checks.Position{Line: line, Column: 1}, End: checks.Position{Line: line, Column: 2}}}
	}
	return []checks.Finding{
		of("bk1:e1", "threat-model-document", "A threat model of the system is written down", "docs/threat-model.md", 14, rules.E2, "SD-2.1"),
		of("bk1:e2", "attested-build", "The build attests where an artefact comes from", ".github/workflows/release.yml", 31, rules.E3, "DV-1.7"),
	}
}

func acmeAssets() []repo.Asset {
	digest := func(s string) *string { s = strings.Repeat(s, 8); return &s }
	line := "L88"
	return []repo.Asset{
		{ID: "models/reranker.pt", Kind: repo.Model, Path: "models/reranker.pt", Format: "torch-zip", Size: 88_100_000, SHA256: digest("9c1f02ab"), Meta: map[string]string{"members": "12"}},
		{ID: "models/embed.safetensors", Kind: repo.Model, Path: "models/embed.safetensors", Format: "safetensors", Size: 420_000_000, SHA256: digest("77e0d1c4")},
		{ID: "models/big.gguf", Kind: repo.Model, Path: "models/big.gguf", Format: "lfs-pointer", Size: 134, LFS: &repo.LFS{OID: strings.Repeat("a", 64), Size: 4_100_000_000}},
		{ID: "prompts/answer.jinja", Kind: repo.Prompt, Path: "prompts/answer.jinja", Format: "jinja", Size: 2100, SHA256: digest("e1d04c2a")},
		{ID: "app/agent.py#L88", Kind: repo.Prompt, Path: "app/agent.py", Fragment: &line, Format: "f-string", Size: 612},
		{ID: "requirements.txt", Kind: repo.Manifest, Path: "requirements.txt", Format: "requirements", Size: 1000, SHA256: digest("5500ab31")},
		{ID: ".mcp.json", Kind: repo.Agent, Path: ".mcp.json", Format: "mcp", Size: 800, SHA256: digest("aa90c2f1")},
		{ID: "data/train.parquet", Kind: repo.Dataset, Path: "data/train.parquet", Format: "parquet", Size: 512_000_000},
	}
}

// acmeRecommendations gives each of the 125 a status: some are named, the others fill the counts of their section.
func acmeRecommendations(r *posture.Report, g *rules.Guideline) {
	named := map[string]string{
		"SD-3.8": "gap", "SD-3.7": "gap", "SD-3.3": "gap", "SD-3.15": "gap", "SD-2.1": "you", "DV-1.1": "you", "DV-1.2": "attested", "DV-1.3": "you", "DV-1.4": "gap",
		"DV-1.5": "missing", "DV-1.6": "n/a", "DV-1.7": "proven", "DV-2.6": "gap", "DP-1.2": "gap",
	}
	left := map[string]map[string]int{
		"SD": {"you": 11, "proven": 2, "n/a": 2}, "DV": {"missing": 3, "you": 3, "waived": 2, "proven": 6},
		"DP": {"missing": 2, "you": 7, "waived": 1, "proven": 2, "n/a": 1}, "OM": {"missing": 1, "you": 6, "waived": 1, "proven": 2, "n/a": 1},
	}
	of := map[string][]string{}
	for _, list := range [][]checks.Finding{r.Findings, r.Evidence} {
		for _, f := range list {
			for _, id := range f.Supports {
				of[id] = append(of[id], f.ID)
			}
		}
	}
	for i := range g.Recommendations {
		d := &g.Recommendations[i]
		section, _, _ := strings.Cut(d.ID, "-")
		kind := named[d.ID]
		for _, k := range []string{"missing", "you", "proven", "waived", "n/a"} {
			if kind == "" && left[section][k] > 0 && (i%3 != 1 || i%9 == 4) {
				kind = k
				left[section][k]--
			}
		}
		rec := posture.Recommendation{ID: d.ID, Control: d.Control, Section: section, Title: d.Title, Severity: d.Severity, Mode: d.Mode, Applies: posture.Applies{Value: true, By: "always"}}
		basis := func(b posture.Basis) { rec.Basis = &b }
		switch kind {
		case "gap":
			rec.Status, rec.Findings = posture.Gap, of[d.ID]
			basis(posture.Proven)
			rec.Reasons = []posture.Reason{{Code: "gap-proven", Text: "something that speaks against it was found in this tree"}}
		case "missing":
			rec.Status = posture.Gap
			basis(posture.Missing)
			rec.Reasons = []posture.Reason{{Code: "gap-missing", Text: "nothing that would show it was found"}}
		case "you":
			rec.Status, rec.Evidence = posture.NeedsYou, of[d.ID]
		case "waived":
			rec.Status, rec.Waivers = posture.Waived, []posture.WaiverRef{{ID: "w1", Expires: "2027-03-16"}}
		case "n/a":
			rec.Status = posture.NotApplicable
			rec.Applies = posture.Applies{By: "detector", Because: []string{"no model is trained here"}}
		case "proven":
			rec.Status, rec.Evidence = posture.Pass, of[d.ID]
			basis(posture.Proven)
		default:
			rec.Status = posture.Pass
			basis(posture.Attested)
			rec.Attestation = &posture.Attestation{Answer: "met", By: "@ana-p", Date: "2027-02-01", Expires: "2027-08-31", Evidence: []string{"docs/security.md"}, Live: true, Seen: true}
		}
		r.Recommendations = append(r.Recommendations, rec)
	}
}

// The counts of the fixture are those that its screens are meant to show.
func TestTheFixtureIsTheRepositoryItSaysItIs(t *testing.T) {
	set, r := acme(t)
	s := newStore(set, r, false)
	var got tally
	for i := range s.recs {
		got.add(s.recs[i].status, s.recs[i].basis)
	}
	if want := (tally{proven: 13, attested: 59, gap: 14, waived: 4, ask: 30, none: 5}); got != want {
		t.Errorf("recommendations %+v, want %+v", got, want)
	}
	for i, want := range []string{"4 12", "6 5", "3 7", "1 6"} {
		n := s.sections[i].tally
		if got := fmt.Sprint(n.gap, " ", n.ask); got != want {
			t.Errorf("%s has %q gaps and questions, want %q", s.sections[i].id, got, want)
		}
	}
	if len(s.findings) != 28 || s.fresh != 11 || s.known != 14 || s.accepted != 3 {
		t.Errorf("%d findings: %d new, %d known, %d waived", len(s.findings), s.fresh, s.known, s.accepted)
	}
}
