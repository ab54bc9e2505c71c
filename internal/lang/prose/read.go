package prose

import (
	"bytes"
	"iter"
	"regexp"
	"strings"
)

var (
	comment   = regexp.MustCompile(`(?s)<!--.*?(?:-->|\z)`)
	atx       = regexp.MustCompile(`^(#{1,6}|={1,6})[ \t]+(.*?)[ \t]*[#=]*$`)
	bold      = regexp.MustCompile(`^(?:\*\*|__)([^*_]+?):?(?:\*\*|__):?$`)
	underline = regexp.MustCompile(`^(?:={3,}|-{3,}|~{3,}|\^{3,})$`)
	item      = regexp.MustCompile(`^(?:[-*+•]|\d{1,3}[.)])[ \t]+`)
	separator = regexp.MustCompile(`^[|+]?[ \t:|+=-]*-[ \t:|+=-]*$`)
	label     = regexp.MustCompile(`^(?:\*\*|__)?\p{Lu}[^.:|]{1,40}:(?:\*\*|__)?(?:[ \t]|$)`)
	stop      = regexp.MustCompile(`[.!?]["')\]*_]*(?:\s+|$)|[。！？]`)
	shortened = regexp.MustCompile(`(?i)(?:^|[\s(])(?:e\.g|i\.e|etc|vs|cf|no|resp|approx|z\.\s?B|d\.h|\p{L})\.$`)
)

// boldLevel is the level of a line in bold that serves as a heading: below all others.
const boldLevel = 7

// Parse reads a document.
func Parse(text []byte) *Doc {
	r := reader{Doc: &Doc{Text: text}, src: withoutComments(text), lead: -1, header: -1}
	r.front()
	for l := range lines(r.src) {
		if l.start >= r.Front {
			r.line(l)
		}
	}
	r.flush()
	r.close(0, len(text))
	return r.Doc
}

// withoutComments has spaces where comments stand, so that places stay what they are.
func withoutComments(text []byte) []byte {
	if !bytes.Contains(text, []byte("<!--")) {
		return text
	}
	out := bytes.Clone(text)
	for _, m := range comment.FindAllIndex(text, -1) {
		for i := m[0]; i < m[1]; i++ {
			if out[i] != '\n' && out[i] != '\r' {
				out[i] = ' '
			}
		}
	}
	return out
}

// span is a line without the space around it.
type span struct{ start, end, indent int }

func lines(text []byte) iter.Seq[span] {
	return func(yield func(span) bool) {
		for at := 0; at < len(text); {
			end := len(text)
			if i := bytes.IndexByte(text[at:], '\n'); i >= 0 {
				end = at + i
			}
			line := text[at:end]
			left := len(line) - len(bytes.TrimLeft(line, " \t\r"))
			l := span{at + left, at + len(bytes.TrimRight(line, " \t\r")), left}
			l.end = max(l.start, l.end)
			if !yield(l) {
				return
			}
			at = end + 1
		}
	}
}

// reader is the state while a document is read.
type reader struct {
	*Doc
	src    []byte
	fence  string
	open   []int  // sections around the line, outermost first
	par    []span // lines of the paragraph or item that is being read
	kind   Kind   // of par
	lead   int    // the sentence that leads a list in
	header int    // of the table that is being read
	table  bool   // the line before was a row
}

func (r *reader) front() {
	for _, mark := range []string{"---", "+++"} {
		if !bytes.HasPrefix(r.src, []byte(mark+"\n")) && !bytes.HasPrefix(r.src, []byte(mark+"\r\n")) {
			continue
		}
		if i := bytes.Index(r.src, []byte("\n"+mark)); i >= 0 {
			r.Front = i + 1 + len(mark)
		}
	}
}

