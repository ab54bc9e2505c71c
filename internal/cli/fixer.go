package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

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
	after, err := repo.Preview(tree, plan)
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
	out.Report, err = x.session.scan(ctx, after)
	return out, err
}

// join makes one plan of several choices: their edits are collected first, so that two fixes of one file become one write.
func (x fixer) join(ctx context.Context, tree *repo.Tree, choices []ui.Choice) (repo.Plan, []ui.LeftOut, error) {
	var edits []repo.TextEdit
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
			edits = append(edits, fix.Edits...)
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
			if a.Path == b.Path && (a.Start < b.End && b.Start < a.End || a.Start == b.Start) {
				return true
			}
		}
	}
	return false
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
