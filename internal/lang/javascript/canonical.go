package javascript

import "strings"

// Called are the calls of one name: as it is written, and by the module that it comes from: sh and child_process.exec for sh(…)
// after sh = promisify(exec). They are the same when nothing is known of its root.
type Called struct {
	Written, Canonical string
	Calls              []int32
}

// Called returns the calls of a file by their names, in the order in which these come up.
func (f *File) Called() []Called {
	x := f.indexed()
	if x.callees != nil {
		return x.callees
	}
	at := map[[2]string]int{}
	for k := range f.Calls {
		c := &f.Calls[k]
		key := [2]string{f.Callee(c), f.canonical(c.First, c.Open, 0)}
		n, ok := at[key]
		if !ok {
			n = len(x.callees)
			at[key] = n
			x.callees = append(x.callees, Called{Written: key[0], Canonical: key[1]})
		}
		x.callees[n].Calls = append(x.callees[n].Calls, int32(k))
	}
	return x.callees
}

func (f *File) canonical(first, last int32, depth int) string {
	written := f.Dotted(first, last)
	if f.Toks[first].Kind != Name || depth > 3 || len(f.names[f.word(first)]) == 0 {
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
