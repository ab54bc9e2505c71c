package jinja

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

type tokenKind int

const (
	word tokenKind = iota
	text
	number
	operator
)

// token is one token of an expression. The text of a string is decoded.
type token struct {
	kind       tokenKind
	text       string
	num        float64
	start, end int
}

// lex reads tokens from src[at:] up to the closing delimiter that stands outside of strings and brackets, and returns where
// the block ends.
func lex(src string, at int, closing string) (out []token, end int, err error) {
	depth := 0
	for at < len(src) {
		c := src[at]
		if depth == 0 || closing == "%}" {
			for _, trim := range []string{"", "-", "+"} {
				if strings.HasPrefix(src[at:], trim+closing) {
					return out, at + len(trim) + len(closing), nil
				}
			}
		}
		r, n := utf8.DecodeRuneInString(src[at:])
		switch {
		case unicode.IsSpace(r):
			at += n
		case c == '"' || c == '\'':
			end := at + 1
			for end < len(src) && src[end] != c {
				if src[end] == '\\' {
					end++
				}
				end++
			}
			if end >= len(src) {
				return out, len(src), &SyntaxError{at, "a string without its end"}
			}
			out = append(out, token{kind: text, text: unescape(src[at+1 : end]), start: at, end: end + 1})
			at = end + 1
		case c >= '0' && c <= '9':
			end := at
			for end < len(src) && (isWord(rune(src[end])) || src[end] == '.' && end+1 < len(src) && src[end+1] >= '0' && src[end+1] <= '9') {
				end++
			}
			v, err := strconv.ParseFloat(strings.ReplaceAll(src[at:end], "_", ""), 64)
			if err != nil {
				if i, err := strconv.ParseInt(src[at:end], 0, 64); err == nil {
					v = float64(i)
				}
			}
			out = append(out, token{kind: number, text: src[at:end], num: v, start: at, end: end})
			at = end
		case isWord(r):
			end := at
			for end < len(src) {
				r, n := utf8.DecodeRuneInString(src[end:])
				if !isWord(r) {
					break
				}
				end += n
			}
			out = append(out, token{kind: word, text: src[at:end], start: at, end: end})
			at = end
		default:
			op := src[at : at+n]
			if at+2 <= len(src) {
				switch src[at : at+2] {
				case "==", "!=", "<=", ">=", "**", "//":
					op = src[at : at+2]
				}
			}
			switch op {
			case "(", "[", "{":
				depth++
			case ")", "]", "}":
				depth = max(0, depth-1)
			}
			out = append(out, token{kind: operator, text: op, start: at, end: at + len(op)})
			at += len(op)
		}
	}
	return out, len(src), &SyntaxError{at, "a block without its end"}
}

func isWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

// unescape decodes the escapes of a Python string.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[s[i]]
		if digits > 0 && i+digits < len(s) {
			if v, err := strconv.ParseUint(s[i+1:i+1+digits], 16, 32); err == nil {
				b.WriteRune(rune(v))
				i += digits
				continue
			}
		}
		if s[i] >= '0' && s[i] <= '7' {
			end := i
			for end < len(s) && end < i+3 && s[end] >= '0' && s[end] <= '7' {
				end++
			}
			v, _ := strconv.ParseUint(s[i:end], 8, 32)
			b.WriteRune(rune(v))
			i = end - 1
			continue
		}
		switch s[i] {
		case 'n':
			b.WriteByte('\n')
		case 't':
			b.WriteByte('\t')
		case 'r':
			b.WriteByte('\r')
		case '\\', '\'', '"':
			b.WriteByte(s[i])
		case '\n':
		default:
			b.WriteByte('\\')
			b.WriteByte(s[i])
		}
	}
	return b.String()
}
