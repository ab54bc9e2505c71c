package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"bakedin/checks"
	"bakedin/internal/posture"
	"bakedin/internal/repo"
	"bakedin/ui"
)

// fixer plans, previews, applies and undoes: the one engine behind the UI and bakedin fix.
type fixer struct{ session *session }

// planned is what a preview remembers of its plan.
type planned struct{ plan repo.Plan }

// Plan implements ui.Fixer.
func (x fixer) Plan(ctx context.Context, choices []ui.Choice) (*ui.Preview, error) {
	if x.session.space == nil {
		return nil, errNoWorkspace
	}
	tree, err := x.session.open(ctx)
	if err != nil {
		return nil, err
	}
	defer tree.Close()
	plan, left, err := x.join(ctx, tree, choices)
	if errors.Is(err, repo.ErrChanged) {
		return nil, fmt.Errorf("%w: %w", ui.ErrChanged, err)
	}
	if err != nil {
		return nil, err
	}
	after, err := repo.Preview(ctx, tree, plan)
	if err != nil {
		return nil, err
	}
	out := &ui.Preview{Title: plan.Title, LeftOut: left, Plan: planned{plan}}
	for _, e := range plan.Edits {
		change, err := changeOf(tree, e)
		if err != nil {
			return nil, err
		}
		out.Files = append(out.Files, change)
	}
	if out.Report, err = x.session.scan(ctx, after); err != nil {
		return nil, err
	}
	if err := x.unread(ctx, tree, plan, out.Report); err != nil {
		return nil, err
	}
	return out, nil
}

// join makes one plan of several choices: their edits are collected first, so that two fixes of one file become one write.
func (x fixer) join(ctx context.Context, tree *repo.Tree, choices []ui.Choice) (repo.Plan, []ui.LeftOut, error) {
	var edits []repo.TextEdit
	var edited []ui.Choice
	var others []repo.Edit
	var left []ui.LeftOut
	var drafts []string
	title := ""
	taken := 0
	for _, c := range choices {
		if c.Draft != "" {
			drafts = append(drafts, c.Draft)
			continue
		}
		fix := fixOf(&c.Finding, c.FixID)
		switch {
		case fix == nil:
			return repo.Plan{}, nil, fmt.Errorf("%s has no fix %q", c.Finding.ID, c.FixID)
		case fix.Applicability == checks.Manual:
			left = append(left, ui.LeftOut{Choice: c, Reason: "steps for a person, nothing to apply"})
			continue
		case len(fix.Edits) == 0:
			plan, err := checks.PlanFix(ctx, tree, x.session.rules, c.Finding, c.FixID)
			if err != nil {
				return repo.Plan{}, nil, err
			}
			if sameTarget(others, plan.Edits) {
				left = append(left, ui.LeftOut{Choice: c, Reason: "an earlier one writes the same file"})
				continue
			}
			others = append(others, plan.Edits...)
		case overlaps(edits, fix.Edits):
			left = append(left, ui.LeftOut{Choice: c, Reason: "changes the same lines as an earlier one; apply it afterwards"})
			continue
		default:
			edits, edited = merged(edits, fix.Edits), append(edited, c)
		}
		if taken++; title == "" {
			title = fix.Title
		}
	}
	if len(drafts) > 0 {
		started, first, err := x.start(ctx, tree, drafts)
		if err != nil {
			return repo.Plan{}, nil, err
		}
		others = append(others, started...)
		if taken += len(started); title == "" {
			title = first
		}
	}
	if taken == 0 {
		return repo.Plan{}, left, errors.New("there is nothing to apply")
	}
	if checks.Intact(tree, edits) != nil {
		var unsound []ui.LeftOut
		edits, unsound = sound(tree, edited)
		left = append(left, unsound...)
		if taken -= len(unsound); taken == 0 {
			return repo.Plan{}, left, fmt.Errorf("there is nothing to apply: %s", unsound[0].Reason)
		}
	}
	plan, err := repo.Writes(tree, edits)
	if err != nil {
		return repo.Plan{}, nil, err
	}
	plan.Edits = append(plan.Edits, others...)
	if plan.Title = title; taken > 1 {
		plan.Title = fmt.Sprintf("%s and %d more", title, taken-1)
	}
	return plan, left, nil
}

func sameTarget(taken, more []repo.Edit) bool {
	for _, a := range taken {
		for _, b := range more {
			if a.Target() == b.Target() {
				return true
			}
		}
	}
	return false
}

