package cli

import (
	"fmt"
	"io"
	"strings"

	"bakedin/checks"
	"bakedin/internal/patch"
	"bakedin/internal/safe"
	"bakedin/ui"
)

// printDiff shows what a change does to a file. A person at a terminal sees tabs as blanks and line ends made plain; into a
// pipe goes a patch that git apply takes, unless something in it must not be shown.
func (a *app) printDiff(out io.Writer, f ui.FileChange, mask *checks.Mask) {
	if f.Table != nil {
		fmt.Fprintf(out, "new file %s\n", safe.Path(f.Path))
		for _, row := range f.Table {
			fmt.Fprintf(out, "  %s\n", safe.Line(strings.Join(row, "  ")))
		}
		return
	}
	from, to := "a/"+string(safe.Path(f.Path)), "b/"+string(safe.Path(f.Path))
	if f.Before == nil {
		from = "/dev/null"
	}
	if f.After == nil {
		to = "/dev/null"
	}
	forPeople, exact := isTerminal(a.streams.Out), true
	hide := mask.Line // a credential may stand in what is taken out, and beside it
	if f.Before == nil {
		hide = mask.Known
	}
	for line := range strings.Lines(patch.Unified(from, to, f.Before, f.After)) {
		shown := hide(line)
		if forPeople {
			fmt.Fprint(out, safe.Block(shown))
			continue
		}
		text, same := safe.Patch(shown)
		exact = exact && same && shown == line
		fmt.Fprint(out, text)
	}
	if !exact {
		fmt.Fprintf(a.streams.Err, "note: %s: a credential or a character that nobody sees is not shown as it is; --apply writes it, a patch tool cannot\n", safe.Path(f.Path))
	}
}
