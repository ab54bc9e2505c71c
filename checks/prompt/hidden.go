package prompt

import (
	"bytes"
	"strconv"
	"unicode"
	"unicode/utf8"

	"bakedin/checks"
	"bakedin/internal/lang/keys"
	"bakedin/internal/repo"
)

// char is one character of a text and where it is written: raw, or in a structured file as an escape.
type char struct {
	r        rune
	from, to int32
}

func (c char) start() int { return int(c.from) }
func (c char) end() int   { return int(c.to) }

// Chars is the fact of the characters of the lines that may hold hidden ones, with an empty line between two where the text
// has one; nil for a text without such a line. Most lines are never taken apart: some, as those of the pictures in a notebook,
// have megabytes.
var Chars = checks.NewFact(func(f *checks.File) ([]char, error) {
	text, err := f.Bytes()
	if err != nil || bytes.IndexByte(text, 0) >= 0 {
		return nil, err
	}
	escapes := false
	switch keys.Format(f.Path) {
	case "json", "yaml", "toml":
		escapes = bytes.Contains(text, []byte(`\u`)) || bytes.Contains(text, []byte(`\U`))
	}
	var out []char
	blank := 0 // where the last empty line ends that no kept line follows yet
	for start := 0; start < len(text); {
		end := len(text)
		if i := bytes.IndexByte(text[start:], '\n'); i >= 0 {
			end = start + i + 1
		}
		line := text[start:end]
		switch {
		case suspicious(line), escapes && (bytes.Contains(line, []byte(`\u`)) || bytes.Contains(line, []byte(`\U`))):
			if blank > 0 && len(out) > 0 {
				out = append(out, char{'\n', int32(blank - 1), int32(blank)})
			}
			out, blank = chars(out, text, start, end, escapes), 0
		case len(bytes.TrimSpace(line[:min(len(line), blankLine)])) == 0:
			blank = end
		}
		start = end
	}
	return out, nil
})

// an empty line has no more white space than this
const blankLine = 200

// chars appends the characters of text[start:end].
func chars(out []char, text []byte, start, end int, escapes bool) []char {
	add := func(r rune, i, n int) int {
		out = append(out, char{r, int32(i), int32(i + n)})
		return i + n
	}
	for i := start; i < end; {
		switch {
		case escapes && text[i] == '\\':
			if r, n := escape(text[i:end]); n > 0 {
				i = add(r, i, n)
				continue
			}
			if i = add('\\', i, 1); i < end && text[i] == '\\' {
				i = add('\\', i, 1)
			}
		default:
			r, n := utf8.DecodeRune(text[i:end])
			i = add(r, i, n)
		}
	}
	return out
}

// suspicious tells whether a text has a character that can be invisible.
func suspicious(text []byte) bool {
	for i := 0; i < len(text); {
		if text[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(text[i:])
		if isTag(r) || isBidi(r) || isMark(r) || isSelector(r) || isZeroWidth(r) {
			return true
		}
		i += n
	}
	return false
}

// escape reads \uXXXX, a pair of them, or \UXXXXXXXX.
func escape(b []byte) (rune, int) {
	hex := func(b []byte, n int) rune {
		if len(b) < n {
			return -1
		}
		v, err := strconv.ParseUint(string(b[:n]), 16, 32)
		if err != nil {
			return -1
		}
		return rune(v)
	}
	switch {
	case bytes.HasPrefix(b, []byte(`\U`)):
		if r := hex(b[2:], 8); r >= 0 {
			return r, 10
		}
	case bytes.HasPrefix(b, []byte(`\u`)):
		r := hex(b[2:], 4)
		if r < 0 {
			return 0, 0
		}
		if r >= 0xD800 && r < 0xDC00 && len(b) >= 12 && b[6] == '\\' && b[7] == 'u' {
			if low := hex(b[8:], 4); low >= 0xDC00 && low < 0xE000 {
				return (r-0xD800)<<10 + (low - 0xDC00) + 0x10000, 12
			}
		}
		return r, 6
	}
	return 0, 0
}

// forModel tells whether a place stands in text that is written for a model: a prompt, instructions, or a prompt in code.
func forModel(p *checks.Pass, at int) bool {
	return p.File.Is(repo.Prompt) || p.File.Is(repo.Agent) || p.File.InPrompt(at)
}

// Ranges of characters that are not seen. Source: the Unicode character database.
func isTag(r rune) bool      { return r >= 0xE0000 && r <= 0xE007F }
func isBidi(r rune) bool     { return r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 }
func isMark(r rune) bool     { return r == 0x200E || r == 0x200F || r == 0x061C }
func isSelector(r rune) bool { return r >= 0xFE00 && r <= 0xFE0F || r >= 0xE0100 && r <= 0xE01EF }
func isZeroWidth(r rune) bool {
	return r >= 0xAD && zeroWidth[r] || r >= 0x206A && r <= 0x206F || r >= 0xFFF9 && r <= 0xFFFB || r >= 0x2061 && r <= 0x2064 || r >= 0x1D173 && r <= 0x1D17A || r >= 0x1BCA0 && r <= 0x1BCA3
}

var zeroWidth = map[rune]bool{0x200B: true, 0x200C: true, 0x200D: true, 0x2060: true, 0xFEFF: true, 0x00AD: true, 0x180B: true, 0x180C: true, 0x180D: true, 0x180E: true, 0x180F: true, 0x115F: true, 0x1160: true, 0x3164: true, 0xFFA0: true, 0x17B4: true, 0x17B5: true, 0x034F: true}

func isRightToLeft(r rune) bool {
	return r >= 0x590 && unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana, unicode.Nko)
}

