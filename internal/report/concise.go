package report

import (
	"bytes"
	"fmt"
	"io"

	"bakedin/checks"
	"bakedin/internal/posture"
	"bakedin/internal/safe"
)

// Concise writes one line a finding, for editors and grep: path:line:column: severity[rule] message. What could not be read
// is a line too.
func Concise(w io.Writer, r *posture.Report) error {
	var b bytes.Buffer
	for _, f := range r.Findings {
		if f.Status != checks.Open {
			continue
		}
		place := ".:1:1"
		if l := f.Location; l != nil {
			place = fmt.Sprintf("%s:%d:%d", safe.Path(l.Path), max(1, l.Start.Line), max(1, l.Start.Column))
		}
		fmt.Fprintf(&b, "%s: %s[%s] %s\n", place, f.Severity, f.Rule, safe.Line(string(f.Message)))
	}
	for _, s := range r.Skipped {
		if s.Fatal() {
			fmt.Fprintf(&b, "%s:1:1: incomplete[%s] %s\n", safe.Path(s.Path), s.Kind, safe.Line(s.Detail))
		}
	}
	_, err := io.WriteString(w, safe.WorkflowLines(b.String()))
	return err
}
