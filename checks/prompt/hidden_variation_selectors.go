package prompt

import (
	"context"
	"fmt"
	"strings"

	"bakedin/checks"
	"bakedin/internal/safe"
	"bakedin/rules"
)

// hiddenVariationSelectors reports selectors that select nothing: there are 256 of them, so a run of them is a run of bytes.
func hiddenVariationSelectors(_ context.Context, p *checks.Pass) error {
	text, err := Chars.Of(p.File)
	if text == nil {
		return err
	}
	for i := 0; i < len(text); i++ {
		if !isSelector(text[i].r) {
			continue
		}
		first := i
		var hidden strings.Builder
		for ; i < len(text) && isSelector(text[i].r); i++ {
			if r := text[i].r; r >= 0xE0100 {
				hidden.WriteByte(byte(r - 0xE0100 + 16))
			} else {
				hidden.WriteByte(byte(r - 0xFE00))
			}
		}
		n := i - first
		if n == 1 && allowedSelector(text, first) {
			continue
		}
		if n > 1 && allowedSelector(text, first) { // the first one is right
			first++
		}
		message := "A selector stands behind a character that takes none."
		if n > 1 {
			message = fmt.Sprintf("%d selectors in a row are bytes that nobody sees: \"%s\"", n, string(safe.Line(checks.MaskSecrets(strings.ToValidUTF8(hidden.String()[:min(hidden.Len(), shownHidden)], "?")))))
		}
		f := p.At(text[first].start(), text[i-1].end(), message)
		f.Anchor = fmt.Sprintf("selectors %d", len(p.Found()))
		if n == 1 {
			f.Lower(rules.Low, "one alone carries nothing")
		} else if n < 4 && strings.Count(hidden.String(), hidden.String()[:1]) == hidden.Len() {
			f.Lower(rules.Low, "the same one again carries nothing: an editor doubled it")
		} else if n < 4 && !forModel(p, text[first].start()) {
			f.Lower(rules.Medium, "the file is not one that is written for a model")
		}
		f.Fixes = []checks.Fix{remove(p, text, first, i, checks.Safe)}
	}
	return nil
}
