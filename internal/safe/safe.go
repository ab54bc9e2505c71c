// Package safe makes text that came from a scanned repository fit to be shown: on a terminal, in a workflow log, in
// Markdown. It knows characters, not repositories, and imports nothing of ours. Nothing is dropped: what a person could not
// see, or what would steer the terminal, is written out, so that the attack itself becomes readable.
package safe

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// Text is a string that has been through this package. Faces take Text, never a raw string of the repository.
type Text string

// The most bytes of a text, by place. A longer one ends in "…".
const (
	maxLine  = 2 << 10
	maxPath  = 4 << 10
	maxBlock = 64 << 10
)

// tab stops of a Block
const tabWidth = 4

// Line makes one line of text of at most 2 KiB. Control, bidirectional and invisible characters become visible, a line end
// or a tab one space: columns that count characters stay true as long as nothing had to be made visible.
func Line(s string) Text { return clean(s, maxLine, false) }

// Path makes a file name one line of at most 4 KiB. A line end in a name is written out.
func Path(s string) Text {
	if plain(s) && len(s) <= maxPath {
		return Text(s)
	}
	var b strings.Builder
	for i := 0; i < len(s) && b.Len() <= maxPath; {
		r, n := utf8.DecodeRuneInString(s[i:])
		write(&b, r, s[i:i+n])
		i += n
	}
	return clip(b.String(), maxPath)
}

// Block keeps the lines of a text of at most 64 KiB and expands its tabs to stops of four columns. Line ends are "\n".
func Block(s string) Text { return clean(s, maxBlock, true) }

// Patch keeps a line of a diff that a program will read: its tabs, its line end, a byte order mark, and any length. What
// could act on a terminal, or that nobody sees, becomes visible all the same; exact tells that nothing did.
func Patch(line string) (text Text, exact bool) {
	var b strings.Builder
	end := len(strings.TrimRight(line, "\r\n"))
	for i := 0; i < end; {
		r, n := utf8.DecodeRuneInString(line[i:end])
		if r == '\t' || r == '\ufeff' && i <= 1 {
			b.WriteString(line[i : i+n])
		} else {
			write(&b, r, line[i:i+n])
		}
		i += n
	}
	b.WriteString(line[end:])
	return Text(b.String()), b.String() == line
}

// plain tells whether every byte is printable ASCII, which is fit for everything here and needs no copy.
func plain(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i]-' ' > '~'-' ' {
			return false
		}
	}
	return true
}

func clean(s string, limit int, lines bool) Text {
	if len(s) <= limit && plain(s) {
		return Text(s)
	}
	var b strings.Builder
	column := 0
	for i := 0; i < len(s) && b.Len() <= limit; {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '\r' && strings.HasPrefix(s[i+n:], "\n"):
			n++
			fallthrough
		case r == '\n', r == '\r' && !lines: // a lone CR could overwrite the line in a Block: it is written out there
			if lines {
				b.WriteByte('\n')
				column = 0
			} else {
				b.WriteByte(' ')
			}
		case r == '\t' && lines:
			stop := tabWidth - column%tabWidth
			b.WriteString("    "[:stop])
			column += stop
		case r == '\t':
			b.WriteByte(' ')
		default:
			column += write(&b, r, s[i:i+n])
		}
		i += n
	}
	return clip(b.String(), limit)
}

// clip cuts a clean text to the limit without splitting a character.
func clip(s string, limit int) Text {
	if len(s) <= limit {
		return Text(s)
	}
	end := limit - len("…")
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return Text(s[:end] + "…")
}

// UnmarshalJSON cleans what a saved report holds: a document is as untrusted as a repository. Clean text stays as it is.
func (t *Text) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	*t = Block(s)
	return nil
}
