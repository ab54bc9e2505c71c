package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"bakedin/internal/report"
)

func (a *app) diffCommand() *cobra.Command {
	format := "text"
	cmd := &cobra.Command{
		Use:   "diff OLD.json NEW.json",
		Short: "what changed between two saved reports: new, gone, unchanged, recommendations that moved",
		Long: `diff compares two reports of check --format json by fingerprint, so that moved lines are no news.

Exit codes: 0 nothing new at or above --fail-on, 1 new findings, 2 not a report, 3 one of the runs was incomplete.`,
		Args: cobra.ExactArgs(2),
	}
	opt := rootOnly(cmd, "fail-on", "color", "ascii")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if formats := []string{"text", "markdown"}; !slices.Contains(formats, format) {
			return usage("", "--format %q: it is one of %s", format, strings.Join(formats, ", "))
		}
		old, _, err := a.saved(opt, args[0])
		if err != nil {
			return err
		}
		now, s, err := a.saved(opt, args[1])
		if err != nil {
			return err
		}
		d := report.Compare(old, now)
		if d.Worse(opt.failOn) {
			a.code = exitFindings
		}
		if !d.Complete {
			a.code = exitIncomplete
		}
		if format == "markdown" {
			return d.Markdown(a.streams.Out)
		}
		return d.Text(a.streams.Out, s.rules.Set, report.TextOptions{Width: a.width(), Colour: a.color(opt.color), ASCII: a.ascii(opt.ascii), Workflow: a.truthy("GITHUB_ACTIONS")})
	}
	cmd.Flags().StringVarP(&format, "format", "f", "text", "text, markdown")
	return cmd
}
