package report

import (
	"bytes"
	"fmt"
	"io"

	"bakedin/internal/posture"
	"bakedin/internal/safe"
	"bakedin/rules"
)

// most annotations that a step of a workflow shows
const annotations = 10

var annotationLevel = map[rules.Severity]string{rules.Critical: "error", rules.High: "error", rules.Medium: "warning", rules.Low: "notice"}

// GitHub writes workflow commands: the ten worst findings as annotations, what could not be read, and one line that says
// how much there is. The whole is the Markdown, which belongs into the summary of the step.
// Source: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
func GitHub(w io.Writer, r *posture.Report) error {
	var b bytes.Buffer
	told, open := 0, 0
	for i := range r.Findings {
		f := &r.Findings[i]
		if !counts(f) {
			continue
		}
		if open++; told == annotations {
			continue
		}
		told++
		place := ""
		if l := f.Location; l != nil {
			place = "file=" + safe.WorkflowProperty(safe.Path(l.Path)) + ","
			if l.Kind == "text" {
				place += fmt.Sprintf("line=%d,endLine=%d,col=%d,", max(1, l.Start.Line), max(1, l.Start.Line, l.End.Line), max(1, l.Start.Column))
			}
		}
		title := safe.WorkflowProperty(safe.Line(fmt.Sprintf("%s %s", f.Severity, f.Rule)))
		fmt.Fprintf(&b, "::%s %stitle=%s::%s\n", annotationLevel[f.Severity], place, title, safe.WorkflowData(safe.Line(string(f.Message))))
	}
	if !r.Run.Complete {
		n := 0
		for _, s := range r.Skipped {
			if s.Fatal() {
				n++
			}
		}
		fmt.Fprintf(&b, "::error title=bakedin is incomplete::%s could not be read to the end\n", count(n, "file"))
	}
	fmt.Fprintf(&b, "bakedin: %s, %d of them as annotations; looked at %s\n", count(open, "open finding"), told, count(r.Run.Files.Scanned, "file"))
	_, err := w.Write(b.Bytes())
	return err
}
