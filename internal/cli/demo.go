package cli

import (
	"context"

	"github.com/spf13/cobra"

	"bakedin/checks/builtin"
	"bakedin/internal/demo"
	"bakedin/internal/policy"
	"bakedin/internal/repo"
)

func (a *app) demoCommand() *cobra.Command {
	opt := &checkFlags{}
	write := ""
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "a sample repository, held in memory: see every screen without owning an AI repository",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if write != "" {
				n, err := demo.Write(write, a.now)
				if err != nil {
					return &failure{code: exitUsage, err: err}
				}
				cmd.Printf("%d files written; now: bakedin %s\n", n, write)
				return nil
			}
			s, err := a.demoSession(cmd.Context(), opt)
			if err != nil {
				return err
			}
			if a.screen(cmd, opt) {
				return a.runUI(cmd.Context(), s, "demo")
			}
			s.argv = []string{"demo"}
			return a.headless(cmd.Context(), s)
		},
	}
	opt.register(cmd.Flags())
	cmd.Flags().StringVar(&write, "write", "", "write the sample repository into this new folder instead")
	return cmd
}

// demoSession is a session over the sample repository. Fixes change the copy in memory.
func (a *app) demoSession(ctx context.Context, opt *checkFlags) (*session, error) {
	if err := opt.validate(); err != nil {
		return nil, err
	}
	rs, err := builtin.Ruleset()
	if err != nil {
		return nil, err
	}
	fs, err := demo.FS(a.now)
	if err != nil {
		return nil, err
	}
	s := &session{app: a, opt: opt, rules: rs, mode: "demo", policy: &policy.Policy{}, space: repo.MemWorkspace(fs)}
	s.open = func(ctx context.Context) (*repo.Tree, error) {
		return repo.OpenFS(ctx, fs, demo.Name, repo.Options{Exclude: s.excluded()})
	}
	return s, s.readPolicy(ctx)
}
