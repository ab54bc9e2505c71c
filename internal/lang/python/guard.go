package python

import (
	"math"
	"slices"
	"strings"
)

// fact is what is known of a value at a place of the text: bits that only grow along a path, and that two paths keep when both
// have them.
type fact uint8

const (
	gone      fact = 1 << iota // the path ends, or the name holds another value
	listed                     // one of a closed list, or made of harmless characters
	onHost                     // an address: its host is one of a list
	inside                     // a path: below a folder
	noParent                   // a path without ".."
	notRooted                  // a path that is not absolute
	program                    // the first word of a command is one of a list
	readsOnly                  // a query: its kind is one of a list

	everything = ^fact(0)
	settled    = everything &^ gone
)

// Use is what becomes of a value: how much must be known of it before it is harmless.
type Use uint8

// The uses.
const (
	AsText    Use = iota // read as code, by an interpreter or a shell
	AsAddress            // fetched
	AsPath               // opened
	AsProgram            // a program and its arguments, without a shell
	AsQuery              // sent to a database
)

// enough tells whether the facts make a value harmless in its use.
func (u Use) enough(k fact) bool {
	switch {
	case k&(gone|listed) != 0:
		return true
	case u == AsAddress:
		return k&onHost != 0
	case u == AsPath:
		return k&inside != 0 || k&noParent != 0 && k&notRooted != 0
	case u == AsProgram:
		return k&program != 0
	case u == AsQuery:
		return k&readsOnly != 0
	}
	return false
}

// check goes over the statements between the place where a name gets its value and the one that uses it, and gathers what the
// conditions on the way say about it.
type check struct {
	*Flow
	scope   int32 // of the name
	from    int32 // the scope of the conditions
	name    string
	path    []string // the part of the value that is used: ["cmd"] of args["cmd"]
	base    relation // what the name itself is
	keep    bool     // a name that is bound anew is taken to hold the same value
	birth   int32
	use     int32
	until   int32
	reached bool
	breaks  fact
	nexts   fact
	depth   int
}

// blocked tells whether the value of a binding cannot come to its use: another takes its place, or a condition settles what it
// may be.
func (w *Flow) blocked(b *binding, use, scope int32) bool {
	if b.tok > use {
		return false
	}
	c := check{Flow: w, scope: b.scope, from: scope, name: w.identifier(b.tok), path: w.trailing(use), birth: b.tok, use: use, until: use}
	if c.base = same; b.kind == bindValue {
		c.base = w.kindOf(b.first, b.last)
	}
	w.budget -= int(use-b.tok) / 16
	k := c.known() | c.inline(use)
	if w.Use.enough(k) {
		return true
	}
	if w.inScope != scope || w.sink <= use {
		return false
	}
	c.until = w.sink
	return w.Use.enough(k | c.known())
}

// known are the facts at the token until.
func (c *check) known() fact {
	c.reached, c.breaks, c.nexts = false, everything, everything
	if len(c.logical()) == 0 {
		return 0
	}
	d := c.defOf(c.scope)
	if d == nil {
		_, k := c.block(0, everything)
		return k
	}
	have := everything
	if c.birth < d.Colon { // a parameter
		have = 0
	}
	_, k := c.suite(c.lineAt(d.Colon), d.Colon, have)
	return k
}

// line is a logical line: tokens [first, end), and how deep it stands.
type line struct {
	first, end int32
	col        int
}

func (w *Flow) logical() []line {
	if w.lines != nil {
		return w.lines
	}
	in := walker{File: w.File}
	for i := int32(1); int(i) < len(w.Toks); i++ {
		first := i
		for int(i) < len(w.Toks) && w.Toks[i].Kind != Newline && w.Toks[i].Kind != EOF {
			i++
		}
		if i > first {
			w.lines = append(w.lines, line{first, i, in.column(first)})
		}
	}
	if w.lines == nil {
		w.lines = []line{}
	}
	return w.lines
}

// lineAt is the index of the logical line of a token.
func (w *Flow) lineAt(tok int32) int {
	k, _ := slices.BinarySearchFunc(w.logical(), tok, func(l line, t int32) int { return int(l.end - t - 1) })
	return min(k, max(len(w.lines)-1, 0))
}

