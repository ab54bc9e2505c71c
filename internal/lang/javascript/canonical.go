package javascript

import "strings"

// callee is the name of what a call calls, as written and by the module that it comes from.
type callee struct{ written, canonical string }

// Names are the dotted name of what call i calls as it is written, and by the module that it comes from: sh and
// child_process.exec for sh(…) after sh = promisify(exec). They are the same when nothing is known of its root.
func (f *File) Names(i int) (written, canonical string) {
	x := f.indexed()
	if x.callees == nil {
		x.callees = make([]callee, len(f.Calls))
		for k := range f.Calls {
			c := &f.Calls[k]
			x.callees[k] = callee{f.Callee(c), f.canonical(c.First, c.Open, 0)}
		}
	}
	return x.callees[i].written, x.callees[i].canonical
}

func (f *File) canonical(first, last int32, depth int) string {
	written := f.Dotted(first, last)
	if f.Toks[first].Kind != Name || depth > 3 {
		return written
	}
	rest := strings.TrimPrefix(written, f.word(first))
	for _, k := range f.names[f.word(first)] {
		b := &f.bindings[k]
		if b.kind != bindImport || !f.sees(b, first) {
			continue
		}
		for _, m := range f.Imports {
			if m.Tok != b.tok {
				continue
			}
			module := strings.TrimPrefix(m.Module, "node:")
			if m.Name != "default" && m.Name != "*" {
				module += "." + m.Name
			}
			return module + rest
		}
	}
	from, to, ok := f.Constant(first, first+1)
	if !ok {
		return written
	}
	if open := to - 1; f.isOp(open, ')') && f.Toks[open].Mate > from && f.is(f.Toks[open].Mate-1, "promisify") {
		if args := f.Args(f.Toks[open].Mate); len(args) > 0 {
			return f.canonical(args[0][0], args[0][1], depth+1) + rest
		}
	}
	for i := from; i < to; i++ {
		if f.Toks[i].Kind != Name && !f.isOp(i, '.') {
			return written
		}
	}
	return f.canonical(from, to, depth+1) + rest
}
