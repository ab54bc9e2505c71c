package cli

import (
	"bufio"
	"context"
	"fmt"
	"strings"

	"bakedin/checks"
	"bakedin/internal/safe"
	"bakedin/ui"
)

// askEach shows one change after the other and asks for each. It returns what was accepted; the end of the input is a no to
// all that is left.
func (a *app) askEach(ctx context.Context, x fixer, choices []ui.Choice, mask *checks.Mask) ([]ui.Choice, error) {
	in := bufio.NewScanner(a.streams.In)
	out := a.streams.Out
	var taken []ui.Choice
	whole := map[string]bool{} // rules of which everything was accepted
	for i, c := range choices {
		if c.Draft == "" && whole[c.Finding.Rule] {
			taken = append(taken, c)
			continue
		}
		p, err := x.Plan(ctx, []ui.Choice{c})
		if err != nil {
			fmt.Fprintf(out, "\n%d/%d left out: %v\n", i+1, len(choices), err)
			continue
		}
		fmt.Fprintf(out, "\n%d/%d %s\n", i+1, len(choices), asked(c, p))
		for _, f := range p.Files {
			a.printDiff(out, f, mask)
		}
		for {
			fmt.Fprint(out, "apply this? [y]es [n]o [a]ll of this rule [q]uit, nothing more: ")
			if !in.Scan() {
				fmt.Fprintln(out)
				return taken, in.Err()
			}
			switch strings.ToLower(strings.TrimSpace(in.Text())) {
			case "y", "yes":
				taken = append(taken, c)
			case "a", "all":
				taken = append(taken, c)
				whole[c.Finding.Rule] = c.Draft == ""
			case "n", "no", "":
			case "q", "quit":
				return taken, nil
			default:
				continue
			}
			break
		}
	}
	return taken, nil
}

// asked is the heading of one change: what it is about, how grave, and what kind of fix it is.
func asked(c ui.Choice, p *ui.Preview) string {
	if c.Draft != "" {
		return string(safe.Line(p.Title)) + " (a document for a person to finish)"
	}
	where := c.Finding.Rule
	if l := c.Finding.Location; l != nil {
		where = fmt.Sprintf("%s:%d %s", safe.Path(l.Path), l.Start.Line, where)
	}
	fix := fixOf(&c.Finding, c.FixID)
	text := fmt.Sprintf("%s[%s] %s\n    %s (%s)", c.Finding.Severity, where, c.Finding.Message, safe.Line(fix.Title), fix.Applicability)
	if fix.Breaks != "" {
		text += "\n    what can break: " + string(safe.Line(fix.Breaks))
	}
	return text
}
