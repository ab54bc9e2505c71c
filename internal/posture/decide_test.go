package posture

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bakedin/checks"
	"bakedin/internal/policy"
	"bakedin/internal/repo"
	"bakedin/rules"
)

var update = flag.Bool("update", false, "write the golden files anew")

var today = time.Date(2027, 3, 4, 12, 0, 0, 0, time.UTC)

// catalogue with one recommendation, one gap signal and one evidence signal, each with a rule.
func catalogue(mode rules.Mode, severity rules.Severity, datum bool) *rules.Set {
	rec := rules.Recommendation{
		ID: "SD-1.1", Control: "SD-1", Title: "T", Text: "T", Mode: mode, Severity: severity, AppliesWhen: []string{"always"},
		For: []string{"P-X"}, Against: []string{"N-X"}, Question: "Q?", AcceptedEvidence: "A", ReattestDays: 180,
	}
	if mode == rules.Prove {
		rec.PassLevel, rec.PassNeeds = rules.E3, [][]string{{"P-X"}}
	}
	if datum {
		rec.NeedsDatum = []string{"branch-protection"}
	}
	return &rules.Set{
		Guideline: &rules.Guideline{
			Sections: []rules.Section{{ID: "SD"}}, Controls: []rules.Control{{ID: "SD-1", Section: "SD"}},
			Recommendations: []rules.Recommendation{rec},
			Weights:         map[rules.Severity]float64{rules.Critical: 10, rules.High: 7.5, rules.Medium: 5, rules.Low: 2.5},
			Signals:         []rules.Signal{{ID: "P-X", Says: "evidence", Title: "X"}, {ID: "N-X", Says: "gap", Title: "X"}, {ID: "C-LLM-API", Says: "context", Title: "Calls a model"}},
		},
		Rules: []*rules.Rule{
			{ID: "bad", Says: rules.Gap, Supports: []string{"SD-1.1"}},
			{ID: "good", Says: rules.Evidence, Supports: []string{"SD-1.1"}},
		},
		Signals: map[string][]string{"P-X": {"good"}, "N-X": {"bad"}},
	}
}

// situation is one row of the truth table.
type situation struct {
	mode     rules.Mode
	gap      rules.Strength // empty: none
	waived   bool
	evidence rules.Strength // empty: none
	state    checks.State
	answer   string // empty: none; live, expired, bare, not-met
	datum    bool
}

func (s situation) fold(t testing.TB) *Fold {
	p := &policy.Policy{}
	if s.waived {
		p.Waivers = []policy.Waiver{{Rule: "bad", Paths: []string{"**"}, Reason: "accepted for now", Owner: "@o", Created: today.AddDate(0, 0, -1), Expires: today.AddDate(0, 0, 30)}}
	}
	if s.answer != "" {
		a := policy.Attestation{Recommendation: "SD-1.1", Answer: "met", By: "@ana", Second: "@ben", Date: today.AddDate(0, 0, -10), Expires: today.AddDate(0, 0, 30),
			Statement: "we did what it asks", Evidence: []policy.Evidence{{Kind: "link", URL: "https://example.org", Dated: today}}}
		switch s.answer {
		case "expired":
			a.Expires = today.AddDate(0, 0, -1)
		case "bare":
			a.Evidence = nil
		case "not-met":
			a.Answer = "not-met"
		}
		p.Attestations = []policy.Attestation{a}
	}
	f := NewFold(Options{Set: catalogue(s.mode, rules.High, s.datum), Policy: p, Now: today})
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	must(f.Begin(checks.Begin{Files: 1}))
	must(f.Asset(repo.Asset{ID: "p", Path: "p", Kind: repo.Prompt}))
	if s.gap != "" {
		must(f.Finding(checks.Finding{ID: "bk1:gap", Rule: "bad", Says: rules.Gap, Strength: s.gap, Severity: rules.High, Confidence: "high", Status: checks.Open, IsNew: true,
			Title: "bad", Supports: []string{"SD-1.1"}, Location: &checks.Location{Path: "a.py"}}))
	}
	if s.evidence != "" {
		must(f.Finding(checks.Finding{ID: "bk1:good", Rule: "good", Says: rules.Evidence, Strength: s.evidence, Confidence: "high", Status: checks.Open, Supports: []string{"SD-1.1"}}))
	}
	complete := true
	for _, id := range []string{"bad", "good"} {
		state := checks.RuleState{Rule: id, State: checks.Completed}
		if id == "good" && s.state != checks.Completed {
			state.State = s.state
			if s.state != checks.Disabled {
				complete = false
				must(f.Skipped(checks.Skipped{Path: "x.bin", Kind: "parse", Rules: []string{"good"}}))
			}
		}
		must(f.Rule(state))
	}
	must(f.End(checks.End{Complete: complete, Scanned: 1}))
	return f
}