// scripts whose letters are joined or parted by characters without width
func joins(r rune) bool {
	return unicode.In(r, unicode.Arabic, unicode.Syriac, unicode.Nko, unicode.Mongolian, unicode.Myanmar, unicode.Khmer, unicode.Sinhala, unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Tibetan)
}

func breaks(r rune) bool {
	return unicode.In(r, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// pictographic covers Extended_Pictographic and what joins like it, a little widely.
func pictographic(r rune) bool {
	switch {
	case r >= 0x1F000 && r <= 0x1FAFF, r >= 0x2190 && r <= 0x2BFF, r == 0xA9, r == 0xAE, r == 0x203C, r == 0x2049, r == 0x2122, r == 0x2139, r == 0x3030, r == 0x303D, r == 0x3297, r == 0x3299, r >= 0x1FC00 && r <= 0x1FFFD:
		return true
	}
	return false
}

func at(text []char, i int) rune {
	if i < 0 || i >= len(text) {
		return -1
	}
	return text[i].r
}

// allowedZeroWidth tells whether the script or the emoji around it needs the character.
func allowedZeroWidth(text []char, i int) bool {
	r, before, after := text[i].r, at(text, i-1), at(text, i+1)
	switch r {
	case 0xFEFF:
		return text[i].start() == 0
	case 0x200D:
		emoji := pictographic(before) || before == 0xFE0F || before == 0x20E3 || before >= 0x1F3FB && before <= 0x1F3FF
		return emoji && (pictographic(after) || after >= 0x2600 && after <= 0x27BF) || joins(before)
	case 0x200C:
		return joins(before)
	case 0x200B:
		return breaks(before) || breaks(after)
	case 0x00AD:
		return unicode.IsLetter(before) && unicode.IsLetter(after)
	case 0x034F:
		return unicode.Is(unicode.M, before) || unicode.Is(unicode.M, after)
	case 0x115F, 0x1160:
		return unicode.Is(unicode.Hangul, before) || unicode.Is(unicode.Hangul, after)
	case 0x17B4, 0x17B5:
		return unicode.Is(unicode.Khmer, before)
	case 0x180B, 0x180C, 0x180D, 0x180E, 0x180F:
		return before >= 0x1820 && before <= 0x18AA
	case 0x2061, 0x2062, 0x2063, 0x2064:
		return unicode.Is(unicode.Sm, before) || unicode.Is(unicode.Sm, after) || unicode.IsDigit(before)
	}
	return r >= 0x1D173 && r <= 0x1D17A || r >= 0x1BCA0 && r <= 0x1BCA3
}

// allowedSelector tells whether the character before takes this selector.
func allowedSelector(text []char, i int) bool {
	r, before := text[i].r, at(text, i-1)
	if isSelector(before) {
		return false
	}
	switch {
	case r >= 0xE0100:
		return unicode.Is(unicode.Han, before)
	case r == 0xFE0E || r == 0xFE0F:
		return pictographic(before) || before >= '0' && before <= '9' || before == '#' || before == '*' || unicode.IsSymbol(before) || unicode.IsPunct(before) || before >= 0x1F3FB && before <= 0x1F3FF || before == 0x200D
	case r <= 0xFE02:
		return unicode.Is(unicode.Han, before) || unicode.Is(unicode.Sm, before) || unicode.Is(unicode.Sc, before) || joins(before)
	}
	return unicode.IsSymbol(before)
}
