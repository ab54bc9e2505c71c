package checks

import (
	"bytes"
	"path"
	"regexp"
	"sort"
	"strings"

	"bakedin/internal/lang/prose"
	"bakedin/rules"
)

// A document is substantive when it has this many words of its own, and at most this share of template lines.
const (
	minDocumentWords = 60
	maxTemplateShare = 0.3
)

// A section says something when there are this many statements and words of its own below its heading.
const (
	minStatements   = 2
	minSectionWords = 8
)

// text that a template leaves for its author
var templateLine = regexp.MustCompile(`(?i)\[more information needed\]|\[(?:insert|your|add|todo|tbd|name of)[^\]\n]*\]|\b(?:TODO|TBD|FIXME|lorem ipsum)\b|<(?:insert|your)[^>\n]*>|\{\{[^}\n]*\}\}|use this section to (?:tell|provide)|tell them where to go, how often`)

// unwritten is the marker that bakedin leaves in a document it started (internal/draft). With one left, a file is present and
// proves nothing more.
var unwritten = []byte("[WRITE: ")

// Unwritten tells whether a document that bakedin started waits for a person: it is a plan, and shows nothing.
func Unwritten(text []byte) bool { return bytes.Contains(text, unwritten) }

// Document is the fact of a text that people write for people: what it states, and where.
type Document struct {
	*prose.Doc
	strength rules.Strength // of the whole
	owns     []bool         // by statement: it says something, and for the first time
}

// DocumentOf is the fact of a file that is read as a document.
var DocumentOf = NewFact(func(f *File) (*Document, error) {
	text, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	return NewDocument(f.Path, text), nil
})

// formats in which people write for people alone, and others in which they also do
var (
	manuals       = map[string]bool{".md": true, ".mdx": true, ".markdown": true, ".rst": true, ".adoc": true}
	proseSuffixes = map[string]bool{".txt": true, ".html": true, "": true}
)

// NewDocument reads a text as the document that its path says it is.
func NewDocument(file string, text []byte) *Document {
	d := &Document{Doc: prose.Lines(text)}
	if ext := strings.ToLower(path.Ext(file)); manuals[ext] || proseSuffixes[ext] {
		d.Doc = prose.Parse(text)
	}
	seen, words := map[string]bool{}, 0
	d.owns = make([]bool, len(d.Statements))
	for i, s := range d.Statements {
		say := d.Say(s)
		key := string(say)
		if s.Kind == prose.Header || seen[key] || empty(say) || templateLine.Match(say) {
			continue
		}
		seen[key], d.owns[i] = true, true
		words += countWords(say)
	}
	d.strength = rules.E1
	switch {
	case mostlyTemplate(text[d.Front:]):
		d.strength = rules.E0
	case words >= minDocumentWords && len(OpenPlaces(text)) == 0:
		d.strength = rules.E2
	}
	return d
}

// mostlyTemplate tells whether too many lines are those of a template.
func mostlyTemplate(text []byte) bool {
	lines, template := 0, 0
	for line := range bytes.Lines(text) {
		if line = bytes.TrimSpace(line); len(line) > 0 {
			lines++
			if templateLine.Match(line) {
				template++
			}
		}
	}
	return lines > 0 && float64(template) > maxTemplateShare*float64(lines)
}

// countWords counts words; of scripts without spaces, two signs are one.
func countWords(text []byte) int {
	n, signs := 0, 0
	for _, w := range bytes.Fields(text) {
		if signs += len(wide.FindAllIndex(w, -1)); hasLetter.Match(w) {
			n++
		}
	}
	return n + signs/2
}

var (
	hasLetter = regexp.MustCompile(`[\p{L}\p{N}]`)
	wide      = regexp.MustCompile(`[\p{Han}\p{Hiragana}\p{Katakana}]`)
)

// Strength is what the document proves as a whole: E2 with text of its own, E1 when it is only there or a template that
// still has open places, E0 for an unfilled template.
func (d *Document) Strength() rules.Strength { return d.strength }

