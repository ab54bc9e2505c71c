package javascript

import "strings"

// same says what of a value an expression is.
type same struct {
	is       bool // the value itself, or the whole of it in another form
	resolved bool // a path with no .. left in it
	host     bool // the host of an address
	relative bool // the way to it from a folder
}

// decides tells whether who knows this part knows where the value leads.
func (s same) decides() bool { return s.is || s.host }

// forms are functions and methods that give the whole of a value in another form.
func forms(label string) bool {
	switch label {
	case "String", "trim", "toLowerCase", "toUpperCase", "toString", "URL", "fileURLToPath", "decodeURIComponent", "decodeURI":
		return true
	}
	return resolves(label)
}

func resolves(label string) bool {
	switch label {
	case "resolve", "join", "normalize", "realpath", "realpathSync":
		return true
	}
	return false
}

func hostPart(property string) bool {
	return property == "hostname" || property == "host" || property == "origin"
}

// same compares an expression with a value, through names that are bound to it once.
func (w *Flow) same(v value, first, last int32, depth int) same {
	for w.is(first, "await") || w.is(first, "new") {
		first++
	}
	if w.budget -= 4; w.budget < 0 || depth > maxGuardDepth || first >= last {
		return same{}
	}
	if k := w.topLevel(first, last, func(i int32) bool { return w.is(i, "as") }); k > 0 { // x as string
		last = k
	}
	if k := w.topLevel(first, last, func(i int32) bool { return w.isOp(i, opOther) && w.word(i) == "??" }); k > 0 {
		last = k
	}
	for last > first+1 && w.isOp(last-1, '!') {
		last--
	}
	if t := &w.Toks[first]; t.Kind == Op && t.Op == '(' && t.Mate == last-1 {
		return w.same(v, first+1, last-1, depth)
	}
	if w.Toks[first].Kind != Name || w.chainEnd(first+1, last) != last {
		return same{}
	}
	if p := w.pathOf(first, last); p == v.path || strings.HasPrefix(v.path, p) && strings.ContainsRune(".[(", rune(v.path[len(p)])) {
		return same{is: true, resolved: w.madeBy(v.bound)}
	}
	switch {
	case last == first+1:
		b := w.once(first)
		if b == nil || b.tok <= v.bound {
			return same{}
		}
		of := w.same(v, b.first, b.last, depth+1)
		if b.part {
			return same{host: of.is && hostPart(w.word(b.tok))}
		}
		return of
	case w.isOp(last-1, ')') && w.Toks[last-1].Mate > first:
		open := w.Toks[last-1].Mate
		label := w.word(open - 1)
		if w.isOp(open-2, '.') && len(w.Args(open)) == 0 && forms(label) { // x.trim()
			return w.same(v, first, open-2, depth+1)
		}
		for _, a := range w.Args(open) {
			of := w.same(v, a[0], a[1], depth+1)
			switch {
			case !of.is:
			case label == "relative":
				return same{relative: true}
			case forms(label):
				of.resolved = of.resolved || resolves(label)
				return of
			}
		}
	case w.isOp(last-2, '.'):
		of := w.same(v, first, last-2, depth+1)
		if of.is && hostPart(w.word(last-1)) {
			return same{host: true}
		}
		return same{is: of.is && w.is(last-1, "href")}
	}
	return same{}
}

// madeBy tells whether a name is bound to what a function made that takes .. out of a path.
func (w *Flow) madeBy(tok int32) bool {
	for _, k := range w.names[w.word(tok)] {
		b := &w.bindings[k]
		if b.tok != tok || b.kind != bindValue {
			continue
		}
		first := b.first
		for w.is(first, "await") {
			first++
		}
		for i := first; i < b.last && i < first+6; i++ {
			if w.isOp(i, '(') {
				return resolves(w.word(i-1)) && w.Toks[i].Mate == b.last-1
			}
		}
	}
	return false
}

// pathOf writes a chain without blanks, ?. and the ! of TypeScript.
func (f *File) pathOf(first, last int32) string {
	if last == first+1 {
		return f.word(first)
	}
	var b strings.Builder
	for i := first; i < last; i++ {
		switch {
		case f.isOp(i, '!'):
		case f.isOp(i, '.') && f.isOp(i+1, '['):
		case f.isOp(i, '.'):
			b.WriteByte('.')
		default:
			b.Write(f.Src[f.Toks[i].Start:f.Toks[i].End])
		}
	}
	return b.String()
}
