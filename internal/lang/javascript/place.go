package javascript

// InTag tells whether token i is the value of an attribute in a tag of JSX: <Chat key=… />.
func (f *File) InTag(i int32) bool {
	if !f.isOp(i-1, '=') {
		return false
	}
	for k := i - 2; k > 0; k-- {
		switch t := &f.Toks[k]; {
		case t.Kind == Name, t.Kind == Str:
		case t.Kind == Op && (t.Op == '=' || t.Op == '-' || t.Op == ':' || t.Op == '.'):
		case t.Kind == Op && t.Op == '}' && t.Mate > 0:
			k = t.Mate
		case t.Kind == Op && t.Op == '<':
			return k < i-2 && f.Toks[k+1].Kind == Name
		default:
			return false
		}
	}
	return false
}

// Keyed tells whether token i begins what stands in the place of a property's name: { x: … }.
func (f *File) Keyed(i int32) bool {
	if !f.isOp(i-1, '{') && !f.isOp(i-1, ',') {
		return false
	}
	for i++; f.isOp(i, '.') && f.Toks[i+1].Kind == Name; i += 2 {
		if f.isOp(i+2, ':') {
			return true
		}
	}
	return false
}
