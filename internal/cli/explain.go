package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"bakedin/checks/builtin"
	"bakedin/internal/posture"
	"bakedin/internal/report"
	"bakedin/rules"
)

func (a *app) explainCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "explain RULE|FINDING-ID|CONTROL|RECOMMENDATION",
		Short: "the page of a rule, a finding (bk1:…), a control (SD-3) or a recommendation (SD-3.7)",
		Args:  cobra.ExactArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			rs, err := builtin.Ruleset()
			if err != nil {
				return nil, cobra.ShellCompDirectiveError
			}
			return names(rs.Set), cobra.ShellCompDirectiveNoFileComp
		},
	}
	from := ""
	opt := rootOnly(cmd, "color", "ascii")
	cmd.Flags().StringVar(&from, "from", "", "look for the finding in a saved report; nothing is scanned")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if strings.HasPrefix(args[0], "bk1:") {
			return a.explainFinding(cmd.Context(), opt, from, args[0])
		}
		rs, err := builtin.Ruleset()
		if err != nil {
			return err
		}
		return explain(cmd.OutOrStdout(), rs.Set, args[0], a.width())
	}
	return cmd
}

// explainFinding prints a finding of the repository, or of a saved report, and the page of its rule.
func (a *app) explainFinding(ctx context.Context, opt *checkFlags, from, id string) error {
	r, s, err := a.known(ctx, opt, from)
	if err != nil {
		return err
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		if !strings.HasPrefix(f.ID, id) {
			continue
		}
		o := report.TextOptions{Width: a.width(), Colour: a.color(opt.color), ASCII: a.ascii(opt.ascii), Workflow: a.truthy("GITHUB_ACTIONS")}
		if err := report.Finding(a.streams.Out, f, s.rules.Set, o); err != nil {
			return err
		}
		if rule := s.rules.Set.Rule(f.Rule); rule != nil {
			explainRule(a.streams.Out, s.rules.Set, rule, a.width())
		}
		return nil
	}
	return usage("bakedin check lists the findings with their ids", "there is no finding %s", id)
}

