package cli

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"bakedin/checks"
	"bakedin/internal/posture"
	"bakedin/internal/repo"
	"bakedin/internal/report"
)

// formats of check, report and --output.
var formats = []string{"text", "concise", "json", "json-v1", "sarif", "markdown"}

func (a *app) checkCommand() *cobra.Command {
	opt := &checkFlags{}
	cmd := &cobra.Command{
		Use:   "check [PATH...]",
		Short: "scan without a screen: for CI, scripts and pipes",
		Long: `check scans PATH (default: the current folder) and prints findings and posture. Several paths, or a file, restrict the
scan to them; then no posture is given.

Exit codes: 0 nothing new at or above --fail-on, 1 findings, 2 usage or configuration error, 3 the scan is incomplete.`,
		RunE: func(cmd *cobra.Command, args []string) error { return a.check(cmd.Context(), opt, args) },
	}
	opt.register(cmd.Flags())
	return cmd
}

func (a *app) check(ctx context.Context, opt *checkFlags, args []string) error {
	s, err := a.newSession(ctx, opt, args)
	if err != nil {
		return err
	}
	s.argv = safeArgs(append([]string{"check"}, args...))
	return a.headless(ctx, s)
}

// headless scans once and writes the results.
func (a *app) headless(ctx context.Context, s *session) error {
	files, err := parseOutputs(s.opt.outputs)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.opt.timeout)
	defer cancel()
	tree, err := s.open(ctx)
	if err != nil {
		return &failure{code: exitUsage, err: err}
	}
	defer tree.Close()
	var more []checks.Handler
	if p := a.progress(s.opt); p != nil {
		more = append(more, p)
	}
	r, err := s.scan(ctx, tree, more...)
	if r == nil {
		return err
	}
	if ctx.Err() == context.Canceled {
		return err
	}
	a.code = r.Run.ExitCode
	for _, f := range files {
		if err := a.writeFile(f, r, s); err != nil {
			return err
		}
	}
	return a.write(a.streams.Out, s.opt.format, r, s)
}

// write renders a report. A machine format is complete or absent: it is built first.
func (a *app) write(w io.Writer, format string, r *posture.Report, s *session) error {
	var b bytes.Buffer
	var err error
	set := s.rules.Set
	switch format {
	case "json", "json-v1":
		err = report.JSON(&b, r)
	case "sarif":
		err = report.SARIF(&b, r, set, report.SARIFOptions{ShowSuppressed: s.opt.showSuppressed})
	case "markdown":
		err = report.Markdown(&b, r, set)
	case "concise":
		err = report.Concise(&b, r)
	default:
		err = report.Text(&b, r, set, report.TextOptions{
			Width: a.width(), Colour: a.color(s.opt.color) && w == a.streams.Out, ASCII: a.ascii(s.opt.ascii),
			Workflow: a.truthy("GITHUB_ACTIONS"), ShowSuppressed: s.opt.showSuppressed,
		})
	}
	if err != nil {
		return err
	}
	_, err = w.Write(b.Bytes())
	return err
}

// output is one --output FORMAT=PATH.
type output struct{ format, path string }

func parseOutputs(flags []string) ([]output, error) {
	var out []output
	seen := map[string]bool{}
	for _, f := range flags {
		format, path, ok := strings.Cut(f, "=")
		if !ok || path == "" || !slices.Contains(formats, format) {
			return nil, usage("", "--output %q: it is FORMAT=PATH, and FORMAT one of %s", f, strings.Join(formats, ", "))
		}
		if seen[path] {
			return nil, usage("", "--output: two outputs to %s", path)
		}
		seen[path] = true
		if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
			return nil, usage("", "--output: there is no folder %s", filepath.Dir(path))
		}
		out = append(out, output{format, path})
	}
	return out, nil
}

func (a *app) writeFile(o output, r *posture.Report, s *session) error {
	var b bytes.Buffer
	if err := a.write(&b, o.format, r, s); err != nil {
		return err
	}
	return repo.WriteFile(o.path, b.Bytes())
}

// progress is the line that tells people to wait, or nil when nobody wants it.
func (a *app) progress(opt *checkFlags) *progressLine {
	terminal := isTerminal(a.streams.Err)
	if t, _ := a.env("TERM"); t == "dumb" {
		terminal = false
	}
	inCI := false
	for _, name := range ciVariables {
		inCI = inCI || a.truthy(name)
	}
	switch {
	case opt.quiet || opt.progress == "never":
		return nil
	case opt.progress == "always" || inCI || terminal:
		return &progressLine{out: a.streams.Err, redraw: terminal && !inCI, since: a.started}
	}
	return nil
}
