package checks

import (
	"bytes"
	"iter"
	"maps"
	"slices"

	"bakedin/internal/needle"
	"bakedin/internal/repo"
	"bakedin/rules"
)

// most matches of one rule in one file; more make the run incomplete, so that memory stays bounded on hostile input
const maxMatches = 1000

// a text without a zero byte up to here is text
const textProbe = 8 << 10

func isText(b []byte) bool { return bytes.IndexByte(b[:min(len(b), textProbe)], 0) < 0 }

// matchText tries one expression of a rule on the windows of the file's text. A rule with a judge decides itself.
func matchText(p *Pass, t *textExpr, text []byte, windows []window) error {
	judge, _ := t.rule.check.(Judge)
	if t.secret != nil {
		return matchSecret(p, t, text, windows, judge)
	}
	for m := range t.all(text, windows) {
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
		switch {
		case t.match.Document:
			strength = documentStrength(text)
			if strength == rules.E0 {
				return nil
			}
		case t.match.CI:
			if !p.File.Is(repo.CI) { // a Makefile target or a pre-commit configuration enforces nothing by itself
				strength = rules.E1
			} else if strength = ciStrength(text, start); strength == rules.E0 {
				continue
			}
		}
		f := p.At(start, end, "")
		f.Strength = strength
		if t.match.CI && strength >= rules.E2 {
			f.Jobs = jobsAt(text, start)
		}
		if err := p.tooMany(); err != nil {
			return err
		}
		if p.Rule.Says == rules.Evidence && strength >= rules.E3 {
			return nil
		}
	}
	return nil
}

func matchSecret(p *Pass, t *textExpr, text []byte, windows []window, judge Judge) error {
	for _, w := range windows {
		for m := range t.format.Find(text[w.start:w.end]) {
			start, end := w.start+m[0], w.start+m[1]
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

// window is a range of bytes, from line start to line end, that an expression is tried on.
type window struct{ start, end int }

// nearby is how far, in bytes, a match may span lines to either side of its needle, and longLine how far it may be from it
// on its own line: the lines of minified scripts and of pictures in notebooks have megabytes.
const (
	nearby   = 600
	longLine = 4 << 10
)

// lineStart is the start of the line that holds a byte, or as far before it as is looked.
func lineStart(text []byte, at int) int {
	from := max(0, at-longLine)
	if i := bytes.LastIndexByte(text[from:at], '\n'); i >= 0 {
		return from + i + 1
	}
	return from
}

// lineEnd is the end of the line that holds the byte before at, or as far behind it as is looked.
func lineEnd(text []byte, at int) int {
	to := min(len(text), at+longLine)
	if i := bytes.IndexByte(text[at-1:to], '\n'); i >= 0 {
		return at - 1 + i
	}
	return to
}

// windows are the places of a text where expressions may match, by expression. Trying them there and nowhere else is what
// makes hundreds of expressions cheap.
func (p *program) windows(text []byte) map[int][]window {
	out := map[int][]window{}
	p.needles.Candidates(text, func(expr, at int) {
		reach := p.texts[expr].reach
		list := out[expr]
		switch {
		case at == needle.Everywhere || reach == needle.Text:
			out[expr] = []window{{0, len(text)}}
			return
		case len(list) > 0 && at <= list[len(list)-1].end && reach == needle.Line, len(list) > 0 && list[len(list)-1].end == len(text):
			return // inside the last window
		}
		w := window{at - 1, at}
		if reach == needle.Near {
			w = window{max(0, at-nearby), min(len(text), at+nearby)}
		}
		w.start = lineStart(text, w.start)
		w.end = lineEnd(text, w.end)
		if n := len(list); n > 0 && w.start < list[n-1].end {
			list[n-1].end = max(list[n-1].end, w.end)
			return
		}
		out[expr] = append(list, w)
	})
	p.sift(text, out)
	return out
}

// sift drops the windows that lack something else that a match must have.
func (p *program) sift(text []byte, windows map[int][]window) {
	if len(windows) == 0 {
		return
	}
	folded := needle.Fold(text)
	if folded == nil {
		return
	}
	maps.DeleteFunc(windows, func(expr int, list []window) bool {
		kept := slices.DeleteFunc(list, func(w window) bool { return !p.texts[expr].filter.May(folded[w.start:w.end]) })
		windows[expr] = kept
		return len(kept) == 0
	})
}

// all yields the matches of an expression in the windows, without those that its exception takes out.
func (t *textExpr) all(text []byte, windows []window) iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		for _, w := range windows {
			part := text[w.start:w.end]
			for _, m := range t.re().FindAllSubmatchIndex(part, maxMatches+1) {
				if except := t.except(); except != nil && except.Match(part[m[0]:m[1]]) {
					continue
				}
				for i := range m {
					if m[i] >= 0 {
						m[i] += w.start
					}
				}
				if !yield(m) {
					return
				}
			}
		}
	}
}

func (t *textExpr) find(text []byte, windows []window) []int {
	for m := range t.all(text, windows) {
		return m
	}
	return nil
}
