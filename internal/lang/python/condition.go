package python

import "strings"

// holds is what the outcome of a condition, tokens [a, b), says of the value.
func (c *check) holds(a, b int32, truth bool) fact {
	a, b = c.bare(a, b)
	if c.budget -= int(max(b-a, 0)) / 4; a >= b || c.budget < 0 || c.depth > maxHelpers {
		return 0
	}
	if c.asked(a, b) {
		return settled
	}
	for _, op := range [...]string{"or", "and"} {
		at := c.keywordIn(a, b, op)
		if at == b {
			continue
		}
		left, right := c.holds(a, at, truth), c.holds(at+1, b, truth)
		if (op == "and") == truth {
			return left | right
		}
		return left & right
	}
	switch {
	case c.keywordIn(a, b, "if") < b || c.isKeyword(a, "lambda"):
		return 0
	case c.isKeyword(a, "not"):
		return c.holds(a+1, b, !truth)
	case c.isOp(a+1, opWalrus):
		return c.holds(a+2, b, truth)
	}
	for i := a; i < b; i = max(i, c.Toks[i].Mate) + 1 {
		t := &c.Toks[i]
		switch {
		case t.Kind == Op && (t.Op == opEq || t.Op == opCompare && c.Word(i) == "!="):
			return c.compared(a, i, i+1, b, truth == (t.Op == opEq))
		case t.Kind == Op && (t.Op == opCompare || t.Op == '<' || t.Op == '>'):
			return 0
		case c.isKeyword(i, "is"):
			if c.isKeyword(i+1, "not") {
				return c.compared(a, i, i+2, b, !truth)
			}
			return c.compared(a, i, i+1, b, truth)
		case c.isKeyword(i, "in"):
			return c.member(a, i, i+1, b, truth)
		case c.isKeyword(i, "not") && c.isKeyword(i+1, "in"):
			return c.member(a, i, i+2, b, !truth)
		}
	}
	return c.truth(a, b, truth)
}

// bare takes the parentheses and await off an expression.
func (f *File) bare(a, b int32) (int32, int32) {
	for a < b {
		switch {
		case f.isKeyword(a, "await"):
			a++
		case f.isOp(a, '(') && f.Toks[a].Mate == b-1 && !f.hasComma(a+1, b-1):
			a, b = a+1, b-1
		default:
			return a, b
		}
	}
	return a, b
}

// keywordIn is the first such keyword outside of brackets, or b.
func (f *File) keywordIn(a, b int32, word string) int32 {
	for i := a; i < b; i = max(i, f.Toks[i].Mate) + 1 {
		if f.isKeyword(i, word) {
			return i
		}
	}
	return b
}

// compared is what the equality of two expressions says.
func (c *check) compared(a, aEnd, b, bEnd int32, equal bool) fact {
	other := c.eval(b, bEnd, c.from, 0)
	switch other.Kind {
	case None, False:
		return c.truth(a, aEnd, !equal)
	case True:
		return c.truth(a, aEnd, equal)
	}
	left, right := c.relation(a, aEnd, 0), c.relation(b, bEnd, 0)
	if left == unrelated || right == same {
		a, aEnd, b, bEnd, left, right = b, bEnd, a, aEnd, right, left
		other = c.eval(b, bEnd, c.from, 0)
	}
	if !equal || other.Kind == String && other.Str == "" {
		return 0
	}
	if right == unrelated {
		return left.listed()
	}
	for i := b; i < bEnd; i++ { // secure_filename(x) == x
		if c.Toks[i].Kind == Name && c.mentions(c.name, b, bEnd) {
			switch c.identifier(i) {
			case "basename", "secure_filename", "name":
				return inside
			case "quote":
				return settled
			}
		}
	}
	return 0
}

// member is what "left in right" says.
func (c *check) member(a, aEnd, b, bEnd int32, in bool) fact {
	left, right := c.relation(a, aEnd, 0), c.relation(b, bEnd, 0)
	switch {
	case right == parents && in:
		return inside
	case right == same || right == resolved:
		if in {
			return 0
		}
		text := string(c.Text(a, aEnd))
		if v := c.eval(a, aEnd, c.from, 0); v.Kind == String {
			text = v.Str
		}
		switch text {
		case "/", "os.sep", "os.path.sep":
			return inside
		case "..", "../":
			return noParent
		}
		return 0
	case !in || right != unrelated || b+1 == bEnd && c.Toks[b].Kind == Str:
		return 0
	}
	return left.listed()
}

