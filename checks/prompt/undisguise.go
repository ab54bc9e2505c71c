package prompt

import (
	"bytes"
	"regexp"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// spaced is a word written letter by letter: "i g n o r e", "i.g.n.o.r.e".
var spaced = regexp.MustCompile(`\b(?:[A-Za-z][ .\-_]){4,}[A-Za-z]\b`)

// undisguise is the text as a reader takes it: characters that nobody sees are gone, letters of other alphabets that only look
// different (full width, mathematical) are plain, words written letter by letter are joined. at maps each of its bytes, and its
// end, to the text.
func undisguise(text []byte) (plain []byte, at []int, disguised bool) {
	letters := spaced.FindAllIndex(text, 200)
	if len(letters) == 0 && !hasDisguise(text) {
		return nil, nil, false
	}
	put := func(b []byte, from int) {
		for range b {
			at = append(at, from)
		}
		plain = append(plain, b...)
	}
	for i := 0; i < len(text); {
		if len(letters) > 0 && i == letters[0][0] {
			for ; i < letters[0][1]; i += 2 {
				put(text[i:i+1], i)
			}
			i = letters[0][1]
			letters = letters[1:]
			continue
		}
		r, n := utf8.DecodeRune(text[i:])
		switch {
		case unseen(r):
		case disguisedLetter(r):
			put(norm.NFKC.Bytes(text[i:i+n]), i)
		default:
			put(text[i:i+n], i)
		}
		i += n
	}
	return plain, append(at, len(text)), true
}

// hasDisguise looks for the lead bytes of such characters, so that most texts cost one search.
func hasDisguise(text []byte) bool {
	for _, lead := range [][]byte{{0xE2, 0x80}, {0xE2, 0x81}, {0xEF, 0xBB}, {0xEF, 0xBC}, {0xEF, 0xBD}, {0xF0, 0x9D}, {0xC2, 0xAD}} {
		if bytes.Contains(text, lead) {
			return true
		}
	}
	return false
}

func unseen(r rune) bool {
	return r >= 0x200B && r <= 0x200F || r >= 0x2060 && r <= 0x2064 || r == 0xFEFF || r == 0xAD || r >= 0xE0000 && r <= 0xE007F
}

// disguisedLetter tells whether a character is a Latin letter or digit in another dress.
func disguisedLetter(r rune) bool {
	return r >= 0xFF01 && r <= 0xFF5E || r >= 0x1D400 && r <= 0x1D7FF || r == 0x3000
}
