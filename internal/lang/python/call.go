package python

import "iter"

// Call is one call. Token indexes are into File.Toks.
type Call struct {
	First       int32 // first token of the callee
	Open, Close int32 // the parentheses
	Args        []Arg
	Scope       int32
	Decorator   bool
}

// Arg is one argument: tokens [First, Last) of its value, without the keyword and its sign or the stars.
type Arg struct {
	Name        int32 // token of the keyword, 0 for a positional argument
	Stars       uint8 // 1 for *x, 2 for **x
	First, Last int32
}

// calls finds the calls among the tokens [from, to), which all belong to one scope.
func (w *walker) calls(from, to int32, scope int32) {
	toks := w.Toks
	for i := from; i < to; i++ {
		t := &toks[i]
		if t.Kind == Name {
			if t.Op == keyword {
				w.regionAt(i, to)
			}
			continue
		}
		if t.Kind != Op || t.Op != '(' || i == 0 {
			continue
		}
		switch p := &toks[i-1]; p.Kind {
		case Name:
			if p.Op == keyword && !w.isOp(i-2, '.') {
				continue
			}
			if k := i - 2; k >= 0 && toks[k].Kind == Name && toks[k].Op == keyword && (w.is(k, "def") || w.is(k, "class")) {
				continue
			}
			if i-1 == w.softMatch {
				continue
			}
		case Op:
			if p.Op == ']' && p.Mate >= 2 {
				if k := p.Mate - 2; toks[k].Kind == Name && toks[k].Op == keyword && (w.is(k, "def") || w.is(k, "class")) {
					continue // def f[T](…)
				}
			}
			if p.Op != ')' && p.Op != ']' && p.Op != '}' {
				continue
			}
		case Str, FEnd:
		default:
			continue
		}
		if t.Mate == 0 {
			continue // never closed
		}
		c := Call{Open: i, Close: t.Mate, Scope: scope}
		c.First = w.calleeStart(i - 1)
		c.Decorator = w.isOp(c.First-1, '@') && toks[c.First-2].Kind == Newline
		start := len(w.args)
		w.split(i+1, t.Mate)
		c.Args = w.args[start:len(w.args):len(w.args)]
		w.Calls = append(w.Calls, c)
	}
}

// calleeStart walks a chain such as a.b(c)[d].e backwards to its first token.
func (f *File) calleeStart(i int32) int32 {
	for {
		switch t := &f.Toks[i]; {
		case t.Kind == Op && (t.Op == ')' || t.Op == ']' || t.Op == '}') && t.Mate > 0:
			if t.Op == '}' {
				return t.Mate
			}
			m := t.Mate
			switch p := &f.Toks[m-1]; {
			case p.Kind == Name && (p.Op != keyword || f.isOp(m-2, '.')), p.Kind == Str, p.Kind == FEnd, p.Kind == Op && (p.Op == ')' || p.Op == ']' || p.Op == '}'):
				i = m - 1
				continue
			}
			return m
		case t.Kind == FEnd && t.Mate > 0:
			i = t.Mate
			if k := f.Toks[i-1].Kind; k == Str || k == FEnd {
				i--
				continue
			}
			return i
		case t.Kind == Str:
			if k := f.Toks[i-1].Kind; k == Str || k == FEnd {
				i--
				continue
			}
			return i
		case t.Kind == Name && f.isOp(i-1, '.'):
			switch p := &f.Toks[i-2]; {
			case p.Kind == Name, p.Kind == Str, p.Kind == FEnd, p.Kind == Number, p.Kind == Op && (p.Op == ')' || p.Op == ']' || p.Op == '}' || p.Op == opEllipsis):
				i -= 2
				continue
			}
			return i - 1
		}
		return i
	}
}