func fixOf(f *checks.Finding, id string) *checks.Fix {
	for i := range f.Fixes {
		if f.Fixes[i].ID == id {
			return &f.Fixes[i]
		}
	}
	return nil
}

// overlaps tells whether new edits touch bytes that are taken. Two insertions at one place overlap, unless they are the same
// edit: several findings may ask for one line.
func overlaps(taken, more []repo.TextEdit) bool {
	for _, a := range taken {
		for _, b := range more {
			if a != b && a.Path == b.Path && (a.Start < b.End && b.Start < a.End || a.Start == b.Start) {
				return true
			}
		}
	}
	return false
}

// sound are the edits of the choices that leave every file whole together; the others are left out.
func sound(tree *repo.Tree, choices []ui.Choice) (edits []repo.TextEdit, left []ui.LeftOut) {
	for _, c := range choices {
		more := merged(slices.Clone(edits), fixOf(&c.Finding, c.FixID).Edits)
		if err := checks.Intact(tree, more); err != nil {
			left = append(left, ui.LeftOut{Choice: c, Reason: err.Error()})
			continue
		}
		edits = more
	}
	return edits, left
}

// merged are the edits of both, each once.
func merged(taken, more []repo.TextEdit) []repo.TextEdit {
	for _, e := range more {
		if !slices.Contains(taken, e) {
			taken = append(taken, e)
		}
	}
	return taken
}

// unread refuses a plan after which a file that it writes can no longer be read to its end. The tree is scanned as it is only
// when there is such a file: it may have been so before.
func (x fixer) unread(ctx context.Context, tree *repo.Tree, plan repo.Plan, after *posture.Report) error {
	written := map[string]bool{}
	for _, e := range plan.Edits {
		written[e.Target()] = true
	}
	worse := func(s checks.Skipped) bool { return written[s.Path] && s.Fatal() }
	if !slices.ContainsFunc(after.Skipped, worse) {
		return nil
	}
	before, err := x.session.scan(ctx, tree)
	if err != nil {
		return err
	}
	for _, s := range after.Skipped {
		same := func(was checks.Skipped) bool { return was.Path == s.Path && was.Kind == s.Kind }
		if worse(s) && !slices.ContainsFunc(before.Skipped, same) {
			return fmt.Errorf("%s could not be read any more after the change: %s", s.Path, s.Detail)
		}
	}
	return nil
}

func changeOf(tree *repo.Tree, e repo.Edit) (ui.FileChange, error) {
	change := ui.FileChange{Path: e.Target()}
	before, err := tree.ReadFile(e.Target(), 64<<20)
	if err == nil {
		change.Before = before
	} else if !errors.Is(err, fs.ErrNotExist) {
		return change, err
	}
	switch e := e.(type) {
	case repo.Write:
		change.After = e.New
	case repo.Rename:
		change.To, change.After = e.To, before
	case repo.Stream:
		change.Before, change.Table = nil, e.Table
	}
	return change, nil
}

// Apply implements ui.Fixer.
func (x fixer) Apply(ctx context.Context, p *ui.Preview) (*ui.Applied, error) {
	plan := p.Plan.(planned).plan
	if x.session.mode == "staged" {
		plan = repo.AsCheckedOut(x.session.space, plan)
	}
	entry, err := repo.Apply(ctx, x.session.space, plan)
	if errors.Is(err, repo.ErrChanged) {
		return nil, fmt.Errorf("%w: %w", ui.ErrChanged, err)
	}
	if err != nil {
		return nil, err
	}
	report, err := x.rescan(ctx)
	return &ui.Applied{UndoID: entry.ID, Report: report}, err
}

// Undo implements ui.Fixer.
func (x fixer) Undo(ctx context.Context, id string) (*posture.Report, error) {
	if err := repo.Undo(ctx, x.session.space, id); err != nil {
		if errors.Is(err, repo.ErrChanged) {
			return nil, fmt.Errorf("%w: %w", ui.ErrChanged, err)
		}
		return nil, err
	}
	return x.rescan(ctx)
}

func (x fixer) rescan(ctx context.Context) (*posture.Report, error) {
	tree, err := x.session.open(ctx)
	if err != nil {
		return nil, err
	}
	defer tree.Close()
	return x.session.scan(ctx, tree)
}
