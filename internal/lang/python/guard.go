package python

import (
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
