package prompt

import (
	"context"
	"fmt"

	"bakedin/checks"
	"bakedin/internal/repo"
	"bakedin/rules"
)

// hiddenBidiControl reports characters that turn the direction of a text: what a person reads is not the order in which it
// stands. Balanced ones on a line with letters that are written from the right are how such a line is written.
// Source: https://www.unicode.org/reports/tr9/
func hiddenBidiControl(_ context.Context, p *checks.Pass) error {
	text, err := Chars.Of(p.File)
	if text == nil {
		return err
	}
	for i := 0; i < len(text); {
		end := i
		var controls, marks []int
		rightToLeft, depth, override := false, 0, false
		for ; end < len(text) && text[end].r != '\n'; end++ {
			switch r := text[end].r; {
			case isBidi(r):
				controls = append(controls, end)
				if r == 0x202C || r == 0x2069 {
					depth--
				} else {
					depth++
				}
				override = override || r == 0x202D || r == 0x202E
			case isMark(r):
				marks = append(marks, end)
			case isRightToLeft(r):
				rightToLeft = true
			}
		}
		if len(controls) > 0 && (override || depth != 0 || !rightToLeft) {
			first, last := controls[0], controls[len(controls)-1]+1
			f := p.At(text[first].start(), text[last-1].end(), counted(len(controls), "character turns", "characters turn")+" the direction of this line: what is read is not what stands there.")
			f.Anchor = fmt.Sprintf("bidi %d", len(p.Found()))
			switch {
			case !override && depth == 0:
				f.Lower(rules.Medium, "they are balanced, beside no letter that needs them")
			case p.File.Is(repo.Code) && listed(text, controls):
				f.Lower(rules.Low, "they stand one after the other, as a list of them does; written as escapes everybody would see that")
			}
			class := checks.Safe
			if rightToLeft || p.File.Is(repo.Code) {
				class = checks.Unsafe
			}
			fix := remove(p, text, first, first+1, class)
			fix.Edits = nil
			for _, c := range controls {
				fix.Edits = append(fix.Edits, p.Replace(text[c].start(), text[c].end(), ""))
			}
			f.Fixes = []checks.Fix{fix}
		} else if len(marks) > 0 && !rightToLeft && (p.File.Is(repo.Prompt) || p.File.Is(repo.Agent)) {
			f := p.At(text[marks[0]].start(), text[marks[0]].end(), "A mark for the direction of text stands beside no letter that needs it.")
			f.Anchor = fmt.Sprintf("bidi %d", len(p.Found()))
			f.Lower(rules.Low, "it moves nothing on a line of one direction")
			f.Fixes = []checks.Fix{remove(p, text, marks[0], marks[0]+1, checks.Safe)}
			if len(marks) > 1 {
				for _, m := range marks[1:] {
					f.Fixes[0].Edits = append(f.Fixes[0].Edits, p.Replace(text[m].start(), text[m].end(), ""))
				}
			}
		}
		i = end + 1
	}
	return nil
}

// listed tells whether a line holds at least four different controls and nothing between them: they order no text, they are
// what a program looks for.
func listed(text []char, controls []int) bool {
	seen := map[rune]bool{}
	for k, c := range controls {
		if k > 0 && c != controls[k-1]+1 || seen[text[c].r] {
			return false
		}
		seen[text[c].r] = true
	}
	return len(seen) >= 4
}