// split adds the arguments among the tokens [from, to).
func (w *walker) split(from, to int32) {
	toks := w.Toks
	lambdas := 0
	targets := false // between for and in of a bare generator
	start := from
	for i := from; i <= to; i++ {
		t := &toks[i]
		if i == to || t.Kind == Op && t.Op == ',' && lambdas == 0 && !targets {
			if i > start {
				w.args = append(w.args, w.arg(start, i))
			}
			start = i + 1
			continue
		}
		switch t.Kind {
		case Op:
			if t.Mate > i {
				i = t.Mate
			} else if t.Op == ':' && lambdas > 0 {
				lambdas--
			}
		case FStart:
			if t.Mate > i {
				i = t.Mate
			}
		case Name:
			if t.Op != keyword || toks[i-1].Kind == Op && toks[i-1].Op == '.' {
				continue
			}
			switch n := t.End - t.Start; {
			case n == 6 && w.is(i, "lambda"):
				lambdas++
			case n == 3 && w.is(i, "for"):
				targets = true
			case n == 2 && w.is(i, "in"):
				targets = false
			}
		}
	}
}

func (w *walker) arg(from, to int32) Arg {
	t := &w.Toks[from]
	switch {
	case t.Kind == Name && to > from+1 && w.isOp(from+1, '='):
		return Arg{Name: from, First: from + 2, Last: to}
	case t.Kind == Op && t.Op == '*':
		return Arg{Stars: 1, First: from + 1, Last: to}
	case t.Kind == Op && t.Op == opPower:
		return Arg{Stars: 2, First: from + 1, Last: to}
	}
	return Arg{First: from, Last: to}
}

// Generator tells whether an argument is a bare generator: x for x in xs, which must be the only one.
func (f *File) Generator(a Arg) bool {
	for i := a.First; i < a.Last; i++ {
		if f.Toks[i].Mate > i {
			i = f.Toks[i].Mate
		} else if f.isKeyword(i, "for") {
			return true
		}
	}
	return false
}

// Text returns the source of tokens [first, last).
func (f *File) Text(first, last int32) []byte {
	if first >= last {
		return nil
	}
	return f.Src[f.Toks[first].Start:f.Toks[last-1].End]
}

// Word returns the text of one token.
func (f *File) Word(i int32) string { return string(f.Src[f.Toks[i].Start:f.Toks[i].End]) }

func (f *File) is(i int32, word string) bool {
	return i >= 0 && string(f.Src[f.Toks[i].Start:f.Toks[i].End]) == word
}

func (f *File) isOp(i int32, op byte) bool {
	return i >= 0 && int(i) < len(f.Toks) && f.Toks[i].Kind == Op && f.Toks[i].Op == op
}

func (f *File) isKeyword(i int32, word string) bool {
	return i >= 0 && int(i) < len(f.Toks) && f.Toks[i].Kind == Name && f.Toks[i].Op == keyword && f.is(i, word)
}

// Callee returns the dotted name as written. Its root is "?" when the chain begins with anything but a name, such as the
// result of another call.
func (f *File) Callee(c *Call) string {
	root, attrs := f.chain(c.First, c.Open)
	name := root
	for _, a := range attrs {
		name += "." + a
	}
	return name
}

// Method returns the last label of the callee as written, or "" when it does not end in a name.
func (f *File) Method(c *Call) string {
	if t := &f.Toks[c.Open-1]; t.Kind == Name && c.Open > c.First {
		return f.identifier(c.Open - 1)
	}
	return ""
}

// chain splits the tokens [first, last) of a callee into the name of its root and the attributes after it. Subscripts and
// calls on the way make the root "?".
func (f *File) chain(first, last int32) (root string, attrs []string) {
	i := last - 1
	for i >= first {
		t := &f.Toks[i]
		if t.Kind == Op && t.Op == ')' && t.Mate == first { // (a.b).c is a.b.c
			root, inner := "?", []string(nil)
			if i > first+1 && f.calleeStart(i-1) == first+1 {
				root, inner = f.chain(first+1, i)
			}
			return root, append(inner, reversed(attrs)...)
		}
		if t.Kind != Name || (t.Op == keyword && i == first) {
			return "?", reversed(attrs)
		}
		if i == first {
			return f.identifier(i), reversed(attrs)
		}
		if !f.isOp(i-1, '.') {
			return "?", reversed(attrs)
		}
		attrs = append(attrs, f.identifier(i))
		i -= 2
	}
	return "?", reversed(attrs)
}

