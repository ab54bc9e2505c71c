package python

import "slices"

// A record is a class of this file that declares its fields: a model of pydantic, a dataclass.

// record is the class that a name is that of, when it declares fields and does not set them in an __init__ of its own.
func (w *Flow) record(name int32) *Def {
	scope := w.classNamed(name)
	if scope < 0 {
		return nil
	}
	for k := range w.Defs {
		if d := &w.Defs[k]; d.Outer == scope && w.is(d.Name, "__init__") {
			return nil
		}
	}
	for k := range w.Defs {
		if d := &w.Defs[k]; d.Scope == scope && len(w.fields(d)) > 0 {
			return d
		}
	}
	return nil
}

// made is the record that a call makes whose field is taken at once: the name before its parenthesis, and the token behind it.
func (w *Flow) made(name, next, end int32) *Def {
	if next+1 >= end || !w.isOp(next, '.') {
		return nil
	}
	return w.record(name)
}

// construction is the record that a name is an instance of, and the parenthesis of the call that made it.
func (w *Flow) construction(name, scope int32) (*Def, int32) {
	if !w.isOp(name+1, '.') {
		return nil, 0
	}
	first, last := w.Definition(name, name+1, scope)
	if open := first + 1; first != name && w.isOp(open, '(') && w.Toks[open].Mate == last-1 {
		return w.record(first), open
	}
	return nil, 0
}

// fields are the names that the body of a class declares.
func (w *Flow) fields(class *Def) []int32 {
	i := w.lineAt(class.Colon)
	outer := w.logical()[i].col
	var out []int32
	for i++; i < len(w.lines) && w.lines[i].col > outer; i++ {
		if first := w.lines[i].first; w.Toks[first].Kind == Name && w.Toks[first].Op != keyword && w.isOp(first+1, ':') {
			out = append(out, first)
		}
	}
	return out
}

// field is where the field of a record comes from that the call at open makes.
func (w *Flow) field(class *Def, open int32, label string, scope int32, depth int) *Origin {
	fields := w.fields(class)
	at := slices.IndexFunc(fields, func(f int32) bool { return w.identifier(f) == label })
	if at < 0 || w.Rules.Narrow != nil && w.Rules.Narrow(fields[at]) {
		return nil
	}
	for k, a := range w.File.arguments(open) {
		if a.Name != 0 && w.identifier(a.Name) == label || a.Stars == 2 || a.Name == 0 && a.Stars == 0 && k == at {
			return w.expr(a.First, a.Last, scope, depth+1)
		}
	}
	return nil
}

// Annotation is the type that is written behind a parameter or field: tokens [first, last), none when they are 0.
func (f *File) Annotation(name int32) (first, last int32) {
	if !f.isOp(name+1, ':') {
		return 0, 0
	}
	for i := name + 2; ; i = max(i, f.Toks[i].Mate) + 1 {
		if t := &f.Toks[i]; t.Kind == Newline || t.Kind == EOF || t.Kind == Op && (t.Op == '=' || t.Op == ',' || t.Op == ')') {
			return name + 2, i
		}
	}
}