func (r *reader) line(l span) {
	text := string(r.src[l.start:l.end])
	switch {
	case r.fence != "":
		if strings.HasPrefix(text, r.fence) {
			r.fence = ""
		}
	case strings.HasPrefix(text, "```") || strings.HasPrefix(text, "~~~"):
		r.flush()
		r.fence = text[:3]
	case text == "":
		r.flush()
		r.table, r.header = false, -1
	case atx.MatchString(text) && l.indent < 4:
		m := atx.FindStringSubmatch(text)
		r.heading(l.start, l.end, len(m[1]), m[2])
	case underline.MatchString(text):
		r.underlined(l, text)
	case strings.HasPrefix(text, "|"):
		r.row(l, text)
	case bold.MatchString(text) && len(r.par) == 0:
		r.heading(l.start, l.end, boldLevel, bold.FindStringSubmatch(text)[1])
	case item.MatchString(text):
		r.flush()
		l.start += len(item.FindString(text))
		r.par, r.kind = append(r.par, l), Item
	default:
		if label.MatchString(text) && r.kind == Sentence {
			r.flush()
		}
		r.par = append(r.par, l)
	}
}

// underlined makes a heading of the line before, as Markdown and reStructuredText have it.
func (r *reader) underlined(l span, text string) {
	if len(r.par) != 1 || r.kind != Sentence {
		r.flush()
		return
	}
	title := r.par[0]
	level := 2
	if text[0] == '=' {
		level = 1
	}
	r.par = nil
	r.heading(title.start, l.end, level, string(r.src[title.start:title.end]))
}

func (r *reader) row(l span, text string) {
	r.flush()
	last := len(r.Statements) - 1
	switch {
	case separator.MatchString(text):
		if r.table && last >= 0 {
			r.Statements[last].Kind, r.header = Header, last
		}
	default:
		r.say(l.start, l.end, Row, r.header)
	}
	r.table = true
}

func (r *reader) heading(start, end, level int, title string) {
	r.flush()
	r.close(level, start)
	parent := -1
	if n := len(r.open); n > 0 {
		parent = r.open[n-1]
	}
	r.open = append(r.open, len(r.Sections))
	r.Sections = append(r.Sections, Section{Title: title, Level: level, Start: start, Body: min(end+1, len(r.src)), Parent: parent})
	r.lead, r.header, r.table = -1, -1, false
}

// close ends the sections of this level and deeper ones.
func (r *reader) close(level, at int) {
	for n := len(r.open); n > 0 && r.Sections[r.open[n-1]].Level >= level; n = len(r.open) {
		r.Sections[r.open[n-1]].End = at
		r.open = r.open[:n-1]
	}
}

// flush ends a paragraph or an item.
func (r *reader) flush() {
	par, kind := r.par, r.kind
	r.par, r.kind = nil, Sentence
	if len(par) == 0 {
		return
	}
	start, end := par[0].start, par[len(par)-1].end
	if kind == Item {
		r.say(start, end, Item, r.lead)
		return
	}
	for start < end {
		to := start + sentence(r.src[start:end])
		r.say(start, to, Sentence, -1)
		start = to
	}
	r.lead = -1
	if last := len(r.Statements) - 1; last >= 0 && r.src[end-1] == ':' {
		r.lead = last
	}
}

func (r *reader) say(start, end int, kind Kind, lead int) {
	text := r.src[start:end]
	start += len(text) - len(bytes.TrimLeft(text, " \t\r\n>"))
	end -= len(text) - len(bytes.TrimRight(text, " \t\r\n"))
	if start >= end {
		return
	}
	in := -1
	if n := len(r.open); n > 0 {
		in = r.open[n-1]
	}
	r.Statements = append(r.Statements, Statement{Start: start, End: end, Kind: kind, Section: in, Lead: lead})
}

// sentence is the length of the first sentence of a text.
func sentence(text []byte) int {
	for at := 0; ; {
		m := stop.FindIndex(text[at:])
		if m == nil {
			return len(text)
		}
		dot := at + m[0]
		at += m[1]
		if !shortened.Match(text[max(0, dot-6) : dot+1]) {
			return at
		}
	}
}

// Sentences counts the sentences of a text.
func Sentences(text []byte) int {
	n := 0
	for len(bytes.TrimSpace(text)) > 0 {
		text = text[sentence(text):]
		n++
	}
	return n
}
