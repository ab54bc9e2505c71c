package checks

import (
	"bytes"
	"iter"
	"maps"
	"path"
	"regexp"
	"slices"

	"bakedin/internal/needle"
	"bakedin/internal/secret"
	"bakedin/rules"
)

// most matches of one rule in one file; more make the run incomplete, so that memory stays bounded on hostile input
const maxMatches = 1000

// a text without a zero byte up to here is text
const textProbe = 8 << 10

func isText(b []byte) bool { return bytes.IndexByte(b[:min(len(b), textProbe)], 0) < 0 }

// matchText tries one expression of a rule on its windows of the file's text. A rule with a judge decides itself.
func matchText(p *Pass, t *textExpr, s *sifted, expr int) error {
	judge, _ := t.rule.check.(Judge)
	text := s.text
	if t.secret != nil {
		return matchSecret(p, t, text, s.windows[expr], judge)
	}
	for m := range t.all(s, expr) {
		if judge != nil {
			judge.Judge(p, TextMatch{Text: text, Groups: m, Index: t.index})
			if err := p.tooMany(); err != nil {
				return err
			}
			continue
		}
		strength := t.match.Strength
		if strength == "" {
			strength = rules.E2
		}
		start, end := trimSpace(text, m[0], m[1])
		var jobs []string
		switch {
		case t.match.Document:
			doc, err := DocumentOf.Of(p.File)
			if err != nil {
				return err
			}
			if strength = doc.At(start, end); strength == rules.E0 {
				continue
			}
			if strength > rules.E1 && !t.stated(doc, start) {
				strength = rules.E1
			}
		case p.Rule.Says == rules.Evidence && manuals[path.Ext(p.File.Path)]:
			doc, err := DocumentOf.Of(p.File)
			if err != nil {
				return err
			}
			if doc.Denies(start, end) {
				continue
			}
			if !doc.HasValue(start) {
				strength = rules.E1
			}
		case t.match.CI:
			if strength, jobs = ciMatch(p.File, text, start, end); strength == rules.E0 {
				continue
			}
		case p.Rule.Says == rules.Evidence:
			most := EvidenceAt(p.File, start)
			if most == rules.E0 {
				continue
			}
			if most == rules.E1 {
				strength = rules.E1
			}
		}
		f := p.At(start, end, "")
		f.Strength = strength
		if t.match.Severity != "" {
			f.Lower(t.match.Severity, t.match.Because)
		}
		f.Jobs = jobs
		if err := p.tooMany(); err != nil {
			return err
		}
		if p.Rule.Says == rules.Evidence && strength >= rules.E3 {
			return nil
		}
	}
	return nil
}

// stated tells whether the document states what the expression asks for besides its match.
func (t *textExpr) stated(doc *Document, start int) bool {
	if of := t.about(); of != nil && !doc.SpeaksOf(start, of) {
		return false
	}
	return !slices.ContainsFunc(t.needs, func(n func() *regexp.Regexp) bool { return !doc.States(n()) })
}

func matchSecret(p *Pass, t *textExpr, text []byte, windows []needle.Window, judge Judge) error {
	for _, w := range windows {
		for m := range t.format.Find(text[w.Start:w.End]) {
			start, end := w.Start+m[0], w.Start+m[1]
			if judge != nil {
				judge.Judge(p, TextMatch{Text: text, Groups: []int{start, end}, Index: t.index, Secret: t.secret})
			} else {
				p.At(start, end, "").Strength = rules.E3
			}
			if err := p.tooMany(); err != nil {
				return err
			}
		}
	}
	return nil
}

// tooMany bounds what hostile input can make a rule say.
func (p *Pass) tooMany() error {
	if len(p.found) <= maxMatches {
		return nil
	}
	p.found = p.found[:maxMatches]
	return &Skip{Kind: "limit", Detail: "more than 1000 matches of " + p.Rule.ID}
}

// trimSpace narrows a match to its text: expressions often begin with a line end.
func trimSpace(text []byte, start, end int) (int, int) {
	s := text[start:end]
	trimmed := bytes.TrimLeft(s, " \t\r\n")
	start += len(s) - len(trimmed)
	end = start + len(bytes.TrimRight(trimmed, " \t\r\n"))
	return start, end
}

