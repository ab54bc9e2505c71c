package python

import (
	"strings"
	"unicode"
)

// Flow follows values from where they come from, through assignments, strings and the functions of the same file. It is a
// reading of the text in source order: no types, no aliases through containers, no other files.
type Flow struct {
	*File
	Rules FlowRules

	frames  []frame
	Use     Use
	budget  int
	sink    int32 // where the value is used
	inScope int32
	busy    map[int32]bool // bindings that are being followed
	lines   []line
}

// FlowRules say what a value is, and what becomes of it.
type FlowRules struct {
	Source func(e Expr) string     // what an expression brings in; "" for nothing
	Passes func(e Expr) bool       // a call whose result is made of its arguments
	Ends   func(label string) bool // an attribute, method or function that gives something harmless
	Guards func(label string) bool // a function of another file that, asked in a condition or by itself, settles what a value may be
	Narrow func(name int32) bool   // a field or parameter whose type admits no free text; nil for none
}

// Expr is a chain of names, attributes, calls and subscripts: tokens [First, Last). Label is its last name; empty for a literal.
type Expr struct {
	First, Last int32
	Scope       int32
	Label       string
	Call        bool // it ends in a call
	Param       bool // it is the parameter of a function, seen at its definition
}

// Origin is the source that a value comes from.
type Origin struct {
	First, Last int32
	What        string
	Steps       int // functions it went through
}

type frame struct {
	def  *Def
	args map[int32]*Origin // by the token of the parameter
}

const (
	maxFlowDepth  = 24
	maxFlowBudget = 20000
)

// Follow makes a Flow over the file.
func (f *File) Follow(r FlowRules) *Flow { return &Flow{File: f, Rules: r} }

// From tells where the value of tokens [first, last) comes from, or nil.
func (w *Flow) From(first, last, scope int32) *Origin {
	w.budget, w.sink, w.inScope, w.busy = maxFlowBudget, first, scope, map[int32]bool{}
	return w.expr(first, last, scope, 0)
}

// expr looks for a source among the operands of an expression.
func (w *Flow) expr(first, last, scope int32, depth int) *Origin {
	if w.budget -= int(max(last-first, 0)); depth > maxFlowDepth || w.budget < 0 || first >= last || w.isTest(first, last) {
		return nil
	}
	if w.Use == AsAddress {
		last = w.headEnd(first, last, scope)
	}
	for i := first; i < last; {
		t := &w.Toks[i]
		switch {
		case t.Kind == Name && t.Op == keyword && !w.isOp(i-1, '.'):
			switch w.Word(i) {
			case "lambda":
				return nil
			case "if": // value if condition else value; or the condition of a comprehension
				for i++; i < last && !w.isKeyword(i, "else"); i++ {
					if m := w.Toks[i].Mate; m > i {
						i = m
					}
				}
			}
			i++
		case t.Kind == Name:
			end := w.chainEnd(i+1, last)
			if o := w.chain(i, end, scope, depth); o != nil {
				return o
			}
			i = end
		case t.Kind == Str || t.Kind == FStart || t.Kind == Op && (t.Op == '(' || t.Op == '[' || t.Op == '{'):
			head := i + 1
			if t.Mate > i && t.Mate < last {
				head = t.Mate + 1
			}
			end := w.chainEnd(head, last)
			if o := w.literalChain(i, head, end, scope, depth); o != nil {
				return o
			}
			i = end
		default:
			i++
		}
	}
	return nil
}

// headEnd is the end of the first operand of a sum: what follows cannot change how the text begins. A scheme alone says nothing
// of where an address leads.
func (w *Flow) headEnd(first, last, scope int32) int32 {
	for i := first + 1; i < last; i++ {
		if w.Toks[i-1].Mate > i-1 {
			i = w.Toks[i-1].Mate + 1
		}
		if i < last && w.isOp(i, '+') {
			if v := w.eval(first, i, scope, 0); v.Kind != String || v.Str != "" && !strings.HasSuffix(v.Str, "://") {
				return i
			}
		}
	}
	return last
}

// isTest tells whether the expression is a comparison, whose result is only true or false.
func (w *Flow) isTest(first, last int32) bool {
	for i := first; i < last; i++ {
		t := &w.Toks[i]
		switch {
		case t.Mate > i:
			i = t.Mate
		case t.Kind == Op && (t.Op == opEq || t.Op == opCompare || t.Op == '<' || t.Op == '>'):
			return true
		case t.Kind == Name && t.Op == keyword && !w.isOp(i-1, '.'):
			switch w.Word(i) {
			case "for", "lambda":
				return false
			case "if":
				for ; i < last && !w.isKeyword(i, "else"); i++ {
				}
			case "in", "is", "not":
				return true
			}
		}
	}
	return false
}

// chainEnd is the token behind the attributes, calls and subscripts that follow.
func (w *Flow) chainEnd(i, last int32) int32 {
	for i < last {
		switch t := &w.Toks[i]; {
		case t.Kind == Op && t.Op == '.' && i+1 < last && w.Toks[i+1].Kind == Name:
			i += 2
		case t.Kind == Op && (t.Op == '(' || t.Op == '[') && t.Mate > i && t.Mate < last:
			i = t.Mate + 1
		default:
			return i
		}
	}
	return i
}

