package cli

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"bakedin/checks"
	"bakedin/internal/draft"
	"bakedin/internal/posture"
	"bakedin/internal/repo"
	"bakedin/internal/safe"
	"bakedin/ui"
)

func (a *app) fixCommand() *cobra.Command {
	opt := &checkFlags{}
	want := wanted{}
	var listUndo bool
	var undo string
	cmd := &cobra.Command{
		Use:   "fix [PATH | FINDING-ID | RECOMMENDATION...]",
		Short: "show what can be mended as a diff; --apply writes it",
		Long: `fix plans the fixes of a scan (or of what is named), scans the tree again as it would be, and prints the diff. Nothing is
written without --apply. Safe fixes are exact; others need --unsafe or their finding named. A recommendation (SD-2.1) brings the
fixes of its findings and the start of the document that it asks for. Every change can be taken back: bakedin fix --undo.

With --staged it looks at what is staged and writes to the working tree, where both are the same; what to stage stays yours.`,
		Example: `  bakedin fix                        what is safe to mend, as a diff
  bakedin fix --apply
  bakedin fix -i                     one by one
  bakedin fix SD-2.1 --apply         start the threat model
  bakedin fix --document all         every document that can be started`,
		RunE: func(cmd *cobra.Command, args []string) error {
			var paths []string
			for _, arg := range args {
				switch {
				case strings.HasPrefix(arg, "bk1:"):
					want.ids = append(want.ids, arg)
				case recommendationID.MatchString(arg):
					want.recommendations = append(want.recommendations, arg)
				default:
					paths = append(paths, arg)
				}
			}
			if cmd.Flags().Changed("format") {
				return usage("bakedin check --format json lists the fixes of each finding with their edits", "fix prints a diff and has no --format")
			}
			if want.ask && want.apply {
				return usage("bakedin fix -i", "--apply writes everything, -i asks for each: give one of them")
			}
			if opt.diff == noRevision {
				opt.diff = ""
				if want.ask || want.apply {
					return usage("bakedin fix --diff", "--diff only shows: leave it out to write")
				}
			}
			s, err := a.newSession(cmd.Context(), opt, paths)
			if err != nil {
				return err
			}
			if opt.staged {
				s.space = repo.DirWorkspace(s.root)
			}
			switch {
			case listUndo:
				return a.listUndo(s)
			case cmd.Flags().Changed("undo"):
				return a.undo(cmd.Context(), s, undo)
			}
			return a.fix(cmd.Context(), s, want)
		},
	}
	opt.register(cmd.Flags())
	diff := cmd.Flags().Lookup("diff")
	diff.Usage = "show the diff, as without it; --diff=REF: only files that differ from the merge base with this revision"
	diff.NoOptDefVal = noRevision
	cmd.Flags().BoolVar(&want.apply, "apply", false, "write the changes")
	cmd.Flags().BoolVarP(&want.ask, "interactive", "i", false, "show the changes one by one and ask for each")
	cmd.Flags().BoolVar(&want.unsafe, "unsafe", false, "also fixes that lose or change something a person must accept")
	cmd.Flags().StringArrayVar(&want.rules, "rule", nil, "only fixes of this rule; may be given again")
	cmd.Flags().StringArrayVar(&want.documents, "document", nil, "start this document (threat-model, model-card, …, or all)")
	cmd.Flags().StringVar(&undo, "undo", "last", "take the last change back, or the one of this number")
	cmd.Flags().Lookup("undo").NoOptDefVal = "last"
	cmd.Flags().BoolVar(&listUndo, "list-undo", false, "list what can be taken back")
	return cmd
}

// noRevision is --diff of fix without a revision: what fix does anyway.
const noRevision = "-"

// wanted is what a run of fix is asked for.
type wanted struct {
	ids, recommendations, rules, documents []string
	apply, ask, unsafe                     bool
}

var recommendationID = regexp.MustCompile(`^(?:SD|DV|DP|OM)-\d+\.\d+$`)

