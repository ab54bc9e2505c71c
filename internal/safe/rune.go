package safe

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// write appends one character, written out when it is hostile, and returns how many characters were written. raw is the
// character as it stood, one byte when that byte is no UTF-8.
func write(b *strings.Builder, r rune, raw string) int {
	switch {
	case r == utf8.RuneError && len(raw) == 1, r < ' ', r == 0x7f:
		n, _ := fmt.Fprintf(b, `\x%02x`, raw[0])
		return n
	case Hostile(r):
		n, _ := fmt.Fprintf(b, "⟪U+%04X⟫", r)
		return n - len("⟪⟫") + 2
	}
	b.WriteRune(r)
	return 1
}

// Hostile tells whether a character steers the screen or cannot be seen on it: controls, directions, line separators,
// zero-width and tag characters, fillers that look like nothing, and selectors outside emoji. Blanks that take room and the
// two emoji presentation selectors are not.
func Hostile(r rune) bool {
	if r >= ' ' && r < 0x7f {
		return false
	}
	switch r {
	case 0xFE0E, 0xFE0F: // VS15 and VS16: text or emoji form of the character before
		return false
	case 0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2028, 0x2029, 0x2800, 0x3164, 0xFFA0:
		return true
	}
	return r < ' ' || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Cs, unicode.Variation_Selector) ||
		r >= 0xE0000 && r <= 0xE0FFF || // tags and the rest of that plane's default ignorable block
		r >= 0xFFF0 && r <= 0xFFF8 || r&0xFFFE == 0xFFFE || r >= 0xFDD0 && r <= 0xFDEF // noncharacters
}