// truth is what it says that an expression without operators is true, or false.
func (c *check) truth(a, b int32, truth bool) fact {
	a, b = c.bare(a, b)
	if a >= b {
		return 0
	}
	if c.isOp(b-1, ')') && c.Toks[b-1].Mate > a {
		if c.Toks[c.Toks[b-1].Mate-1].Kind == Name {
			return c.answer(a, c.Toks[b-1].Mate, truth)
		}
		return 0
	}
	if c.Toks[a].Kind != Name {
		return 0
	}
	switch label := c.identifier(b - 1); {
	case b == a+1:
		return c.flag(a, truth)
	case label == "is_global" && truth, !truth && (label == "is_private" || label == "is_loopback" || label == "is_link_local" || label == "is_reserved"):
		if c.relation(a, b, 0) != unrelated {
			return onHost
		}
	}
	if d := c.definition(a); d != nil { // result.ok of result = validate(x)
		if open := d.last - 1; c.isOp(open, ')') && c.Toks[open].Mate > d.first {
			return c.vouched(d.first, c.Toks[open].Mate)
		}
	}
	return 0
}

// answer is what the outcome of a call says; open is its parenthesis.
func (c *check) answer(a, open int32, truth bool) fact {
	args := c.File.arguments(open)
	label, on := c.identifier(open-1), unrelated
	if c.isOp(open-2, '.') {
		on = c.relation(a, open-2, 0)
	}
	if c.localFunction(a, open, c.from) == nil {
		switch label {
		case "bool":
			if len(args) == 1 {
				return c.holds(args[0].First, args[0].Last, truth)
			}
		case "all", "any":
			return c.each(open, label == "all", truth)
		case "isalnum", "isalpha", "isdigit", "isdecimal", "isnumeric", "isidentifier":
			if truth {
				return on.listed()
			}
			return 0
		case "startswith", "endswith":
			if len(args) > 0 && on != unrelated {
				return c.affix(on, args[0], label == "startswith", truth)
			}
		case "is_relative_to":
			if truth && on == resolved {
				return inside
			}
			if on != unrelated {
				return 0
			}
		case "isabs", "is_absolute":
			if len(args) == 1 && on == unrelated {
				on = c.relation(args[0].First, args[0].Last, 0)
			}
			if !truth && (on == same || on == resolved) {
				return notRooted
			}
		case "match", "fullmatch", "search":
			return c.matches(a, open, args, label, truth)
		case "isinstance":
			if len(args) == 2 && truth && c.relation(args[0].First, args[0].Last, 0) == parsedQuery && !c.mentionsAny(args[1].First, args[1].Last, "Expression", "Command") {
				return readsOnly
			}
			return 0
		}
	}
	if d := c.localFunction(a, open, c.from); d != nil {
		return c.judged(d, args, func(h *check) fact { return h.says(truth, -1) })
	}
	if refuses(label) == truth {
		return 0
	}
	return c.vouched(a, open)
}

// refuses are names of functions that are true of what is not allowed.
func refuses(label string) bool {
	label = strings.ToLower(label)
	for _, w := range [...]string{"unsafe", "invalid", "insecure", "disallow", "not_allow", "unauthor", "forbid", "block", "den", "danger", "malicious"} {
		if strings.Contains(label, w) {
			return true
		}
	}
	return false
}

// vouched is what a function of another file says that by its name judges the value. What stands in this file is judged by what
// it does.
func (c *check) vouched(a, open int32) fact {
	if !c.Rules.Guards(c.identifier(open-1)) || c.localFunction(a, open, c.from) != nil {
		return 0
	}
	for _, arg := range c.File.arguments(open) {
		if c.touches(arg.First, arg.Last, 0) {
			return settled
		}
	}
	if c.isOp(open-2, '.') && c.touches(a, open-2, 0) {
		return settled
	}
	return 0
}

// touches tells whether an expression holds the value, in whatever form.
func (c *check) touches(a, b int32, depth int) bool {
	if c.mentions(c.name, a, b) {
		return true
	}
	for i := a; i < b && depth < 3; i++ {
		if c.Toks[i].Kind == Name && c.Toks[i].Op != keyword && !c.isOp(i-1, '.') {
			if d := c.definition(i); d != nil && c.touches(d.first, d.last, depth+1) {
				return true
			}
		}
	}
	return false
}

// each is what all(… for …) and any(… for …) say of the value, or of each of its parts.
func (c *check) each(open int32, all, truth bool) fact {
	end := c.Toks[open].Mate
	loop := c.keywordIn(open+1, end, "for")
	if loop == end || all && !truth || c.depth > maxHelpers {
		return 0
	}
	k := c.holds(open+1, loop, truth)
	if in := c.keywordIn(loop, end, "in"); in == loop+2 && all == truth {
		until := c.keywordIn(in, end, "if")
		if until == end && c.relation(in+1, end, 0) != unrelated {
			part := *c
			part.name, part.path, part.base, part.depth = c.identifier(loop+1), nil, same, c.depth+1
			k |= part.holds(open+1, loop, truth)
		}
	}
	return k
}

