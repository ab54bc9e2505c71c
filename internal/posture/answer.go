package posture

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"bakedin/checks"
	"bakedin/internal/policy"
	"bakedin/rules"
)

// answer is an attestation and whether it holds today.
type answer struct {
	Attestation
	live    bool
	code    string // why it does not hold
	why     string
	answers []string
}

// covers tells whether the person saw this likely gap when answering "met".
func (a *answer) covers(f *checks.Finding) bool {
	return a != nil && a.live && a.Answer == "met" && slices.Contains(a.answers, f.ID)
}

// answerTo finds the answer to a recommendation: a live one, else the last.
func (f *Fold) answerTo(r *rules.Recommendation) *answer {
	var best *answer
	for i := range f.opt.Policy.Attestations {
		a := &f.opt.Policy.Attestations[i]
		if a.Recommendation != r.ID {
			continue
		}
		if x := f.weighAnswer(r, a); best == nil || x.live || !best.live && x.Date > best.Date {
			best = x
		}
	}
	return best
}

func (f *Fold) weighAnswer(r *rules.Recommendation, a *policy.Attestation) *answer {
	x := &answer{answers: a.Answers, Attestation: Attestation{
		Answer: a.Answer, By: a.By, Date: a.Date.Format(time.DateOnly), Expires: a.Expires.Format(time.DateOnly),
		Evidence: []string{}, BoundTo: []string{}, Seen: true,
	}}
	fail := func(code, format string, args ...any) *answer {
		x.code, x.why = code, fmt.Sprintf(format, args...)
		return x
	}
	counts := false
	for _, e := range a.Evidence {
		switch e.Kind {
		case "file":
			x.Evidence = append(x.Evidence, e.Path)
			counts = true
			if sum, ok := f.opt.Digest(e.Path); !ok || !strings.EqualFold(sum, e.SHA256) {
				return fail("evidence-stale", "%s is not what it was when %s answered", e.Path, a.By)
			}
		case "statement":
			x.Evidence = append(x.Evidence, e.Note)
			counts = counts || r.Mode == rules.Ask
			x.Seen = false
		default:
			x.Evidence = append(x.Evidence, e.URL+e.Path)
			x.Seen = false
			counts = true
		}
	}
	for asset, value := range a.BoundTo.Assets {
		x.BoundTo = append(x.BoundTo, asset)
		if !f.stillBound(asset, value) {
			return fail("attestation-bound-changed", "%s changed since %s answered", asset, a.By)
		}
	}
	slices.Sort(x.BoundTo)
	switch {
	case !a.Expires.After(f.opt.Now):
		return fail("attestation-expired", "the answer of %s ran out on %s", a.By, x.Expires)
	case a.Answer == "met" && !counts:
		return fail("attestation-without-evidence", "%s answered, but gave no evidence that counts", a.By)
	case a.Answer == "met" && r.Severity == rules.Critical && a.Second == "":
		return fail("question-open", "%s answered; a critical recommendation wants a second name", a.By)
	case len(a.Scope) > 0 && !f.scopeCovered(r, a.Scope):
		return fail("question-open", "%s answered for a part of the assets only", a.By)
	}
	x.live, x.Live = true, true
	return x
}

// stillBound compares what an answer recorded of an asset with what is there now. What cannot be compared leaves the
// answer standing.
func (f *Fold) stillBound(path, value string) bool {
	kind, want, _ := strings.Cut(value, ":")
	for _, a := range f.assets {
		if a.Path != path {
			continue
		}
		switch {
		case kind == "lfs" && a.LFS != nil:
			return a.LFS.OID == want
		case kind == "sha256":
			if sum, ok := f.opt.Digest(path); ok {
				return sum == want
			}
		}
		return true
	}
	return false
}

func (f *Fold) scopeCovered(r *rules.Recommendation, globs []string) bool {
	for _, asset := range f.scopeOf(r) {
		if !slices.ContainsFunc(globs, func(g string) bool { return matchGlob(g, asset) }) {
			return false
		}
	}
	return true
}