// literalChain handles what begins with a literal or a bracket: f"…{x}", "…".format(x), (a + b).strip().
func (w *Flow) literalChain(first, head, end, scope int32, depth int) *Origin {
	var o *Origin
	switch t := &w.Toks[first]; {
	case t.Kind == FStart && t.Mate > first:
		for i := first + 1; i < t.Mate && o == nil; i++ {
			if m := w.Toks[i].Mate; w.isOp(i, '{') && m > i {
				if w.Use == AsAddress && (i > first+1 || w.Toks[i].Start > t.End+8) {
					break
				}
				o = w.expr(i+1, w.fieldEnd(i+1, m), scope, depth+1)
				i = m
			}
		}
	case t.Kind == Op && t.Mate > first:
		o = w.expr(first+1, t.Mate, scope, depth+1)
	case t.Kind == Str:
		if what := w.Rules.Source(Expr{First: first, Last: head, Scope: scope}); what != "" {
			o = &Origin{first, head, what, 0}
		}
	}
	return w.trailers(first, head, end, scope, depth, o)
}

// fieldEnd is where the expression of a field ends, before its conversion or format.
func (w *Flow) fieldEnd(i, last int32) int32 {
	for ; i < last; i++ {
		if m := w.Toks[i].Mate; m > i {
			i = m
		} else if w.isOp(i, ':') || w.isOp(i, '!') {
			return i
		}
	}
	return last
}

// chain handles what begins with a name.
func (w *Flow) chain(first, end, scope int32, depth int) *Origin {
	var o *Origin
	if what := w.Rules.Source(Expr{First: first, Last: first + 1, Scope: scope, Label: w.identifier(first)}); what != "" {
		o = &Origin{first, first + 1, what, 0}
	} else if d, open := w.construction(first, scope); d != nil && first+2 < end {
		return w.trailers(first, first+3, end, scope, depth, w.field(d, open, w.identifier(first+2), scope, depth))
	} else if !w.isOp(first+1, '(') {
		o = w.named(first, scope, depth)
	}
	return w.trailers(first, first+1, end, scope, depth, o)
}

// named follows a name. Of a parameter that holds many values it says which is taken: arguments["path"].
func (w *Flow) named(first, scope int32, depth int) *Origin {
	o := w.name(first, scope, depth)
	if o == nil || o.Last != o.First+1 || o.What != w.identifier(first) || w.identifier(o.First) != o.What {
		return o
	}
	step, next := w.step(first + 1)
	if next == first+1 || len(step) < 3 || step[0] != '[' || strings.IndexFunc(step[1:len(step)-1], notWord) >= 0 {
		return o
	}
	taken := *o
	if w.isOp(first+1, '[') && w.Toks[first+2].Kind != Str {
		taken.What += step
	} else {
		taken.What += `["` + step[1:len(step)-1] + `"]`
	}
	return &taken
}

func notWord(r rune) bool { return r != '_' && r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// trailers carries an origin over attributes, calls and subscripts, and looks for one in them.
func (w *Flow) trailers(first, i, end, scope int32, depth int, o *Origin) *Origin {
	label := ""
	if w.Toks[first].Kind == Name {
		label = w.identifier(first)
	}
	for i < end {
		switch w.Toks[i].Op {
		case '.':
			label = w.identifier(i + 1)
			i += 2
			if o != nil && w.Rules.Ends(label) {
				return nil
			}
			if o == nil {
				if what := w.Rules.Source(Expr{First: first, Last: i, Scope: scope, Label: label}); what != "" {
					o = &Origin{first, i, what, 0}
				} else if w.plain(first, i) {
					o = w.attribute(first, i, scope, depth)
				}
			}
		case '(':
			next := w.Toks[i].Mate + 1
			call := Expr{First: first, Last: next, Scope: scope, Label: label, Call: true}
			switch {
			case o != nil:
				if w.Rules.Ends(label) {
					return nil
				}
			case w.Rules.Ends(label):
				return nil
			default:
				if what := w.Rules.Source(call); what != "" {
					o = &Origin{first, next, what, 0}
				} else if d := w.localFunction(first, i, scope); d != nil {
					o = w.result(d, i, scope, depth)
				} else if d := w.made(i-1, next, end); d != nil {
					o = w.field(d, i, w.identifier(next+1), scope, depth)
					next += 2
				} else if w.Rules.Passes(call) {
					o = w.arguments(i, scope, depth)
				}
			}
			label = ""
			i = next
		default:
			i = w.Toks[i].Mate + 1
		}
	}
	return o
}

// arguments looks for an origin in the arguments of the parenthesis at open.
func (w *Flow) arguments(open, scope int32, depth int) *Origin {
	for _, a := range w.File.arguments(open) {
		if o := w.expr(a.First, a.Last, scope, depth+1); o != nil {
			return o
		}
	}
	return nil
}

// defOf is the function whose body is that scope.
func (f *File) defOf(scope int32) *Def {
	for k := range f.Defs {
		if f.Defs[k].Scope == scope {
			return &f.Defs[k]
		}
	}
	return nil
}

// Enclosing is the innermost function around a scope, or nil at module level.
func (f *File) Enclosing(scope int32) *Def {
	for ; scope > 0; scope = f.scopes[scope].parent {
		if f.scopes[scope].fn {
			return f.defOf(scope)
		}
	}
	return nil
}
