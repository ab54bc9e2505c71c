package posture

import (
	"strings"
	"testing"

	"bakedin/checks"
	"bakedin/internal/repo"
	"bakedin/rules"
)

func TestWhatIsMissingIsSaidInWords(t *testing.T) {
	f := NewFold(Options{Set: catalogue(rules.Prove, rules.High, false), Now: today})
	f.assets = []repo.Asset{{ID: "a.safetensors", Kind: repo.Model}}
	f.ended, f.end = true, checks.End{Complete: true}
	f.states = map[string]checks.RuleState{"good": {State: checks.Completed}, "bad": {State: checks.Completed}}
	for strength, want := range map[rules.Strength]string{
		"":       "x: nothing was found",
		rules.E1: "x: found, but only a mention (E1, E3 is needed), in a.md",
		rules.E2: "x: found, but nothing shows that it is enforced",
	} {
		f.evidence = nil
		if strength != "" {
			f.evidence = []checks.Finding{{ID: "1", Rule: "good", Says: rules.Evidence, Strength: strength, Supports: []string{"SD-1.1"}, Location: &checks.Location{Path: "a.md"}}}
		}
		r := f.recommend(&f.set.Guideline.Recommendations[0], "SD", nil, nil)
		if got := r.Reasons[0].Text; !strings.HasPrefix(got, want) {
			t.Errorf("%q: %s", strength, got)
		}
	}
}

func TestCovers(t *testing.T) {
	for name, c := range map[string]struct {
		f       checks.Finding
		inScope int
		want    bool
	}{
		"it names the asset":              {checks.Finding{Assets: []string{"a"}}, 2, true},
		"it names another":                {checks.Finding{Assets: []string{"b"}}, 1, false},
		"it names none and there is one":  {checks.Finding{}, 1, true},
		"it names none and there are two": {checks.Finding{}, 2, false},
		"a card that binds to nothing":    {checks.Finding{Names: []string{}}, 1, false},
		"a job of CI looks at everything": {checks.Finding{Jobs: []string{"scan"}}, 2, true},
	} {
		if got := covers(&c.f, "a", c.inScope); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
