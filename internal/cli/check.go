package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"bakedin/checks"
	"bakedin/internal/posture"
	"bakedin/internal/repo"
	"bakedin/internal/report"
)

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
	return a.headless(ctx, s)
}

// headless scans once and writes the results.
func (a *app) headless(ctx context.Context, s *session) error {
	files, err := parseOutputs(s.opt.outputs)
	if err != nil {
		return err
	}
	a.explainSession(s)
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
	watch := a.stopwatch(s.opt)
	if watch != nil {
		more = append(more, watch)
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
			return &failure{code: exitIncomplete, err: err}
		}
	}
	if err := a.stepSummary(s, r); err != nil {
		return &failure{code: exitIncomplete, err: err}
	}
	if watch != nil {
		watch.tell()
	}
	err = a.write(a.streams.Out, s.opt.format, r, s)
	if errors.Is(err, syscall.EPIPE) && !slices.Contains([]string{"text", "concise", "markdown", "github"}, s.opt.format) {
		a.code = exitIncomplete // half a document is none
	}
	return err
}

// stepSummary gives a workflow of GitHub the whole report: annotations hold ten findings.
func (a *app) stepSummary(s *session, r *posture.Report) error {
	path, ok := a.env("GITHUB_STEP_SUMMARY")
	if s.opt.format != "github" || !ok || path == "" {
		return nil
	}
	var b bytes.Buffer
	if err := report.Markdown(&b, r, s.rules.Set); err != nil {
		return err
	}
	return repo.AppendFile(path, b.Bytes())
}

// write renders a report. A closed reader is no failure of ours when there is a whole document that nobody wanted.
func (a *app) write(w io.Writer, format string, r *posture.Report, s *session) error {
	return report.Write(w, format, r, s.rules.Set, report.Options{
		Text: report.TextOptions{
			Width: a.width(), Colour: a.color(s.opt.color) && w == a.streams.Out, ASCII: a.ascii(s.opt.ascii),
			Workflow: a.truthy("GITHUB_ACTIONS"), ShowSuppressed: s.opt.showSuppressed, Summary: s.opt.summary,
		},
		SARIF: report.SARIFOptions{Category: s.opt.sarifCategory, ShowSuppressed: s.opt.showSuppressed, Scope: s.opt.sarifScope, Baseline: s.policy.Baseline != nil},
	})
}

// output is one --output FORMAT=PATH.
type output struct{ format, path string }

func parseOutputs(flags []string) ([]output, error) {
	var out []output
	seen := map[string]bool{}
	for _, f := range flags {
		format, path, ok := strings.Cut(f, "=")
		if !ok || path == "" || !slices.Contains(report.Formats(), format) {
			return nil, usage("", "--output %q: it is FORMAT=PATH, and FORMAT one of %s", f, strings.Join(report.Formats(), ", "))
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