// At is what a match at these bytes proves. Under a heading with nothing below it, and beside a key without a value, it is a
// mention. What the document denies, or leaves to others, is nothing.
func (d *Document) At(start, end int) rules.Strength {
	mention := min(d.strength, rules.E1)
	heading, statement := d.Heading(start), d.StatementAt(start)
	switch {
	case d.Denies(start, end):
		return rules.E0
	case start < d.Front && d.HasValue(start), heading >= 0 && d.Says(heading, nil), heading < 0 && statement >= 0 && d.says(statement):
		return d.strength
	}
	return mention
}

// says tells whether a statement says something; the head of a table does when the row below it does.
func (d *Document) says(statement int) bool {
	if d.Statements[statement].Kind == prose.Header && statement+1 < len(d.owns) {
		statement++
	}
	return d.owns[statement]
}

// HasValue tells whether a key of the front matter has a value that says something; elsewhere it is true.
func (d *Document) HasValue(key int) bool {
	return key >= d.Front || !keyIsEmpty(d.Text[key:d.Front])
}

// Denies tells whether the document says of what was matched at these bytes that it is not there, or leaves it out.
func (d *Document) Denies(start, end int) bool {
	if s := d.Heading(start); s >= 0 {
		return d.leftOut(d.Sections[s].Parent) || denies(d.Text[d.Sections[s].Start:start], d.Text[end:max(end, d.Sections[s].Body)])
	}
	s := d.StatementAt(start)
	return s >= 0 && d.Denied(s, start, end)
}

// Said tells whether a section whose heading matches has text of its own.
func (d *Document) Said(heading *regexp.Regexp) bool {
	for i, s := range d.Sections {
		if heading.MatchString(s.Title) && d.Says(i, nil) {
			return true
		}
	}
	return false
}

// Says tells whether a section has text of its own, and speaks of something: nil for whatever.
func (d *Document) Says(section int, of *regexp.Regexp) bool {
	statements, words, about := 0, 0, of == nil
	s := d.Sections[section]
	first := sort.Search(len(d.Statements), func(i int) bool { return d.Statements[i].Start >= s.Body })
	for i := first; i < len(d.Statements) && d.Statements[i].Start < s.End; i++ {
		if !d.owns[i] {
			continue
		}
		say := d.Say(d.Statements[i])
		statements += max(1, prose.Sentences(say))
		words += countWords(say)
		about = about || of.Match(say)
	}
	return about && statements >= minStatements && words >= minSectionWords
}

// SpeaksOf tells whether what stands around a match speaks of something: its statement, or what is below its heading.
func (d *Document) SpeaksOf(start int, of *regexp.Regexp) bool {
	if s := d.Heading(start); s >= 0 {
		return d.Says(s, of)
	}
	s := d.StatementAt(start)
	return s >= 0 && of.Match(d.Say(d.Statements[s]))
}

// States tells whether the document says something of its own that matches: in a statement, or under a heading.
func (d *Document) States(re *regexp.Regexp) bool {
	for i, s := range d.Statements {
		if m := re.FindIndex(d.Say(s)); m != nil && d.owns[i] && !d.Denied(i, s.Start+m[0], s.Start+m[1]) {
			return true
		}
	}
	return d.Said(re)
}

// Denied tells whether a statement denies what was matched in it, or stands where things are left out.
func (d *Document) Denied(statement, start, end int) bool {
	s := d.Statements[statement]
	if d.leftOut(s.Section) || s.Lead >= 0 && s.Kind == prose.Item && outOfScope.Match(d.Say(d.Statements[s.Lead])) {
		return true
	}
	return denies(d.Text[s.Start:max(s.Start, start)], d.Text[min(end, s.End):s.End])
}

// leftOut tells whether a section, or one around it, lists what is out of scope.
func (d *Document) leftOut(section int) bool {
	for ; section >= 0; section = d.Sections[section].Parent {
		if outOfScope.MatchString(d.Sections[section].Title) {
			return true
		}
	}
	return false
}
