package checks

import (
	"bytes"

	"bakedin/internal/repo"
	"bakedin/rules"
)

// most matches of one rule in one file; more make the run incomplete, so that memory stays bounded on hostile input
const maxMatches = 1000

// a text without a zero byte up to here is text
const textProbe = 8 << 10

func isText(b []byte) bool { return bytes.IndexByte(b[:min(len(b), textProbe)], 0) < 0 }

// matchText tries one expression of a rule on the text of the file.
func matchText(p *Pass, t *textExpr, text []byte) error {
	for _, m := range t.re().FindAllIndex(text, maxMatches+1) {
		if except := t.except(); except != nil && except.Match(text[m[0]:m[1]]) {
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
		if len(p.found) > maxMatches {
			p.found = p.found[:maxMatches]
			return &Skip{Kind: "limit", Detail: "more than 1000 matches of " + p.Rule.ID}
		}
		if p.Rule.Says == rules.Evidence && strength >= rules.E3 {
			return nil
		}
	}
	return nil
}

// trimSpace narrows a match to its text: expressions often begin with a line end.
func trimSpace(text []byte, start, end int) (int, int) {
	s := text[start:end]
	trimmed := bytes.TrimLeft(s, " \t\r\n")
	start += len(s) - len(trimmed)
	end = start + len(bytes.TrimRight(trimmed, " \t\r\n"))
	return start, end
}
