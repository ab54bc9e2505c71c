package checks

import (
	"bytes"
	"iter"
	"maps"
	"slices"

	"bakedin/internal/needle"
	"bakedin/internal/repo"
	"bakedin/internal/secret"
	"bakedin/rules"
)

// most matches of one rule in one file; more make the run incomplete, so that memory stays bounded on hostile input
const maxMatches = 1000

// a text without a zero byte up to here is text
const textProbe = 8 << 10

func isText(b []byte) bool { return bytes.IndexByte(b[:min(len(b), textProbe)], 0) < 0 }

// matchText tries one expression of a rule on the windows of the file's text. A rule with a judge decides itself.
func matchText(p *Pass, t *textExpr, text []byte, windows []needle.Window) error {
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

// windows are the places of a text where expressions may match, by expression. Trying them there and nowhere else is what
// makes hundreds of expressions cheap.
func (p *program) windows(text []byte) map[int][]needle.Window {
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
	p.sift(text, out)
	return out
}

// sift drops the windows that lack something else that a match must have.
func (p *program) sift(text []byte, windows map[int][]needle.Window) {
	if len(windows) == 0 {
		return
	}
	folded := needle.Fold(text)
	if folded == nil {
		return
	}
	maps.DeleteFunc(windows, func(expr int, list []needle.Window) bool {
		kept := slices.DeleteFunc(list, func(w needle.Window) bool { return !p.texts[expr].filter.May(folded[w.Start:w.End]) })
		windows[expr] = kept
		return len(kept) == 0
	})
}

// all yields the matches of an expression in the windows, without those that its exception takes out.
func (t *textExpr) all(text []byte, windows []needle.Window) iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		for _, w := range windows {
			part := text[w.Start:w.End]
			for _, m := range t.re().FindAllSubmatchIndex(part, maxMatches+1) {
				if except := t.except(); except != nil && except.Match(part[m[0]:m[1]]) {
					continue
				}
				for i := range m {
					if m[i] >= 0 {
						m[i] += w.Start
					}
				}
				if !yield(m) {
					return
				}
			}
		}
	}
}

func (t *textExpr) find(text []byte, windows []needle.Window) []int {
	for m := range t.all(text, windows) {
		return m
	}
	return nil
}
