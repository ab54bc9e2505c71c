package builtin_test

import (
	"testing"

	"bakedin/checks"
	"bakedin/checks/builtin"
	"bakedin/checks/checkstest"
	"bakedin/rules"
)

// Most gaps end in a change that the user saw first, or in steps: counted over the bad examples of every rule.
func TestMostRulesOfGapsOfferAFix(t *testing.T) {
	rs, err := builtin.Ruleset()
	if err != nil {
		t.Fatal(err)
	}
	all, any, exact := 0, 0, 0
	var none []string
	for _, r := range rs.Set.Rules {
		if r.Says != rules.Gap {
			continue
		}
		all++
		best := 0
		for _, e := range r.Examples {
			if e.Bad == nil {
				continue
			}
			files, err := checkstest.Files(e.Bad)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range scan(t, checkstest.Only(rs, r.ID), files).Of(r.ID) {
				for _, fix := range f.Fixes {
					best = max(best, 1)
					if fix.Applicability != checks.Manual {
						best = 2
					}
				}
			}
		}
		switch best {
		case 2:
			exact++
			any++
		case 1:
			any++
		default:
			none = append(none, r.ID)
		}
	}
	t.Logf("%d rules of gaps: %d offer a fix, %d an exact one; none: %v", all, any, exact, none)
	if 10*any < 6*all {
		t.Errorf("only %d of %d rules offer a fix", any, all)
	}
}
