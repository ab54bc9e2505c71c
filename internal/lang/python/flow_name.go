package python

import "slices"

// name follows a name to its bindings, the latest first, until one that must have been made.
func (w *Flow) name(i, scope int32, depth int) *Origin {
	name := w.identifier(i)
	found, hidden := w.lookup(name, i, scope)
	if hidden {
		return w.comprehension(name, i, scope, depth)
	}
	for k := len(found) - 1; k >= 0; k-- {
		b := &w.bindings[found[k]]
		if w.budget -= 4; w.budget < 0 {
			return nil
		}
		if b.scope == scope && b.kind != bindParam && b.tok >= i || w.busy[b.tok] {
			continue
		}
		o := w.once(b.tok, func() *Origin { return w.binding(b, depth) })
		if o != nil && !w.blocked(b, i, scope) {
			return o
		}
		if b.kind == bindValue && (w.isOp(b.first, '[') || w.isOp(b.first, '{')) {
			if o := w.filled(name, b, i, depth); o != nil {
				return o
			}
		}
		if b.scope == scope && b.kind == bindValue && w.replaces(b, i) {
			return nil
		}
	}
	return nil
}

// once looks behind the place at a token, unless it is being looked behind: values may go in a circle.
func (w *Flow) once(tok int32, look func() *Origin) *Origin {
	if w.busy[tok] {
		return nil
	}
	w.busy[tok] = true
	defer delete(w.busy, tok)
	return look()
}

// filled looks for an origin in what is put into a list or dict between the place that makes it and the place that uses it.
func (w *Flow) filled(name string, made *binding, use int32, depth int) *Origin {
	w.budget -= len(w.Calls) / 8
	for k := range w.Calls {
		c := &w.Calls[k]
		if c.Scope != made.scope || c.First < made.last || c.First >= use || c.Open != c.First+3 || w.identifier(c.First) != name {
			continue
		}
		switch w.identifier(c.Open - 1) {
		case "append", "extend", "insert", "appendleft", "update":
			if o := w.once(c.Open, func() *Origin { return w.arguments(c.Open, c.Scope, depth) }); o != nil {
				return o
			}
		}
	}
	w.budget -= len(w.Assigns) / 8
	for k := range w.Assigns {
		a := &w.Assigns[k]
		if a.Scope != made.scope || a.Target < made.last || a.Target >= use || !w.isOp(a.Target+1, '[') || w.identifier(a.Target) != name {
			continue
		}
		if o := w.once(a.Target, func() *Origin { return w.expr(a.First, a.Last, a.Scope, depth+1) }); o != nil {
			return o
		}
	}
	return nil
}

func (w *Flow) binding(b *binding, depth int) *Origin {
	switch b.kind {
	case bindValue, bindOther:
		return w.expr(b.first, b.last, b.scope, depth+1)
	case bindParam:
		return w.param(b, depth)
	}
	return nil
}

// attribute follows self.name, or module.name, to the assignments of the same text.
func (w *Flow) attribute(first, last, scope int32, depth int) *Origin {
	text := string(w.Text(first, last))
	w.budget -= len(w.Assigns) / 8
	for k := len(w.Assigns) - 1; k >= 0; k-- {
		a := &w.Assigns[k]
		if a.Scope != scope && !w.is(first, "self") && !w.is(first, "cls") || a.Scope == scope && a.Target >= first || string(w.Text(a.Target, a.TargetEnd)) != text {
			continue
		}
		if o := w.once(a.Target, func() *Origin { return w.expr(a.First, a.Last, a.Scope, depth+1) }); o != nil {
			return o
		}
	}
	return nil
}

// comprehension follows the target of a comprehension to what it runs over.
func (w *Flow) comprehension(name string, tok, scope int32, depth int) *Origin {
	for k := range w.regions {
		r := &w.regions[k]
		if tok < r.first || tok >= r.last {
			continue
		}
		for _, n := range r.names {
			if w.identifier(n) != name || w.busy[n] {
				continue
			}
			in := n
			for in < r.last && !w.isKeyword(in, "in") {
				in++
			}
			end := in + 1
			for end < r.last && !w.isKeyword(end, "for") && !w.isKeyword(end, "if") {
				if m := w.Toks[end].Mate; m > end {
					end = m
				}
				end++
			}
			return w.once(n, func() *Origin { return w.expr(in+1, min(end, r.last), scope, depth+1) })
		}
	}
	return nil
}

// param follows a parameter to what the calls of the file give it, or to what is known of the call that is being followed.
func (w *Flow) param(b *binding, depth int) *Origin {
	if n := len(w.frames); n > 0 {
		if o, ok := w.frames[n-1].args[b.tok]; ok {
			return o
		}
	}
	if what := w.Rules.Source(Expr{First: b.tok, Last: b.tok + 1, Scope: b.scope, Label: w.identifier(b.tok), Param: true}); what != "" {
		return &Origin{b.tok, b.tok + 1, what, 0}
	}
	d := w.defOf(b.scope)
	if d == nil || len(w.frames) > 0 {
		return nil
	}
	name := w.identifier(d.Name)
	w.budget -= len(w.Calls) / 4
	for k := range w.Calls {
		c := &w.Calls[k]
		if c.Scope == d.Scope || w.Method(c) != name || w.localFunction(c.First, c.Open, c.Scope) != d {
			continue
		}
		if a := w.argFor(d, c.Args, b.tok); a != nil {
			if o := w.expr(a.First, a.Last, c.Scope, depth+1); o != nil {
				o.Steps++
				return o
			}
		}
	}
	return nil
}

// argFor is the argument that a parameter gets.
func (w *Flow) argFor(d *Def, args []Arg, param int32) *Arg {
	params := d.Params
	if len(params) > 0 && (w.is(params[0].Name, "self") || w.is(params[0].Name, "cls")) {
		params = params[1:]
	}
	at := slices.IndexFunc(params, func(p Param) bool { return p.Name == param })
	if at < 0 {
		return nil
	}
	for k := range args {
		switch a := &args[k]; {
		case a.Name != 0 && w.identifier(a.Name) == w.identifier(param), a.Name == 0 && a.Stars == 0 && k == at:
			return a
		}
	}
	return nil
}

// result is what a call of a function of this file returns.
func (w *Flow) result(d *Def, open, scope int32, depth int) *Origin {
	if len(w.frames) >= 3 || slices.ContainsFunc(w.frames, func(f frame) bool { return f.def == d }) {
		return nil
	}
	args := w.File.arguments(open)
	fr := frame{d, map[int32]*Origin{}}
	for _, p := range d.Params {
		fr.args[p.Name] = nil
		if a := w.argFor(d, args, p.Name); a != nil {
			fr.args[p.Name] = w.expr(a.First, a.Last, scope, depth+1)
		}
	}
	w.frames = append(w.frames, fr)
	defer func() { w.frames = w.frames[:len(w.frames)-1] }()
	for k := range w.Returns {
		if r := &w.Returns[k]; r.Scope == d.Scope {
			if o := w.expr(r.First, r.Last, r.Scope, depth+1); o != nil {
				out := *o
				out.Steps++
				return &out
			}
		}
	}
	return nil
}
