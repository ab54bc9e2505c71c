package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"bakedin/internal/policy"
	"bakedin/internal/safe"
)

func (a *app) baselineCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "baseline",
		Short: "known findings: adopt bakedin today, fail only on what is new",
		Long: `The baseline, .bakedin/baseline.json, is a ratchet: update only removes what is gone, and growing needs --grow. It hides
findings from the list and the exit code, never from the posture: a known gap is a gap.`,
	}
	create := &cobra.Command{Use: "create", Short: "take all findings of today as known", Args: cobra.NoArgs}
	opt := rootOnly(create)
	create.RunE = func(cmd *cobra.Command, _ []string) error {
		return a.changeBaseline(cmd.Context(), opt, func(old, now *policy.Baseline) (*policy.Baseline, error) {
			if old != nil {
				return nil, usage("bakedin baseline update", "%s is there already", policy.BaselinePath)
			}
			return now, nil
		})
	}
	grow := false
	update := &cobra.Command{Use: "update", Short: "take out what is gone; --grow also takes in what is new", Args: cobra.NoArgs}
	optUpdate := rootOnly(update)
	update.RunE = func(cmd *cobra.Command, _ []string) error {
		return a.changeBaseline(cmd.Context(), optUpdate, func(old, now *policy.Baseline) (*policy.Baseline, error) {
			if old == nil {
				return nil, usage("bakedin baseline create", "there is no %s", policy.BaselinePath)
			}
			if grow {
				return now, nil
			}
			kept := shrink(old, now)
			if fresh := now.Total() - kept.Total(); fresh > 0 {
				fmt.Fprintf(a.streams.Out, "new and not taken in: %s; bakedin baseline update --grow takes them\n", findings(fresh))
				a.code = exitFindings
			}
			return kept, nil
		})
	}
	update.Flags().BoolVar(&grow, "grow", false, "also take in what is new")
	prune := &cobra.Command{Use: "prune", Short: "take out what is gone, and nothing else", Args: cobra.NoArgs}
	optPrune := rootOnly(prune)
	prune.RunE = func(cmd *cobra.Command, _ []string) error {
		return a.changeBaseline(cmd.Context(), optPrune, func(old, now *policy.Baseline) (*policy.Baseline, error) {
			if old == nil {
				return nil, usage("bakedin baseline create", "there is no %s", policy.BaselinePath)
			}
			return shrink(old, now), nil
		})
	}
	show := &cobra.Command{Use: "show", Short: "what is known", Args: cobra.NoArgs}
	optShow := rootOnly(show)
	show.RunE = func(cmd *cobra.Command, _ []string) error {
		s, err := a.newSession(cmd.Context(), optShow, nil)
		if err != nil {
			return err
		}
		if s.policy.Baseline == nil {
			cmd.Println("there is no baseline: every finding is new")
			return nil
		}
		for _, g := range s.policy.Baseline.Groups {
			cmd.Printf("%4d  %s  %s  %s\n", g.N, safe.Line(g.ID), safe.Line(g.Rule), safe.Path(g.Path))
		}
		cmd.Printf("%d known findings in %d groups\n", s.policy.Baseline.Total(), len(s.policy.Baseline.Groups))
		return nil
	}
	cmd.AddCommand(create, update, prune, show)
	return cmd
}

// shrink keeps of the old groups what is still there.
func shrink(old, now *policy.Baseline) *policy.Baseline {
	left := map[policy.BaselineGroup]int{}
	key := func(g policy.BaselineGroup) policy.BaselineGroup {
		g.N = 0
		return g
	}
	for _, g := range now.Groups {
		left[key(g)] = g.N
	}
	kept := &policy.Baseline{}
	for _, g := range old.Groups {
		if g.N = min(g.N, left[key(g)]); g.N > 0 {
			kept.Groups = append(kept.Groups, g)
		}
	}
	return kept
}

// changeBaseline scans, lets decide make the new baseline of the old one (nil: none) and of what was found, and writes it.
// An incomplete scan writes nothing: what could not be read would look as if it were gone.
func (a *app) changeBaseline(ctx context.Context, opt *checkFlags, decide func(old, now *policy.Baseline) (*policy.Baseline, error)) error {
	s, err := a.newSession(ctx, opt, nil)
	if err != nil {
		return err
	}
	r, fold, tree, err := a.current(ctx, s)
	if err != nil {
		return err
	}
	defer tree.Close()
	if !r.Run.Complete {
		return &failure{code: exitIncomplete, err: fmt.Errorf("the scan is incomplete; the baseline was not written"), hint: "bakedin check says what could not be read"}
	}
	before, err := policyFile(tree, policy.BaselinePath)
	if err != nil {
		return err
	}
	next, err := decide(s.policy.Baseline, fold.Known())
	if err != nil {
		return err
	}
	was := 0
	if s.policy.Baseline != nil {
		was = s.policy.Baseline.Total()
	}
	fmt.Fprintf(a.streams.Out, "known before: %s, now %d\n", findings(was), next.Total())
	after := next.Encode()
	if string(before) == string(after) {
		return nil
	}
	return a.record(ctx, s, policy.BaselinePath, "baseline", before, after)
}
