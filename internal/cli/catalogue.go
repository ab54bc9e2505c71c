package cli

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"bakedin/checks"
	"bakedin/checks/builtin"
	"bakedin/checks/checkstest"
	"bakedin/rules"
)

func (a *app) rulesCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "rules", Short: "what bakedin looks for"}
	family := ""
	list := &cobra.Command{
		Use:   "list",
		Short: "every rule: slug, what it says, severity, title",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			rs, err := builtin.Ruleset()
			if err != nil {
				return err
			}
			n := 0
			for _, r := range rs.Set.Rules {
				if family == "" || r.Family == family {
					n++
					cmd.Printf("%-11s %-34s %-9s %-9s %s\n", r.Family, r.ID, r.Says, r.Severity, r.Title)
				}
			}
			cmd.Printf("%d rules\n", n)
			return nil
		},
	}
	list.Flags().StringVar(&family, "family", "", "only this family: model, prompt, agent, code, dependency, data, deploy, repo")
	show := &cobra.Command{
		Use:   "show RULE",
		Short: "the page of a rule, as explain",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			rs, err := builtin.Ruleset()
			if err != nil {
				return err
			}
			return explain(cmd.OutOrStdout(), rs.Set, args[0], a.width())
		},
	}
	test := &cobra.Command{
		Use:   "test [FILE...]",
		Short: "run the examples of the embedded rules, or of rule files of your own",
		RunE:  func(cmd *cobra.Command, args []string) error { return a.testRules(cmd, args) },
	}
	validate := &cobra.Command{
		Use:   "validate FILE...",
		Short: "read rule files of your own as ours are read; their examples are run by rules test",
		Args:  cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			rs, err := builtin.Ruleset()
			if err != nil {
				return err
			}
			for _, f := range args {
				if _, err := ownRule(rs.Set, f); err != nil {
					return err
				}
				cmd.Printf("%s is valid\n", f)
			}
			return nil
		},
	}
	cmd.AddCommand(list, show, test, validate)
	return cmd
}

func (a *app) testRules(cmd *cobra.Command, files []string) error {
	rs, err := builtin.Ruleset()
	if err != nil {
		return err
	}
	under := rs.Set.Rules
	if err := rs.Set.Validate(); err != nil {
		return err
	}
	if len(files) > 0 {
		under = nil
		for _, f := range files {
			r, err := ownRule(rs.Set, f)
			if err != nil {
				return err
			}
			under = append(under, r)
		}
		set := *rs.Set
		set.Rules = append(append([]*rules.Rule(nil), set.Rules...), under...)
		rs = &checks.Ruleset{Set: &set, Checks: rs.Checks}
	}
	failed := 0
	for _, r := range under {
		for _, err := range checkstest.Examples(cmd.Context(), rs, r) {
			failed++
			cmd.Println(err)
		}
	}
	cmd.Printf("%d rules, %d examples fail\n", len(under), failed)
	if failed > 0 {
		a.code = exitFindings
	}
	return nil
}

// ownRule reads a rule file of the user's own.
func ownRule(set *rules.Set, path string) (*rules.Rule, error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, usage("", "%v", err)
	}
	r, err := rules.Parse(path, src)
	if err != nil {
		return nil, &failure{code: exitUsage, err: err}
	}
	if set.Rule(r.ID) != nil {
		return nil, usage("give it a slug of its own", "%s: there is a rule %q already", path, r.ID)
	}
	if name := strings.TrimSuffix(filepath.Base(path), ".toml"); name != r.ID {
		return nil, usage("", "%s: id: %q is not the name of the file", path, r.ID)
	}
	alone := rules.Set{Guideline: set.Guideline, Rules: []*rules.Rule{r}}
	if err := alone.Validate(); err != nil {
		return nil, &failure{code: exitUsage, err: err}
	}
	return r, nil
}

func (a *app) controlsCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "controls", Short: "the guideline: sections, controls, recommendations"}
	framework := ""
	list := &cobra.Command{
		Use:   "list",
		Short: "all 125 recommendations by section and control, or the controls behind another framework",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			rs, err := builtin.Ruleset()
			if err != nil {
				return err
			}
			g := rs.Set.Guideline
			if framework != "" && framework != "guideline" {
				return listFramework(cmd.OutOrStdout(), g, framework, a.width())
			}
			for _, s := range g.Sections {
				cmd.Printf("%s  %s\n", s.ID, s.Title)
				for _, c := range g.Controls {
					if c.Section != s.ID {
						continue
					}
					cmd.Printf("  %s  %s\n", c.ID, c.Title)
					for _, r := range g.Recommendations {
						if r.Control == c.ID {
							cmd.Printf("    %-8s %-8s %-6s %s\n", r.ID, r.Severity, r.Mode, r.Title)
						}
					}
				}
			}
			return nil
		},
	}
	show := &cobra.Command{
		Use:   "show ID",
		Short: "a control or a recommendation, as explain",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			rs, err := builtin.Ruleset()
			if err != nil {
				return err
			}
			if rs.Set.Rule(args[0]) != nil {
				return usage("bakedin explain "+args[0], "%s is a rule", args[0])
			}
			return explain(cmd.OutOrStdout(), rs.Set, strings.ToUpper(args[0]), a.width())
		},
	}
	list.Flags().StringVar(&framework, "framework", "", "guideline, "+strings.Join(frameworkNames(), ", "))
	cmd.AddCommand(list, show)
	return cmd
}
