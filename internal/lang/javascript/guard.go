package javascript

import (
	"slices"
	"sort"
)

// value is what a condition is asked about: a chain as it is used, such as block.input.command.
type value struct {
	name  string
	path  string
	bound int32 // where the name is bound
}

// verdict says on which sides of a condition a value can only be what was meant.
type verdict struct{ yes, no bool }

func (v verdict) not() verdict { return verdict{v.no, v.yes} }

const maxGuardDepth = 6

// settled tells whether the checks on the way from its binding to the use, or to the sink, leave of a value only what was meant.
func (w *Flow) settled(v value, use int32, depth int) bool {
	if w.settledAt(v, use, depth) {
		return true
	}
	return w.sink > use && len(w.frames) == 0 && w.functionAt(v.bound) == w.functionAt(use) && w.settledAt(v, w.sink, depth)
}

func (w *Flow) settledAt(v value, point int32, depth int) bool {
	if depth > maxFlowDepth {
		return false
	}
	x := w.indexed()
	for k := sort.Search(len(w.branches), func(k int) bool { return w.branches[k].at > v.bound }); k < len(w.branches) && w.branches[k].at < point; k++ {
		b := &w.branches[k]
		if w.budget -= 2; w.budget < 0 {
			return false
		}
		if !w.within(b.block, point) && w.Toks[b.block].Mate != point || !w.mentions(v.name, b.cond[0], b.cond[1]) && !w.derived(v, b.cond) {
			continue
		}
		says := w.judge(v, b.cond[0], b.cond[1], 0)
		in := func(r [2]int32) bool { return r[0] <= point && point < r[1] }
		switch {
		case in(b.then):
			if says.yes {
				return true
			}
		case in(b.other):
			if says.no {
				return true
			}
		case b.nested || point < b.cond[1]:
		case says.no && (b.thenEnds || w.assigns(v.name, b.then)), says.yes && b.other[1] > 0 && b.otherEnds:
			return true
		}
	}
	for k := sort.Search(len(x.statements), func(k int) bool { return w.Calls[x.statements[k]].First > v.bound }); k < len(x.statements); k++ {
		c := &w.Calls[x.statements[k]]
		if c.First >= point {
			break
		}
		if w.within(c.block, point) && w.demands(v, c) {
			return true
		}
	}
	return w.conditional(v, point)
}

// derived tells whether a condition names something that is made of the value.
func (w *Flow) derived(v value, cond [2]int32) bool {
	for i := cond[0]; i < cond[1]; i++ {
		if w.Toks[i].Kind == Name && !w.isOp(i-1, '.') && !w.isOp(i+1, '(') {
			if b := w.once(i); b != nil && b.tok > v.bound && w.mentions(v.name, b.first, b.last) {
				return true
			}
		}
	}
	return false
}

func (w *Flow) assigns(name string, r [2]int32) bool {
	for i := r[0]; i < r[1]; i++ {
		if w.is(i, name) && w.isOp(i+1, '=') && !w.isOp(i-1, '.') {
			return true
		}
	}
	return false
}

// demands tells whether a call that stands by itself throws unless the value is what was meant: assertInside(p).
func (w *Flow) demands(v value, c *Call) bool {
	args := w.Args(c.Open)
	if len(args) == 0 || !w.mentions(v.name, args[0][0], c.Close) {
		return false
	}
	label := w.word(c.Open - 1)
	if label == "assert" || label == "ok" || label == "invariant" {
		return w.judge(v, args[0][0], args[0][1], 1).yes
	}
	k := slices.IndexFunc(args, func(a [2]int32) bool { return w.same(v, a[0], a[1], 0).is })
	if k < 0 {
		return false
	}
	fn := w.local(c.First, c.Open)
	if fn == nil {
		return w.Rules.Guards(label)
	}
	if k >= len(fn.params) || w.Toks[fn.params[k]].Kind != Name {
		return false
	}
	name := w.word(fn.params[k])
	return w.mayEnter(fn) && w.settledAt(value{name, name, fn.params[k]}, fn.end-1, maxFlowDepth-3) // at the brace that ends it
}

// mayEnter bounds how deep checks are followed into functions.
func (w *Flow) mayEnter(fn *function) bool {
	return !slices.Contains(w.inside, fn) && len(w.inside) < 3
}

// conditional tells whether an operator around the point settles the value there: ok(x) ? use(x) : 0, ok(x) && use(x).
func (w *Flow) conditional(v value, point int32) bool {
	other := false
	for k := point - 1; k > v.bound; k-- {
		t := &w.Toks[k]
		switch {
		case t.Mate > 0 && t.Mate < k:
			k = t.Mate
		case t.Kind != Op:
		case t.Op == ';', t.Op == '{' && !w.isOp(k-1, '(') && !w.isOp(k-1, ','), t.Op == '}':
			return false
		case t.Op == '(', t.Op == '[', t.Op == '{':
			other = false
		case t.Op == ':':
			other = true
		case t.Op == '?', t.Op == opOther && w.word(k) == "&&", t.Op == opOther && w.word(k) == "||":
			first := w.operandStart(k)
			if !w.mentions(v.name, first, k) {
				other = false
				continue
			}
			says := w.judge(v, first, k, 1)
			if w.word(k) == "||" || t.Op == '?' && other {
				says = says.not()
			}
			if says.yes {
				return true
			}
			other = false
		}
		if w.budget--; w.budget < 0 {
			return false
		}
	}
	return false
}

// operandStart is where the expression begins that ends before an operator.
func (w *Flow) operandStart(k int32) int32 {
	for i := k - 1; i > 0; i-- {
		t := &w.Toks[i]
		switch {
		case t.Mate > 0 && t.Mate < i:
			i = t.Mate
		case t.Kind == Op && (t.Op == ';' || t.Op == ',' || t.Op == '=' || t.Op == '?' || t.Op == ':' || t.Op == opArrow || t.Op == '(' || t.Op == '[' || t.Op == '{' || t.Op == '}'), w.is(i, "return"), w.is(i, "await"):
			return i + 1
		}
	}
	return 1
}
