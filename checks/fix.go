package checks

import (
	"context"
	"fmt"

	"bakedin/internal/repo"
)

// PlanFix makes the plan of one fix of a finding. Nothing is written. A manual fix has no plan.
func PlanFix(ctx context.Context, tree *repo.Tree, rs *Ruleset, f Finding, fixID string) (repo.Plan, error) {
	for _, fix := range f.Fixes {
		if fix.ID != fixID {
			continue
		}
		if fix.Applicability == Manual {
			return repo.Plan{}, fmt.Errorf("%s: %q is a list of steps for a person, there is nothing to apply", f.ID, fix.Title)
		}
		if len(fix.Edits) == 0 {
			if p, ok := rs.Checks[f.Rule].(Planner); ok {
				return p.Plan(ctx, tree, f, fixID)
			}
			return repo.Plan{}, fmt.Errorf("%s: fix %s has no edits", f.ID, fixID)
		}
		if err := Intact(tree, fix.Edits); err != nil {
			return repo.Plan{}, err
		}
		plan, err := repo.Writes(tree, fix.Edits)
		plan.Title = fix.Title
		return plan, err
	}
	return repo.Plan{}, fmt.Errorf("%s has no fix %q; bakedin explain %s lists its remedies", f.ID, fixID, f.Rule)
}
