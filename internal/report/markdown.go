package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"bakedin/internal/posture"
	"bakedin/internal/safe"
	"bakedin/rules"
)

// What a Markdown document holds at most: hosts refuse comments of more than 65,536 characters.
const (
	markdownRows  = 100
	markdownBytes = 60_000
)

// Markdown writes the comment of a pull request and the summary of a job: posture, critical gaps, new findings, the status
// of every recommendation, what is hidden, what was looked at. Every string of the repository stands in a code span.
func Markdown(w io.Writer, r *posture.Report, _ *rules.Set) error {
	var b bytes.Buffer
	b.WriteString("## bakedin\n\n")
	if fatal := unread(r); !r.Run.Complete {
		fmt.Fprintf(&b, "**INCOMPLETE**: %s could not be read to the end.\n\n", count(len(fatal), "file"))
		for _, s := range fatal[:min(len(fatal), 10)] {
			fmt.Fprintf(&b, "- %s: %s, %s\n", safe.Code(safe.Path(s.Path)), s.Kind, safe.Code(safe.Line(s.Detail)))
		}
		b.WriteString("\n")
	}
	if p := r.Posture; p != nil {
		s := p.Shares.Whole()
		i := s.Interval()
		fmt.Fprintf(&b, "Posture **between %.0f and %.0f**: proven %.0f, attested %.0f, gap %.0f, open %.0f.\n\n", i.Low, i.High, s.Proven, s.Attested, s.Gap, s.Open)
		if len(p.CriticalGaps) > 0 {
			fmt.Fprintf(&b, "**%s**: %s\n\n", count(len(p.CriticalGaps), "critical gap"), strings.Join(p.CriticalGaps, ", "))
		}
	} else if r.Run.Partial {
		b.WriteString("No posture: only a part of the tree was looked at.\n\n")
	} else {
		b.WriteString("No AI assets found.\n\n")
	}
	var tail bytes.Buffer
	statuses(&tail, r)
	if h := hidden(r); h != "" {
		fmt.Fprintf(&tail, "Hidden: %s.\n\n", h)
	}
	fmt.Fprintf(&tail, "Looked at %s%s. Policy: %s. Static files only: nothing was run.\n", count(r.Run.Files.Scanned, "file"), inventory(r), safe.Code(safe.Text(policyLine(r))))
	rows, left := 0, 0
	for i := range r.Findings {
		f := &r.Findings[i]
		if !counts(f) {
			continue
		}
		if rows == 0 {
			b.WriteString("| severity | rule | place | what |\n|---|---|---|---|\n")
		}
		row := fmt.Sprintf("| %s | `%s` | %s | %s |\n", f.Severity, f.Rule, safe.Cell(safe.Text(placeOf(f))), safe.Cell(safe.Line(string(f.Message))))
		if rows++; left > 0 || rows > markdownRows || b.Len()+len(row)+tail.Len() > markdownBytes {
			left++
			continue
		}
		b.WriteString(row)
	}
	if left > 0 {
		fmt.Fprintf(&b, "\n%s not in this table.\n", plural(left, "more finding is", "more findings are"))
	}
	if rows > 0 {
		b.WriteString("\n")
	}
	b.Write(tail.Bytes())
	_, err := w.Write(b.Bytes())
	return err
}

// statuses lists every recommendation with its status, folded away.
func statuses(b *bytes.Buffer, r *posture.Report) {
	if len(r.Recommendations) == 0 {
		return
	}
	fmt.Fprintf(b, "<details><summary>Status of all %d recommendations</summary>\n\n| id | recommendation | status |\n|---|---|---|\n", len(r.Recommendations))
	for i := range r.Recommendations {
		x := &r.Recommendations[i]
		status := string(x.Status)
		if x.Basis != nil {
			status += " (" + string(*x.Basis) + ")"
		}
		fmt.Fprintf(b, "| %s | %s | %s |\n", x.ID, safe.Cell(safe.Line(x.Title)), status)
	}
	b.WriteString("\n</details>\n\n")
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
