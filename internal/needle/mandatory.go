package needle

import (
	"bytes"
	"cmp"
	"regexp/syntax"
	"slices"
	"strings"
)

// Filter tells of a piece of text that an expression cannot match it, by more literals than the one needle that found the
// place: looking for a literal costs next to nothing, trying an expression does. The zero Filter lets everything through.
type Filter struct {
	clauses [][][]byte // every match contains one literal of each
}

// the longest clause that is looked for, and the shortest literal
const (
	clauseMax = 16
	clauseMin = 1
)

// FilterOf makes the filter of an expression.
func FilterOf(expr string) Filter {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return Filter{}
	}
	var f Filter
	for _, lits := range clauses(re) {
		if len(lits) > 0 && len(lits) <= clauseMax && len(slices.MinFunc(lits, func(a, b string) int { return cmp.Compare(len(a), len(b)) })) >= clauseMin {
			clause := make([][]byte, len(lits))
			for i, l := range lits {
				clause[i] = []byte(l)
			}
			f.clauses = append(f.clauses, clause)
		}
	}
	slices.SortStableFunc(f.clauses, func(a, b [][]byte) int { return cmp.Compare(len(a), len(b)) })
	return f
}

// May tells whether the expression may match in a text, given in the form of Fold.
func (f Filter) May(folded []byte) bool {
	for _, clause := range f.clauses {
		if !slices.ContainsFunc(clause, func(l []byte) bool { return bytes.Contains(folded, l) }) {
			return false
		}
	}
	return true
}

// Fold returns a text with ASCII letters in lower case, as long as it was; nil when it has letters outside ASCII that fold
// into it, so that filters are of no use.
func Fold(text []byte) []byte {
	if hasStrange(text) {
		return nil
	}
	out := make([]byte, len(text))
	for i, c := range text {
		out[i] = lower[c]
	}
	return out
}

func clauses(re *syntax.Regexp) [][]string {
	switch re.Op {
	case syntax.OpLiteral:
		return [][]string{literal(re)}
	case syntax.OpCapture, syntax.OpPlus:
		return clauses(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return clauses(re.Sub[0])
		}
	case syntax.OpConcat:
		var all [][]string
		for _, sub := range re.Sub {
			all = append(all, clauses(sub)...)
		}
		return all
	case syntax.OpAlternate:
		common := clauses(re.Sub[0])
		for _, sub := range re.Sub[1:] {
			common = both(common, clauses(sub))
		}
		return append(common, required(re))
	}
	return nil
}

// both returns what a text fulfils that fulfils all of a or all of b: single literals of one that lie in one of the other.
func both(a, b [][]string) [][]string {
	var out [][]string
	add := func(from, in [][]string) {
		for _, x := range from {
			if len(x) == 1 && slices.ContainsFunc(in, func(y []string) bool { return len(y) == 1 && strings.Contains(y[0], x[0]) }) {
				out = append(out, x)
			}
		}
	}
	add(a, b)
	add(b, a)
	return out
}
