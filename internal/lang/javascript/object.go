package javascript

// objects are the classes of a file by their braces, and the names that are given a new object of one: x = new C(…), this.x =
// new C(…), x: C = new C(…). A name that is given objects of two classes is left out.
func (f *File) objects() (classes map[string][2]int32, made map[string]string) {
	classes, made = map[string][2]int32{}, map[string]string{}
	for i := int32(1); int(i) < len(f.Toks)-2; i++ {
		switch {
		case f.is(i, "class") && f.Toks[i+1].Kind == Name && !f.isOp(i-1, '.'):
			for k := i + 2; k < i+40 && int(k) < len(f.Toks); k++ { // behind extends and implements
				if f.isOp(k, '{') && f.Toks[k].Mate > k && !f.typeGoesOn(k-1) {
					classes[f.word(i+1)] = [2]int32{k, f.Toks[k].Mate}
					break
				}
			}
		case f.isOp(i, '=') && f.is(i+1, "new") && f.Toks[i+2].Kind == Name:
			name := i - 1
			if f.Toks[name].Kind == Name && f.isOp(name-1, ':') { // its type
				name -= 2
			}
			if f.Toks[name].Kind != Name {
				continue
			}
			if old, ok := made[f.word(name)]; ok && old != f.word(i+2) {
				made[f.word(name)] = ""
				continue
			}
			made[f.word(name)] = f.word(i + 2)
		}
	}
	return classes, made
}

// target is the function of this file that a callee names: f(…), this.f(…), C.f(…), new C().f(…), x.f(…) and this.x.f(…).
func (x *index) target(f *File, first, open int32) *function {
	if name := f.plainCallee(first, open); name > 0 {
		if all := x.named[f.word(name)]; len(all) > 0 {
			return all[0]
		}
		return nil
	}
	name := open - 1
	if name < first+2 || f.Toks[name].Kind != Name || !f.isOp(name-1, '.') {
		return nil
	}
	braces, ok := x.classOf(f, first, name-1)
	if !ok {
		return nil
	}
	for _, fn := range x.named[f.word(name)] {
		if fn.name > braces[0] && fn.name < braces[1] {
			return fn
		}
	}
	return nil
}

// classOf is the class of the object that tokens [first, last) are.
func (x *index) classOf(f *File, first, last int32) (braces [2]int32, ok bool) {
	switch {
	case f.is(first, "new"):
		first++
		fallthrough
	case last > first+1 && f.is(first-1, "new"):
		braces, ok = x.classes[f.word(first)]
	case last == first+1:
		if braces, ok = x.classes[f.word(first)]; !ok {
			braces, ok = x.classes[x.made[f.word(first)]]
		}
	case last == first+3 && f.is(first, "this"):
		braces, ok = x.classes[x.made[f.word(first+2)]]
	}
	return braces, ok
}

// ClassAround is the innermost class around a token by its braces, or two zeros.
func (f *File) ClassAround(tok int32) [2]int32 {
	var found [2]int32
	for _, braces := range f.indexed().classes {
		if braces[0] < tok && tok < braces[1] && braces[0] > found[0] {
			found = braces
		}
	}
	return found
}

// Extends is the class that the class around a token extends, or "".
func (f *File) Extends(tok int32) string {
	brace := f.ClassAround(tok)[0]
	for i := brace - 1; i > 0 && brace-i < 40; i-- {
		switch {
		case f.is(i, "extends"):
			return f.word(i + 1)
		case f.is(i, "class"):
			return ""
		}
	}
	return ""
}

// Made is the class that a name is given a new object of, or "".
func (f *File) Made(name string) string { return f.indexed().made[name] }
