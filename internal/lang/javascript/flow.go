package javascript

import (
	"regexp"
	"slices"
)

// Flow follows values from where they come from, through assignments, templates and the functions of the same file.
type Flow struct {
	*File
	Rules FlowRules
	Head  bool // only the start of a text matters, as the host in an address does
	Path  bool // the text names a file: ../ in it leads anywhere

	frames []map[int32]*Origin // what the parameters of the functions being followed are, by token
	inside []*function
	budget int
	sink   int32
	busy   map[int32]bool
}

// FlowRules say what a value is, and what becomes of it.
type FlowRules struct {
	Source func(e Expr) string     // what an expression brings in; "" for nothing
	Passes func(label string) bool // a call whose result is made of its arguments
	Ends   func(label string) bool // a property, method or function that gives something harmless
	Guards func(label string) bool // a function that, asked in a condition, settles what a value may be

	// Binds tells of the tag of a template that it keeps the values apart from the text. It may be nil.
	Binds func(tag string) bool

	// Narrow tells of a property of a parameter that is a source that it can only be something harmless. It may be nil.
	Narrow func(param int32, property string) bool
}

// Expr is a chain of names, properties, calls and subscripts: tokens [First, Last). Label is its last name.
type Expr struct {
	First, Last int32
	Label       string
	Call        bool // it ends in a call
	Param       bool // it is the parameter of a function, seen at its definition
	Place       int  // of a parameter
}

// Origin is the source that a value comes from.
type Origin struct {
	First, Last int32
	What        string
	Steps       int    // functions it went through
	Path        string // of a parameter: the property of it that is used, as args.command
}

const (
	maxFlowDepth  = 24
	maxFlowBudget = 20000
)

// Follow makes a Flow over the file.
func (f *File) Follow(r FlowRules) *Flow { return &Flow{File: f, Rules: r} }

// From tells where the value of tokens [first, last) comes from, or nil.
func (w *Flow) From(first, last int32) *Origin {
	w.budget, w.sink, w.busy = maxFlowBudget, first, map[int32]bool{}
	return w.expr(first, last, 0)
}

// expr looks for a source among the operands of an expression.
func (w *Flow) expr(first, last int32, depth int) *Origin {
	if w.budget -= int(max(last-first, 0)); depth > maxFlowDepth || w.budget < 0 || first >= last {
		return nil
	}
	first, last = w.operands(first, last)
	for i := first; i < last; {
		t := &w.Toks[i]
		switch {
		case t.Kind == Name && (w.is(i, "await") || w.is(i, "new") || w.is(i, "async")):
			i++
		case t.Kind == Name && w.is(i, "as"): // TypeScript: x as T
			return nil
		case t.Kind == Name && (w.is(i, "typeof") || w.is(i, "function")):
			return nil
		case t.Kind == Name && w.isOp(i+1, opArrow), t.Kind == Op && t.Op == '(' && t.Mate > i && w.isOp(t.Mate+1, opArrow):
			return nil // a function is no value of its own
		case t.Kind == Name:
			end := w.chainEnd(i+1, last)
			if tagged := end; tagged < last && w.Toks[tagged].Kind == TStart && w.Toks[tagged].Mate > tagged && w.Rules.Binds != nil && w.Rules.Binds(w.word(end-1)) {
				if o := w.spliced(tagged, depth); o != nil {
					return o
				}
				i = w.Toks[tagged].Mate + 1
				continue
			}
			if o := w.chain(i, end, depth); o != nil {
				return o
			}
			i = end
		case t.Kind == TStart || t.Kind == Str || t.Kind == Op && (t.Op == '(' || t.Op == '[' || t.Op == '{'):
			head := i + 1
			if t.Mate > i && t.Mate < last {
				head = t.Mate + 1
			}
			end := w.chainEnd(head, last)
			if o := w.trailers(i, head, end, depth, w.literal(i, depth)); o != nil {
				return o
			}
			i = end
		default:
			i++
		}
		if w.Head && i < last && w.isOp(i, '+') {
			if s, ok := w.Literal(i - 1); i != first+1 || !ok || !opensAddress([]byte(s)) {
				return nil
			}
		}
	}
	return nil
}

