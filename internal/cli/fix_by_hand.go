package cli

import (
	"fmt"
	"io"
	"slices"

	"bakedin/checks"
	"bakedin/internal/posture"
	"bakedin/internal/safe"
	"bakedin/ui"
)

// printSteps shows what a person must do by hand for the findings that were named, by id or by rule. Of others it says that
// there are some.
func (a *app) printSteps(r *posture.Report, want wanted) {
	var others []checks.Finding
	for _, f := range r.Findings {
		if f.Status != checks.Open || !want.takes(&f) {
			continue
		}
		i := slices.IndexFunc(f.Fixes, func(x checks.Fix) bool { return x.Applicability == checks.Manual })
		switch {
		case i < 0:
		case slices.Contains(want.ids, f.ID) || slices.Contains(want.rules, f.Rule):
			for _, fix := range f.Fixes[i:] {
				if fix.Applicability == checks.Manual {
					printFix(a.streams.Out, f, fix)
				}
			}
		case i == 0:
			others = append(others, f)
		}
	}
	if len(others) == 0 {
		return
	}
	fmt.Fprintf(a.streams.Out, "%s to mend by hand; the steps of one: bakedin fix ID\n", findings(len(others)))
	const shown = 5
	for i, f := range others {
		if i == shown {
			fmt.Fprintf(a.streams.Out, "  and %d more: bakedin check lists them\n", len(others)-shown)
			break
		}
		fmt.Fprintf(a.streams.Out, "  %s  %s: %s\n", f.ID, f.Rule, safe.Line(f.Fixes[0].Title))
	}
}

func printFix(out io.Writer, f checks.Finding, fix checks.Fix) {
	fmt.Fprintf(out, "%s: %s\n", f.ID, fix.Title)
	for i, step := range fix.Steps {
		fmt.Fprintf(out, "  %d. %s\n", i+1, safe.Line(step))
	}
	for _, c := range fix.Commands {
		fmt.Fprintf(out, "     %s\n", safe.Line(c))
	}
}

// printAlso says of the fixes that were chosen what can break, and what an edit cannot do: commands, steps, each once.
func printAlso(out io.Writer, choices []ui.Choice) {
	said := map[string]bool{}
	say := func(format, text string) {
		if text != "" && !said[text] {
			said[text] = true
			fmt.Fprintf(out, format, safe.Line(text))
		}
	}
	for _, c := range choices {
		fix := fixOf(&c.Finding, c.FixID)
		if fix == nil {
			continue
		}
		say("what can break: %s\n", fix.Breaks)
		for _, s := range fix.Steps {
			say("then: %s\n", s)
		}
		for _, s := range fix.Commands {
			say("then run: %s\n", s)
		}
	}
}
