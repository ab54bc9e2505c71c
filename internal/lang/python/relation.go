package python

// relation is what an expression in a condition has to do with the value that the condition may be about.
type relation uint8

const (
	unrelated    relation = iota
	same                  // the value, or a text or path that holds it
	resolved              // a path made of it, without ".."
	relativePath          // that path, seen from a folder
	commonPath            // what it has in common with a folder
	parents               // the folders above it
	address               // its parts as an address
	host                  // the host of an address
	network               // what the host is in numbers
	words                 // its words
	firstWord             //
	parsedQuery           // its statements
	queryKind             // what a statement does
)

// listed is what it says of the value that an expression is one of a closed list.
func (r relation) listed() fact {
	switch r {
	case same, resolved:
		return settled
	case commonPath, parents:
		return inside
	case host, network:
		return onHost
	case firstWord:
		return program
	case queryKind:
		return readsOnly
	}
	return 0
}

// relation of tokens [a, b) with the value.
func (c *check) relation(a, b int32, depth int) relation {
	a, b = c.bare(a, b)
	if c.budget--; a >= b || depth > maxAliases || c.budget < 0 {
		return unrelated
	}
	if c.isOp(a, '*') {
		a++
	}
	for i := a; i < b; i = max(i, c.Toks[i].Mate) + 1 {
		switch t := &c.Toks[i]; {
		case c.isKeyword(i, "or"), c.isKeyword(i, "if"):
			return c.relation(a, i, depth+1)
		case t.Kind == Op && i > a && (t.Op == '/' || t.Op == '+' || t.Op == '%'):
			return max(min(c.relation(a, i, depth+1), same), min(c.relation(i+1, b, depth+1), same))
		case t.Kind == Op && (t.Op == opEq || t.Op == opCompare || t.Op == '<' || t.Op == '>'), t.Kind == Name && t.Op == keyword && !c.isOp(i-1, '.'):
			return unrelated
		}
	}
	switch t := &c.Toks[a]; {
	case t.Kind == FStart && t.Mate == b-1:
		if c.touches(a, b, 2) {
			return same
		}
	case t.Kind == Op && (t.Op == '[' || t.Op == '{' || t.Op == '(') && t.Mate > a:
		r := unrelated
		for _, item := range c.File.arguments(a) {
			r = max(r, c.relation(item.First, item.Last, depth+1))
		}
		if t.Op == '(' && t.Mate < b-1 {
			return c.carried(r, t.Mate+1, b)
		}
		return r
	case t.Kind == Name:
		return c.chained(a, b, depth)
	}
	return unrelated
}

// chained is the relation of a chain that begins with a name.
func (c *check) chained(a, b int32, depth int) relation {
	if c.identifier(a) == c.name && !c.isOp(a+1, '(') {
		r, i := c.base, a+1
		for k := 0; k < len(c.path); {
			step, next := c.step(i)
			switch {
			case next == i || next > b:
				return r
			case step == "":
			case step != c.path[k]:
				return unrelated
			default:
				k++
			}
			i = next
		}
		return c.carried(r, i, b)
	}
	i := a
	for c.isOp(i+1, '.') && i+2 < b && c.Toks[i+2].Kind == Name {
		if d := c.definition(i); d != nil && i == a {
			break
		}
		i += 2
	}
	if c.isOp(i+1, '(') && c.Toks[i+1].Mate < b {
		return c.carried(c.made(a, i+1, depth), c.Toks[i+1].Mate+1, b)
	}
	if d := c.definition(a); d != nil && d.tok < a {
		return c.carried(c.relation(d.first, d.last, depth+1), a+1, b)
	}
	return unrelated
}

// definition is the last thing that the name at a token was bound to before.
func (c *check) definition(i int32) *binding {
	if c.Toks[i].Kind != Name || c.identifier(i) == c.name {
		return nil
	}
	found, hidden := c.lookup(c.identifier(i), i, c.from)
	if hidden {
		return nil
	}
	for k := len(found) - 1; k >= 0; k-- {
		if b := &c.bindings[found[k]]; (b.kind == bindValue || b.kind == bindOther) && b.tok < i && b.first > 0 && b.last > b.first && (i < b.first || i >= b.last) {
			return b
		}
	}
	return nil
}