// operands narrows an expression to what its value can be: the branches of a condition, nothing of a comparison.
func (w *Flow) operands(first, last int32) (int32, int32) {
	for i := first; i < last; i++ {
		t := &w.Toks[i]
		switch {
		case t.Mate > i:
			i = t.Mate
		case t.Kind == Op && t.Op == '?':
			return i + 1, last
		case t.Kind == Op && t.Op == opArrow:
			return first, last
		}
	}
	for i := first; i < last; i++ {
		t := &w.Toks[i]
		switch {
		case t.Mate > i:
			i = t.Mate
		case t.Kind == Op && (t.Op == opEqual || t.Op == opCompare), w.is(i, "instanceof"), t.Kind == Op && t.Op == '!' && i == first:
			return first, first
		}
	}
	return first, last
}

// opensAddress tells whether an address that begins with this text may still lead anywhere.
func opensAddress(text []byte) bool {
	return len(text) == 0 || noHost.Match(text)
}

var noHost = regexp.MustCompile(`^(?:[a-z][a-z0-9+.-]*:)?(?://)?(?:[^/@.]*[@.])?$|^(?:[a-z][a-z0-9+-]*:)?//[^/.]*$`)

func (w *Flow) chainEnd(i, last int32) int32 {
	for i < last {
		switch t := &w.Toks[i]; {
		case t.Kind == Op && t.Op == '.' && i+1 < last:
			i++
			if w.Toks[i].Kind == Name {
				i++
			}
		case t.Kind == Op && t.Op == '!' && w.isOp(i+1, '.'):
			i++
		case t.Kind == Op && (t.Op == '(' || t.Op == '[') && t.Mate > i && t.Mate < last:
			i = t.Mate + 1
		default:
			return i
		}
	}
	return i
}

// spliced looks into a template whose values are bound: only what asks to be text is, sql.raw(x).
func (w *Flow) spliced(i int32, depth int) *Origin {
	for k := i + 1; k < w.Toks[i].Mate; k++ {
		if m := w.Toks[k].Mate; w.isOp(k, '{') && m > k {
			if open := w.Toks[m-1].Mate; w.isOp(m-1, ')') && (w.is(open-1, "raw") || w.is(open-1, "unsafe")) {
				if o := w.expr(open+1, m-1, depth+1); o != nil {
					return o
				}
			}
			k = m
		}
	}
	return nil
}

// literal looks into templates, parentheses, lists and objects.
func (w *Flow) literal(i int32, depth int) *Origin {
	t := &w.Toks[i]
	switch {
	case t.Kind == TStart && t.Mate > i:
		for k := i + 1; k < t.Mate; k++ {
			if m := w.Toks[k].Mate; w.isOp(k, '{') && m > k {
				if w.Head && (k > i+1 || !opensAddress(w.Src[t.End:w.Toks[k].Start])) {
					return nil
				}
				if o := w.expr(k+1, m, depth+1); o != nil {
					return o
				}
				k = m
			}
		}
	case t.Kind == Op && t.Mate > i:
		for _, a := range w.Args(i) {
			first := a[0]
			if t.Op == '{' && w.isOp(first+1, ':') {
				first += 2
			}
			if o := w.expr(first, a[1], depth+1); o != nil {
				return o
			}
		}
	}
	return nil
}

func (w *Flow) chain(first, end int32, depth int) *Origin {
	var o *Origin
	if what := w.Rules.Source(Expr{First: first, Last: first + 1, Label: w.word(first)}); what != "" {
		o = &Origin{First: first, Last: first + 1, What: what}
	} else if !w.isOp(first+1, '(') {
		o = w.name(first, end, depth)
	}
	return w.trailers(first, first+1, end, depth, o)
}

