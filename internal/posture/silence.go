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

// comment is an inline ignore and what it did in this run.
type comment struct {
	*checks.Ignore
	count   int
	refused string // why it does not count
}

// ignoreInline marks the open findings that a comment of the scanned file covers, in place. A comment with an end counts as
// a waiver does; one without only quiets the list.
func (f *Fold) ignoreInline(findings []checks.Finding, r *Report) []comment {
	comments := make([]comment, len(f.ignores))
	for i := range comments {
		g := &f.ignores[i]
		comments[i] = comment{Ignore: g, refused: f.refusal(g)}
	}
	if f.opt.NoIgnores {
		return comments
	}
	for i := range findings {
		x := &findings[i]
		if x.Status != checks.Open {
			continue
		}
		for k := range comments {
			c := &comments[k]
			if !c.Covers(x) {
				continue
			}
			c.count++
			if c.refused == "" && slices.Contains(f.opt.Policy.Limits.ForbidInlineFor, string(x.Severity)) {
				c.refused = fmt.Sprintf("policy forbids it for findings of severity %s", x.Severity)
			}
			if c.refused != "" {
				continue
			}
			x.Status = checks.IgnoredInline
			x.Suppression = &checks.Suppression{Kind: "inline", Reason: c.Reason, Source: fmt.Sprintf("%s:%d", c.Path, c.Line)}
			if !c.Until.IsZero() {
				until := c.Until.Format(time.DateOnly)
				x.Suppression.Expires = &until
			}
			r.Suppressed.Inline++
			break
		}
	}
	return comments
}

// refusal says why a comment does not count; empty when it does.
func (f *Fold) refusal(g *checks.Ignore) string {
	days := f.opt.Policy.Limits.MaxWaiverDays
	switch {
	case g.Problem != "":
		return g.Problem
	case !g.Until.IsZero() && !g.Until.After(f.opt.Now):
		return "it ran out on " + g.Until.Format(time.DateOnly)
	case !g.Until.IsZero() && days > 0 && daysBetween(f.opt.Now, g.Until) > days:
		return fmt.Sprintf("it lasts more than the %d days that policy allows", days)
	case f.opt.Trusted != nil && !f.opt.Trusted(*g):
		return "it is not in the trusted revision yet: pending approval"
	}
	for _, slug := range g.Rules {
		if f.set.Rule(slug) == nil {
			return fmt.Sprintf("there is no rule %q", slug)
		}
	}
	return ""
}

// commentNotices tells of comments that silenced nothing, and why.
func (f *Fold) commentNotices(r *Report, comments []comment) {
	for i := range comments {
		c := &comments[i]
		ref := fmt.Sprintf("%s:%d", c.Path, c.Line)
		add := func(kind, format string, args ...any) {
			r.Notices = append(r.Notices, checks.Notice{Kind: kind, Text: fmt.Sprintf(format, args...), Ref: &ref})
		}
		switch {
		case c.refused != "":
			add("waiver-unused", "the ignore at %s does not count: %s", ref, c.refused)
			r.Suppressed.UnusedInline++
		case c.count == 0 && f.ended && f.end.Complete && !f.opt.NoIgnores && f.ran(c.Rules):
			add("waiver-unused", "the ignore at %s silences nothing (%s)", ref, strings.Join(c.Rules, ", "))
			r.Suppressed.UnusedInline++
		case c.InPrompt:
			add("hint", "the ignore at %s stands in a prompt, where the model reads it; a waiver is better", ref)
		}
	}
}

// ran tells whether all these rules ran to their end: only then can a comment about them be said to be of no use.
func (f *Fold) ran(slugs []string) bool {
	return !slices.ContainsFunc(slugs, func(s string) bool { return f.states[s].State != checks.Completed })
}

// recognise marks the findings that the baseline knows, in place. Counts decide, not positions: of more findings with the
// same content than are known, the last are new.
func (f *Fold) recognise(findings []checks.Finding, r *Report) {
	known := f.opt.Policy.Baseline
	if known == nil || f.opt.NoIgnores {
		return
	}
	left := map[policy.BaselineGroup]int{} // how many of a group may still be known
	for _, g := range known.Groups {
		left[policy.BaselineGroup{Path: g.Path, Rule: g.Rule, ID: g.ID}] = g.N
	}
	for i := range findings {
		x := &findings[i]
		g := policy.BaselineGroup{Path: pathOf(x), Rule: x.Rule, ID: x.Group}
		if left[g]--; left[g] < 0 {
			continue
		}
		x.IsNew = false
		if x.Status == checks.Open {
			x.Status = checks.Baselined
			x.Suppression = &checks.Suppression{Kind: "baseline", Reason: "known before", Source: policy.BaselinePath}
			r.Suppressed.Baselined++
		}
	}
}

func pathOf(x *checks.Finding) string {
	if x.Location == nil {
		return ""
	}
	return x.Location.Path
}

// Known is the baseline that the findings of this run make: all but those that are waived or ignored.
func (f *Fold) Known() *policy.Baseline {
	b := &policy.Baseline{}
	all := slices.Clone(f.gaps)
	var scratch Report
	f.waive(all, &scratch)
	f.ignoreInline(all, &scratch)
	for i := range all {
		if x := &all[i]; x.Status == checks.Open && x.Says == rules.Gap {
			b.Add(pathOf(x), x.Rule, x.Group)
		}
	}
	return b
}
