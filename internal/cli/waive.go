package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"bakedin/checks"
	"bakedin/internal/policy"
	"bakedin/internal/posture"
	"bakedin/internal/safe"
	"bakedin/rules"
)

func (a *app) waiveCommand() *cobra.Command {
	var w policy.Waiver
	var expires string
	var yes bool
	cmd := &cobra.Command{
		Use:   "waive FINDING-ID | --rule RULE --path GLOB",
		Short: "accept a gap for a while, by name and with a reason",
		Long: `waive writes one [[waiver]] to the end of .bakedin.toml; every other byte stays. A waived gap is still not met: it leaves the
exit code alone and counts in the share "gap". It prints the finding, the recommendations that stay unmet and the block,
and asks before it writes.`,
		Args: cobra.MaximumNArgs(1),
	}
	opt := rootOnly(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 1 {
			w.ID = args[0]
		}
		if (w.ID == "") == (w.Rule == "") {
			return usage("bakedin check lists the findings with their ids", "name one finding, or a --rule with a --path")
		}
		return a.waive(cmd.Context(), opt, w, expires, yes)
	}
	f := cmd.Flags()
	f.StringVar(&w.Rule, "rule", "", "waive a rule in some paths in place of one finding")
	f.StringArrayVar(&w.Paths, "path", nil, "glob of the paths, with --rule; may be repeated")
	f.StringVar(&w.Reason, "reason", "", "why it is acceptable (10 characters or more)")
	f.StringVar(&expires, "expires", "90d", "when it ends: a date, or days from today")
	f.StringVar(&w.Owner, "owner", "", "who accepts the risk: a handle or a role")
	f.StringVar(&w.Category, "category", "", "test-data, accepted-risk, false-positive, compensating-control, not-applicable")
	f.StringArrayVar(&w.Compensates, "compensates", nil, "recommendation that carries the compensating control; may be repeated")
	f.BoolVar(&yes, "yes", false, "write without asking")
	cmd.AddCommand(a.waiveListCommand(), a.waiveCheckCommand(), a.waivePruneCommand())
	return cmd
}

func (a *app) waive(ctx context.Context, opt *checkFlags, w policy.Waiver, expires string, yes bool) error {
	var err error
	if w.Expires, err = a.when("expires", expires); err != nil {
		return err
	}
	w.Created = time.Date(a.now.Year(), a.now.Month(), a.now.Day(), 0, 0, 0, 0, time.UTC)
	s, err := a.newSession(ctx, opt, nil)
	if err != nil {
		return err
	}
	r, _, tree, err := a.current(ctx, s)
	if err != nil {
		return err
	}
	defer tree.Close()
	covered, err := a.waived(s, r, &w)
	if err != nil {
		return err
	}
	days := int(w.Expires.Sub(w.Created).Hours() / 24)
	for _, f := range covered {
		if most := s.policy.Limits.MaxWaiverDaysCritical; f.Severity == rules.Critical && days > most {
			return usage(fmt.Sprintf("--expires %dd", most), "%s is critical: policy allows %d days, not %d", f.ID, most, days)
		}
	}
	path := configPath(s)
	before, err := policyFile(tree, path)
	if err != nil {
		return err
	}
	after, err := policy.AddWaiver(path, before, w, s.policyOptions())
	if err != nil {
		return &failure{code: exitUsage, err: err, hint: "nothing was written"}
	}
	fmt.Fprintf(a.streams.Out, "\n%s\n", safe.Block(w.Block()))
	if err := a.agreed(yes, "Write this to "+path+"?"); err != nil {
		return err
	}
	return a.record(ctx, s, path, "waive "+w.ID+w.Rule, before, after)
}

