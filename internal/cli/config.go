package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"bakedin/internal/policy"
	"bakedin/internal/report"
	"bakedin/internal/safe"
)

func (a *app) configCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "settings of a repository, and where they come from"}
	opt := &checkFlags{}
	validate := &cobra.Command{
		Use:   "validate [PATH]",
		Short: "check .bakedin.toml, .bakedin/attestations.toml and the baseline",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.newSession(cmd.Context(), opt, args)
			if err != nil {
				return err
			}
			for _, f := range s.policy.Files {
				cmd.Printf("%s is valid\n", safe.Path(f.Path))
			}
			if len(s.policy.Files) == 0 {
				cmd.Println("no .bakedin.toml, no .bakedin/attestations.toml and no baseline: nothing to check")
			}
			return nil
		},
	}
	opt.register(validate.Flags())
	optPath := &checkFlags{}
	path := &cobra.Command{
		Use:   "path [PATH]",
		Short: "the files that have a say, and from where",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.newSession(cmd.Context(), optPath, args)
			if err != nil {
				return err
			}
			for _, f := range s.policy.Files {
				cmd.Printf("%s  (%s, sha256 %.12s)\n", safe.Path(f.Path), s.source.name, f.SHA256)
			}
			if len(s.policy.Files) == 0 {
				cmd.Println("no file: built-in values")
			}
			return nil
		},
	}
	optPath.register(path.Flags())
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
	cmd.AddCommand(a.configShowCommand(), path, validate, schema)
	return cmd
}

func (a *app) configShowCommand() *cobra.Command {
	opt := &checkFlags{}
	cmd := &cobra.Command{
		Use:   "show [PATH]",
		Short: "every setting that counts, with its origin: flag, variable, file and line, or built in",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.newSession(cmd.Context(), opt, args)
			if err != nil {
				return err
			}
			p, l := s.policy, s.policy.Limits
			for _, row := range []struct{ key, flag, value string }{
				{"profile", "profile", s.profile()},
				{"fail-on", "fail-on", s.failOn()},
				{"min-confidence", "min-confidence", s.minConfidence()},
				{"scan.exclude", "exclude", list(s.excluded())},
				{"scan.include-ignored", "include-ignored", fmt.Sprint(opt.includeIgnored || p.Scan.IncludeIgnored)},
				{"scan.max-file-size", "max-file-size", s.maxFileSize()},
				{"rules.ignore", "ignore", list(append(slices.Clone(p.Rules.Ignore), opt.ignored...))},
				{"policy.max-waiver-days", "", fmt.Sprint(l.MaxWaiverDays)},
				{"policy.max-waiver-days-critical", "", fmt.Sprint(l.MaxWaiverDaysCritical)},
				{"policy.require-owner", "", fmt.Sprint(l.RequireOwner == nil || *l.RequireOwner)},
				{"policy.forbid-inline-for", "", list(l.ForbidInlineFor)},
				{"hook.fail-on", "", orElse(p.Hook.FailOn, s.failOn())},
				{"hook.required", "", fmt.Sprint(p.Hook.Required)},
				{"hook.on-incomplete", "", orElse(p.Hook.OnIncomplete, "block")},
			} {
				cmd.Printf("%-32s %-24s %s\n", row.key, safe.Line(row.value), a.origin(s, row.key, row.flag))
			}
			for _, f := range s.rules.Set.Guideline.Facts {
				if v, ok := p.Facts[f.ID]; ok {
					cmd.Printf("%-32s %-24v %s\n", "facts."+f.ID, v, a.origin(s, "facts."+f.ID, ""))
				} else {
					cmd.Printf("%-32s %-24s %s\n", "facts."+f.ID, "not said", "default")
				}
			}
			cmd.Printf("%-32s %d waivers, %d answers, %s\n", "people", len(p.Waivers), len(p.Attestations), knownFindings(p))
			cmd.Printf("%-32s %s\n", "source", s.source.name)
			return nil
		},
	}
	opt.register(cmd.Flags())
	return cmd
}

func knownFindings(p *policy.Policy) string {
	if p.Baseline == nil {
		return "no baseline"
	}
	return fmt.Sprintf("%d known findings", p.Baseline.Total())
}

// origin says who set a key.
func (a *app) origin(s *session, key, flag string) string {
	switch {
	case flag != "" && a.fromEnv[flag]:
		return "env BAKEDIN_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
	case flag != "" && s.opt.given(flag):
		return "flag"
	}
	if at := s.policy.Origin(key); at != "" {
		return at
	}
	return "default"
}

func list(items []string) string {
	if len(items) == 0 {
		return "none"
	}
	return strings.Join(items, ", ")
}

func orElse(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}
