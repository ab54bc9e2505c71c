// Package prose reads documents that people write for people (Markdown, reStructuredText, AsciiDoc) as sections and the
// statements in them: sentences, list items, rows of tables. Code, comments and front matter state nothing. It has no opinion
// on what is stated.
package prose

import "sort"

// Kind is the form of a statement.
type Kind uint8

// The forms. A Header is the first row of a table: it names columns and states nothing.
const (
	Sentence Kind = iota
	Item
	Row
	Header
)

// Statement is one thing that a document says. Start and End are bytes of its text.
type Statement struct {
	Start, End int
	Kind       Kind
	Section    int // the section it stands in; -1 before the first heading
	Lead       int // of an item: the sentence that leads its list in; of a row: its header; else -1
}

// Section is a heading and what stands below it. End is that of its last subsection.
type Section struct {
	Title            string
	Level            int
	Start, Body, End int // of the heading, of what stands below it
	Parent           int // -1 at the top
}

// Doc is a document that was read.
type Doc struct {
	Text       []byte
	Front      int // end of the front matter; 0 without
	Sections   []Section
	Statements []Statement
}

// Heading returns the section whose heading holds the byte, or -1.
func (d *Doc) Heading(at int) int {
	i := sort.Search(len(d.Sections), func(i int) bool { return d.Sections[i].Start > at }) - 1
	if i >= 0 && at < d.Sections[i].Body {
		return i
	}
	return -1
}

// StatementAt returns the statement that holds the byte, or -1.
func (d *Doc) StatementAt(at int) int {
	i := sort.Search(len(d.Statements), func(i int) bool { return d.Statements[i].Start > at }) - 1
	if i >= 0 && at < d.Statements[i].End {
		return i
	}
	return -1
}

// Below returns the statements of a section and of its subsections.
func (d *Doc) Below(section int) []Statement {
	s := d.Sections[section]
	from := sort.Search(len(d.Statements), func(i int) bool { return d.Statements[i].Start >= s.Body })
	to := sort.Search(len(d.Statements), func(i int) bool { return d.Statements[i].Start >= s.End })
	return d.Statements[from:max(from, to)]
}

// Say returns the text of a statement.
func (d *Doc) Say(s Statement) []byte { return d.Text[s.Start:s.End] }

// Lines takes every line that is not empty for a statement: what there is to say of a text that is no prose.
func Lines(text []byte) *Doc {
	d := &Doc{Text: text}
	for l := range lines(text) {
		if l.start < l.end {
			d.Statements = append(d.Statements, Statement{Start: l.start, End: l.end, Section: -1, Lead: -1})
		}
	}
	return d
}