// known is a saved report, or one of the working tree as it is now.
func (a *app) known(ctx context.Context, opt *checkFlags, from string) (*posture.Report, *session, error) {
	if from != "" {
		return a.saved(opt, from)
	}
	s, err := a.newSession(ctx, opt, nil)
	if err != nil {
		return nil, nil, err
	}
	r, _, tree, err := a.current(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	return r, s, tree.Close()
}

func names(set *rules.Set) []string {
	var out []string
	for _, r := range set.Rules {
		out = append(out, r.ID)
	}
	for _, c := range set.Guideline.Controls {
		out = append(out, c.ID)
	}
	for _, r := range set.Guideline.Recommendations {
		out = append(out, r.ID)
	}
	return out
}

func explain(w io.Writer, set *rules.Set, id string, width int) error {
	if r := set.Rule(id); r != nil {
		explainRule(w, set, r, width)
		return nil
	}
	g := set.Guideline
	for i := range g.Controls {
		if strings.EqualFold(g.Controls[i].ID, id) {
			explainControl(w, g, &g.Controls[i], width)
			return nil
		}
	}
	for i := range g.Recommendations {
		if strings.EqualFold(g.Recommendations[i].ID, id) {
			explainRecommendation(w, set, &g.Recommendations[i], width)
			return nil
		}
	}
	hint := "bakedin rules list, bakedin controls list"
	if near := nearest(id, names(set)); near != "" {
		hint = "did you mean " + near + "? " + hint
	}
	return usage(hint, "there is no rule, control or recommendation %q", id)
}

func explainRule(w io.Writer, set *rules.Set, r *rules.Rule, width int) {
	fmt.Fprintf(w, "%s\n%s\n\n", r.ID, r.Title)
	kind := "speaks against"
	if r.Says == rules.Evidence {
		kind = "speaks for"
	}
	fmt.Fprintf(w, "family %s · severity %s · confidence %s · audience %s\n", r.Family, r.Severity, r.Confidence, r.Audience)
	fmt.Fprintf(w, "%s %s\n", kind, strings.Join(r.Supports, ", "))
	section(w, "Why", r.Why, width)
	section(w, "What to do", r.Remedy, width)
	for _, e := range r.Examples {
		example(w, "Bad", e.Bad)
		example(w, "Good", e.Good)
	}
	if len(r.Refs) > 0 {
		fmt.Fprintln(w, "\nReferences")
		for _, ref := range r.Refs {
			if name := set.Guideline.Names[ref]; name != "" {
				ref += "  " + name
			}
			fmt.Fprintf(w, "  %s\n", ref)
		}
	}
}

func example(w io.Writer, title string, e *rules.Example) {
	if e == nil {
		return
	}
	excerpt(w, title, e)
	for i := range e.Also {
		excerpt(w, "  beside it", &e.Also[i])
	}
}

func excerpt(w io.Writer, title string, e *rules.Example) {
	fmt.Fprintf(w, "\n%s: %s\n", title, e.Path)
	text := e.Text
	switch {
	case e.Pickle != "":
		text = e.Pickle
	case e.Hex != "":
		text = e.Hex
	case e.Binary != "":
		text = e.Binary
	}
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i, line := range lines {
		if i == 24 {
			fmt.Fprintf(w, "    … %d more lines\n", len(lines)-i)
			break
		}
		fmt.Fprintf(w, "    %s\n", line)
	}
}

func explainControl(w io.Writer, g *rules.Guideline, c *rules.Control, width int) {
	fmt.Fprintf(w, "%s  %s\n\nUsually answered by: %s\n\nRecommendations\n", c.ID, c.Title, c.Asks)
	for _, r := range g.Recommendations {
		if r.Control == c.ID {
			fmt.Fprintf(w, "  %-8s %-8s %-6s %s\n", r.ID, r.Severity, r.Mode, r.Title)
		}
	}
	fmt.Fprintln(w, "\nSpeaks to (our own assignment)")
	for _, f := range frameworks {
		if ids := f.ids(c); len(ids) > 0 {
			fmt.Fprintf(w, "  %s\n", f.title)
			wrap(w, "    ", strings.Join(ids, ", "), width)
		}
	}
}

func explainRecommendation(w io.Writer, set *rules.Set, r *rules.Recommendation, width int) {
	fmt.Fprintf(w, "%s  %s\n\n", r.ID, r.Title)
	wrap(w, "", r.Text+".", width)
	fmt.Fprintf(w, "\nmode %s: %s\nseverity %s\n", r.Mode, set.Guideline.Modes[string(r.Mode)], r.Severity)
	section(w, "The question", r.Question, width)
	section(w, "What counts as evidence", r.AcceptedEvidence, width)
	fmt.Fprintf(w, "\nAn answer lives %d days", r.ReattestDays)
	if len(r.ReattestOn) > 0 {
		fmt.Fprintf(w, ", and ends early on: %s", strings.Join(r.ReattestOn, ", "))
	}
	fmt.Fprintln(w)
	for _, says := range []rules.Says{rules.Gap, rules.Evidence} {
		title, any := "Speaks against it", false
		if says == rules.Evidence {
			title = "Speaks for it"
		}
		for _, rule := range set.Rules {
			if rule.Says != says || !slices.Contains(rule.Supports, r.ID) {
				continue
			}
			if !any {
				fmt.Fprintf(w, "\n%s\n", title)
				any = true
			}
			fmt.Fprintf(w, "  %-32s %s\n", rule.ID, rule.Title)
		}
	}
}

func section(w io.Writer, title, text string, width int) {
	if strings.TrimSpace(text) == "" {
		return
	}
	fmt.Fprintf(w, "\n%s\n", title)
	for _, paragraph := range strings.Split(strings.TrimSpace(text), "\n") {
		wrap(w, "  ", strings.TrimSpace(paragraph), width)
	}
}

// wrap writes text in lines of at most width columns, each with the indentation.
func wrap(w io.Writer, indent, text string, width int) {
	line := indent
	for _, word := range strings.Fields(text) {
		if len([]rune(line))+1+len([]rune(word)) > width && strings.TrimSpace(line) != "" {
			fmt.Fprintln(w, line)
			line = indent
		}
		if strings.TrimSpace(line) != "" {
			line += " "
		}
		line += word
	}
	fmt.Fprintln(w, line)
}
