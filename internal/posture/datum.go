package posture

import (
	"slices"
	"strings"

	"bakedin/checks"
	"bakedin/rules"
)

// A datum is a fact outside the tree that a proof needs. There is one today: what protects the default branch. That CI
// looks for something proves little while a change can be merged without it.
const branchProtection = "branch-protection"

// hasData tells whether every datum of a recommendation is there.
func (f *Fold) hasData(r *rules.Recommendation) bool {
	return !slices.ContainsFunc(r.NeedsDatum, func(d string) bool { return d != branchProtection || !f.protected() })
}

func (f *Fold) protected() bool {
	p := f.opt.Policy.Protection
	return p != nil && p.Absent == ""
}

// whyNoData says why a datum does not count, and how to give it.
func (f *Fold) whyNoData(r *rules.Recommendation) string {
	if p := f.opt.Policy.Protection; p != nil && p.Absent != "" && slices.Contains(r.NeedsDatum, branchProtection) {
		return p.Absent
	}
	return "rests on " + strings.Join(r.NeedsDatum, ", ") + ", which no file of the tree shows: export the ruleset and name it under [datum.branch-protection] of .bakedin.toml"
}

// enforced tells whether evidence for a recommendation that rests on branch protection binds anybody: the job that a step
// of CI stands in has to be a required check, and the owners of code have to be asked.
func (j *judgement) enforced(e *checks.Finding) bool {
	if !slices.Contains(j.rec.NeedsDatum, branchProtection) {
		return true
	}
	p := j.fold.opt.Policy.Protection
	if j.realises(e.Rule, "P-CODEOWNERS") {
		return p != nil && p.CodeOwners
	}
	return e.Jobs == nil || p.Requires(e.Jobs)
}
