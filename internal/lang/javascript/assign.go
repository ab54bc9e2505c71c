package javascript

// Assignment is target = value, or a property { target: value } of an object whose name begins with two underscores. First and
// Last are the tokens of the value.
type Assignment struct {
	Target, TargetEnd int32
	First, Last       int32
}

// Assignments returns the assignments to properties: a.b = value, a.b += value, and { __html: value }.
func (f *File) Assignments() []Assignment {
	var out []Assignment
	for i := int32(2); int(i) < len(f.Toks)-1; i++ {
		t := &f.Toks[i]
		switch {
		case t.Kind == Op && (t.Op == '=' || t.Op == opAssign) && f.Toks[i-1].Kind == Name && f.isOp(i-2, '.'):
			out = append(out, Assignment{f.chainStart(i - 1), i, i + 1, f.valueEnd(i + 1)})
		case t.Kind == Op && t.Op == ':' && f.is(i-1, "__html"):
			out = append(out, Assignment{i - 1, i, i + 1, f.valueEnd(i + 1)})
		}
	}
	return out
}

// IsOp tells whether token i is that operator or bracket.
func (f *File) IsOp(i int32, op byte) bool { return f.isOp(i, op) }

// Around is the innermost bracket of that kind that is open at token i, or 0.
func (f *File) Around(i int32, bracket byte) int32 {
	for k := i - 1; k > 0; k-- {
		t := &f.Toks[k]
		switch {
		case t.Mate > 0 && t.Mate < k:
			k = t.Mate
		case t.Kind == Op && t.Op == bracket && t.Mate > i:
			return k
		}
	}
	return 0
}
