package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"
	"github.com/spf13/cobra"

	"bakedin/checks"
	"bakedin/internal/posture"
	"bakedin/internal/repo"
	"bakedin/internal/safe"
	"bakedin/ui"
)

func (a *app) fixCommand() *cobra.Command {
	opt := &checkFlags{}
	var apply, unsafe, listUndo bool
	var undo string
	cmd := &cobra.Command{
		Use:   "fix [PATH | FINDING-ID...]",
		Short: "show what can be mended as a diff; --apply writes it",
		Long: `fix plans the fixes of a scan (or of the findings that are named), scans the tree again as it would be, and prints the
diff. Nothing is written without --apply. Safe fixes are exact; others need --unsafe or their finding named. Every change can
be taken back: bakedin fix --undo.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			var ids, paths []string
			for _, arg := range args {
				if strings.HasPrefix(arg, "bk1:") {
					ids = append(ids, arg)
				} else {
					paths = append(paths, arg)
				}
			}
			s, err := a.newSession(cmd.Context(), opt, paths)
			if err != nil {
				return err
			}
			switch {
			case listUndo:
				return a.listUndo(s)
			case cmd.Flags().Changed("undo"):
				return a.undo(cmd.Context(), s, undo)
			}
			return a.fix(cmd.Context(), s, ids, apply, unsafe)
		},
	}
	opt.register(cmd.Flags())
	cmd.Flags().BoolVar(&apply, "apply", false, "write the changes")
	cmd.Flags().BoolVar(&unsafe, "unsafe", false, "also fixes that lose or change something a person must accept")
	cmd.Flags().StringVar(&undo, "undo", "last", "take the last change back, or the one of this number")
	cmd.Flags().Lookup("undo").NoOptDefVal = "last"
	cmd.Flags().BoolVar(&listUndo, "list-undo", false, "list what can be taken back")
	return cmd
}

func (a *app) fix(ctx context.Context, s *session, ids []string, apply, unsafe bool) error {
	tree, err := s.open(ctx)
	if err != nil {
		return &failure{code: exitUsage, err: err}
	}
	before, err := s.scan(ctx, tree)
	tree.Close()
	if err != nil {
		return err
	}
	choices, err := choose(before, ids, unsafe)
	if err != nil {
		return err
	}
	a.printSteps(before, ids)
	if len(choices) == 0 {
		fmt.Fprintln(a.streams.Out, "nothing that can be mended by an exact edit; bakedin check lists what is left")
		a.code = before.Run.ExitCode
		return nil
	}
	x := fixer{s}
	p, err := x.Plan(ctx, choices)
	if err != nil {
		return &failure{code: exitIncomplete, err: err, hint: "nothing was written"}
	}
	mask, err := checks.NewMask(s.rules.Set)
	if err != nil {
		return err
	}
	for _, f := range p.Files {
		fmt.Fprint(a.streams.Out, diffOf(f, mask))
	}
	for _, l := range p.LeftOut {
		fmt.Fprintf(a.streams.Out, "left out: %s: %s\n", l.Choice.Finding.ID, l.Reason)
	}
	fmt.Fprintf(a.streams.Out, "\n%s: scanned again, %s\n", p.Title, difference(before, p.Report))
	a.code = p.Report.Run.ExitCode
	if !apply {
		fmt.Fprintln(a.streams.Out, "nothing is written; bakedin fix --apply writes exactly this")
		return nil
	}
	done, err := x.Apply(ctx, p)
	if err != nil {
		return &failure{code: exitIncomplete, err: err, hint: "nothing was written"}
	}
	fmt.Fprintf(a.streams.Out, "written; bakedin fix --undo=%s takes it back\n", done.UndoID)
	return nil
}

// choose takes the first safe fix of every open finding, and others only when asked for.
func choose(r *posture.Report, ids []string, unsafe bool) ([]ui.Choice, error) {
	var out []ui.Choice
	seen := map[string]bool{}
	edited := map[repo.TextEdit]bool{}
	for _, f := range r.Findings {
		named := slices.Contains(ids, f.ID)
		if len(ids) > 0 && !named || f.Status != checks.Open {
			continue
		}
		seen[f.ID] = true
		for _, fix := range f.Fixes {
			if fix.Applicability == checks.Manual || fix.Applicability == checks.Unsafe && !unsafe && !named {
				continue
			}
			if same := len(fix.Edits) > 0; same {
				for _, e := range fix.Edits {
					same = same && edited[e]
					edited[e] = true
				}
				if same { // another finding asks for the very same lines
					break
				}
			}
			out = append(out, ui.Choice{Finding: f, FixID: fix.ID})
			break
		}
	}
	for _, id := range ids {
		if !seen[id] {
			return nil, usage("bakedin check lists the findings with their ids", "there is no open finding %s", id)
		}
	}
	return out, nil
}

// printSteps shows what a person must do by hand for the findings that were named.
func (a *app) printSteps(r *posture.Report, ids []string) {
	for _, f := range r.Findings {
		if !slices.Contains(ids, f.ID) {
			continue
		}
		for _, fix := range f.Fixes {
			if fix.Applicability != checks.Manual {
				continue
			}
			fmt.Fprintf(a.streams.Out, "%s: %s\n", f.ID, fix.Title)
			for i, step := range fix.Steps {
				fmt.Fprintf(a.streams.Out, "  %d. %s\n", i+1, safe.Line(step))
			}
			for _, c := range fix.Commands {
				fmt.Fprintf(a.streams.Out, "     %s\n", safe.Line(c))
			}
		}
	}
}

func diffOf(f ui.FileChange, mask *checks.Mask) string {
	if f.Table != nil {
		var b strings.Builder
		fmt.Fprintf(&b, "new file %s\n", safe.Path(f.Path))
		for _, row := range f.Table {
			fmt.Fprintf(&b, "  %s\n", safe.Line(strings.Join(row, "  ")))
		}
		return b.String()
	}
	from, to := "a/"+string(safe.Path(f.Path)), "b/"+string(safe.Path(f.Path))
	if f.Before == nil {
		from = "/dev/null"
	}
	if f.After == nil {
		to = "/dev/null"
	}
	lines := strings.SplitAfter(udiff.Unified(from, to, string(f.Before), string(f.After)), "\n")
	for i, line := range lines { // a credential may stand in what is taken out, and beside it
		lines[i] = mask.Line(line)
	}
	return string(safe.Block(strings.Join(lines, "")))
}

// difference says in words what a change does to findings and recommendations.
func difference(before, after *posture.Report) string {
	ids := func(r *posture.Report) map[string]bool {
		m := map[string]bool{}
		for _, f := range r.Findings {
			if f.Status == checks.Open {
				m[f.ID] = true
			}
		}
		return m
	}
	was, is := ids(before), ids(after)
	gone, fresh := 0, 0
	for id := range was {
		if !is[id] {
			gone++
		}
	}
	for id := range is {
		if !was[id] {
			fresh++
		}
	}
	text := fmt.Sprintf("%d findings, then %d", len(was), len(is))
	if fresh == 0 {
		text += "; nothing new"
	} else {
		text += fmt.Sprintf("; %d new", fresh)
	}
	for i := range after.Recommendations {
		if i < len(before.Recommendations) && before.Recommendations[i].Status != after.Recommendations[i].Status {
			text += fmt.Sprintf("; %s %s, then %s", after.Recommendations[i].ID, before.Recommendations[i].Status, after.Recommendations[i].Status)
		}
	}
	return text
}

func (a *app) listUndo(s *session) error {
	entries, err := repo.Undos(s.space)
	if err != nil {
		return err
	}
	if len(entries) == 0 {
		fmt.Fprintln(a.streams.Out, "nothing to take back")
	}
	for _, e := range entries {
		fmt.Fprintf(a.streams.Out, "%s  %s\n", e.ID, safe.Line(e.Title))
	}
	return nil
}

func (a *app) undo(ctx context.Context, s *session, id string) error {
	if id == "last" {
		entries, err := repo.Undos(s.space)
		if err != nil {
			return err
		}
		if len(entries) == 0 {
			return usage("", "nothing to take back")
		}
		id = entries[len(entries)-1].ID
	}
	if err := repo.Undo(ctx, s.space, id); err != nil {
		return &failure{code: exitIncomplete, err: err, hint: "nothing was written"}
	}
	fmt.Fprintf(a.streams.Out, "taken back: %s\n", id)
	return nil
}
