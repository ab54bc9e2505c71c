package python

// simple handles the statements of [a, b), which are parted by semicolons.
func (w *walker) simple(a, b int32) {
	for a < b {
		end := a
		for end < b && !w.isOp(end, ';') {
			if t := &w.Toks[end]; t.Mate > end {
				end = t.Mate
			}
			end++
		}
		end = min(end, b)
		if end > a {
			w.statement(a, end)
		}
		a = end + 1
	}
}

func (w *walker) statement(a, b int32) {
	t := &w.Toks[a]
	if t.Kind == Name && t.Op == keyword {
		switch w.Word(a) {
		case "import":
			w.importNames(a+1, b)
			return
		case "from":
			w.importFrom(a+1, b)
			return
		case "def", "class", "async": // on one line behind a header
			w.calls(a, b, w.scope)
			return
		case "global", "nonlocal":
			for i := a + 1; i < b; i++ {
				if w.Toks[i].Kind == Name {
					w.bind(binding{kind: bindGlobal, tok: i, scope: w.scope})
				}
			}
			return
		case "del":
			w.targets(a+1, b, 0, 0)
		case "return":
			w.Returns = append(w.Returns, Return{a + 1, b, w.scope})
		case "yield":
			if w.isKeyword(a+1, "from") && a+1 < b {
				a++
			}
			w.Returns = append(w.Returns, Return{a + 1, b, w.scope})
		}
	} else {
		w.assignment(a, b)
	}
	w.walrus(a, b)
	w.calls(a, b, w.scope)
}

// dotted reads a.b.c from i and returns the token behind it.
func (w *walker) dotted(i, b int32) (string, int32) {
	path := ""
	for i < b {
		t := &w.Toks[i]
		switch {
		case t.Kind == Op && (t.Op == '.' || t.Op == opEllipsis):
			path += w.Word(i)
		case t.Kind == Name && t.Op != keyword:
			path += w.identifier(i)
			if !w.isOp(i+1, '.') {
				return path, i + 1
			}
		default:
			return path, i
		}
		i++
	}
	return path, i
}

func (w *walker) importNames(i, b int32) {
	for i < b {
		path, next := w.dotted(i, b)
		if next == i {
			return
		}
		name, tok, bound := first(path), i, first(path)
		if w.isKeyword(next, "as") && next+1 < b {
			name, tok, bound = w.identifier(next+1), next+1, path
			next += 2
		} else if bound != path {
			w.imported(path, "", tok) // import a.b makes the module a.b known, and binds a
		}
		w.imported(bound, name, tok)
		i = next + 1
	}
}

func (w *walker) importFrom(i, b int32) {
	module, i := w.dotted(i, b)
	if !w.isKeyword(i, "import") {
		return
	}
	i++
	if w.isOp(i, '*') {
		w.imported(module+".*", "", i)
		if !w.typing {
			w.stars = append(w.stars, module)
		}
		return
	}
	for ; i < b; i++ {
		if w.Toks[i].Kind != Name || w.Toks[i].Op == keyword {
			continue
		}
		path, tok := module+"."+w.identifier(i), i
		if module != "" && module[len(module)-1] == '.' {
			path = module + w.identifier(i)
		}
		if w.isKeyword(i+1, "as") && i+2 < b {
			i += 2
			tok = i
		}
		w.imported(path, w.identifier(tok), tok)
	}
}

func (w *walker) imported(path, name string, tok int32) {
	if w.typing {
		return // never run
	}
	w.Imports = append(w.Imports, Import{path, name, tok, w.scope})
	if name != "" {
		w.bind(binding{kind: bindImport, tok: tok, scope: w.scope, path: path})
	}
}

func first(path string) string {
	for i := range len(path) {
		if path[i] == '.' {
			return path[:i]
		}
	}
	return path
}

// assignment reads a = b = value, a: T = value, a += value, a, b = value and a.b = value.
func (w *walker) assignment(a, b int32) {
	var signs [8]int32
	n := 0
	lambdas := 0
	annotation := int32(0)
	for i := a; i < b; i++ {
		t := &w.Toks[i]
		switch {
		case t.Mate > i:
			i = t.Mate
		case t.Kind == Name && t.Op == keyword && w.is(i, "lambda"):
			lambdas++
		case t.Kind != Op:
		case t.Op == ':' && lambdas > 0:
			lambdas--
		case t.Op == ':' && annotation == 0 && n == 0:
			annotation = i
		case t.Op == opAugmented:
			w.targets(a, i, i+1, b)
			return
		case t.Op == '=' && lambdas == 0 && n < len(signs):
			signs[n] = i
			n++
		}
	}
	if n == 0 {
		return
	}
	value := signs[n-1] + 1
	from := a
	for k := range n {
		to := signs[k]
		if k == 0 && annotation > 0 {
			to = annotation
		}
		switch {
		case to-from == 1 && w.Toks[from].Kind == Name:
			w.bind(binding{kind: bindValue, tok: from, scope: w.scope, first: value, last: b})
		case w.plain(from, to) || w.isOp(to-1, ']') && w.Toks[from].Kind == Name && !w.isOp(from+1, ','):
			w.Assigns = append(w.Assigns, Assign{from, to, value, b, w.scope})
		default:
			w.targets(from, to, value, b)
		}
		from = signs[k] + 1
	}
}

