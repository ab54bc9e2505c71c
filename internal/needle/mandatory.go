package needle

import (
	"regexp/syntax"
	"slices"
	"strings"
)

// Mandatory returns literals that every match of the expression contains, all of them, in this case. They are looked for
// before an expression is tried: looking for a literal costs next to nothing.
func Mandatory(expr string) []string {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil
	}
	lits := mandatory(re)
	slices.Sort(lits)
	return slices.DeleteFunc(slices.Compact(lits), func(l string) bool { return len(l) < 2 })
}

func mandatory(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase == 0 {
			return []string{string(re.Rune)}
		}
	case syntax.OpCapture, syntax.OpPlus:
		return mandatory(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return mandatory(re.Sub[0])
		}
	case syntax.OpConcat:
		var all []string
		for _, sub := range re.Sub {
			all = append(all, mandatory(sub)...)
		}
		return all
	case syntax.OpAlternate:
		common := mandatory(re.Sub[0])
		for _, sub := range re.Sub[1:] {
			common = both(common, mandatory(sub))
		}
		return common
	}
	return nil
}

// both returns what a text contains that contains all of a or all of b: literals of one that lie in a literal of the other.
func both(a, b []string) []string {
	var out []string
	within := func(x string, list []string) bool {
		return slices.ContainsFunc(list, func(y string) bool { return strings.Contains(y, x) })
	}
	for _, x := range a {
		if within(x, b) {
			out = append(out, x)
		}
	}
	for _, x := range b {
		if within(x, a) {
			out = append(out, x)
		}
	}
	return out
}
