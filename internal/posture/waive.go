package posture

import (
	"fmt"
	"time"

	"bakedin/checks"
	"bakedin/internal/policy"
	"bakedin/rules"
)

// expiring waivers and answers are announced so many days ahead
const expirySoon = 14

// use is what a waiver did in this run.
type use struct {
	waiver *policy.Waiver
	count  int
	live   bool
}

// waive marks the findings that a live waiver covers, in place.
func (f *Fold) waive(findings []checks.Finding, r *Report) []use {
	uses := make([]use, len(f.opt.Policy.Waivers))
	for i := range uses {
		w := &f.opt.Policy.Waivers[i]
		uses[i] = use{waiver: w, live: w.Expires.After(f.opt.Now)}
	}
	if f.opt.NoIgnores {
		return nil
	}
	for i := range findings {
		x := &findings[i]
		for k := range uses {
			u := &uses[k]
			path := ""
			if x.Location != nil {
				path = x.Location.Path
			}
			if !u.waiver.Matches(x.ID, x.Rule, path) {
				continue
			}
			u.count++
			if !u.live || x.Severity == rules.Critical && daysBetween(u.waiver.Created, u.waiver.Expires) > f.opt.Policy.Limits.MaxWaiverDaysCritical {
				continue
			}
			expires := u.waiver.Expires.Format(time.DateOnly)
			x.Status = checks.Waived
			x.Suppression = &checks.Suppression{Kind: "waiver", Reason: u.waiver.Reason, Owner: u.waiver.Owner, Expires: &expires, Category: u.waiver.Category, Source: u.waiver.Source}
			r.Suppressed.Waived++
			break
		}
	}
	return uses
}

func daysBetween(a, b time.Time) int { return int(b.Sub(a).Hours()/24 + 0.5) }

// ownNotices tells of waivers and answers that ran out, will run out, or did nothing.
func (f *Fold) ownNotices(r *Report, uses []use) {
	add := func(kind, ref, format string, args ...any) {
		n := checks.Notice{Kind: kind, Text: fmt.Sprintf(format, args...)}
		if ref != "" {
			n.Ref = &ref
		}
		r.Notices = append(r.Notices, n)
	}
	for _, u := range uses {
		w, left := u.waiver, daysBetween(f.opt.Now, u.waiver.Expires)
		switch {
		case !u.live:
			r.Suppressed.ExpiredWaivers++
			add("waiver-expired", w.Source, "the waiver of %s ran out on %s", w.Owner, w.Expires.Format(time.DateOnly))
		case u.count == 0 && f.ended && f.end.Complete && !r.Run.Partial && !f.waivesMissing(w):
			r.Suppressed.UnusedWaivers++
			add("waiver-unused", w.Source, "the waiver of %s matches nothing", w.Owner)
		case left <= expirySoon:
			add("waiver-expiring", w.Source, "the waiver of %s expires in %d days", w.Owner, left)
		}
	}
	if len(r.Policy.Files) > 0 && r.Policy.Source == "tree" {
		add("policy-from-tree", "", "settings, waivers and answers were read from the scanned tree")
	}
}

// waivesMissing tells whether the waiver is about an artefact that is not there; such gaps are no findings.
func (f *Fold) waivesMissing(w *policy.Waiver) bool {
	for i := range f.set.Guideline.Recommendations {
		if w.ID != "" && w.ID == missingID(&f.set.Guideline.Recommendations[i]) {
			return true
		}
	}
	return false
}

func missingID(r *rules.Recommendation) string { return checks.MissingID(r.ID, "artefact") }

// nextExpiry is the next live waiver or answer to run out.
func (f *Fold) nextExpiry() *Expiry {
	var next *Expiry
	consider := func(when time.Time, what, ref string) {
		date := when.Format(time.DateOnly)
		if when.After(f.opt.Now) && (next == nil || date < next.Date) {
			next = &Expiry{Date: date, What: what, Ref: ref}
		}
	}
	for i := range f.opt.Policy.Waivers {
		w := &f.opt.Policy.Waivers[i]
		ref := w.ID
		if ref == "" {
			ref = w.Source
		}
		consider(w.Expires, "waiver", ref)
	}
	for i := range f.opt.Policy.Attestations {
		a := &f.opt.Policy.Attestations[i]
		consider(a.Expires, "attestation", a.Recommendation)
	}
	return next
}