// waived prints what a waiver would cover. One that covers nothing is a mistake.
func (a *app) waived(s *session, r *posture.Report, w *policy.Waiver) ([]checks.Finding, error) {
	var covered []checks.Finding
	unmet := map[string]bool{}
	for _, f := range r.Findings {
		path := ""
		if f.Location != nil {
			path = f.Location.Path
		}
		if f.Status != checks.Open || !w.Matches(f.ID, f.Rule, path) {
			continue
		}
		covered = append(covered, f)
		for _, id := range f.Supports {
			unmet[id] = true
		}
		fmt.Fprintf(a.streams.Out, "%s[%s] %s:%d\n  %s\n", f.Severity, f.Rule, safe.Path(path), start(f), safe.Line(string(f.Message)))
	}
	for _, x := range r.Recommendations { // an artefact that is missing is a gap without a finding
		if w.ID != "" && w.ID == checks.MissingID(x.ID, "artefact") {
			fmt.Fprintf(a.streams.Out, "%s %s: nothing was found that meets it\n", x.ID, safe.Line(x.Title))
			unmet[x.ID] = true
		}
	}
	if len(unmet) == 0 {
		return nil, usage("bakedin check lists the findings with their ids", "no open finding is %s%s", w.ID, w.Rule)
	}
	var ids []string
	for id := range unmet {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	fmt.Fprintf(a.streams.Out, "stays unmet: %s\n", strings.Join(ids, ", "))
	return covered, nil
}

func start(f checks.Finding) int {
	if f.Location == nil {
		return 1
	}
	return max(1, f.Location.Start.Line)
}

// configPath is the file of settings that a waiver goes into.
func configPath(s *session) string {
	for _, f := range s.policy.Files {
		if f.Path == policy.OtherConfigPath {
			return f.Path
		}
	}
	return policy.ConfigPath
}

func (a *app) waiveListCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "list", Short: "the waivers, with who and until when", Args: cobra.NoArgs}
	opt := rootOnly(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		s, err := a.newSession(cmd.Context(), opt, nil)
		if err != nil {
			return err
		}
		for i := range s.policy.Waivers {
			w := &s.policy.Waivers[i]
			cmd.Printf("%s  %s  %s  %s\n    %s\n", w.Expires.Format(time.DateOnly), state(w, a.now), safe.Line(w.Owner), what(w), safe.Line(w.Reason))
		}
		cmd.Printf("%d waivers\n", len(s.policy.Waivers))
		return nil
	}
	return cmd
}

func state(w *policy.Waiver, now time.Time) string {
	if !w.Expires.After(now) {
		return "expired"
	}
	return fmt.Sprintf("%d days", int(w.Expires.Sub(now).Hours()/24+0.5))
}

func what(w *policy.Waiver) safe.Text {
	if w.ID != "" {
		return safe.Line(w.ID)
	}
	return safe.Line(w.Rule + " in " + strings.Join(w.Paths, ", "))
}

func (a *app) waiveCheckCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "check", Short: "exit 1 when a waiver ran out or matches nothing", Args: cobra.NoArgs}
	opt := rootOnly(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		s, stale, err := a.staleWaivers(cmd.Context(), opt)
		if err != nil {
			return err
		}
		for _, i := range stale {
			w := &s.policy.Waivers[i]
			why := "matches nothing"
			if !w.Expires.After(a.now) {
				why = "ran out on " + w.Expires.Format(time.DateOnly)
			}
			cmd.Printf("%s: the waiver of %s (%s) %s\n", w.Source, safe.Line(w.Owner), what(w), why)
			a.code = exitFindings
		}
		cmd.Printf("%d waivers, %d stale\n", len(s.policy.Waivers), len(stale))
		return nil
	}
	return cmd
}

func (a *app) waivePruneCommand() *cobra.Command {
	var yes bool
	cmd := &cobra.Command{Use: "prune", Short: "remove the waivers that ran out or match nothing, after showing the diff", Args: cobra.NoArgs}
	opt := rootOnly(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		s, stale, err := a.staleWaivers(cmd.Context(), opt)
		if err != nil {
			return err
		}
		if len(stale) == 0 {
			cmd.Println("no waiver is stale")
			return nil
		}
		tree, err := s.open(cmd.Context())
		if err != nil {
			return err
		}
		defer tree.Close()
		path := configPath(s)
		before, err := policyFile(tree, path)
		if err != nil {
			return err
		}
		after, err := policy.RemoveWaivers(path, before, stale, s.policyOptions())
		if err != nil {
			return &failure{code: exitUsage, err: err, hint: "nothing was written"}
		}
		a.showDiff(path, before, after)
		if err := a.agreed(yes, "Write this?"); err != nil {
			return err
		}
		return a.record(cmd.Context(), s, path, "prune waivers", before, after)
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "write without asking")
	return cmd
}

// staleWaivers lists the waivers that ran out or matched nothing in a complete run, by index.
func (a *app) staleWaivers(ctx context.Context, opt *checkFlags) (*session, []int, error) {
	s, err := a.newSession(ctx, opt, nil)
	if err != nil {
		return nil, nil, err
	}
	r, _, tree, err := a.current(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	tree.Close()
	if !r.Run.Complete {
		fmt.Fprintln(a.streams.Err, "bakedin: the scan is incomplete, so no waiver can be said to match nothing")
	}
	var stale []int
	for i := range s.policy.Waivers {
		w := &s.policy.Waivers[i]
		told := func(kind string) bool {
			return slices.ContainsFunc(r.Notices, func(n checks.Notice) bool { return n.Kind == kind && n.Ref != nil && *n.Ref == w.Source })
		}
		if told("waiver-expired") || told("waiver-unused") {
			stale = append(stale, i)
		}
	}
	return s, stale, nil
}
