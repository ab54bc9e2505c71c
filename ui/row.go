package ui

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"bakedin/internal/safe"
)

// row is one line of the screen under construction: styled pieces from left to right, never wider than its width.
type row struct {
	b     strings.Builder
	width int
	used  int
	under ink // drawn below every piece: the background of a selected row
	more  string
}

func newRow(t *theme, width int) *row {
	r := &row{width: max(0, width), more: t.more}
	r.b.Grow(2*width + 96) // text and its colours
	return r
}

// put appends text that is already safe and has no escape codes; what does not fit is cut.
func (r *row) put(i ink, text string) *row {
	room := r.width - r.used
	if room <= 0 || text == "" {
		return r
	}
	w := width(text)
	if w > room {
		text = cut(text, room, r.more)
		w = width(text)
	}
	r.write(i, text)
	r.used += w
	return r
}

func (r *row) write(i ink, text string) {
	if i == "" && r.under == "" {
		r.b.WriteString(text)
		return
	}
	r.b.WriteString("\x1b[")
	r.b.WriteString(string(i))
	if i != "" && r.under != "" {
		r.b.WriteByte(';')
	}
	r.b.WriteString(string(r.under))
	r.b.WriteByte('m')
	r.b.WriteString(text)
	r.b.WriteString("\x1b[m")
}

// to pads with blanks up to a column; it never goes back.
func (r *row) to(column int) *row {
	if n := min(column, r.width) - r.used; n > 0 {
		r.write("", blanks(n))
		r.used += n
	}
	return r
}

// col puts text into a field of exactly w cells.
func (r *row) col(i ink, text string, w int) *row {
	end := r.used + max(0, w)
	if width(text) > w {
		text = cut(text, w, r.more)
	}
	return r.put(i, text).to(end)
}

// end is the finished line, padded to its width.
func (r *row) end() string { return r.to(r.width).b.String() }

const manyBlanks = "                                                                                                                                                                                                        "

func blanks(n int) string {
	if n <= 0 {
		return ""
	}
	if n <= len(manyBlanks) {
		return manyBlanks[:n]
	}
	return strings.Repeat(" ", n)
}

// width counts the cells of text without escape codes.
func width(s string) int {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return ansi.StringWidth(s)
		}
	}
	return len(s)
}

// cut shortens text to w cells and says so with a mark at its end.
func cut(s string, w int, more string) string {
	if w <= 0 {
		return ""
	}
	if width(s) <= w {
		return s
	}
	if w <= width(more) {
		return ansi.Truncate(s, w, "")
	}
	return ansi.Truncate(s, w, more)
}

// cutMiddle shortens a path in its middle: both the folder it starts in and the name it ends in matter.
func cutMiddle(s string, w int, more string) string {
	n := width(s)
	if n <= w {
		return s
	}
	if w < 5 {
		return cut(s, w, more)
	}
	tail := (w - width(more)) * 3 / 5
	head := w - width(more) - tail
	return ansi.Truncate(s, head, "") + more + ansi.TruncateLeft(s, n-tail, "")
}

// wrap breaks safe text at blanks into lines of at most w cells; a longer word is broken.
func wrap(s string, w int) []string {
	if w <= 0 {
		return nil
	}
	var out []string
	for _, paragraph := range strings.Split(s, "\n") {
		line, used := "", 0
		for _, word := range strings.Fields(paragraph) {
			n := width(word)
			if used > 0 && used+1+n <= w {
				line, used = line+" "+word, used+1+n
				continue
			}
			if used > 0 {
				out = append(out, line)
			}
			for n > w {
				head := ansi.Truncate(word, w, "")
				if head == "" { // a character wider than the column
					word = ""
					break
				}
				out = append(out, head)
				word = word[len(head):]
				n = width(word)
			}
			line, used = word, n
		}
		out = append(out, line)
	}
	return out
}

// text, file and block are the gates through which everything of a repository or a report comes in.
func text(s string) string  { return string(safe.Line(s)) }
func file(s string) string  { return string(safe.Path(s)) }
func block(s string) string { return string(safe.Block(s)) }

// plural counts: "1 file", "3 files".
func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	if strings.HasSuffix(one, "y") {
		return number(n) + " " + one[:len(one)-1] + "ies"
	}
	return number(n) + " " + one + "s"
}

// str is the line without padding at its end.
func (r *row) str() string { return r.b.String() }

// padStyled fills a finished line up to w cells.
func padStyled(line string, w int) string { return line + blanks(w-ansi.StringWidth(line)) }

func padRight(s string, w int) string { return s + blanks(w-width(s)) }

func padLeft(s string, w int) string { return blanks(w-width(s)) + s }
