package cli

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"bakedin/checks"
	"bakedin/checks/builtin"
	"bakedin/internal/policy"
	"bakedin/internal/posture"
	"bakedin/internal/report"
	"bakedin/ui"
)

func (a *app) reportCommand() *cobra.Command {
	opt := &checkFlags{}
	from := ""
	cmd := &cobra.Command{
		Use:   "report [PATH]",
		Short: "the posture report, of a scan or (with --from) of a saved JSON report",
		RunE: func(cmd *cobra.Command, args []string) error {
			if from == "" {
				opt.failOn = "never"
				return a.check(cmd.Context(), opt, args)
			}
			r, s, err := a.saved(opt, from)
			if err != nil {
				return err
			}
			return a.show(r, s)
		},
	}
	opt.register(cmd.Flags())
	cmd.Flags().StringVar(&from, "from", "", "a report written by check --format json; nothing is scanned")
	return cmd
}

func (a *app) viewCommand() *cobra.Command {
	opt := &checkFlags{}
	cmd := &cobra.Command{
		Use:   "view REPORT.json",
		Short: "open the terminal UI on a saved report, read-only",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			r, s, err := a.saved(opt, args[0])
			if err != nil {
				return err
			}
			if !a.screen(cmd, opt) {
				return a.show(r, s)
			}
			o := a.uiOptions(opt)
			o.Set, o.Report, o.Frozen = s.rules.Set, r, "this is a saved report"
			o.Title = fmt.Sprintf("report of %s, bakedin %s", r.Target.Name, r.Tool.Version)
			if r.Target.VCS != nil && len(r.Target.VCS.Commit) >= 7 {
				o.Subtitle = r.Target.VCS.Commit[:7]
			}
			return ui.Run(cmd.Context(), o)
		},
	}
	opt.register(cmd.Flags())
	return cmd
}

// saved reads a report. A file that is none is a usage error.
func (a *app) saved(opt *checkFlags, path string) (*posture.Report, *session, error) {
	if err := opt.validate(); err != nil {
		return nil, nil, err
	}
	rs, err := builtin.Ruleset()
	if err != nil {
		return nil, nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, usage("", "%v", err)
	}
	defer f.Close()
	r, err := report.Decode(f)
	if err != nil {
		return nil, nil, usage("", "%s: %v", path, err)
	}
	return r, &session{app: a, opt: opt, rules: &checks.Ruleset{Set: rs.Set}, policy: &policy.Policy{}}, nil
}

func (a *app) show(r *posture.Report, s *session) error {
	if !r.Run.Complete {
		a.code = exitIncomplete
	}
	return a.write(a.streams.Out, s.opt.format, r, s)
}