func (a *app) fix(ctx context.Context, s *session, want wanted) error {
	x := fixer{s}
	if err := want.known(s); err != nil {
		return err
	}
	drafts, err := want.drafts(x)
	if err != nil {
		return err
	}
	tree, err := s.open(ctx)
	if err != nil {
		return &failure{code: exitUsage, err: err}
	}
	before, err := s.scan(ctx, tree)
	tree.Close()
	if err != nil {
		return err
	}
	choices, err := choose(before, want)
	if err != nil {
		return err
	}
	choices = append(choices, drafts...)
	a.printSteps(before, want)
	if len(choices) == 0 {
		fmt.Fprintln(a.streams.Out, "nothing that can be mended by an exact edit; bakedin check lists what is left")
		a.code = before.Run.ExitCode
		return nil
	}
	mask, err := checks.NewMask(s.rules.Set)
	if err != nil {
		return err
	}
	mask = mask.Hiding(checks.SecretsOf(before.Findings))
	if want.ask {
		if choices, err = a.askEach(ctx, x, choices, mask); err != nil {
			return err
		}
		if len(choices) == 0 {
			fmt.Fprintln(a.streams.Out, "nothing was chosen, nothing is written")
			a.code = before.Run.ExitCode
			return nil
		}
	}
	p, err := x.Plan(ctx, choices)
	if err != nil {
		return &failure{code: exitIncomplete, err: err, hint: "nothing was written"}
	}
	if !want.ask { // what was asked for was shown
		for _, f := range p.Files {
			a.printDiff(a.streams.Out, f, mask)
		}
	}
	for _, l := range p.LeftOut {
		fmt.Fprintf(a.streams.Out, "left out: %s: %s\n", l.Choice.Finding.ID, l.Reason)
	}
	fmt.Fprintf(a.streams.Out, "\n%s: scanned again, %s\n", p.Title, difference(before, p.Report))
	printAlso(a.streams.Out, choices)
	a.code = p.Report.Run.ExitCode
	if !want.apply && !want.ask {
		staged := ""
		if s.mode == "staged" {
			staged = " --staged"
		}
		fmt.Fprintf(a.streams.Out, "nothing is written; bakedin fix%s --apply writes exactly this\n", staged)
		return nil
	}
	done, err := x.Apply(ctx, p)
	if errors.Is(err, ui.ErrChanged) && s.mode == "staged" {
		return &failure{code: exitIncomplete, err: err, hint: "nothing was written: what is staged differs from the file; stage or stash the rest first, or name the paths to mend: bakedin fix --staged PATH"}
	}
	if err != nil {
		return &failure{code: exitIncomplete, err: err, hint: "nothing was written"}
	}
	fmt.Fprintf(a.streams.Out, "written; %s takes it back\n", s.undoCommand(done.UndoID))

	if s.mode == "staged" {
		fmt.Fprintln(a.streams.Out, "what is staged is as it was; git add stages the change")
	}
	return nil
}

// known refuses rules and recommendations that do not exist: a slip of the pen is not "nothing to mend".
func (w wanted) known(s *session) error {
	for _, id := range w.rules {
		if s.rules.Set.Rule(id) == nil {
			return usage("bakedin rules list shows them", "there is no rule %q", id)
		}
	}
	for _, id := range w.recommendations {
		if recommendation(s.rules.Set, id) == nil {
			return usage("bakedin controls list shows them", "there is no recommendation %s", id)
		}
	}
	return nil
}

// drafts are the documents that are asked for, by name or through a recommendation.
func (w wanted) drafts(x fixer) ([]ui.Choice, error) {
	all, err := x.session.drafts()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, d := range all {
		names = append(names, d.ID)
	}
	var ids []string
	for _, name := range w.documents {
		switch {
		case name == "all":
			ids = append(ids, names...)
		case slices.Contains(names, name):
			ids = append(ids, name)
		default:
			return nil, usage("", "--document %q: it is one of %s, or all", name, strings.Join(names, ", "))
		}
	}
	for _, r := range w.recommendations {
		if list := draft.For(all, r); len(list) > 0 {
			ids = append(ids, list[0].ID)
		}
	}
	slices.Sort(ids)
	var out []ui.Choice
	for _, id := range slices.Compact(ids) {
		out = append(out, ui.Choice{Draft: id})
	}
	return out, nil
}

// takes tells whether a finding is among what was asked for.
func (w wanted) takes(f *checks.Finding) bool {
	if len(w.rules) > 0 && !slices.Contains(w.rules, f.Rule) {
		return false
	}
	if len(w.ids)+len(w.recommendations) == 0 {
		return len(w.documents) == 0
	}
	return slices.Contains(w.ids, f.ID) || slices.ContainsFunc(w.recommendations, func(r string) bool { return slices.Contains(f.Supports, r) })
}

// choose takes the first safe fix of every open finding, and others only when asked for.
func choose(r *posture.Report, want wanted) ([]ui.Choice, error) {
	var out []ui.Choice
	seen := map[string]bool{}
	edited := map[repo.TextEdit]bool{}
	for _, f := range r.Findings {
		if f.Status != checks.Open || !want.takes(&f) {
			continue
		}
		named := slices.Contains(want.ids, f.ID)
		seen[f.ID] = true
		for _, fix := range f.Fixes {
			if fix.Applicability == checks.Manual || (fix.Applicability == checks.Unsafe && !want.unsafe || fix.ByName) && !want.ask && !named {
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
	for _, id := range want.ids {
		if !seen[id] {
			return nil, usage("bakedin check lists the findings with their ids", "there is no open finding %s", id)
		}
	}
	return out, nil
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
	text := fmt.Sprintf("%s, then %d", findings(len(was)), len(is))
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

func findings(n int) string {
	if n == 1 {
		return "1 finding"
	}
	return fmt.Sprintf("%d findings", n)
}
