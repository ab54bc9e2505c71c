package model_test

import (
	"context"
	"slices"
	"testing"

	"bakedin/checks"
	"bakedin/checks/checkstest"
	"bakedin/checks/model"
	"bakedin/rules"
)

func ruleset(t *testing.T) *checks.Ruleset {
	t.Helper()
	set, err := rules.Load()
	if err != nil {
		t.Fatal(err)
	}
	own := *set
	own.Rules = slices.DeleteFunc(slices.Clone(set.Rules), func(r *rules.Rule) bool { return r.Family != "model" })
	return &checks.Ruleset{Set: &own, Checks: model.Registry()}
}

func TestRegistryAndRulesAgree(t *testing.T) {
	rs := ruleset(t)
	for _, r := range rs.Set.Rules {
		if r.Detector && rs.Checks[r.ID] == nil {
			t.Errorf("rules/model/%s.toml has no detector; add to Registry: %q: judge(…),", r.ID, r.ID)
		}
	}
	for id := range rs.Checks {
		if rs.Set.Rule(id) == nil {
			t.Errorf("the detector %s has no rules/model/%s.toml", id, id)
		}
	}
}

func TestExamplesOfEachRule(t *testing.T) {
	rs := ruleset(t)
	for _, r := range rs.Set.Rules {
		if len(r.Joins) > 0 { // needs rules of other families: package builtin runs its examples
			continue
		}
		t.Run(r.ID, func(t *testing.T) {
			for _, err := range checkstest.Examples(context.Background(), rs, r) {
				t.Error(err)
			}
		})
	}
}
