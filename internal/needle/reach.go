package needle

import "regexp/syntax"

// Reach is how much of a text around a needle an expression has to be tried on.
type Reach int

// The reaches. Line: a match lies within one line. Near: it may span lines, but no further than white space or a bounded
// repeat takes it. Text: it is about the whole text.
const (
	Line Reach = iota
	Near
	Text
)

// ReachOf tells the reach of an expression. One that does not parse reaches over the whole text.
func ReachOf(expr string) Reach {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return Text
	}
	return reach(re)
}

func reach(re *syntax.Regexp) Reach {
	switch re.Op {
	case syntax.OpBeginText, syntax.OpEndText:
		return Text
	case syntax.OpAnyChar:
		return Near
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			if r == '\n' {
				return Near
			}
		}
	case syntax.OpCharClass:
		for i := 0; i < len(re.Rune); i += 2 {
			if re.Rune[i] <= '\n' && '\n' <= re.Rune[i+1] {
				return Near
			}
		}
	}
	most := Line
	for _, sub := range re.Sub {
		most = max(most, reach(sub))
	}
	unbounded := re.Op == syntax.OpStar || re.Op == syntax.OpPlus || re.Op == syntax.OpRepeat && re.Max < 0
	if unbounded && most == Near && !space(re.Sub[0]) {
		return Text
	}
	return most
}

// space tells whether the expression matches white space only: nobody puts a page of it inside a match.
func space(re *syntax.Regexp) bool {
	if re.Op != syntax.OpCharClass {
		return re.Op == syntax.OpLiteral && len(re.Rune) == 1 && re.Rune[0] == '\n'
	}
	for i := 0; i < len(re.Rune); i += 2 {
		for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
			if r != ' ' && (r < '\t' || r > '\r') {
				return false
			}
		}
	}
	return true
}
