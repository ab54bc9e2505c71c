package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"bakedin/internal/report"
)

func (a *app) configCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "settings of a repository"}
	opt := &checkFlags{}
	validate := &cobra.Command{
		Use:   "validate [PATH]",
		Short: "check .bakedin.toml and .bakedin/attestations.toml",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.newSession(cmd.Context(), opt, args)
			if err != nil {
				return err
			}
			for _, f := range s.policy.Files {
				cmd.Printf("%s is valid\n", f.Path)
			}
			if len(s.policy.Files) == 0 {
				cmd.Println("no .bakedin.toml and no .bakedin/attestations.toml: nothing to check")
			}
			return nil
		},
	}
	opt.register(validate.Flags())
	schema := &cobra.Command{
		Use:       "schema report",
		Short:     "print the JSON Schema of the report",
		Args:      cobra.ExactArgs(1),
		ValidArgs: []string{"report"},
		RunE: func(cmd *cobra.Command, args []string) error {
			if args[0] != "report" {
				return usage("bakedin config schema report", "there is no schema %q", args[0])
			}
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s", report.Schema())
			return err
		},
	}
	cmd.AddCommand(validate, schema)
	return cmd
}
