package ui

import (
	"context"
	"errors"
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"bakedin/checks"
	"bakedin/internal/posture"
	"bakedin/rules"
)

// Everything that takes time or has an effect. No other file of this package calls a port.

// systemClock is the Clock of a program that was given none.
type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

// batch is what a scan has found so far.
type batch struct {
	report   *posture.Report
	progress Progress
}

// stream is a scan that runs. Its channel holds the newest batch only: each one contains all earlier ones.
type stream struct {
	run    int
	cancel context.CancelFunc
	latest chan batch
	done   chan scanDone
}

// startScan runs the scanner beside the program.
func startScan(ctx context.Context, o *Options, run int) *stream {
	ctx, cancel := context.WithCancel(ctx)
	s := &stream{run: run, cancel: cancel, latest: make(chan batch, 1), done: make(chan scanDone, 1)}
	go func() {
		defer cancel()
		report, err := safely(func() (*posture.Report, error) {
			return o.Scanner.Scan(ctx, func(r *posture.Report, p Progress) {
				select {
				case <-s.latest:
				default:
				}
				select {
				case s.latest <- batch{r, p}:
				default:
				}
			})
		})
		out := scanDone{run: run, at: o.Clock.Now(), err: err}
		if report != nil {
			out.store = newStore(o.Set, report, false)
		} else if err == nil {
			out.err = errors.New("the scan gave no report")
		}
		s.done <- out
	}()
	return s
}

// wait gives the next message of a scan. The end comes after the last batch that is worth drawing.
func (s *stream) wait(set *rules.Set, seq int) tea.Cmd {
	return func() tea.Msg {
		select {
		case d := <-s.done:
			return d
		case b := <-s.latest:
			return scanBatch{run: s.run, seq: seq, store: newStore(set, b.report, true), progress: b.progress}
		}
	}
}

const ticksPerSecond = 8

// tickAfter moves the spinner: eight times a second and only while something runs.
func tickAfter(run int) tea.Cmd {
	return tea.Tick(time.Second/ticksPerSecond, func(time.Time) tea.Msg { return tick{run} })
}

// plan asks for a preview and makes it ready to be drawn.
func plan(ctx context.Context, o *Options, id int, before *store, choices []Choice) tea.Cmd {
	return func() tea.Msg {
		p, err := safely(func() (*Preview, error) { return o.Fixer.Plan(ctx, choices) })
		if err == nil && p == nil {
			err = errors.New("there is no plan")
		}
		if err != nil {
			return planReady{id: id, err: err}
		}
		var after *store
		if p.Report != nil {
			after = newStore(o.Set, p.Report, false)
		}
		mask, err := checks.NewMask(o.Set)
		if err != nil {
			return planReady{id: id, err: err}
		}
		return planReady{id: id, preview: p, after: after, change: newChange(p, before, after, mask.Hiding(checks.SecretsOf(before.report.Findings)))}
	}
}

// grace waits until keys in flight have landed, so that none of them confirms what it was not meant for.
func grace(id int) tea.Cmd {
	return tea.Tick(425*time.Millisecond, func(time.Time) tea.Msg { return graceOver{id} })
}

// apply writes a preview. It is not cancelled: it ends or it takes itself back.
func apply(ctx context.Context, o *Options, id int, p *Preview) tea.Cmd {
	return func() tea.Msg {
		a, err := safely(func() (*Applied, error) { return o.Fixer.Apply(context.WithoutCancel(ctx), p) })
		out := appliedMsg{id: id, at: o.Clock.Now(), err: err}
		if a != nil { // also when the rescan failed: the files are written
			out.undo, out.report = a.UndoID, a.Report
			if a.Report != nil {
				out.store = newStore(o.Set, a.Report, false)
			}
		}
		return out
	}
}

func takeBack(ctx context.Context, o *Options, id string) tea.Cmd {
	return func() tea.Msg {
		r, err := safely(func() (*posture.Report, error) { return o.Fixer.Undo(context.WithoutCancel(ctx), id) })
		out := undoneMsg{id: id, at: o.Clock.Now(), err: err}
		if err == nil && r != nil {
			out.store = newStore(o.Set, r, false)
		}
		return out
	}
}

// copyText puts safe text on the clipboard by OSC 52; the message line shows it for terminals that ignore that.
func copyText(s string) tea.Cmd {
	return tea.Batch(tea.SetClipboard(s), func() tea.Msg { return copiedMsg{s} })
}

// safely turns a panic of a port into an error: the terminal belongs to this program.
func safely[T any](f func() (T, error)) (out T, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("internal error: %v", r)
		}
	}()
	return f()
}