func (s situation) String() string {
	or := func(v string) string {
		if v == "" {
			return "-"
		}
		return v
	}
	return fmt.Sprintf("%-6s gap %-2s waived %-5v evidence %-2s rules %-9s answer %-7s datum %v", s.mode, or(string(s.gap)), s.waived, or(string(s.evidence)), s.state, or(s.answer), s.datum)
}

func situations() []situation {
	var out []situation
	for _, mode := range []rules.Mode{rules.Prove, rules.Refute, rules.Assist, rules.Ask} {
		for _, gap := range []rules.Strength{"", rules.E2, rules.E3} {
			for _, waived := range []bool{false, true} {
				if waived && gap == "" {
					continue
				}
				for _, evidence := range []rules.Strength{"", rules.E1, rules.E3} {
					for _, state := range []checks.State{checks.Completed, checks.Partly, checks.Disabled} {
						for _, answer := range []string{"", "live", "expired", "bare", "not-met"} {
							out = append(out, situation{mode, gap, waived, evidence, state, answer, mode == rules.Prove && evidence == rules.E3 && answer == "expired"})
						}
					}
				}
			}
		}
	}
	return out
}

func TestTruthTable(t *testing.T) {
	all := situations()
	if len(all) < 600 {
		t.Fatalf("only %d rows", len(all))
	}
	var b strings.Builder
	for _, s := range all {
		r := s.fold(t).Report().Recommendations[0]
		basis := ""
		if r.Basis != nil {
			basis = " " + string(*r.Basis)
		}
		var codes []string
		for _, x := range r.Reasons {
			codes = append(codes, x.Code)
		}
		fmt.Fprintf(&b, "%s  ->  %s%s (%s)\n", s, r.Status, basis, strings.Join(codes, " "))
	}
	golden := filepath.Join("testdata", "truth.golden")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(b.String(), "\n")
	for i, line := range strings.Split(string(want), "\n") {
		if i >= len(got) || got[i] != line {
			t.Fatalf("row %d\n got %s\nwant %s", i+1, got[min(i, len(got)-1)], line)
		}
	}
}

// What the table must hold whatever it says in detail.
func TestTheTableIsHonest(t *testing.T) {
	for _, s := range situations() {
		r := s.fold(t).Report().Recommendations[0]
		fail := func(why string) { t.Errorf("%s -> %s: %s", s, r.Status, why) }
		if len(r.Reasons) == 0 {
			fail("a status without a reason")
		}
		if r.Status == Pass && s.state != checks.Completed {
			fail("a rule that did not complete passed")
		}
		if r.Status == Pass && s.gap == rules.E3 {
			fail("passed over a proven gap")
		}
		if r.Status == Pass && *r.Basis == Proven && (s.mode != rules.Prove || s.evidence != rules.E3 || s.datum) {
			fail("proven without the evidence, the mode or the datum")
		}
		if r.Status == Pass && *r.Basis == Attested && s.answer != "live" {
			fail("attested without a live answer")
		}
		if s.gap == rules.E3 && !s.waived && (r.Status != Gap || *r.Basis != Proven) {
			fail("a proven gap is not shown")
		}
		for _, x := range r.Reasons {
			if !strings.Contains(documentedCodes, " "+x.Code+" ") {
				fail("the reason " + x.Code + " is not documented")
			}
		}
	}
}

// documentedCodes is the closed list of the report format.
const documentedCodes = " evidence-complete attested against-finding artefact-missing question-open attestation-expired attestation-without-evidence attestation-bound-changed evidence-stale waiver-active waiver-expired context-absent person-says-not-applicable rule-failed rule-disabled file-skipped limit timeout unsupported-format encrypted lfs-object-missing submodule-absent stale-advisories datum-absent fact-unset person-says-not-met "

// Losing knowledge never improves the picture.
func TestLosingKnowledgeNeverImprovesTheShares(t *testing.T) {
	met := func(s situation) float64 {
		p := s.fold(t).Report().Posture
		return p.Shares.Proven + p.Shares.Attested
	}
	for _, s := range situations() {
		before := met(s)
		worse := s
		worse.state = checks.Partly
		if met(worse) > before {
			t.Errorf("%s: a failed rule raised what is met", s)
		}
		worse = s
		worse.evidence = ""
		if met(worse) > before {
			t.Errorf("%s: less evidence raised what is met", s)
		}
		if s.answer == "live" {
			worse = s
			worse.answer = "expired"
			if met(worse) > before {
				t.Errorf("%s: an expired answer raised what is met", s)
			}
		}
		if s.gap != "" && !s.waived {
			worse = s
			worse.waived = true
			if a, b := s.fold(t).Report().Posture.Shares.Gap, worse.fold(t).Report().Posture.Shares.Gap; s.answer == "" && s.mode != rules.Prove && b > a {
				t.Errorf("%s: a waiver raised the gap from %v to %v", s, a, b)
			}
		}
	}
}