// made is the relation of the result of a call; open is its parenthesis.
func (c *check) made(a, open int32, depth int) relation {
	of := unrelated
	for _, arg := range c.File.arguments(open) {
		if r := c.relation(arg.First, arg.Last, depth+1); r != unrelated {
			of = r
			break
		}
	}
	if of == unrelated {
		return unrelated
	}
	text := of == same || of == resolved
	switch c.identifier(open - 1) {
	case "str", "Path", "PurePath", "PurePosixPath", "fspath", "list", "tuple", "set", "frozenset", "next", "expanduser", "normcase", "loads":
		return of
	case "join", "urljoin", "unquote", "expandvars":
		return min(of, same)
	case "realpath", "abspath", "normpath":
		if text {
			return resolved
		}
	case "relpath":
		if text {
			return relativePath
		}
	case "commonpath":
		return commonPath
	case "urlparse", "urlsplit", "URL", "Url", "parse_url", "furl":
		if text {
			return address
		}
	case "getaddrinfo", "gethostbyname", "ip_address":
		if text || of == host || of == network || of == address {
			return network
		}
	case "split":
		if text {
			return words
		}
	case "parse", "parse_one":
		if text {
			return parsedQuery
		}
	default:
		if d := c.localFunction(a, open, c.from); d != nil && text {
			if c.normalises(d.Colon, c.bodyEnd(d)) {
				return resolved
			}
			return same
		}
	}
	return unrelated
}

// kindOf tells what the value of an expression is, if it holds the value that is followed.
func (w *Flow) kindOf(a, b int32) relation {
	if open := w.Toks[b-1].Mate; w.isOp(b-1, ')') && open > a && w.Toks[open-1].Kind == Name {
		switch w.identifier(open - 1) {
		case "split":
			return words
		case "parse", "parse_one":
			return parsedQuery
		}
	}
	if w.normalises(a, b) {
		return resolved
	}
	return same
}

// bodyEnd is the token behind the body of a function.
func (w *Flow) bodyEnd(d *Def) int32 {
	i := w.lineAt(d.Colon)
	end, col := w.logical()[i].end, w.lines[i].col
	for i++; i < len(w.lines) && w.lines[i].col > col; i++ {
		end = w.lines[i].end
	}
	return end
}

// normalises tells whether a path loses its ".." among the tokens.
func (w *Flow) normalises(a, b int32) bool {
	return w.mentionsAny(a, b, "resolve", "realpath", "abspath", "normpath")
}

// carried is the relation behind attributes, calls and subscripts.
func (c *check) carried(r relation, i, b int32) relation {
	for i < b && r != unrelated {
		switch {
		case c.isOp(i, '.') && i+1 < b && c.Toks[i+1].Kind == Name:
			label := c.identifier(i + 1)
			i += 2
			if c.isOp(i, '(') && c.Toks[i].Mate > i {
				i = c.Toks[i].Mate + 1
			}
			r = r.attribute(label)
		case c.isOp(i, '[') && c.Toks[i].Mate > i:
			text := string(c.Text(i+1, c.Toks[i].Mate))
			i = c.Toks[i].Mate + 1
			switch {
			case r == words && text == "0":
				r = firstWord
			case r == address && text == "1":
				r = host
			case r != parsedQuery && r != network && r != host:
				r = unrelated
			}
		default:
			return unrelated
		}
	}
	return r
}

// attribute is the relation of an attribute, or of the result of a method.
func (r relation) attribute(label string) relation {
	if trims(label) {
		return r
	}
	switch r {
	case same, resolved:
		switch label {
		case "value", "as_posix", "absolute", "expanduser":
			return r
		case "joinpath":
			return same
		case "resolve":
			return resolved
		case "relative_to":
			return relativePath
		case "parents", "parent":
			if r == resolved {
				return parents
			}
		case "hostname", "netloc", "host":
			return host
		case "split":
			return words
		}
	case address:
		switch label {
		case "hostname", "netloc", "host":
			return host
		}
	case host:
		if label == "split" || label == "partition" || label == "rsplit" {
			return host
		}
	case parsedQuery:
		if label == "get_type" || label == "key" {
			return queryKind
		}
	case network:
		return network
	}
	return unrelated
}
