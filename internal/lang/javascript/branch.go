package javascript

// branch is an if: its condition, the tokens of its branches, and the brace around it.
type branch struct {
	at, block           int32
	cond                [2]int32
	then, other         [2]int32
	thenEnds, otherEnds bool
	nested              bool // it is itself the only statement of a branch or loop: what follows it may not have passed it
}

// branchAt reads the if at a token, whose block is the brace around it.
func (f *File) branchAt(i, block int32) (branch, bool) {
	open := i + 1
	if !f.isOp(open, '(') || f.Toks[open].Mate < open {
		return branch{}, false
	}
	b := branch{at: i, block: block, cond: [2]int32{open + 1, f.Toks[open].Mate}}
	if f.is(i-1, "else") {
		b.nested = true
	} else if m := f.Toks[i-1].Mate; f.isOp(i-1, ')') && m > 0 {
		b.nested = f.is(m-1, "if") || f.is(m-1, "for") || f.is(m-1, "while") || f.is(m-1, "await")
	}
	b.then = f.body(f.Toks[open].Mate + 1)
	b.thenEnds = f.leaves(b.then)
	next := b.then[1]
	if f.isOp(next, '}') && f.Toks[next].Mate == b.then[0]-1 || f.isOp(next, ';') {
		next++
	}
	if f.is(next, "else") {
		b.other = f.body(next + 1)
		b.otherEnds = f.leaves(b.other)
	}
	return b, true
}

// body is what stands in the braces at token i, or the statement that begins there.
func (f *File) body(i int32) [2]int32 {
	if f.isOp(i, '{') && f.Toks[i].Mate > i {
		return [2]int32{i + 1, f.Toks[i].Mate}
	}
	if f.is(i, "if") && f.isOp(i+1, '(') && f.Toks[i+1].Mate > i {
		end := f.body(f.Toks[i+1].Mate + 1)[1]
		if f.isOp(end, '}') {
			end++
		}
		return [2]int32{i, end}
	}
	return [2]int32{i, f.valueEnd(i)}
}

// leaves tells whether what stands in a body does not go on behind it.
func (f *File) leaves(r [2]int32) bool {
	for i := r[0]; i < r[1]; i++ {
		switch {
		case f.Toks[i].Mate > i:
			i = f.Toks[i].Mate
		case f.Toks[i].Kind != Name || f.isOp(i-1, '.') || f.isOp(i-1, ')') && i > r[0] && f.is(f.Toks[i-1].Mate-1, "if"):
		case f.is(i, "return"), f.is(i, "throw"), f.is(i, "continue"), f.is(i, "break"), f.is(i, "process") && f.is(i+2, "exit"):
			return true
		}
	}
	return false
}

// stands tells whether a call is a statement by itself.
func (f *File) stands(c *Call) bool {
	first := c.First
	for f.is(first-1, "await") || f.is(first-1, "void") {
		first--
	}
	if first < 1 {
		return false
	}
	p, next := &f.Toks[first-1], &f.Toks[c.Close+1]
	begins := p.Kind == EOF || p.Kind == Op && (p.Op == ';' || p.Op == '{' || p.Op == '}') || f.Toks[first].Line && startsStatement(f, first)
	return begins && (next.Kind == EOF || next.Kind == Op && (next.Op == ';' || next.Op == '}') || next.Line)
}