// trailers carries an origin over properties, calls and subscripts, and looks for one in them.
func (w *Flow) trailers(first, i, end int32, depth int, o *Origin) *Origin {
	label := ""
	if w.Toks[first].Kind == Name {
		label = w.word(first)
	}
	for i < end {
		switch {
		case w.isOp(i, '.') && w.Toks[i+1].Kind == Name:
			label = w.word(i + 1)
			i += 2
			if o != nil && (w.Rules.Ends(label) || i == first+3 && w.narrow(o, first, label)) {
				return nil
			}
			if o == nil {
				if what := w.Rules.Source(Expr{First: first, Last: i, Label: label}); what != "" {
					o = &Origin{First: first, Last: i, What: what}
				}
			}
		case w.isOp(i, '('):
			next := w.Toks[i].Mate + 1
			switch {
			case w.Rules.Ends(label), (label == "replace" || label == "replaceAll") && w.strips(i):
				return nil
			case o != nil:
			default:
				if what := w.Rules.Source(Expr{First: first, Last: next, Label: label, Call: true}); what != "" {
					o = &Origin{First: first, Last: next, What: what}
				} else if fn := w.local(first, i); fn != nil {
					o = w.result(fn, i, depth)
				} else if label == "useMemo" {
					o = w.memo(i, depth)
				} else if w.Rules.Passes(label) {
					for _, a := range w.Args(i) {
						if o = w.expr(a[0], a[1], depth+1); o != nil {
							break
						}
					}
				}
			}
			label = ""
			i = next
		case w.isOp(i, '['):
			i = w.Toks[i].Mate + 1
		default:
			i++
		}
	}
	return o
}

// narrow tells whether a property of the name at a token is harmless, when the name is the parameter that an origin is.
func (w *Flow) narrow(o *Origin, name int32, property string) bool {
	return w.Rules.Narrow != nil && o.Last == o.First+1 && w.word(o.First) == w.word(name) && w.Rules.Narrow(o.First, property)
}

// name follows the name that a chain [i, end) begins with to its bindings before it, the latest first.
func (w *Flow) name(i, end int32, depth int) *Origin {
	name := w.word(i)
	list := w.names[name]
	for k := len(list) - 1; k >= 0; k-- {
		b := &w.bindings[list[k]]
		if w.budget -= 4; w.budget < 0 {
			return nil
		}
		if !w.sees(b, i) || w.busy[b.tok] {
			continue
		}
		if b.kind == bindImport {
			return nil
		}
		w.busy[b.tok] = true
		var o *Origin
		if b.kind == bindParam {
			o = w.param(b, depth)
		} else {
			o = w.expr(b.first, b.last, depth+1)
			if o != nil && b.part && b.last == b.first+1 && w.narrow(o, b.first, w.Key(b.tok)) {
				o = nil
			}
		}
		if o == nil && w.isOp(b.first, '[') {
			o = w.filled(name, b.tok, i, depth)
		}
		if o == nil && b.part {
			o = w.state(b, depth)
		}
		delete(w.busy, b.tok)
		if o != nil {
			if w.settled(value{name, w.used(i, end), b.tok}, i, depth) {
				return nil
			}
			if path := w.used(i, end); o.First == b.tok && path != name {
				at := *o
				at.Path = path
				return &at
			}
			return o
		}
		if b.kind == bindParam || w.within(b.block, i) && b.tok < i && w.declares(b.tok) {
			return nil // the name means this one here
		}
	}
	return nil
}

// used is the path of a chain up to the first call in it.
func (w *Flow) used(first, end int32) string {
	last := first + 1
	for last < end && !w.isOp(last, '(') {
		if m := w.Toks[last].Mate; m > last {
			last = m
		}
		last++
	}
	if last < end && w.isOp(last-2, '.') { // x.trim(
		last -= 2
	}
	return w.pathOf(first, last)
}

