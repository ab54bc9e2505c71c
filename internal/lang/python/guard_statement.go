package python

import "math"

// statement is what is known behind the statement at line i.
func (c *check) statement(i int, have fact) (next int, k fact) {
	l := c.lines[i]
	first := l.first
	if c.isKeyword(first, "async") {
		first++
	}
	colon := (&walker{File: c.File}).colon(first+1, l.end)
	word := ""
	if c.Toks[first].Op == keyword && c.Toks[first].Kind == Name {
		word = c.Word(first)
	} else if colon == l.end-1 && c.is(first, "match") {
		word = "match"
	}
	switch word {
	case "def", "class":
		next, k = i+1, have
		for next < len(c.lines) && c.lines[next].col > l.col {
			next++
		}
		if end := c.lines[next-1].end; c.until > colon && c.until < end {
			return c.suite(i, colon, have)
		}
		return next, have
	case "if":
		return c.branches(i, have)
	case "while", "for":
		return c.loop(i, first, colon, have)
	case "with":
		return c.suite(i, colon, c.bound(first, colon, have))
	case "try":
		return c.tried(i, colon, have)
	case "match":
		return c.matched(i, first+1, colon, have)
	case "else", "elif", "except", "finally": // of a statement that was not understood
		return c.suite(i, colon, have)
	}
	if c.until < l.end {
		c.reached = true
	}
	return i + 1, c.simple(l.first, l.end, have)
}

// branches goes over if, elif and else.
func (c *check) branches(i int, have fact) (int, fact) {
	col, out := c.lines[i].col, everything
	for {
		l := c.lines[i]
		colon := (&walker{File: c.File}).colon(l.first+1, l.end)
		have = c.bound(l.first, colon, have)
		taken, passed := have, have
		if have != everything {
			taken |= c.holds(l.first+1, colon, true)
			passed |= c.holds(l.first+1, colon, false)
		}
		next, k := c.suite(i, colon, taken)
		if c.reached {
			return next, k
		}
		out &= k
		have = passed
		switch {
		case c.follows(next, col, "elif"):
			i = next
		case c.follows(next, col, "else"):
			if next, k = c.suite(next, c.lines[next].first+1, have); c.reached {
				return next, k
			}
			return next, out & k
		default:
			return next, out & have
		}
	}
}

// loop goes over for and while. What a check in the body says of one round is taken to be said of each.
func (c *check) loop(i int, first, colon int32, have fact) (int, fact) {
	col := c.lines[i].col
	breaks, nexts := c.breaks, c.nexts
	c.breaks, c.nexts = everything, everything
	start, end := have, fact(0)
	if c.isKeyword(first, "while") {
		start |= c.holds(first+1, colon, true)
		end = c.holds(first+1, colon, false)
		if colon == first+2 && (c.is(first+1, "True") || c.is(first+1, "1")) {
			end = everything
		}
	}
	next, k := c.suite(i, colon, c.bound(first, colon, start))
	if c.reached {
		return next, k
	}
	k &= c.nexts
	out := have&k | c.perPart(i, first, colon)
	if k&gone == 0 && !c.isKeyword(first, "while") {
		out |= k
	}
	out |= end
	broken := c.breaks
	c.breaks, c.nexts = breaks, nexts
	if c.follows(next, col, "else") {
		if next, out = c.suite(next, c.lines[next].first+1, out); c.reached {
			return next, out
		}
	}
	return next, out & broken
}

// perPart is what a loop over the parts of the value says of each.
func (c *check) perPart(i int, first, colon int32) fact {
	in := c.keywordIn(first, colon, "in")
	if !c.isKeyword(first, "for") || in != first+2 || c.depth > maxHelpers || c.relation(in+1, colon, 0) == unrelated {
		return 0
	}
	part := *c
	part.name, part.path, part.base, part.birth, part.depth = c.identifier(first+1), nil, same, first+1, c.depth+1
	part.until, part.breaks, part.nexts = math.MaxInt32, everything, everything
	_, k := part.suite(i, colon, 0)
	if k &= part.nexts & part.breaks; k&gone != 0 {
		return 0
	}
	return k
}

