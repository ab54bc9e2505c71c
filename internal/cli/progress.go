package cli

import (
	"fmt"
	"io"
	"time"

	"bakedin/checks"
	"bakedin/internal/repo"
)

// progressLine tells people that something happens, on standard error: one line that is redrawn, or in a log one plain line
// now and then. It shows nothing before 300 ms have passed.
type progressLine struct {
	checks.Discard
	out    io.Writer
	redraw bool // a terminal; else plain lines
	since  func() time.Duration
	last   time.Duration
	models int
	drawn  bool
}

// between two updates of the line, and between two lines of a log
const (
	quietStart = 300 * time.Millisecond
	redrawGap  = 100 * time.Millisecond
	logGap     = 10 * time.Second
)

// Asset implements checks.Handler.
func (p *progressLine) Asset(a repo.Asset) error {
	if a.Kind == repo.Model {
		p.models++
	}
	return nil
}

// Progress implements checks.Handler.
func (p *progressLine) Progress(x checks.Progress) error {
	gap := redrawGap
	if !p.redraw {
		gap = logGap
	}
	now := p.since()
	if now < quietStart || now-p.last < gap {
		return nil
	}
	p.last = now
	verb := "scanning"
	if x.Phase == "files" {
		verb = "listing"
	}
	line := fmt.Sprintf("%s %d/%d files · %d models · %.1f s", verb, x.Done, x.Total, p.models, now.Seconds())
	if p.redraw {
		p.drawn = true
		fmt.Fprintf(p.out, "\r\x1b[K%s", line)
		return nil
	}
	fmt.Fprintln(p.out, line)
	return nil
}

// End implements checks.Handler.
func (p *progressLine) End(checks.End) error {
	if p.drawn {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
	return nil
}

// tee sends every event to several handlers, in order.
type tee []checks.Handler

func each[T any](t tee, v T, f func(checks.Handler, T) error) error {
	for _, h := range t {
		if err := f(h, v); err != nil {
			return err
		}
	}
	return nil
}

func (t tee) Begin(v checks.Begin) error       { return each(t, v, checks.Handler.Begin) }
func (t tee) Progress(v checks.Progress) error { return each(t, v, checks.Handler.Progress) }
func (t tee) Asset(v repo.Asset) error         { return each(t, v, checks.Handler.Asset) }
func (t tee) Context(v checks.Context) error   { return each(t, v, checks.Handler.Context) }
func (t tee) Finding(v checks.Finding) error   { return each(t, v, checks.Handler.Finding) }
func (t tee) Ignore(v checks.Ignore) error     { return each(t, v, checks.Handler.Ignore) }
func (t tee) Skipped(v checks.Skipped) error   { return each(t, v, checks.Handler.Skipped) }
func (t tee) Rule(v checks.RuleState) error    { return each(t, v, checks.Handler.Rule) }
func (t tee) Notice(v checks.Notice) error     { return each(t, v, checks.Handler.Notice) }
func (t tee) End(v checks.End) error           { return each(t, v, checks.Handler.End) }