// filled looks for an origin in what is put into a list between the place that makes it and the place that uses it.
func (w *Flow) filled(name string, made, use int32, depth int) *Origin {
	for _, k := range w.indexed().pushed[name] {
		c := &w.Calls[k]
		if c.First < made || c.First >= use || w.functionAt(c.First) != w.functionAt(made) {
			continue
		}
		for _, a := range w.Args(c.Open) {
			if o := w.expr(a[0], a[1], depth+1); o != nil {
				return o
			}
		}
	}
	return nil
}

// param follows a parameter to the argument of the call that is followed, to the calls of the file, or to what a callback is
// called on: messages.map(m => m.content).
func (w *Flow) param(b *binding, depth int) *Origin {
	if n := len(w.frames); n > 0 {
		if o, ok := w.frames[n-1][b.tok]; ok {
			return o
		}
	}
	fn := &w.functions[b.fn]
	at := slices.IndexFunc(fn.params, func(p int32) bool { return p <= b.tok && (p == b.tok || w.Toks[p].Mate > b.tok) })
	if what := w.Rules.Source(Expr{First: b.tok, Last: b.tok + 1, Label: w.word(b.tok), Param: true, Place: at}); what != "" {
		return &Origin{First: b.tok, Last: b.tok + 1, What: what}
	}
	if c := w.CallAround(fn.body - 1); c != nil && fn.name == 0 {
		if dot := c.Open - 2; w.isOp(dot, '.') {
			return w.expr(c.First, dot, depth+1)
		}
		return nil
	}
	if fn.name == 0 || at < 0 || len(w.frames) > 0 {
		return nil
	}
	if o := w.attribute(fn, b.tok, depth); o != nil {
		return o
	}
	for _, k := range w.indexed().called[fn] {
		c := &w.Calls[k]
		if args := w.Args(c.Open); at < len(args) {
			first, last := w.part(fn.params[at], b.tok, args[at])
			if o := w.expr(first, last, depth+1); o != nil {
				o.Steps++
				return o
			}
		}
	}
	return nil
}

// part is what a parameter gets of an argument: of an object that is written out, the pattern {a, b: c} takes properties.
func (f *File) part(pattern, tok int32, arg [2]int32) (first, last int32) {
	if !f.isOp(pattern, '{') || !f.isOp(arg[0], '{') || f.Toks[arg[0]].Mate != arg[1]-1 {
		return arg[0], arg[1]
	}
	key := tok
	if f.isOp(tok-1, ':') {
		key = tok - 2
	}
	if first, last, ok := f.Property(arg[0], f.word(key)); ok {
		return first, last
	}
	for _, a := range f.Args(arg[0]) {
		if f.isOp(a[0], opSpread) {
			return arg[0], arg[1]
		}
	}
	return 0, 0
}

// CallAround is the innermost call whose argument a token is.
func (f *File) CallAround(i int32) *Call {
	if k := f.indexed().calls.around(i); k >= 0 {
		return &f.Calls[k]
	}
	return nil
}

// local is the function of this file that a callee names.
func (w *Flow) local(first, open int32) *function { return w.indexed().target(w.File, first, open) }

// result is what a call of a function of this file returns.
func (w *Flow) result(fn *function, open int32, depth int) *Origin {
	if len(w.frames) >= 3 || slices.Contains(w.inside, fn) {
		return nil
	}
	args := w.Args(open)
	frame := map[int32]*Origin{}
	for k, p := range fn.params {
		frame[p] = nil
		if k < len(args) {
			frame[p] = w.expr(args[k][0], args[k][1], depth+1)
		}
	}
	w.frames, w.inside = append(w.frames, frame), append(w.inside, fn)
	defer func() { w.frames, w.inside = w.frames[:len(w.frames)-1], w.inside[:len(w.inside)-1] }()
	for _, r := range w.returns(fn) {
		if o := w.expr(r[0], r[1], depth+1); o != nil {
			out := *o
			out.Steps++
			return &out
		}
	}
	return nil
}

func (w *Flow) mentions(name string, a, b int32) bool {
	for i := a; i < b; i++ {
		if w.is(i, name) && !w.isOp(i-1, '.') {
			return true
		}
	}
	return false
}
