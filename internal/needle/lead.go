package needle

import (
	"bytes"
	"regexp/syntax"
	"slices"
)

// Lead is how every match of an expression begins: with one of some words, at the start of a word or of a line. Trying an
// expression where it can begin, and nowhere else, costs a tenth of searching it in a text.
type Lead struct {
	rest  *syntax.Regexp
	words [][]byte
	first [256]bool
	word  bool // a word begins here
	line  bool // a line begins here
}

// the longest list of words that is tried, and how much of each
const (
	leadWords  = 48
	leadLength = 8
)

// LeadOf returns nil for an expression that may begin with anything.
func LeadOf(expr string) *Lead {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil
	}
	l := &Lead{}
	if re.Op == syntax.OpConcat && len(re.Sub) > 1 {
		switch re.Sub[0].Op {
		case syntax.OpWordBoundary:
			l.word = true
		case syntax.OpBeginLine:
			l.line = true
		}
		if l.word || l.line {
			re = &syntax.Regexp{Op: syntax.OpConcat, Flags: re.Flags, Sub: re.Sub[1:]}
		}
	}
	if looksBack(re) {
		return nil
	}
	words := starts(re)
	if len(words) == 0 || len(words) > leadWords {
		return nil
	}
	for _, w := range words {
		if w == "" {
			return nil
		}
		l.words = append(l.words, []byte(w[:min(len(w), leadLength)]))
		l.first[w[0]] = true
	}
	slices.SortFunc(l.words, bytes.Compare)
	l.words = slices.CompactFunc(l.words, bytes.Equal)
	l.rest = re
	return l
}

// Rest is the expression, bound to the place that Next finds. It is made when it is asked for: writing an expression down
// costs more than reading it.
func (l *Lead) Rest() string { return `\A(?:` + l.rest.String() + `)` }

// Next is the first place in text[from:to] where a match can begin, or -1. Folded is the folded text.
func (l *Lead) Next(folded []byte, from, to int) int {
	for i := from; i < to; i++ {
		if !l.first[folded[i]] || l.line && i > 0 && folded[i-1] != '\n' || l.word && i > 0 && wordByte(folded[i-1]) == wordByte(folded[i]) {
			continue
		}
		for _, w := range l.words {
			if bytes.HasPrefix(folded[i:to], w) {
				return i
			}
		}
	}
	return -1
}

// wordByte is what \b of RE2 takes for a part of a word.
func wordByte(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}

// looksBack tells whether the expression asks what stands before it.
func looksBack(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpWordBoundary, syntax.OpNoWordBoundary, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText:
		return true
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			if looksBack(sub) {
				return true
			}
			if !nullable(sub) {
				return false
			}
		}
		return false
	}
	return slices.ContainsFunc(re.Sub, looksBack)
}

// nullable tells whether the expression matches the empty text.
func nullable(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpStar, syntax.OpQuest, syntax.OpEmptyMatch:
		return true
	case syntax.OpRepeat:
		return re.Min == 0 || nullable(re.Sub[0])
	case syntax.OpCapture, syntax.OpPlus:
		return nullable(re.Sub[0])
	case syntax.OpConcat:
		return !slices.ContainsFunc(re.Sub, func(s *syntax.Regexp) bool { return !nullable(s) })
	case syntax.OpAlternate:
		return slices.ContainsFunc(re.Sub, nullable)
	}
	return false
}

// starts returns folded literals one of which each match begins with; nil when there are none.
func starts(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpCapture, syntax.OpPlus:
		return starts(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return starts(re.Sub[0])
		}
	case syntax.OpAlternate:
		var all []string
		for _, sub := range re.Sub {
			words := starts(sub)
			if words == nil {
				return nil
			}
			all = append(all, words...)
		}
		return all
	case syntax.OpConcat:
		run := []string{""}
		for _, sub := range re.Sub {
			words, whole := exact(sub), true
			if words == nil {
				words, whole = starts(sub), false
			}
			longer := cross(run, words)
			if longer == nil || len(longer) > leadWords {
				break
			}
			if run = longer; !whole {
				break
			}
		}
		if slices.Contains(run, "") {
			return nil
		}
		return run
	default:
		if words := exact(re); !slices.Contains(words, "") {
			return words
		}
	}
	return nil
}
