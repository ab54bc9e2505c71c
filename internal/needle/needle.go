// Package needle decides which of many regular expressions can possibly match a text, by reading the text once. It takes
// from each expression literals of which every match must contain at least one, and looks for all of them together.
// Letters are compared without case in ASCII, so an expression may be tried in vain, never missed.
package needle

import (
	"bytes"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
)

// Set finds candidates among the expressions it was made of. It is read-only and safe for concurrent use.
type Set struct {
	machine *machine
	owners  [][]int32 // needle to expressions
	always  []int32   // expressions without a usable literal
	strange []int32   // expressions that fold k or s, which letters outside ASCII fold to as well
}

// New takes expressions in RE2 syntax. An expression that does not parse is always a candidate.
func New(exprs []string) *Set {
	s := &Set{}
	ids := map[string]int{}
	var words []string
	for i, e := range exprs {
		lits, strange := requiredOf(e)
		if len(lits) == 0 {
			s.always = append(s.always, int32(i))
		} else if strange {
			s.strange = append(s.strange, int32(i))
		}
		for _, l := range lits {
			id, ok := ids[l]
			if !ok {
				id = len(words)
				ids[l] = id
				words = append(words, l)
				s.owners = append(s.owners, nil)
			}
			s.owners[id] = append(s.owners[id], int32(i))
		}
	}
	s.machine = newMachine(words)
	return s
}

// AnyOf is an expression for any of some words.
func AnyOf(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = regexp.QuoteMeta(w)
	}
	return "(?:" + strings.Join(quoted, "|") + ")"
}

// Everywhere is the place of an expression that has no needle.
const Everywhere = -1

// Candidates calls yield for every needle in the text, in order, with each expression that may match around it and the
// byte after the needle. Expressions without a needle come first, with Everywhere.
func (s *Set) Candidates(text []byte, yield func(expr, at int)) {
	for _, e := range s.always {
		yield(int(e), Everywhere)
	}
	if len(s.strange) > 0 && hasStrange(text) {
		for _, e := range s.strange {
			yield(int(e), Everywhere)
		}
	}
	if len(s.owners) == 0 {
		return
	}
	s.machine.scan(text, func(word int32, at int) {
		for _, e := range s.owners[word] {
			yield(int(e), at)
		}
	})
}

// Required returns lower-case literals of which every match of the expression contains at least one (without regard to
// ASCII case), or nil when there are none worth looking for. A match with a letter outside ASCII that folds to k or s may
// contain none.
func Required(expr string) []string {
	lits, _ := requiredOf(expr)
	return lits
}

func requiredOf(expr string) (lits []string, strange bool) {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil, false
	}
	lits = required(re)
	for _, l := range lits {
		if len(l) < 3 {
			return nil, false
		}
	}
	return lits, folds(re)
}

// hasStrange tells whether a text has one of the letters that fold to k and s, the Kelvin sign and the long s.
func hasStrange(text []byte) bool {
	return bytes.Contains(text, []byte("\u212a")) || bytes.Contains(text, []byte("\u017f"))
}

// folds tells whether the expression has a k or s whose case does not matter.
func folds(re *syntax.Regexp) bool {
	if re.Op == syntax.OpLiteral && re.Flags&syntax.FoldCase != 0 {
		for _, r := range re.Rune {
			if strings.ContainsRune("kKsS", r) {
				return true
			}
		}
	}
	return slices.ContainsFunc(re.Sub, folds)
}

// most literals one expression may bring; more are not worth their states
const maxLiterals = 64

func required(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpLiteral:
		return literal(re)
	case syntax.OpCapture, syntax.OpPlus:
		return required(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return required(re.Sub[0])
		}
	case syntax.OpConcat:
		var best []string
		run := []string{""}
		for _, sub := range re.Sub {
			if lits := required(sub); better(lits, best) {
				best = lits
			}
			if run = cross(run, exact(sub)); run == nil {
				run = []string{""}
			} else if better(run, best) {
				best = run
			}
		}
		return best
	case syntax.OpAlternate:
		var all []string
		for _, sub := range re.Sub {
			lits := required(sub)
			if lits == nil || len(all)+len(lits) > maxLiterals {
				return nil
			}
			all = append(all, lits...)
		}
		return all
	}
	return nil
}

// exact returns all strings that the expression can match, in lower case, or nil when it can match others too or too many.
// It puts common prefixes back together, which the parser factors out: h(?:is|ers).
func exact(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpWordBoundary, syntax.OpNoWordBoundary, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText:
		return []string{""}
	case syntax.OpLiteral:
		if lits := literal(re); lits != nil && len(lits[0]) == len(re.Rune) {
			return lits
		}
	case syntax.OpCapture:
		return exact(re.Sub[0])
	case syntax.OpQuest:
		if sub := exact(re.Sub[0]); sub != nil {
			return append([]string{""}, sub...)
		}
	case syntax.OpCharClass:
		var out []string
		for i := 0; i < len(re.Rune); i += 2 {
			for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
				if r >= 0x80 || len(out) == 8 {
					return nil
				}
				out = append(out, string(rune(lower[byte(r)])))
			}
		}
		return out
	case syntax.OpConcat:
		out := []string{""}
		for _, sub := range re.Sub {
			if out = cross(out, exact(sub)); out == nil {
				return nil
			}
		}
		return out
	case syntax.OpAlternate:
		var out []string
		for _, sub := range re.Sub {
			lits := exact(sub)
			if lits == nil || len(out)+len(lits) > maxLiterals {
				return nil
			}
			out = append(out, lits...)
		}
		return out
	}
	return nil
}

// cross returns every string of a followed by every string of b, or nil when that is too many.
func cross(a, b []string) []string {
	if b == nil || len(a)*len(b) > maxLiterals {
		return nil
	}
	out := make([]string, 0, len(a)*len(b))
	for _, x := range a {
		for _, y := range b {
			out = append(out, x+y)
		}
	}
	return out
}

// literal folds to lower case. Outside ASCII case folding has surprises, so only the ASCII runs of a literal are used, and
// of those the longest.
func literal(re *syntax.Regexp) []string {
	best, run := "", strings.Builder{}
	flush := func() {
		if run.Len() > len(best) {
			best = run.String()
		}
		run.Reset()
	}
	for _, r := range re.Rune {
		if r >= 0x80 {
			flush()
			continue
		}
		run.WriteByte(lower[byte(r)])
	}
	flush()
	if best == "" {
		return nil
	}
	return []string{best}
}

func better(a, b []string) bool {
	if a == nil {
		return false
	}
	if b == nil {
		return true
	}
	if sa, sb := shortest(a), shortest(b); sa != sb {
		return sa > sb
	}
	return len(a) < len(b)
}

func shortest(lits []string) int {
	n := len(lits[0])
	for _, l := range lits {
		n = min(n, len(l))
	}
	return n
}
