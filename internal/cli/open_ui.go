package cli

import (
	"context"
	"path/filepath"

	"bakedin/ui"
)

// openUI opens the terminal UI on a folder.
func (a *app) openUI(ctx context.Context, opt *checkFlags, args []string) error {
	s, err := a.newSession(ctx, opt, args)
	if err != nil {
		return err
	}
	title := "."
	if len(args) > 0 {
		title = args[0]
	}
	if abs, err := filepath.Abs(s.root); err == nil && (title == "." || title == "..") {
		title = filepath.Base(abs) // dots say nothing
	}
	return a.runUI(ctx, s, title)
}

func (a *app) runUI(ctx context.Context, s *session, title string) error {
	s.argv = []string{}
	o := a.uiOptions(s.opt)
	o.Set, o.Title, o.Scanner = s.rules.Set, title, &scanner{session: s}
	if s.space != nil {
		o.Fixer = fixer{s}
	}
	return ui.Run(ctx, o)
}

func (a *app) uiOptions(opt *checkFlags) ui.Options {
	noColor, _ := a.env("NO_COLOR")
	return ui.Options{
		ASCII: a.ascii(opt.ascii), NoColor: noColor != "" || opt.color == "never", Still: a.truthy("BAKEDIN_NO_MOTION"),
		In: a.streams.In, Out: a.streams.Out,
	}
}
