package cli

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"bakedin/internal/hook"
	"bakedin/internal/repo"
)

func (a *app) hookCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "hook", Short: "run as a commit hook"}
	opt := &checkFlags{}
	framework := false
	run := &cobra.Command{
		Use:   "run [pre-commit] [FILE...]",
		Short: "look at what is staged; fail when something at or above the threshold is new",
		Long: `hook run looks at the content of the git index, not of the working tree, and prints what blocks and one line of summary.
With --framework it is called by the pre-commit framework with the names of files: a name that is staged is read from the
index, any other from the working tree.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 && args[0] == "pre-commit" && !framework {
				args = args[1:]
			}
			return a.runHook(cmd.Context(), opt, framework, args)
		},
	}
	opt.register(run.Flags())
	run.Flags().BoolVar(&framework, "framework", false, "called by the pre-commit framework, with file names")
	cmd.AddCommand(run)
	return cmd
}

func (a *app) runHook(ctx context.Context, opt *checkFlags, framework bool, files []string) error {
	if a.truthy("BAKEDIN_SKIP") {
		fmt.Fprintln(a.streams.Err, "bakedin: skipped because BAKEDIN_SKIP is set; nothing was checked")
		return nil
	}
	root := opt.root
	if root == "" {
		root = "."
	}
	var paths []string
	if framework {
		if len(files) == 0 {
			hook.Nothing(a.streams.Out, 0)
			return nil
		}
		for _, f := range files {
			paths = append(paths, filepath.ToSlash(filepath.Clean(f)))
		}
	}
	opt.staged = true
	s, err := a.newSession(ctx, opt, nil)
	if err != nil {
		return err
	}
	s.open = func(ctx context.Context) (*repo.Tree, error) {
		o := repo.Options{Exclude: s.excluded(), HookEnv: true}
		return repo.OpenIndex(ctx, root, paths, o)
	}
	if err := s.readPolicy(ctx); err != nil {
		return err
	}
	if opt.failOn == "high" && s.policy.Hook.FailOn != "" {
		opt.failOn = s.policy.Hook.FailOn
	}
	s.argv = []string{"hook", "run"}
	tree, err := s.open(ctx)
	if err != nil {
		return &failure{code: exitUsage, err: err}
	}
	defer tree.Close()
	r, err := s.scan(ctx, tree)
	if err != nil {
		return err
	}
	a.code = hook.Tell(a.streams.Out, r, hook.Options{FailOn: s.failOn(), WarnIncomplete: s.policy.Hook.OnIncomplete == "warn"})
	return nil
}
