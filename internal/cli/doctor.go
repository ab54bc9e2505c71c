package cli

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"

	"github.com/spf13/cobra"

	"bakedin/checks/builtin"
	"bakedin/internal/git"
	"bakedin/internal/hook"
	"bakedin/internal/policy"
	"bakedin/internal/safe"
)

func (a *app) versionCommand() *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use:   "version",
		Short: "print the version",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !asJSON {
				cmd.Printf("bakedin %s\n", Version)
				return nil
			}
			rs, err := builtin.Ruleset()
			if err != nil {
				return err
			}
			g := rs.Set.Guideline
			text, err := json.MarshalIndent(map[string]any{
				"name": "bakedin", "version": Version, "go": runtime.Version(), "os": runtime.GOOS, "arch": runtime.GOARCH,
				"rules": len(rs.Set.Rules), "rules_digest": rs.Set.Digest, "guideline": map[string]string{"id": g.ID, "version": g.Version, "digest": g.Digest},
			}, "", "  ")
			if err != nil {
				return err
			}
			cmd.Println(string(text))
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON, with the digests of rules and guideline")
	return cmd
}

func (a *app) doctorCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "doctor", Short: "what bakedin sees of this machine and repository: terminal, git, hooks, settings", Args: cobra.NoArgs}
	opt := rootOnly(cmd, "color", "ascii")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		say := func(name, format string, args ...any) {
			cmd.Printf("%-10s "+format+"\n", append([]any{name}, args...)...)
		}
		root := opt.root
		if root == "" {
			root = "."
		}
		say("version", "bakedin %s, %s, %s/%s", Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
		rs, err := builtin.Ruleset()
		if err != nil {
			return err
		}
		say("rules", "%d, guideline %s", len(rs.Set.Rules), rs.Set.Guideline.Version)
		say("terminal", "input %v, output %v, colour %v, plain glyphs %v, width %d", isTerminal(a.streams.In), isTerminal(a.streams.Out), a.color(opt.color), a.ascii(opt.ascii), a.width())
		if bare := (&cobra.Command{}); a.screen(bare, opt) {
			say("screen", "bakedin opens the terminal UI here")
		} else {
			say("screen", "bakedin prints text here: no terminal, TERM unset or dumb, or CI")
		}
		g, err := git.Open(cmd.Context(), root, git.Options{})
		switch {
		case errors.Is(err, git.ErrNoRepository):
			say("git", "this folder is no git repository; files are listed by our own walk")
		case err != nil:
			say("git", "not used: %s", safe.Line(err.Error()))
		default:
			say("git", "%s, objects %s, shallow %v", g.Version, g.Format, g.Shallow)
			for _, stage := range hook.Stages {
				state, err := hook.Look(cmd.Context(), g, stage)
				if err != nil {
					say("hook", "%s: %s", stage, safe.Line(err.Error()))
					continue
				}
				say("hook", "%s: %s", stage, state.Words())
			}
		}
		found := false
		for _, p := range []string{policy.ConfigPath, policy.OtherConfigPath, policy.AttestationsPath, policy.BaselinePath} {
			if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(p))); err == nil {
				say("settings", "%s", p)
				found = true
			}
		}
		if !found {
			say("settings", "none here; bakedin init writes a first one")
		}
		say("network", "never used")
		return nil
	}
	return cmd
}