// affix is what the beginning or the end of the value says.
func (c *check) affix(on relation, arg Arg, start, truth bool) fact {
	parts := []Arg{arg}
	first, last := c.Definition(arg.First, arg.Last, c.from)
	if c.isOp(first, '(') && c.Toks[first].Mate == last-1 {
		parts = c.File.arguments(first)
	}
	k := everything
	for _, p := range parts {
		v := c.eval(p.First, p.Last, c.from, 0)
		known := v.Kind == String
		switch {
		case start && !truth && known && v.Str == "/" && on == same:
			return notRooted
		case start && !truth && known && v.Str == ".." && on == relativePath:
			k &= inside
		case !truth:
			return 0
		case start && on == resolved:
			k &= inside
		case start && on == same && (!known && c.Use == AsAddress || fixesHost(v.Str)):
			k &= onHost
		case !start && on == host && (!known || len(v.Str) > 2 && v.Str[0] == '.'):
			k &= onHost
		default:
			return 0
		}
	}
	return k & settled
}

// fixesHost tells whether every address that begins so leads to one host.
func fixesHost(prefix string) bool {
	_, rest, ok := strings.Cut(prefix, "://")
	return ok && strings.IndexByte(rest, '/') > 0
}

// flag is what a name says that was bound to the outcome of a test.
func (c *check) flag(name int32, truth bool) fact {
	text := c.identifier(name)
	if text == c.name || c.depth > maxHelpers {
		return 0
	}
	found, hidden := c.lookup(text, name, c.from)
	if hidden || len(found) == 0 {
		return 0
	}
	k := everything
	for _, n := range found {
		b := &c.bindings[n]
		if b.kind != bindValue && b.kind != bindOther || b.tok > name || b.first == 0 {
			return 0
		}
		value := c.eval(b.first, b.last, b.scope, 0)
		if known, is := value.truth(); known && is != truth {
			continue
		} else if known {
			at := *c
			at.until, at.depth = b.tok, c.depth+1
			k &= at.known()
			continue
		}
		k &= c.outcome(b, truth)
	}
	return k & settled
}

// outcome is what the value of a binding says when it is true, or false.
func (c *check) outcome(b *binding, truth bool) fact {
	first, last := c.bare(b.first, b.last)
	c.depth++
	defer func() { c.depth-- }()
	if b.kind == bindValue {
		return c.holds(first, last, truth) | c.resultOf(first, last)
	}
	if open := c.Toks[last-1].Mate; c.isOp(last-1, ')') && open > first {
		if d := c.localFunction(first, open, c.from); d != nil { // ok, why = check(x)
			element := 0
			for i := c.lines[c.lineAt(b.tok)].first; i < b.tok; i++ {
				if c.isOp(i, ',') {
					element++
				}
			}
			return c.judged(d, c.File.arguments(open), func(h *check) fact { return h.says(truth, element) })
		}
	}
	return c.resultOf(first, last)
}

// resultOf is what the result of a call says that vouches for the value, whatever the result is.
func (c *check) resultOf(first, last int32) fact {
	if open := c.Toks[last-1].Mate; c.isOp(last-1, ')') && open > first && c.Toks[open-1].Kind == Name {
		return c.vouched(first, open)
	}
	return 0
}

// truth tells whether a value is known to be true or false in a condition.
func (v Value) truth() (known, is bool) {
	switch v.Kind {
	case True:
		return true, true
	case False, None:
		return true, false
	case String:
		return true, v.Str != ""
	case Num:
		return true, strings.Trim(v.Str, "0.") != ""
	}
	return false, false
}

// asked tells whether a condition is the answer of a person.
func (c *check) asked(a, b int32) bool {
	for i := a; i < b; i++ {
		if c.Toks[i].Kind != Name || c.Toks[i].Op == keyword {
			continue
		}
		if c.isOp(i+1, '(') && c.approval(i) {
			return true
		}
		if c.isOp(i-1, '.') || c.isOp(i+1, '(') || c.identifier(i) == c.name {
			continue
		}
		if d := c.definition(i); d != nil {
			for k := d.first; k < d.last; k++ {
				if c.isOp(k+1, '(') && c.Toks[k].Kind == Name && c.approval(k) && !c.is(k, "ask") {
					return true
				}
			}
		}
	}
	return false
}

// approval tells whether the call whose name is token i asks a person.
func (c *check) approval(i int32) bool {
	switch c.identifier(i) {
	case "input", "confirm", "ask", "approve", "approved", "request_approval", "ask_user", "yes_no", "prompt_yes_no", "interrupt", "elicit", "ask_approval":
		return c.Rules.Source(Expr{First: c.calleeStart(i), Last: c.Toks[i+1].Mate + 1, Scope: c.from, Label: c.identifier(i), Call: true}) == ""
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

func (w *Flow) mentionsAny(a, b int32, names ...string) bool {
	for i := a; i < b; i++ {
		for _, n := range names {
			if w.Toks[i].Kind == Name && w.is(i, n) {
				return true
			}
		}
	}
	return false
}
