package posture

import (
	"testing"

	"bakedin/internal/policy"
	"bakedin/rules"
)

func TestAStepOfCIProvesOnlyWhatBranchProtectionEnforces(t *testing.T) {
	requires := func(checks ...string) *policy.Protection { return &policy.Protection{Checks: checks, Approvals: 1} }
	for name, c := range map[string]struct {
		protection *policy.Protection
		jobs       []string
		status     Status
		code       string
	}{
		"no export":                             {nil, []string{"scan"}, NeedsYou, "datum-absent"},
		"an export that does not count":         {&policy.Protection{Absent: "too old"}, []string{"scan"}, NeedsYou, "datum-absent"},
		"the job is required":                   {requires("scan"), []string{"scan"}, Pass, "evidence-complete"},
		"the job may fail":                      {requires("lint"), []string{"scan"}, Gap, "artefact-missing"},
		"evidence that is no step of CI counts": {requires(), nil, Pass, "evidence-complete"},
	} {
		t.Run(name, func(t *testing.T) {
			f := situation{mode: rules.Prove, evidence: rules.E3, state: "completed", datum: true}.fold(t)
			f.opt.Policy.Protection = c.protection
			f.evidence[0].Jobs = c.jobs
			got := f.Report().Recommendations[0]
			if got.Status != c.status || got.Reasons[0].Code != c.code {
				t.Errorf("%s because of %+v, want %s because of %s", got.Status, got.Reasons, c.status, c.code)
			}
		})
	}
}

func TestOwnersOfCodeBindOnlyWhereTheyMustBeAsked(t *testing.T) {
	for _, asked := range []bool{false, true} {
		f := situation{mode: rules.Prove, evidence: rules.E3, state: "completed", datum: true}.fold(t)
		f.set.Signals["P-CODEOWNERS"] = []string{"good"}
		f.set.Guideline.Recommendations[0].PassNeeds = [][]string{{"P-CODEOWNERS"}}
		f.opt.Policy.Protection = &policy.Protection{Approvals: 1, CodeOwners: asked}
		if got := f.Report().Recommendations[0].Status; (got == Pass) != asked {
			t.Errorf("code owners asked %v: %s", asked, got)
		}
	}
}
