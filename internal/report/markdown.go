package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"bakedin/checks"
	"bakedin/internal/posture"
	"bakedin/internal/safe"
	"bakedin/rules"
)

// most findings in a Markdown table; hosts cut long comments
const markdownRows = 100

// Markdown writes the comment of a pull request: posture, critical gaps, findings, what was looked at. Every string of the
// repository stands in a code span.
func Markdown(w io.Writer, r *posture.Report, _ *rules.Set) error {
	var b bytes.Buffer
	b.WriteString("## bakedin\n\n")
	if !r.Run.Complete {
		fmt.Fprintf(&b, "**INCOMPLETE**: %s could not be read to the end.\n\n", count(r.Run.Files.Skipped, "file"))
	}
	if p := r.Posture; p != nil {
		s := p.Shares.Whole()
		i := s.Interval()
		fmt.Fprintf(&b, "Posture **between %.0f and %.0f**: proven %.0f, attested %.0f, gap %.0f, open %.0f.\n\n", i.Low, i.High, s.Proven, s.Attested, s.Gap, s.Open)
		if len(p.CriticalGaps) > 0 {
			fmt.Fprintf(&b, "**%s**: %s\n\n", count(len(p.CriticalGaps), "critical gap"), strings.Join(p.CriticalGaps, ", "))
		}
	} else if !r.Run.Partial {
		b.WriteString("No AI assets found.\n\n")
	}
	rows := 0
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Status != checks.Open {
			continue
		}
		if rows == 0 {
			b.WriteString("| severity | rule | place | what |\n|---|---|---|---|\n")
		}
		if rows++; rows > markdownRows {
			continue
		}
		place := "the repository"
		if l := f.Location; l != nil {
			place = safe.Cell(safe.Text(fmt.Sprintf("%s:%d", safe.Path(l.Path), max(1, l.Start.Line))))
		}
		fmt.Fprintf(&b, "| %s | `%s` | %s | %s |\n", f.Severity, f.Rule, place, safe.Cell(safe.Line(string(f.Message))))
	}
	if rows > markdownRows {
		fmt.Fprintf(&b, "\n%d more findings are not in this table.\n", rows-markdownRows)
	}
	fmt.Fprintf(&b, "\nLooked at %d files; %d waived, %d below the threshold. Static files only: nothing was run.\n", r.Run.Files.Scanned, r.Suppressed.Waived, r.Suppressed.BelowThreshold)
	_, err := w.Write(b.Bytes())
	return err
}
