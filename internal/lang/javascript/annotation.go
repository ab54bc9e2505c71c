package javascript

// maxAnnotation is how many tokens of a type are read over.
const maxAnnotation = 80

// annotated is the name, or the pattern, that the = at a token gives a value: the one before the type in const x: T<A> = …
func (f *File) annotated(eq int32) int32 {
	if f.declared(eq-1) || f.Toks[eq-1].Mate > 0 && f.declared(f.Toks[eq-1].Mate) {
		return eq - 1
	}
	for k := eq - 1; k > 1 && eq-k < maxAnnotation; k-- {
		t := &f.Toks[k]
		switch {
		case t.Mate > 0 && t.Mate < k:
			k = t.Mate
		case f.isOp(k, ':'):
			name := k - 1
			if f.isOp(name, '!') || f.isOp(name, '?') {
				name--
			}
			start := name
			if m := f.Toks[name].Mate; m > 0 && m < name {
				start = m
			}
			if f.declared(start) || f.field(start) {
				return name
			}
		case t.Kind == Op && (t.Op == ';' || t.Op == '=' || t.Op == '(' || t.Op == '{' || t.Op == '?'), t.Kind == EOF:
			return eq - 1
		}
	}
	return eq - 1
}

func (f *File) declared(i int32) bool {
	return f.is(i-1, "const") || f.is(i-1, "let") || f.is(i-1, "var")
}

// field tells whether the name at a token is a property of a class with a modifier before it.
func (f *File) field(i int32) bool {
	return f.is(i-1, "private") || f.is(i-1, "public") || f.is(i-1, "readonly") || f.is(i-1, "static") || f.is(i-1, "protected")
}

// afterType is the token behind the type that follows a colon at token i, or i when there is none: the body of a function.
func (f *File) afterType(i int32) int32 {
	if !f.isOp(i, ':') {
		return i
	}
	for k := i + 1; k < i+maxAnnotation && int(k) < len(f.Toks); k++ {
		t := &f.Toks[k]
		switch {
		case t.Kind == Op && t.Op == '{' && t.Mate > k && !f.typeGoesOn(k-1):
			return k
		case t.Mate > k:
			k = t.Mate
		case t.Kind == Op && (t.Op == ';' || t.Op == ')' || t.Op == '}' || t.Op == '='), t.Kind == EOF:
			return i
		}
	}
	return i
}

// typeGoesOn tells whether a brace behind this token is part of a type.
func (f *File) typeGoesOn(i int32) bool {
	t := &f.Toks[i]
	if t.Kind == Op {
		switch t.Op {
		case ':', '<', ',', '|', '&', '(', '[', opArrow:
			return true
		}
	}
	return f.is(i, "is") || f.is(i, "extends")
}

// beforeType is the closing parenthesis of the parameters whose result type ends before the arrow at a token, or 0.
func (f *File) beforeType(arrow int32) int32 {
	for k := arrow - 1; k > 1 && arrow-k < maxAnnotation; k-- {
		t := &f.Toks[k]
		switch {
		case t.Mate > 0 && t.Mate < k:
			k = t.Mate
			if f.isOp(k-1, ':') && f.isOp(k-2, ')') {
				return k - 2
			}
		case f.isOp(k, ':'):
			if f.isOp(k-1, ')') && f.Toks[k-1].Mate > 0 {
				return k - 1
			}
			return 0
		case t.Kind == Op && (t.Op == ';' || t.Op == '=' || t.Op == '(' || t.Op == '{' || t.Op == '?' || t.Op == opArrow), t.Kind == EOF:
			return 0
		}
	}
	return 0
}

// definesMethod tells whether the name before a parenthesis is a method that is defined there, with the type of its result:
// run(x: string): Promise<void> { … }.
func (f *File) definesMethod(name, open int32) bool {
	m := f.Toks[open].Mate
	if !f.isOp(m+1, ':') {
		return false
	}
	if body := f.afterType(m + 1); body == m+1 || !f.isOp(body, '{') {
		return false
	}
	p := &f.Toks[name-1]
	if p.Kind == Op {
		return p.Op == '{' || p.Op == '}' || p.Op == ';' || p.Op == '*' || p.Op == ','
	}
	switch f.word(name - 1) {
	case "async", "private", "public", "protected", "static", "override", "get", "set":
		return true
	}
	return f.Toks[name].Line && p.Kind != Name
}