// targets marks every plain name of a target list as bound to something made of the tokens [first, last).
func (w *walker) targets(a, b, first, last int32) {
	for i := a; i < b; i++ {
		if t := &w.Toks[i]; t.Kind == Name && t.Op != keyword && !w.isOp(i-1, '.') && !w.isOp(i+1, '.') && !w.isOp(i+1, '[') && !w.isOp(i+1, '(') {
			w.bind(binding{kind: bindOther, tok: i, scope: w.scope, first: first, last: last})
		}
	}
}

// with binds "with expression as name".
func (w *walker) with(a, b int32) {
	if w.isOp(a, '(') && w.Toks[a].Mate == b-1 {
		a, b = a+1, b-1
	}
	start := a
	for i := a; i < b; i++ {
		switch t := &w.Toks[i]; {
		case t.Mate > i:
			i = t.Mate
		case t.Kind == Op && t.Op == ',':
			start = i + 1
		case w.isKeyword(i, "as") && i+1 < b:
			if next := i + 2; w.Toks[i+1].Kind == Name && (next >= b || w.isOp(next, ',')) {
				w.bind(binding{kind: bindValue, tok: i + 1, scope: w.scope, first: start, last: i})
			} else {
				end := i + 1
				for end < b && !w.isOp(end, ',') {
					if w.Toks[end].Mate > end {
						end = w.Toks[end].Mate
					}
					end++
				}
				w.targets(i+1, end, start, i)
			}
		}
	}
}

// walrus binds name := expression. Its value ends with the bracket around it, or with the statement.
func (w *walker) walrus(a, b int32) {
	for i := a + 1; i < b; i++ {
		if w.isOp(i, opWalrus) && w.Toks[i-1].Kind == Name {
			end := i + 1
			for end < b && w.Toks[end].Depth >= w.Toks[i].Depth && !(w.Toks[end].Depth == w.Toks[i].Depth && w.isOp(end, ',')) {
				end++
			}
			w.bind(binding{kind: bindOther, tok: i - 1, scope: w.scope, first: i + 1, last: end})
		}
	}
}

func (w *walker) bind(b binding) { w.bindings = append(w.bindings, b) }

// regionAt notes where the parameters of a lambda, or the targets of a comprehension, hide other names.
func (w *walker) regionAt(i, to int32) {
	switch n := w.Toks[i].End - w.Toks[i].Start; {
	case n == 6 && w.is(i, "lambda"):
		colon := w.colon(i+1, to)
		r := region{first: colon}
		start := len(w.args)
		w.split(i+1, colon)
		for _, a := range w.args[start:] {
			name := a.First
			if a.Name != 0 {
				name = a.Name
			}
			if w.Toks[name].Kind == Name {
				r.names = append(r.names, name)
			}
		}
		w.args = w.args[:start]
		for r.last = colon + 1; r.last < to; r.last++ {
			t := &w.Toks[r.last]
			if t.Mate > r.last {
				r.last = t.Mate
			} else if t.Kind == Op && (t.Op == ',' || t.Op == ')' || t.Op == ']' || t.Op == '}') {
				break
			}
		}
		if len(r.names) > 0 {
			w.regions = append(w.regions, r)
		}
	case n == 3 && w.Toks[i].Depth > 0 && w.is(i, "for"):
		open := i - 1
		for open > 0 && w.Toks[open].Depth >= w.Toks[i].Depth {
			if m := w.Toks[open].Mate; m > 0 && m < open {
				open = m
			}
			open--
		}
		r := region{first: open, last: w.Toks[open].Mate}
		for k := i + 1; k < to && !w.isKeyword(k, "in"); k++ {
			if w.Toks[k].Kind == Name && !w.isOp(k-1, '.') && w.Toks[k].Op != keyword {
				r.names = append(r.names, k)
			}
		}
		if r.last > 0 {
			w.regions = append(w.regions, r)
		}
	}
}
