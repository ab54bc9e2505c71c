package python

// localFunction is the function of this file that a callee names: f(…), self.f(…), Class.f(…), Class().f(…), and x.f(…) where x
// is made by calling a class of this file.
func (w *Flow) localFunction(first, open, scope int32) *Def {
	if w.isKeyword(first, "await") {
		first++
	}
	name := open - 1
	if name < first || w.Toks[name].Kind != Name {
		return nil
	}
	text := w.identifier(name)
	w.budget -= len(w.Defs) / 8
	class := int32(-1) // the scope of the class whose method it is
	looked := false
	for k := range w.Defs {
		d := &w.Defs[k]
		if d.Class || w.identifier(d.Name) != text {
			continue
		}
		method := w.scopes[d.Outer].class
		switch {
		case name == first:
			if !method {
				return d
			}
		case !method || !w.isOp(name-1, '.'):
		case name == first+2 && (w.is(first, "self") || w.is(first, "cls")):
			return d
		default:
			if !looked {
				class, looked = w.classOf(first, name-1, scope), true
			}
			if d.Outer == class {
				return d
			}
		}
	}
	return nil
}

// classOf is the scope of the class of this file that tokens [first, last) are, or are an instance of; -1 for none.
func (w *Flow) classOf(first, last, scope int32) int32 {
	if last == first+1 {
		if c := w.classNamed(first); c >= 0 {
			return c
		}
	}
	from, to := w.Definition(first, last, scope)
	if last == first+3 && w.is(first, "self") {
		text := string(w.Text(first, last))
		w.budget -= len(w.Assigns) / 8
		for k := range w.Assigns {
			if a := &w.Assigns[k]; string(w.Text(a.Target, a.TargetEnd)) == text {
				from, to = a.First, a.Last
				break
			}
		}
	}
	if to-from < 3 || !w.isOp(from+1, '(') || w.Toks[from+1].Mate != to-1 {
		return -1
	}
	return w.classNamed(from)
}

// classNamed is the scope of the class of this file that a name is that of, or -1.
func (w *Flow) classNamed(name int32) int32 {
	if w.Toks[name].Kind != Name {
		return -1
	}
	text := w.identifier(name)
	for k := range w.Defs {
		if d := &w.Defs[k]; d.Class && w.identifier(d.Name) == text {
			return d.Scope
		}
	}
	return -1
}
