package cli

import (
	_ "embed"
	"errors"
	"io/fs"

	"github.com/spf13/cobra"

	"bakedin/internal/policy"
	"bakedin/internal/repo"
)

// firstConfig is a commented configuration that changes nothing.
//
//go:embed first.toml
var firstConfig []byte

func (a *app) initCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "init",
		Short: "write a commented .bakedin.toml, and say what comes next; nothing is overwritten",
		Args:  cobra.NoArgs,
	}
	opt := rootOnly(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		s, err := a.newSession(cmd.Context(), opt, nil)
		if err != nil {
			return err
		}
		tree, err := s.open(cmd.Context())
		if err != nil {
			return &failure{code: exitUsage, err: err}
		}
		defer tree.Close()
		for _, path := range []string{policy.ConfigPath, policy.OtherConfigPath} {
			_, err := tree.ReadFile(path, policyLimit)
			if err == nil {
				return usage("bakedin config show", "%s is there already; nothing was written", path)
			}
			if !errors.Is(err, fs.ErrNotExist) {
				return &failure{code: exitUsage, err: err}
			}
		}
		if _, err := repo.Apply(cmd.Context(), s.space, repo.Plan{Title: "init", Edits: []repo.Edit{repo.Write{Path: policy.ConfigPath, New: firstConfig}}}); err != nil {
			return &failure{code: exitIncomplete, err: err}
		}
		cmd.Printf(`%s is written; every line of it is a comment or a default

next, each when you want it:
  bakedin                       the posture of this repository
  bakedin baseline create       take today's findings as known, fail only on new ones
  bakedin hook install          look at what is staged before every commit
  bakedin hook print            the same for pre-commit, husky, lefthook or overcommit

in CI, on a pull request:
  bakedin check --policy-from origin/main --format github -o sarif=bakedin.sarif
`, policy.ConfigPath)
		return nil
	}
	return cmd
}
