package python

import (
	"math"
	"strings"
)

// maxHelpers is how many functions and flags are looked into behind one another.
const maxHelpers = 4

// judged is what a function of this file says of the value when it is called with it, by what stands in its body.
func (c *check) judged(d *Def, args []Arg, ask func(h *check) fact) fact {
	if c.depth >= maxHelpers {
		return 0
	}
	k := fact(0)
	for _, p := range d.Params {
		a := c.argFor(d, args, p.Name)
		if a == nil {
			continue
		}
		r := c.relation(a.First, a.Last, 0)
		if r != same && r != resolved && r != host && r != words {
			continue
		}
		h := check{Flow: c.Flow, scope: d.Scope, from: d.Scope, name: c.identifier(p.Name), birth: p.Name, depth: c.depth + 1, keep: true, base: same}
		if r == resolved {
			h.base = resolved
		}
		for _, n := range c.bindingsOf(d.Scope, h.name) {
			if b := &c.bindings[n]; b.kind == bindValue && c.normalises(b.first, b.last) {
				h.base = resolved
			}
		}
		switch said := ask(&h) &^ gone; {
		case r == host && said&listed != 0:
			k |= onHost
		case r != host:
			k |= said
		}
	}
	return k
}

// says is what is known when the function returns something true, or false: the element of a tuple, when it returns one.
func (h *check) says(truth bool, element int) fact {
	k := everything
	for i := range h.Returns {
		r := &h.Returns[i]
		if r.Scope != h.scope {
			continue
		}
		first, last := h.bare(r.First, r.Last)
		if element >= 0 {
			if h.isOp(first, '(') && h.Toks[first].Mate == last-1 {
				first, last = first+1, last-1
			}
			at := 0
			for i := first; i <= last; i = max(i, h.Toks[i].Mate) + 1 {
				if i < last && !h.isOp(i, ',') {
					continue
				}
				if at == element {
					last = i
					break
				}
				at++
				first = i + 1
			}
		}
		if known, is := h.eval(first, last, h.scope, 0).truth(); known && is != truth {
			continue
		} else if !known && first < last {
			k &= h.at(r.First-1) | h.holds(first, last, truth)
		} else if known || !truth {
			k &= h.at(r.First - 1)
		}
	}
	if !truth {
		k &= h.at(math.MaxInt32)
	}
	return k
}

// returns is what is known when the function comes to an end at all.
func (h *check) returns() fact {
	k := h.at(math.MaxInt32)
	for i := range h.Returns {
		if r := &h.Returns[i]; r.Scope == h.scope {
			k &= h.at(r.First - 1)
		}
	}
	return k
}

func (h *check) at(tok int32) fact {
	h.until, h.use = tok, tok
	return h.known()
}

// returned is what is known behind a statement that calls something which raises when it does not like the value.
func (c *check) returned(a, b int32) fact {
	k := fact(0)
	for i := a; i < b; i++ {
		if !c.isOp(i, '(') || c.Toks[i].Mate < i || c.Toks[i-1].Kind != Name || c.Toks[i-1].Op == keyword {
			continue
		}
		first := c.calleeStart(i - 1)
		switch label := c.identifier(i - 1); {
		case label == "relative_to" && first < i-2:
			if c.relation(first, i-2, 0) == resolved {
				k |= inside
			}
		case label == "exit" || label == "_exit" || label == "abort" || label == "quit":
			return everything
		case c.asked(first, i+1):
			return settled
		default:
			if d := c.localFunction(first, i, c.from); d != nil {
				k |= c.judged(d, c.File.arguments(i), (*check).returns)
			} else if start, end := c.bare(a, b); start == first && c.Toks[i].Mate == end-1 && !refuses(label) && !strings.HasPrefix(label, "is_") {
				k |= c.vouched(first, i)
			}
		}
	}
	return k
}

// inline is what the conditions beside the use say: "x if x in LIST else y", "x in LIST and run(x)", "for x in y if x in LIST".
func (c *check) inline(use int32) fact {
	l := c.lines[c.lineAt(use)]
	depth, k := c.Toks[use].Depth, fact(0)
	for i := use + 1; i < l.end; i++ {
		t := &c.Toks[i]
		if depth = min(depth, t.Depth); t.Depth > depth {
			continue
		}
		if c.isOp(i, ',') || c.isKeyword(i, "else") {
			break
		}
		if c.isKeyword(i, "if") {
			end := i + 1
			for end < l.end && c.Toks[end].Depth >= t.Depth && !(c.Toks[end].Depth == t.Depth && (c.isKeyword(end, "else") || c.isKeyword(end, "for") || c.isKeyword(end, "if") || c.isOp(end, ','))) {
				end++
			}
			return c.holds(i+1, end, true)
		}
	}
	depth = c.Toks[use].Depth
	end := int32(0) // of the condition
	truth := true
	for i := use - 1; i >= l.first; i-- {
		t := &c.Toks[i]
		if depth = min(depth, t.Depth); t.Depth > depth {
			continue
		}
		stop := c.isOp(i, ',') || c.isOp(i, '=') || t.Kind == Op && t.Mate > i || i == l.first || c.isKeyword(i, "return")
		switch {
		case end == 0 && c.isKeyword(i, "and"):
			end = i
		case end == 0 && c.isKeyword(i, "else"):
			end, truth = i, false
		case end > 0 && (stop || c.isKeyword(i, "if") || c.isKeyword(i, "while") || c.isKeyword(i, "and") || c.isKeyword(i, "or")):
			first := i + 1
			if i == l.first && !c.isKeyword(i, "if") && !c.isKeyword(i, "while") && !c.isKeyword(i, "return") {
				first = i
			}
			k |= c.holds(first, end, truth)
			if end = 0; !c.isKeyword(i, "and") {
				return k
			}
			end, truth = i, true
		case stop && end == 0 && t.Kind != Op:
			return k
		}
	}
	return k
}
