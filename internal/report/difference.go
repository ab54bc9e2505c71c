package report

import (
	"bytes"
	"fmt"
	"io"

	"bakedin/checks"
	"bakedin/internal/posture"
	"bakedin/internal/safe"
	"bakedin/rules"
)

// Difference is what changed between two runs, by fingerprint: positions do not count.
type Difference struct {
	New, Fixed []*checks.Finding
	Unchanged  int
	Moved      []Move
	Complete   bool // both runs were
}

// Move is a recommendation whose status changed.
type Move struct {
	ID, Title string
	From, To  posture.Status
}

// Compare two runs. Only open findings count.
func Compare(old, now *posture.Report) *Difference {
	d := &Difference{Complete: old.Run.Complete && now.Run.Complete}
	open := func(r *posture.Report) map[string]bool {
		m := map[string]bool{}
		for i := range r.Findings {
			if counts(&r.Findings[i]) {
				m[r.Findings[i].ID] = true
			}
		}
		return m
	}
	was, is := open(old), open(now)
	for i := range now.Findings {
		if f := &now.Findings[i]; is[f.ID] && !was[f.ID] {
			d.New = append(d.New, f)
		} else if is[f.ID] {
			d.Unchanged++
		}
	}
	for i := range old.Findings {
		if f := &old.Findings[i]; was[f.ID] && !is[f.ID] {
			d.Fixed = append(d.Fixed, f)
		}
	}
	status := map[string]posture.Status{}
	for i := range old.Recommendations {
		status[old.Recommendations[i].ID] = old.Recommendations[i].Status
	}
	for i := range now.Recommendations {
		x := &now.Recommendations[i]
		if from, ok := status[x.ID]; ok && from != x.Status {
			d.Moved = append(d.Moved, Move{x.ID, x.Title, from, x.Status})
		}
	}
	return d
}

// Worse tells whether a new finding is at or above a severity.
func (d *Difference) Worse(failOn string) bool {
	for _, f := range d.New {
		if posture.AtLeast(f.Severity, failOn) {
			return true
		}
	}
	return false
}

// Text writes the difference for people.
func (d *Difference) Text(w io.Writer, set *rules.Set, o TextOptions) error {
	t := &text{TextOptions: o, r: &posture.Report{}, set: set}
	if t.Width == 0 {
		t.Width = 100
	}
	for i := len(d.New) - 1; i >= 0; i-- {
		t.finding(d.New[i : i+1])
	}
	for _, f := range d.Fixed {
		t.printf("gone: %s[%s] %s\n", f.Severity, f.Rule, placeOf(f))
	}
	for _, m := range d.Moved {
		t.printf("%-8s %s, now %s: %s\n", m.ID, m.From, m.To, safe.Line(m.Title))
	}
	if !d.Complete {
		t.printf("INCOMPLETE: one of the two runs was; what is missing may only be unread\n")
	}
	t.printf("%d new, %d gone, %d unchanged\n", len(d.New), len(d.Fixed), d.Unchanged)
	return t.flush(w)
}

// Markdown writes the difference as the comment of a pull request.
func (d *Difference) Markdown(w io.Writer) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "## bakedin: %d new, %d gone, %d unchanged\n\n", len(d.New), len(d.Fixed), d.Unchanged)
	if !d.Complete {
		b.WriteString("**INCOMPLETE**: one of the two runs was; what is missing may only be unread.\n\n")
	}
	left := 0
	table := func(title string, found []*checks.Finding) {
		if len(found) == 0 {
			return
		}
		fmt.Fprintf(&b, "**%s**\n\n| severity | rule | place | what |\n|---|---|---|---|\n", title)
		for i, f := range found {
			if i == markdownRows || b.Len() > markdownBytes-4096 {
				left += len(found) - i
				break
			}
			fmt.Fprintf(&b, "| %s | `%s` | %s | %s |\n", f.Severity, f.Rule, safe.Cell(safe.Text(placeOf(f))), safe.Cell(safe.Line(string(f.Message))))
		}
		b.WriteString("\n")
	}
	table("New", d.New)
	table("Gone", d.Fixed)
	if len(d.Moved) > 0 {
		b.WriteString("**Recommendations that moved**\n\n")
		for _, m := range d.Moved {
			fmt.Fprintf(&b, "- %s: %s, now %s\n", safe.Code(safe.Line(m.ID+" "+m.Title)), m.From, m.To)
		}
		b.WriteString("\n")
	}
	if left > 0 {
		fmt.Fprintf(&b, "%d more are not in these tables.\n", left)
	}
	_, err := w.Write(b.Bytes())
	return err
}
