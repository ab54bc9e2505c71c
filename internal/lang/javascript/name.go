package javascript

// sees tells whether a binding may be what a name at token i means: it stands before it, in a block around it or in one that
// has ended by then.
func (f *File) sees(b *binding, i int32) bool {
	if b.kind == bindParam {
		fn := &f.functions[b.fn]
		return fn.body <= i && i < fn.end
	}
	if b.tok == i || i >= b.first && i < b.last {
		return false
	}
	if f.within(b.block, i) {
		if b.tok < i {
			return true
		}
		return f.functionAt(b.tok) != f.functionAt(i)
	}
	return b.tok < i && !f.declares(b.tok)
}

func (f *File) within(block, i int32) bool {
	return block == 0 || block < i && i < f.Toks[block].Mate
}

// declares tells whether a binding is made by const, let or var.
func (f *File) declares(tok int32) bool {
	for k := tok - 1; k > 0 && tok-k < 40; k-- {
		switch t := &f.Toks[k]; {
		case t.Kind == Name && (f.is(k, "const") || f.is(k, "let") || f.is(k, "var")):
			return true
		case t.Kind == Op && (t.Op == ';' || t.Op == ')' || t.Op == '}'):
			return false
		case t.Line && t.Kind == Name && k < tok-1:
			return false
		}
		if f.Toks[tok].Line {
			return false
		}
	}
	return false
}

// once is the binding that a name means when it is given one value only.
func (f *File) once(i int32) *binding {
	var found *binding
	for _, k := range f.names[f.word(i)] {
		b := &f.bindings[k]
		if !f.sees(b, i) {
			continue
		}
		if b.kind != bindValue || found != nil && found.block == b.block {
			return nil
		}
		if found == nil || f.within(found.block, b.tok) {
			found = b
		}
	}
	return found
}

// Constant is the value that a name is bound to once: tokens [first, last).
func (f *File) Constant(first, last int32) (from, to int32, ok bool) {
	if last != first+1 || f.Toks[first].Kind != Name {
		return 0, 0, false
	}
	if b := f.once(first); b != nil && !b.part {
		return b.first, b.last, true
	}
	return 0, 0, false
}

// Str is the text of an expression that is written out, or of a name that is bound to one.
func (f *File) Str(first, last int32) (string, bool) { return f.constant(first, last, 0) }

// constant is the text of an expression that is written out, or of a name that is bound to one.
func (f *File) constant(first, last int32, depth int) (string, bool) {
	if last == first+1 || f.Toks[first].Mate == last-1 {
		if s, ok := f.Literal(first); ok {
			return s, true
		}
	}
	if last == first+1 && f.Toks[first].Kind == Name && depth < 4 {
		if b := f.once(first); b != nil && !b.part {
			return f.constant(b.first, b.last, depth+1)
		}
	}
	return "", false
}