// tried goes over try, except, else and finally. A check in the body counts when every handler leaves.
func (c *check) tried(i int, colon int32, have fact) (int, fact) {
	col := c.lines[i].col
	next, k := c.suite(i, colon, have)
	if c.reached {
		return next, k
	}
	failed := have
	if c.birth > colon && c.birth < c.lines[next-1].end {
		failed = 0
	}
	out := k
	for c.follows(next, col, "except", "else", "finally") {
		l := c.lines[next]
		from := failed
		if !c.isKeyword(l.first, "except") {
			from = out
		}
		handler := c.isKeyword(l.first, "except")
		if next, k = c.suite(next, (&walker{File: c.File}).colon(l.first, l.end), from); c.reached {
			return next, k
		}
		if handler {
			out &= k
		} else {
			out = k
		}
	}
	return next, out
}

// matched goes over the cases of a match. A case of words says that the subject is one of them.
func (c *check) matched(i int, subject, colon int32, have fact) (int, fact) {
	whole := c.relation(subject, colon, 0) == same
	next, out, rest := i+1, everything, have
	if next >= len(c.lines) || c.lines[next].col <= c.lines[i].col {
		return next, have
	}
	for col := c.lines[next].col; next < len(c.lines) && c.lines[next].col == col && c.is(c.lines[next].first, "case"); {
		l := c.lines[next]
		colon := (&walker{File: c.File}).colon(l.first+1, l.end)
		k := have
		if whole && c.words(l.first+1, colon) {
			k |= settled
		}
		if colon == l.first+2 && c.is(l.first+1, "_") {
			rest = everything
		}
		if next, k = c.suite(next, colon, k); c.reached {
			return next, k
		}
		out &= k
	}
	return next, out & rest
}

// words tells whether tokens are string literals, one or several to choose from.
func (c *check) words(first, last int32) bool {
	for i := first; i < last; i++ {
		if c.isKeyword(i, "if") {
			return i > first
		}
		if c.Toks[i].Kind != Str && !c.isOp(i, '|') && !c.isOp(i, '(') && !c.isOp(i, ')') {
			return false
		}
	}
	return first < last
}

// simple goes over statements that are parted by semicolons.
func (c *check) simple(a, b int32, have fact) fact {
	for a < b {
		end := a
		for end < b && !c.isOp(end, ';') {
			end = max(end, c.Toks[end].Mate) + 1
		}
		end = min(end, b)
		if c.until >= a && c.until < end {
			c.reached = true
			return have
		}
		have = c.bound(a, end, c.plainStatement(a, end, have))
		a = end + 1
	}
	return have
}

func (c *check) plainStatement(a, b int32, have fact) fact {
	if a >= b || have == everything {
		return have
	}
	switch {
	case c.isKeyword(a, "raise"), c.isKeyword(a, "return"):
		return everything
	case c.isKeyword(a, "break"):
		c.breaks &= have
		return everything
	case c.isKeyword(a, "continue"):
		c.nexts &= have
		return everything
	case c.isKeyword(a, "assert"):
		end := a + 1
		for end < b && !c.isOp(end, ',') {
			end = max(end, c.Toks[end].Mate) + 1
		}
		return have | c.holds(a+1, min(end, b), true)
	}
	return have | c.returned(a, b)
}

// bound is what is known behind tokens that may give the name its value, or another.
func (c *check) bound(a, b int32, have fact) fact {
	for _, k := range c.bindingsOf(c.scope, c.name) {
		switch d := &c.bindings[k]; {
		case d.tok < a || d.tok >= b:
		case d.tok == c.birth:
			have = 0
		case d.kind == bindValue && d.last <= c.use && !c.keep:
			have = everything
		}
	}
	return have
}
