package cli

import (
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func (a *app) command() *cobra.Command {
	opt := &checkFlags{}
	root := &cobra.Command{
		Use:   "bakedin [PATH]",
		Short: "tells whether security is baked into an AI repository or bolted on, and helps to mend it",
		Long: `bakedin finds what an AI system is made of (models, prompts, agents, pipelines, data, dependencies), holds it against
the "Guidelines for secure AI system development", and walks you through closing each gap.

With a terminal it opens its screens; without one it is "bakedin check". It works offline, runs nothing of the repository,
and sends nothing anywhere.`,
		Args:          cobra.MaximumNArgs(1),
		SilenceErrors: true,
		SilenceUsage:  true,
		Version:       Version,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := noCommand(cmd, args); err != nil {
				return err
			}
			if a.screen(cmd, opt) {
				return a.openUI(cmd.Context(), opt, args)
			}
			return a.check(cmd.Context(), opt, args)
		},
	}
	root.SetVersionTemplate("bakedin {{.Version}}\n")
	root.SetIn(a.streams.In)
	root.SetOut(a.streams.Out)
	root.SetErr(a.streams.Err)
	opt.register(root.Flags())
	root.AddCommand(a.checkCommand(), a.demoCommand(), a.fixCommand(), a.explainCommand(), a.rulesCommand(), a.controlsCommand(),
		a.inspectCommand(), a.convertCommand(), a.reportCommand(), a.viewCommand(), a.diffCommand(), a.waiveCommand(), a.attestCommand(), a.baselineCommand(),
		a.hookCommand(), a.initCommand(), a.configCommand(), a.doctorCommand(), a.versionCommand())
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error { return a.bindEnvironment(cmd.Flags()) }
	return root
}

// noCommand says so when a word is neither a path nor a command.
func noCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 || args[0] == "-" || strings.ContainsAny(args[0], `/\.`) {
		return nil
	}
	if _, err := os.Lstat(args[0]); err == nil {
		return nil
	}
	var commands []string
	for _, c := range cmd.Commands() {
		commands = append(commands, c.Name())
	}
	hint := "bakedin --help"
	if near := nearest(args[0], commands); near != "" {
		hint = "did you mean bakedin " + near + "?"
	}
	return usage(hint, "there is no file, folder or command %q", args[0])
}

// bindEnvironment gives every flag that was not typed the value of its variable BAKEDIN_<NAME>.
func (a *app) bindEnvironment(flags *pflag.FlagSet) error {
	var err error
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Changed || err != nil {
			return
		}
		name := "BAKEDIN_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		if v, ok := a.env(name); ok && v != "" {
			a.fromEnv[f.Name] = true
			if e := flags.Set(f.Name, v); e != nil {
				err = usage("unset "+name, "%s: %v", name, e)
			}
		}
	})
	return err
}