// block goes over the statements that stand as deep as line i. It stops at the use.
func (c *check) block(i int, have fact) (next int, k fact) {
	for col := c.lines[i].col; i < len(c.lines) && c.lines[i].col >= col; {
		if c.lines[i].first > c.until {
			c.reached = true
		}
		if c.budget--; c.reached || c.budget < 0 {
			return i, have
		}
		if i, have = c.statement(i, have); c.reached {
			return i, have
		}
	}
	return i, have
}

// suite is what belongs to the header of line i, whose colon that is.
func (c *check) suite(i int, colon int32, have fact) (next int, k fact) {
	l := c.lines[i]
	if c.until <= colon && c.until >= l.first { // in the header
		c.reached = true
		return i, have
	}
	if colon+1 < l.end {
		return i + 1, c.simple(colon+1, l.end, have)
	}
	if i+1 < len(c.lines) && c.lines[i+1].col > l.col {
		return c.block(i+1, have)
	}
	return i + 1, have
}

// follows tells whether line i is the clause of that keyword of a statement at that depth.
func (c *check) follows(i, col int, words ...string) bool {
	return i < len(c.lines) && c.lines[i].col == col && slices.ContainsFunc(words, func(w string) bool { return c.isKeyword(c.lines[i].first, w) })
}

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

func (f *File) bindingsOf(scope int32, name string) []int32 {
	if f.names == nil {
		f.lookup(name, 0, 0)
	}
	return f.names[scopedName{scope, name}]
}

// trailing is the part of a value that the chain at a token uses: attributes and literal subscripts, without methods that only
// trim or fold.
func (w *Flow) trailing(i int32) []string {
	var out []string
	for i++; int(i)+1 < len(w.Toks); {
		step, next := w.step(i)
		if next == i {
			break
		}
		if step != "" {
			out = append(out, step)
		}
		i = next
	}
	return out
}

// step reads one attribute, subscript or get("key") at a token; "" for one that leaves a value as it is.
func (f *File) step(i int32) (text string, next int32) {
	switch t := &f.Toks[i]; {
	case t.Kind == Op && t.Op == '.' && f.Toks[i+1].Kind == Name:
		label := f.identifier(i + 1)
		if open := i + 2; f.isOp(open, '(') && f.Toks[open].Mate > open {
			if label == "get" && f.Toks[open+1].Kind == Str {
				return "[" + f.Literal(open+1) + "]", f.Toks[open].Mate + 1
			}
			if trims(label) {
				return "", f.Toks[open].Mate + 1
			}
			return "", i // what a method makes of it is another value
		}
		return "." + label, i + 2
	case t.Kind == Op && t.Op == '[' && t.Mate > i:
		if t.Mate == i+2 && f.Toks[i+1].Kind == Str {
			return "[" + f.Literal(i+1) + "]", t.Mate + 1
		}
		return "[" + strings.TrimSpace(string(f.Text(i+1, t.Mate))) + "]", t.Mate + 1
	}
	return "", i
}

// trims are methods that give a value that is as free as the one they are called on.
func trims(label string) bool {
	switch label {
	case "strip", "lstrip", "rstrip", "lower", "upper", "casefold", "title", "capitalize", "decode", "encode", "removeprefix", "removesuffix", "copy", "expandtabs":
		return true
	}
	return false
}

// replaces tells whether the value of a binding is the only one that a name can have at a token of the same function.
func (w *Flow) replaces(b *binding, use int32) bool {
	first, last := w.lineAt(b.tok), w.lineAt(use)
	col := w.lines[first].col
	if w.Toks[w.lines[first].first].Op == keyword && w.Toks[w.lines[first].first].Kind == Name && first != last && !w.isKeyword(w.lines[first].first, "with") && !w.isKeyword(w.lines[first].first, "async") {
		return false // in or behind the header of something that may not run
	}
	for i := first + 1; i <= last; i++ {
		if w.lines[i].col < col {
			return false
		}
	}
	return true
}
