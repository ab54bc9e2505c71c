package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"bakedin/internal/git"
	"bakedin/internal/hook"
	"bakedin/internal/repo"
)

func (a *app) hookCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "hook", Short: "look at what is staged before every commit"}
	opt := &checkFlags{}
	framework := false
	run := &cobra.Command{
		Use:   "run [pre-commit|pre-push] [FILE...]",
		Short: "look at what is staged, or pushed; fail when something at or above the threshold is new",
		Long: `hook run looks at the content of the git index, not of the working tree, and prints what blocks and one line of summary.
With --framework it is called by the pre-commit framework with the names of files: a name that is staged is read from the
index, any other from the working tree. As pre-push it reads the refs from standard input, as git gives them.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if a.truthy("BAKEDIN_SKIP") {
				fmt.Fprintln(a.streams.Err, "bakedin: skipped because BAKEDIN_SKIP is set; nothing was checked")
				return nil
			}
			if framework {
				return a.runFramework(cmd.Context(), opt, args)
			}
			switch {
			case len(args) == 0 || args[0] == "pre-commit":
				return a.runPreCommit(cmd.Context(), opt)
			case args[0] == "pre-push":
				return a.runPrePush(cmd.Context(), opt)
			}
			return usage("bakedin hook run pre-commit", "there is no hook %q; names of files go with --framework", args[0])
		},
	}
	opt.register(run.Flags())
	run.Flags().BoolVar(&framework, "framework", false, "called by the pre-commit framework, with file names")
	cmd.AddCommand(run, a.hookInstallCommand(), a.hookUninstallCommand(), a.hookStatusCommand(), a.hookPrintCommand())
	return cmd
}

func (a *app) runPreCommit(ctx context.Context, opt *checkFlags) error {
	return a.runStaged(ctx, opt, nil)
}

// runFramework looks at the files that the pre-commit framework names; they are relative to the top level, where it starts.
func (a *app) runFramework(ctx context.Context, opt *checkFlags, files []string) error {
	if len(files) == 0 {
		hook.Nothing(a.streams.Out, 0)
		return nil
	}
	var paths []string
	for _, f := range files {
		paths = append(paths, filepath.ToSlash(filepath.Clean(f)))
	}
	return a.runStaged(ctx, opt, paths)
}

// runStaged looks at the index; with paths only at these, and at those of them that are not staged in the working tree.
func (a *app) runStaged(ctx context.Context, opt *checkFlags, paths []string) error {
	opt.staged, opt.hook, opt.paths = true, true, paths
	words := hook.Words{Of: "staged", Act: "commit", Skip: "BAKEDIN_SKIP=1 git commit …"}
	if paths != nil {
		words.Of = "named" // with --all-files nothing need be staged
	}
	s, err := a.newSession(ctx, opt, nil)
	if err != nil {
		return err
	}
	return a.tell(ctx, s, words)
}

// runPrePush looks at what each pushed ref adds to what the remote has.
func (a *app) runPrePush(ctx context.Context, opt *checkFlags) error {
	worst, any := exitClean, false
	lines := bufio.NewScanner(a.streams.In)
	for lines.Scan() {
		f := strings.Fields(lines.Text()) // local ref, local id, remote ref, remote id
		if len(f) != 4 || none(f[1]) {    // nothing, or a deletion
			continue
		}
		any = true
		s, err := a.pushed(ctx, opt, f[1], f[3])
		if err != nil {
			return err
		}
		if err := a.tell(ctx, s, hook.Words{Of: "pushed", Act: "push", Skip: "BAKEDIN_SKIP=1 git push …"}); err != nil {
			return err
		}
		if a.code == exitIncomplete || a.code == exitFindings && worst == exitClean {
			worst = a.code
		}
	}
	if err := lines.Err(); err != nil {
		return usage("", "standard input: %v", err)
	}
	if !any {
		fmt.Fprintln(a.streams.Out, "bakedin: no ref is pushed; nothing was checked")
	}
	a.code = worst
	return nil
}

// none tells whether an object id is that of nothing.
func none(id string) bool { return strings.Trim(id, "0") == "" }

// pushed is a session over the files that a pushed commit changes against the remote's; of a new branch, over all.
func (a *app) pushed(ctx context.Context, opt *checkFlags, local, remote string) (*session, error) {
	opt.rev = local
	s, err := a.newSession(ctx, opt, nil)
	if err != nil {
		return nil, err
	}
	if none(remote) {
		return s, nil
	}
	paths, err := repo.ChangedBetween(ctx, s.root, remote, local)
	if errors.Is(err, git.ErrNoRevision) { // we have not fetched it: then everything counts
		return s, nil
	}
	if err != nil {
		return nil, usage("", "%v", err)
	}
	s.mode = "diff"
	s.open = func(ctx context.Context) (*repo.Tree, error) {
		if len(paths) == 0 {
			return emptyTree(ctx, s)
		}
		return repo.OpenRev(ctx, s.root, local, repo.Options{Exclude: s.excluded(), Only: paths})
	}
	return s, nil
}

// tell scans and says what blocks.
func (a *app) tell(ctx context.Context, s *session, w hook.Words) error {
	if !s.opt.given("fail-on") && s.policy.Hook.FailOn != "" {
		s.policy.FailOn = s.policy.Hook.FailOn
	}
	ctx, cancel := context.WithTimeout(ctx, s.opt.timeout)
	defer cancel()
	tree, err := s.open(ctx)
	if err != nil {
		return &failure{code: exitUsage, err: err}
	}
	defer tree.Close()
	r, err := s.scan(ctx, tree)
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	a.code = hook.Tell(a.streams.Out, r, hook.Options{FailOn: s.failOn(), WarnIncomplete: s.policy.Hook.OnIncomplete == "warn", Words: w})
	return nil
}

// hookState opens the repository and looks at the hook of a stage.
func (a *app) hookState(ctx context.Context, opt *checkFlags, args []string) (hook.State, error) {
	stage := "pre-commit"
	if len(args) == 1 {
		stage = args[0]
	}
	if !slices.Contains(hook.Stages, stage) {
		return hook.State{}, usage("", "there is no hook %q; it is one of %s", stage, strings.Join(hook.Stages, ", "))
	}
	root := opt.root
	if root == "" {
		root = "."
	}
	g, err := git.Open(ctx, root, git.Options{})
	if err != nil {
		return hook.State{}, usage("", "hooks need a git repository: %v", err)
	}
	state, err := hook.Look(ctx, g, stage)
	if err != nil {
		return state, usage("", "%v", err)
	}
	return state, nil
}

// refusal makes a usage error of a refusal: it is never a silent nothing.
func refusal(err error) error {
	var r *hook.Refusal
	if errors.As(err, &r) {
		return usage(r.Hint, "%s", r.Reason)
	}
	if err != nil {
		return &failure{code: exitUsage, err: err}
	}
	return nil
}

func (a *app) hookInstallCommand() *cobra.Command {
	var force, required bool
	cmd := &cobra.Command{
		Use:   "install [pre-commit|pre-push]",
		Short: "put bakedin before every commit; a hook that is there is kept and called first",
		Args:  cobra.MaximumNArgs(1),
	}
	opt := rootOnly(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		state, err := a.hookState(cmd.Context(), opt, args)
		if err != nil {
			return err
		}
		s, err := a.newSession(cmd.Context(), opt, nil)
		if err != nil {
			return err
		}
		program, err := os.Executable()
		if err != nil {
			return &failure{code: exitUsage, err: err}
		}
		if err := refusal(hook.Install(state, program, required || s.policy.Hook.Required, force)); err != nil {
			return err
		}
		state, err = a.hookState(cmd.Context(), opt, args)
		if err != nil {
			return err
		}
		cmd.Printf("%s: %s\nremove it with: bakedin hook uninstall %s\n", state.Stage, state.Words(), state.Stage)
		return nil
	}
	cmd.Flags().BoolVar(&force, "force", false, "also where core.hooksPath or a manager of hooks is in charge")
	cmd.Flags().BoolVar(&required, "required", false, "a missing bakedin blocks the commit")
	return cmd
}

func (a *app) hookUninstallCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "uninstall [pre-commit|pre-push]", Short: "remove our hook, and put back the one that was there before", Args: cobra.MaximumNArgs(1)}
	opt := rootOnly(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		state, err := a.hookState(cmd.Context(), opt, args)
		if err != nil {
			return err
		}
		if err := refusal(hook.Uninstall(state)); err != nil {
			return err
		}
		cmd.Printf("%s: removed\n", state.Stage)
		return nil
	}
	return cmd
}

func (a *app) hookStatusCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "status", Short: "who owns the hooks of this repository", Args: cobra.NoArgs}
	opt := rootOnly(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		for _, stage := range hook.Stages {
			state, err := a.hookState(cmd.Context(), opt, []string{stage})
			if err != nil {
				return err
			}
			cmd.Printf("%-10s %s\n", stage, state.Words())
		}
		return nil
	}
	return cmd
}

func (a *app) hookPrintCommand() *cobra.Command {
	manager := "git"
	cmd := &cobra.Command{Use: "print", Short: "what a manager of hooks wants to read", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, ok := hook.Snippet(manager)
			if !ok {
				return usage("", "--for %q: it is one of %s", manager, strings.Join(hook.Managers(), ", "))
			}
			cmd.Print(s)
			return nil
		}}
	cmd.Flags().StringVar(&manager, "for", "git", strings.Join(hook.Managers(), ", "))
	return cmd
}
