package builtin_test

import (
	"testing"

	"bakedin/checks/builtin"
	"bakedin/checks/checkstest"
)

func TestEveryExampleOfEveryRule(t *testing.T) {
	rs, err := builtin.Ruleset()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rs.Set.Rules {
		t.Run(r.Family+"/"+r.ID, func(t *testing.T) {
			for _, err := range checkstest.Examples(t.Context(), rs, r) {
				t.Error(err)
			}
		})
	}
}

func TestEveryDetectorHasARuleAndTheOtherWayRound(t *testing.T) {
	rs, err := builtin.Ruleset()
	if err != nil {
		t.Fatal(err)
	}
	for id := range rs.Checks {
		if r := rs.Set.Rule(id); r == nil || !r.Detector {
			t.Errorf("the registry has %q, but no rule of that id says detector = true", id)
		}
	}
	for _, r := range rs.Set.Rules {
		if r.Detector && rs.Checks[r.ID] == nil {
			t.Errorf("add the line %q: … to the registry of checks/%s", r.ID, r.Family)
		}
	}
}