// nearby is how far, in bytes, a match may span lines to either side of its needle, and longLine how far it may be from it
// on its own line.
const (
	nearby   = 600
	longLine = 4 << 10
)

// sifted is a text with the places where expressions may match.
type sifted struct {
	text    []byte
	folded  []byte // nil where letters outside ASCII fold to others inside
	windows map[int][]needle.Window
}

// sifted finds the places of a text where expressions may match, by expression. Trying them there and nowhere else is what
// makes hundreds of expressions cheap.
func (p *program) sifted(text []byte) *sifted {
	out := map[int][]needle.Window{}
	p.needles.Candidates(text, func(expr, at int) {
		t, list := p.texts[expr], out[expr]
		last := len(list) - 1
		switch {
		case at == needle.Everywhere || t.reach == needle.Text:
			out[expr] = []needle.Window{{Start: 0, End: len(text)}}
			return
		case last >= 0 && (list[last].End == len(text) || t.reach == needle.Line && at <= list[last].End):
			return // inside the last window
		case t.format != nil:
			if t.format.KeyEnds(text[:at]) {
				out[expr] = needle.Add(list, needle.Around(text, at-1, at, secret.Reach))
			}
			return
		}
		from, to := at-1, at
		if t.reach == needle.Near {
			from, to = max(0, at-nearby), min(len(text), at+nearby)
		}
		out[expr] = needle.Add(list, needle.Around(text, from, to, longLine))
	})
	s := &sifted{text, nil, out}
	if len(out) > 0 {
		s.folded = needle.Fold(text)
		p.sift(s)
	}
	return s
}

// sift drops the windows that lack something else that a match must have.
func (p *program) sift(s *sifted) {
	if s.folded == nil {
		return
	}
	maps.DeleteFunc(s.windows, func(expr int, list []needle.Window) bool {
		kept := slices.DeleteFunc(list, func(w needle.Window) bool { return !p.texts[expr].filter.May(s.folded[w.Start:w.End]) })
		s.windows[expr] = kept
		return len(kept) == 0
	})
}

// all yields the matches of an expression in its windows, without those that its exception takes out.
func (t *textExpr) all(s *sifted, expr int) iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		for _, w := range s.windows[expr] {
			for m := range t.matches(s, w) {
				if except := t.except(); except != nil && except.Match(s.text[m[0]:m[1]]) {
					continue
				}
				if !yield(m) {
					return
				}
			}
		}
	}
}

// matches yields the places of the groups of each match in a window: by trying where it can begin, or by searching.
func (t *textExpr) matches(s *sifted, w needle.Window) iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		if t.lead == nil || s.folded == nil {
			for _, m := range t.re().FindAllSubmatchIndex(s.text[w.Start:w.End], maxMatches+1) {
				if !yield(shift(m, w.Start)) {
					return
				}
			}
			return
		}
		for at := t.lead.Next(s.folded, w.Start, w.End); at >= 0; {
			next := at + 1
			if m := t.bound().FindSubmatchIndex(s.text[at:w.End]); m != nil {
				if !yield(shift(m, at)) {
					return
				}
				next = max(next, m[1])
			}
			at = t.lead.Next(s.folded, next, w.End)
		}
	}
}

// within is the text with the windows of one expression narrowed to some of its ranges.
func (s *sifted) within(expr int, ranges []Span) *sifted {
	var narrow []needle.Window
	for _, w := range s.windows[expr] {
		for _, r := range ranges {
			if start, end := max(w.Start, r.Start), min(w.End, r.End); start < end {
				narrow = append(narrow, needle.Window{Start: start, End: end})
			}
		}
	}
	return &sifted{s.text, s.folded, map[int][]needle.Window{expr: narrow}}
}

func shift(m []int, by int) []int {
	for i := range m {
		if m[i] >= 0 {
			m[i] += by
		}
	}
	return m
}

func (t *textExpr) find(s *sifted, expr int) []int {
	for m := range t.all(s, expr) {
		return m
	}
	return nil
}
