package python

import "sort"

// dominates tells whether what is bound at one token must have happened before another of the same function: its line is
// not indented deeper.
func (w *Flow) dominates(bound, use int32) bool {
	return w.indent(bound) <= w.indent(use)
}

func (w *Flow) indent(tok int32) int { return (&walker{File: w.File}).column(w.lineOf(tok)) }

// lineOf is the first token of the logical line of a token.
func (w *Flow) lineOf(tok int32) int32 {
	if w.lines == nil {
		for i := range w.Toks {
			if w.Toks[i].Kind == Newline && i+1 < len(w.Toks) {
				w.lines = append(w.lines, int32(i+1))
			}
		}
	}
	k := sort.Search(len(w.lines), func(i int) bool { return w.lines[i] > tok })
	return w.lines[max(k-1, 0)]
}

// guarded tells whether a condition between a binding and the use settles what the value may be: "if x not in ALLOWED",
// "assert is_safe(x)", "if x == 'yes'", or a check that is called by itself and raises.
func (w *Flow) guarded(name string, b *binding, use, scope int32) bool {
	from, to := b.tok, use
	if b.kind == bindParam {
		if d := w.defOf(b.scope); d != nil {
			from = d.Colon
		}
	}
	if b.scope == w.inScope && w.sink > to {
		to = w.sink
	}
	if b.scope != scope && from > to {
		return false
	}
	w.budget -= int(max(to-from, 0)) / 8
	for i := w.lineOf(from); i < to; i = w.nextLine(i) {
		if w.settles(name, i, w.nextLine(i)) {
			return true
		}
	}
	return false
}

func (w *Flow) nextLine(i int32) int32 {
	for ; w.Toks[i].Kind != Newline && w.Toks[i].Kind != EOF; i++ {
	}
	return i + 1
}

// settles looks at one logical line [a, b).
func (w *Flow) settles(name string, a, b int32) bool {
	condition := w.isKeyword(a, "if") || w.isKeyword(a, "elif") || w.isKeyword(a, "assert") || w.isKeyword(a, "while")
	for i := a; i < b && int(i) < len(w.Toks); i++ {
		t := &w.Toks[i]
		if t.Kind != Name || t.Op == keyword && !w.isOp(i-1, '.') {
			continue
		}
		if w.isOp(i+1, '(') && w.Toks[i+1].Mate > i && w.Rules.Guards(w.identifier(i)) {
			if condition && approval(w.identifier(i)) || w.mentions(name, i+2, w.Toks[i+1].Mate) || w.receiver(name, i) {
				return true
			}
		}
		if condition && !w.isOp(i-1, '.') && (w.identifier(i) == name || w.partOf(i, name)) {
			end := i + 1
			for w.isOp(end, '[') && w.Toks[end].Mate > end {
				end = w.Toks[end].Mate + 1
			}
			if w.isOp(end, '.') && (w.is(end+1, "strip") || w.is(end+1, "lower") || w.is(end+1, "upper")) {
				end = w.chainEnd(end, b)
			}
			if open := i - 1; w.isOp(open, '(') && w.Toks[open].Mate == end && taken(w.identifier(open-1)) { // urlparse(x).hostname in ALLOWED
				end = w.chainEnd(end+1, b)
			}
			if w.isKeyword(end, "in") || w.isKeyword(end, "not") && w.isKeyword(end+1, "in") {
				return true
			}
			if w.isOp(end, opEq) && (w.Toks[end+1].Kind == Str || w.Toks[end+1].Kind == Name) && !w.isKeyword(end+1, "None") {
				return true
			}
		}
	}
	return false
}

// taken are functions whose result is the part of an address or path that decides where it leads.
func taken(label string) bool {
	switch label {
	case "urlparse", "urlsplit", "URL", "yarl", "Path", "PurePath", "PurePosixPath", "basename", "splitext":
		return true
	}
	return false
}

// partOf tells whether the name at token i is bound to such a part of another: host = urlparse(x).hostname.
func (w *Flow) partOf(i int32, name string) bool {
	scope := w.inScope
	found, hidden := w.lookup(w.identifier(i), i, scope)
	if hidden || len(found) != 1 || w.bindings[found[0]].kind != bindValue {
		return false
	}
	b := &w.bindings[found[0]]
	for k := b.first; k < b.last; k++ {
		if w.Toks[k].Kind == Name && taken(w.identifier(k)) && w.isOp(k+1, '(') && w.mentions(name, k+2, w.Toks[k+1].Mate) {
			return true
		}
	}
	return false
}

// approval are questions to a person.
func approval(label string) bool {
	switch label {
	case "input", "confirm", "ask", "approve", "approved", "request_approval", "ask_user", "yes_no", "prompt_yes_no", "interrupt":
		return true
	}
	return false
}

func (w *Flow) mentions(name string, a, b int32) bool {
	for i := a; i < b; i++ {
		if w.Toks[i].Kind == Name && w.identifier(i) == name && !w.isOp(i-1, '.') {
			return true
		}
	}
	return false
}

// receiver tells whether the method at token i is called on the name.
func (w *Flow) receiver(name string, i int32) bool {
	first := w.calleeStart(i)
	return first < i && w.Toks[first].Kind == Name && w.identifier(first) == name
}
