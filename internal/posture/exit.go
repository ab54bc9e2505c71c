package posture

import (
	"bakedin/checks"
	"bakedin/rules"
)

// ExitOptions say what the exit code means to the caller.
type ExitOptions struct {
	FailOn        string // never, or the severity from which findings count
	RequireInputs bool   // no AI asset at all is incomplete
	AllowUnclean  bool   // an incomplete scan is not an exit code of its own
	ExitZero      bool   // 0 in place of 1
	StrictWaivers bool   // a waiver or an inline ignore that matches nothing counts as a finding
}

// ExitCode is 0 when the scan is complete and nothing open is at or above the threshold, 1 when something is, 3 when the
// scan is incomplete, which outranks findings. would is the code findings alone would have given.
func ExitCode(r *Report, o ExitOptions) (code, would int) {
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Status == checks.Open && f.IsNew && AtLeast(f.Severity, o.FailOn) {
			would = 1
		}
	}
	if o.StrictWaivers && r.Suppressed.UnusedWaivers+r.Suppressed.UnusedInline+r.Suppressed.ExpiredWaivers > 0 {
		would = 1
	}
	code = would
	if o.ExitZero {
		code = 0
	}
	if !r.Run.Complete && !o.AllowUnclean || o.RequireInputs && r.Posture == nil && !r.Run.Partial {
		code = 3
	}
	return code, would
}

// AtLeast tells whether a severity is at or above a threshold: never, low, medium, high, critical.
func AtLeast(s rules.Severity, threshold string) bool {
	return threshold != "never" && severityRank(s) <= severityRank(rules.Severity(threshold))
}
