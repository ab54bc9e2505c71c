package report

import (
	"bytes"
	"fmt"
	"io"
	"slices"

	"bakedin/internal/posture"
	"bakedin/rules"
)

// Options say what the reader can do and what the person asked for. The zero value is plain.
type Options struct {
	Text  TextOptions
	SARIF SARIFOptions
}

type writer func(w io.Writer, r *posture.Report, set *rules.Set, o Options) error

var writers = []struct {
	name  string
	write writer
}{
	{"text", func(w io.Writer, r *posture.Report, set *rules.Set, o Options) error { return Text(w, r, set, o.Text) }},
	{"concise", func(w io.Writer, r *posture.Report, _ *rules.Set, _ Options) error { return Concise(w, r) }},
	{"json", func(w io.Writer, r *posture.Report, _ *rules.Set, _ Options) error { return JSON(w, r) }},
	{"json-v1", func(w io.Writer, r *posture.Report, _ *rules.Set, _ Options) error { return JSON(w, r) }},
	{"jsonl", func(w io.Writer, r *posture.Report, _ *rules.Set, _ Options) error { return JSONLines(w, r) }},
	{"sarif", func(w io.Writer, r *posture.Report, set *rules.Set, o Options) error {
		return SARIF(w, r, set, o.SARIF)
	}},
	{"markdown", func(w io.Writer, r *posture.Report, set *rules.Set, _ Options) error { return Markdown(w, r, set) }},
	{"html", func(w io.Writer, r *posture.Report, set *rules.Set, _ Options) error { return HTML(w, r, set) }},
	{"github", func(w io.Writer, r *posture.Report, _ *rules.Set, _ Options) error { return GitHub(w, r) }},
	{"gitlab-codequality", func(w io.Writer, r *posture.Report, _ *rules.Set, _ Options) error { return CodeQuality(w, r) }},
	{"gitlab-sast", func(w io.Writer, r *posture.Report, set *rules.Set, _ Options) error { return GitLabSAST(w, r, set) }},
	{"junit", func(w io.Writer, r *posture.Report, set *rules.Set, _ Options) error { return JUnit(w, r, set) }},
	{"csv", func(w io.Writer, r *posture.Report, _ *rules.Set, _ Options) error { return CSV(w, r) }},
}

// Formats lists the names that Write knows, the one for people first.
func Formats() []string {
	var names []string
	for _, f := range writers {
		names = append(names, f.name)
	}
	return names
}

// Write renders a report in a format. The document is built first and written in one call: it is whole, or it is absent.
func Write(w io.Writer, format string, r *posture.Report, set *rules.Set, o Options) error {
	for _, f := range writers {
		if f.name != format {
			continue
		}
		var b bytes.Buffer
		if err := f.write(&b, r, set, o); err != nil {
			return fmt.Errorf("%s report: %w", format, err)
		}
		_, err := w.Write(b.Bytes())
		return err
	}
	return fmt.Errorf("there is no report format %q; there are %v", format, slices.Sorted(slices.Values(Formats())))
}