// plain tells whether the tokens are names joined by points.
func (f *File) plain(first, last int32) bool {
	if (last-first)%2 == 0 {
		return false
	}
	for i := first; i < last; i++ {
		if (i-first)%2 == 0 && (f.Toks[i].Kind != Name || f.Toks[i].Op == keyword && i == first) || (i-first)%2 == 1 && !f.isOp(i, '.') {
			return false
		}
	}
	return true
}

func reversed(s []string) []string {
	out := make([]string, len(s))
	for i, x := range s {
		out[len(s)-1-i] = x
	}
	return out
}

// CalleeText is Callee for the tokens [first, open).
func (f *File) CalleeText(first, open int32) string { return f.Callee(&Call{First: first, Open: open}) }

// Args splits the arguments of the parenthesis at open.
func (f *File) Args(open int32) []Arg { return f.arguments(open) }

// IsImported tells whether the root of a chain is a name that an import binds.
func (f *File) IsImported(e Expr) bool {
	if f.Toks[e.First].Kind != Name {
		return false
	}
	found, hidden := f.lookup(f.identifier(e.First), e.First, e.Scope)
	return !hidden && len(found) > 0 && f.bindings[found[0]].kind == bindImport
}

// IsBracket tells whether token i is that bracket.
func (f *File) IsBracket(i int32, bracket byte) bool { return f.isOp(i, bracket) }

// IsKeyword tells whether token i is that keyword.
func (f *File) IsKeyword(i int32, word string) bool { return f.isKeyword(i, word) }

// Around is the innermost bracket of that kind that is open at token i, or 0.
func (f *File) Around(i int32, bracket byte) int32 {
	for k := i - 1; k > 0; k-- {
		t := &f.Toks[k]
		switch {
		case t.Mate > 0 && t.Mate < k:
			k = t.Mate
		case t.Kind == Newline:
			return 0
		case t.Kind == Op && t.Op == bracket && t.Mate > i:
			return k
		}
	}
	return 0
}

// ScopeAt is the scope of the code at token i: that of the innermost function or class around it.
func (f *File) ScopeAt(i int32) int32 {
	best := int32(0)
	for k := range f.Defs {
		d := &f.Defs[k]
		if d.Colon < i && i < f.bodyEnd(d) {
			best = d.Scope
		}
	}
	return best
}

// bodyEnd is the token behind the body of a definition: the first one of a line that is not indented deeper.
func (f *File) bodyEnd(d *Def) int32 { return f.blockEnd(d.Line, d.Colon) }

// BlockEnd is the token behind the block of the compound statement whose first token is given.
func (f *File) BlockEnd(first int32) int32 { return f.blockEnd(first, first) }

func (f *File) blockEnd(first, i int32) int32 {
	w := walker{File: f}
	header := w.column(first)
	for f.Toks[i].Kind != Newline && f.Toks[i].Kind != EOF {
		i++
	}
	for i++; int(i) < len(f.Toks) && f.Toks[i].Kind != EOF; i++ {
		if w.column(i) <= header {
			return i
		}
		for f.Toks[i].Kind != Newline && f.Toks[i].Kind != EOF {
			i++
		}
		if f.Toks[i].Kind == EOF {
			break
		}
	}
	return int32(len(f.Toks))
}

// Conditions yields the headers of the blocks around a token, the innermost first: the tokens of "if args.trust:".
func (f *File) Conditions(i int32) iter.Seq2[int32, int32] {
	return func(yield func(first, last int32) bool) {
		w := walker{File: f}
		line := func(k int32) int32 {
			for k > 0 && f.Toks[k-1].Kind != Newline {
				k--
			}
			return k
		}
		at := line(i)
		column := w.column(at)
		for at > 0 && column > 0 {
			end := at - 1
			at = line(end)
			if c := w.column(at); c < column {
				column = c
				if !yield(at, end) {
					return
				}
			}
		}
	}
}
