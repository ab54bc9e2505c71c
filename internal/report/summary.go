package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"bakedin/checks"
	"bakedin/internal/posture"
	"bakedin/internal/safe"
)

// summary prints the table, the posture, what was looked at, what is hidden, and one next step.
func (t *text) summary() {
	r := t.r
	t.printf("%-12s %5s %6s %7s\n", "", "new", "known", "waived")
	for _, s := range severities {
		c := r.Summary.BySeverity[s]
		t.printf("%-12s %5d %6d %7d\n", s, c.Open, c.Known, c.Waived)
	}
	t.printf("\n")
	if !r.Run.Complete {
		t.incomplete()
	}
	switch {
	case r.Posture != nil:
		t.posture(r.Posture)
	case r.Run.Partial:
		t.printf("no posture: only a part of the tree was looked at\n")
	default:
		t.printf("%s\n", t.paint("33", fmt.Sprintf("no AI assets found (looked for models, prompts, agents, datasets, notebooks and calls of AI libraries in %s)", count(r.Run.Files.Scanned, "file"))))
	}
	t.lookedAt()
	for _, n := range r.Notices {
		switch n.Kind {
		case "no-ai-assets", "partial-run", "policy-from-tree":
		default:
			t.printf("%-9s %s\n", "note", safe.Line(n.Text))
		}
	}
	t.printf("%-9s %s\n", "policy", policyLine(r))
	if r.Run.DurationMS > 0 {
		t.printf("%-9s %.1f s\n", "time", float64(r.Run.DurationMS)/1000)
	}
	t.next()
}

func (t *text) incomplete() {
	fatal := unread(t.r)
	what := count(len(fatal), "file") + " could not be read to the end"
	if len(fatal) == 0 {
		what = "the scan was stopped before its end"
	}
	t.printf("%s\n", t.paint("1;33", "INCOMPLETE: "+what))
	for _, s := range fatal[:min(len(fatal), 10)] {
		t.printf("  %s (%s: %s)\n", safe.Path(s.Path), s.Kind, safe.Line(s.Detail))
	}
	if len(fatal) > 10 {
		t.printf("  and %d more\n", len(fatal)-10)
	}
	t.printf("\n")
}

func (t *text) posture(p *posture.Posture) {
	if n := len(p.CriticalGaps); n > 0 {
		t.printf("%s\n", t.paint("1;31", fmt.Sprintf("%s: %s", count(n, "critical gap"), strings.Join(p.CriticalGaps, ", "))))
	}
	s := p.Shares.Whole()
	i := s.Interval()
	waived := ""
	if p.Counts.Waived > 0 {
		waived = fmt.Sprintf(" (%d waived)", p.Counts.Waived)
	}
	unknown := ""
	if !p.Complete && p.Counts.Unknown > 0 {
		unknown = fmt.Sprintf(" (%d unknown)", p.Counts.Unknown)
	}
	t.printf("posture   between %.0f and %.0f     proven %.0f · attested %.0f · gap %.0f%s · open %.0f%s\n", i.Low, i.High, s.Proven, s.Attested, s.Gap, waived, s.Open, unknown)
	t.printf("          %s\n", statusCounts(p.Counts))
	if p.NotApplicableShare > 30 {
		t.printf("          not applicable is %.0f %% of the catalogue: look at the reasons\n", p.NotApplicableShare)
	}
	if p.NothingOpen {
		t.printf("          nothing open today\n")
	}
	if e := p.NextExpiry; e != nil {
		t.printf("          next to run out: %s %s on %s\n", e.What, safe.Line(e.Ref), e.Date)
	}
}

func (t *text) lookedAt() {
	r := t.r
	t.printf("%-9s %s%s\n", "looked at", count(r.Run.Files.Scanned, "file"), inventory(r))
	var left []string
	if n := r.Run.Files.Excluded; n > 0 {
		left = append(left, fmt.Sprintf("%d excluded", n))
	}
	if n := r.Run.Files.Ignored; n > 0 {
		left = append(left, fmt.Sprintf("%d ignored by git", n))
	}
	if n := r.Run.Files.Skipped; n > 0 {
		left = append(left, fmt.Sprintf("%d not read", n))
	}
	if len(left) > 0 {
		t.printf("          %s\n", strings.Join(left, ", "))
	}
	if h := hidden(r); h != "" {
		t.printf("%-9s %s\n", "hidden", h)
	}
}

// next names the one thing to do now: the worst finding's fix, its page, or the first critical question.
func (t *text) next() {
	safeFixes, first, worst := 0, "", ""
	for i := range t.r.Findings {
		f := &t.r.Findings[i]
		if !counts(f) {
			continue
		}
		if first == "" {
			first = f.Explain
		}
		for _, fix := range f.Fixes {
			if fix.Applicability == checks.Safe {
				safeFixes++
				worst = cmp.Or(worst, f.ID)
				break
			}
		}
	}
	switch {
	case safeFixes == 1:
		t.printf("%-9s bakedin fix %s     shows the safe fix as a diff\n", "next", worst)
	case safeFixes > 1:
		t.printf("%-9s bakedin fix     shows %d safe fixes as a diff\n", "next", safeFixes)
	case first != "":
		t.printf("%-9s %s\n", "next", first)
	case t.r.Posture != nil:
		for i := range t.r.Recommendations {
			if x := &t.r.Recommendations[i]; x.Status == posture.NeedsYou && x.Severity == "critical" {
				t.printf("%-9s bakedin explain %s     a critical question is open\n", "next", x.ID)
				return
			}
		}
	}
}

// tally prints counts in place of findings: how many are open by rule, by file, or how the recommendations of each control
// stand.
func (t *text) tally() {
	open := map[string]int{}
	for i := range t.r.Findings {
		f := &t.r.Findings[i]
		switch {
		case !counts(f):
		case t.Summary == "rules":
			open[fmt.Sprintf("%-9s %s", f.Severity, f.Rule)]++
		case f.Location != nil:
			open[string(safe.Path(f.Location.Path))]++
		default:
			open["the repository"]++
		}
	}
	if t.Summary == "controls" {
		t.printf("%-6s %7s %9s %5s %7s %9s %8s %15s\n", "", "proven", "attested", "gap", "waived", "needs you", "unknown", "not applicable")
		for _, c := range t.r.Controls {
			n := c.Counts
			t.printf("%-6s %7d %9d %5d %7d %9d %8d %15d\n", safe.Line(c.ID), n.PassProven, n.PassAttested, n.Gap, n.Waived, n.NeedsYou, n.Unknown, n.NotApplicable)
		}
	} else {
		for _, name := range slices.SortedFunc(maps.Keys(open), func(a, b string) int { return cmp.Or(open[b]-open[a], strings.Compare(a, b)) }) {
			t.printf("%5d  %s\n", open[name], name)
		}
	}
	t.printf("\n")
}
