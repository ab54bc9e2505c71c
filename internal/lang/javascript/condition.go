package javascript

import (
	"regexp"
	"slices"
	"strings"
)

// judge reads a condition [first, last).
func (w *Flow) judge(v value, first, last int32, depth int) verdict {
	for w.is(first, "await") {
		first++
	}
	if w.budget -= int(max(last-first, 0)); w.budget < 0 || first >= last || depth > maxGuardDepth {
		return verdict{}
	}
	if t := &w.Toks[first]; t.Kind == Op && t.Op == '(' && t.Mate == last-1 {
		return w.judge(v, first+1, last-1, depth)
	}
	for _, op := range []string{"||", "&&"} {
		if k := w.topLevel(first, last, func(i int32) bool { return w.isOp(i, opOther) && w.word(i) == op }); k > 0 {
			a, b := w.judge(v, first, k, depth+1), w.judge(v, k+1, last, depth+1)
			if op == "||" {
				return verdict{a.yes && b.yes, a.no || b.no}
			}
			return verdict{a.yes || b.yes, a.no && b.no}
		}
	}
	if k := w.topLevel(first, last, func(i int32) bool {
		t := &w.Toks[i]
		return t.Kind == Op && (t.Op == opEqual || t.Op == opCompare || t.Op == '<' || t.Op == '>') || w.is(i, "in") || w.is(i, "instanceof")
	}); k > 0 {
		return w.comparison(v, first, k, last)
	}
	if w.isOp(first, '!') {
		return w.judge(v, first+1, last, depth).not()
	}
	if last == first+1 && w.Toks[first].Kind == Name { // const ok = ALLOWED.has(x); if (!ok) …
		if b := w.once(first); b != nil && b.tok > v.bound && !b.part {
			return w.judge(v, b.first, b.last, depth+1)
		}
		return verdict{}
	}
	if open := w.Toks[last-1].Mate; w.isOp(last-1, ')') && open > first {
		return w.asked(v, first, open, depth)
	}
	return verdict{}
}

func (w *Flow) topLevel(first, last int32, found func(i int32) bool) int32 {
	for i := first; i < last; i++ {
		if w.isOp(i, opArrow) {
			return 0
		}
		if found(i) && i > first {
			return i
		}
		if m := w.Toks[i].Mate; m > i {
			i = m
		}
	}
	return 0
}

// comparison reads [first, op) == [op+1, last).
func (w *Flow) comparison(v value, first, op, last int32) verdict {
	right := string(w.Text(op+1, last))
	sign := w.word(op)
	if open := w.Toks[op-1].Mate; w.isOp(op-1, ')') && open > first && w.is(open-1, "indexOf") {
		args := w.Args(open)
		if len(args) != 1 || !w.same(v, args[0][0], args[0][1], 0).is || !w.known(first, open-2) {
			return verdict{}
		}
		switch sign + right {
		case "!==-1", "!=-1", ">-1", ">=0":
			return verdict{yes: true}
		case "===-1", "==-1", "<0":
			return verdict{no: true}
		}
		return verdict{}
	}
	switch {
	case w.is(op, "in"):
		return verdict{yes: w.same(v, first, op, 0).is && w.known(op+1, last)}
	case !w.isOp(op, opEqual):
		return verdict{}
	}
	var says verdict
	switch {
	case w.is(first, "typeof"):
		switch strings.Trim(right, "\"'`") {
		case "number", "boolean", "bigint", "undefined":
			says.yes = w.same(v, first+1, op, 0).is
		}
	case right == "true", right == "false":
		says = w.judge(v, first, op, 2)
		if right == "false" {
			says = says.not()
		}
	default:
		a, b := w.same(v, first, op, 0), w.same(v, op+1, last, 0)
		says.yes = a.decides() && w.known(op+1, last) || b.decides() && w.known(first, op)
	}
	if sign[0] == '!' {
		return says.not()
	}
	return says
}

// known tells whether an expression does not itself come from where the value does.
func (w *Flow) known(first, last int32) bool { return w.expr(first, last, maxFlowDepth-4) == nil }

var (
	hostPrefix = regexp.MustCompile(`^https?://[^/\s]+/`)
	refuses    = regexp.MustCompile(`(?i)(?:^|is|are|has|looks)_?(?:un|in|not|dis)_?(?:safe|valid|allowed|permitted|approved|authorized)|disallow`)
)

// asked reads a condition that is a call: ALLOWED.has(x), PATTERN.test(x), isAllowed(x), p.startsWith(ROOT).
func (w *Flow) asked(v value, first, open int32, depth int) verdict {
	args := w.Args(open)
	if w.Toks[open-1].Kind != Name || len(args) == 0 {
		return verdict{}
	}
	label, method := w.word(open-1), w.isOp(open-2, '.')
	is := func(k int) same {
		if k >= len(args) {
			return same{}
		}
		return w.same(v, args[k][0], args[k][1], 0)
	}
	switch {
	case method && (label == "has" || label == "includes"):
		return verdict{yes: is(0).decides() && w.known(first, open-2)}
	case label == "hasOwn", method && label == "hasOwnProperty", label == "call" && w.is(open-3, "hasOwnProperty"):
		return verdict{yes: is(len(args) - 1).is}
	case method && (label == "some" || label == "find") && w.known(first, open-2):
		if at := w.topArrow(args[0]); at > 0 && !w.isOp(at+1, '{') {
			return verdict{yes: w.judge(v, at+1, args[0][1], depth+1).yes}
		}
	case method && (label == "test" || label == "exec"):
		if is(0).is {
			return w.byPattern(first, open-2)
		}
	case method && label == "match":
		if w.same(v, first, open-2, 0).is {
			return w.byPattern(args[0][0], args[0][1])
		}
	case method && label == "startsWith":
		s := w.same(v, first, open-2, 0)
		text, fixed := w.constant(args[0][0], args[0][1], 0)
		switch {
		case s.relative:
			return verdict{no: strings.HasPrefix(text, "..")}
		case !s.is:
		case fixed && hostPrefix.MatchString(text):
			return verdict{yes: true}
		case s.resolved:
			return verdict{yes: w.known(args[0][0], args[0][1]) && w.endsFolder(args[0][0], args[0][1], 0) && !(fixed && (len(text) < 2 || text[0] == '.'))}
		}
	case method && label == "endsWith":
		text, _ := w.constant(args[0][0], args[0][1], 0)
		return verdict{yes: w.same(v, first, open-2, 0).host && strings.HasPrefix(text, ".") && len(text) > 2}
	default:
		return w.trusted(v, first, open, args, label)
	}
	return verdict{}
}

func (w *Flow) topArrow(r [2]int32) int32 {
	for i := r[0]; i < r[1]; i++ {
		if w.isOp(i, opArrow) {
			return i
		}
		if m := w.Toks[i].Mate; m > i {
			i = m
		}
	}
	return 0
}

// trusted judges a function that says whether a value is allowed: one of this file by what it does, another by its name.
func (w *Flow) trusted(v value, first, open int32, args [][2]int32, label string) verdict {
	k := slices.IndexFunc(args, func(a [2]int32) bool { return w.same(v, a[0], a[1], 0).is })
	named := w.Rules.Guards(label)
	if fn := w.local(first, open); fn != nil && k >= 0 && k < len(fn.params) && w.Toks[fn.params[k]].Kind == Name && w.mayEnter(fn) {
		w.inside = append(w.inside, fn)
		defer func() { w.inside = w.inside[:len(w.inside)-1] }()
		says := w.answers(fn, fn.params[k])
		if says != (verdict{}) || !named || !w.looks(fn) {
			return says
		}
	}
	if !named || k < 0 && !w.mentions(v.name, open, w.Toks[open].Mate) {
		return verdict{}
	}
	if refuses.MatchString(label) {
		return verdict{no: true}
	}
	return verdict{yes: true}
}

// answers tells what a function that returns yes or no says about its parameter.
func (w *Flow) answers(fn *function, param int32) verdict {
	name := w.word(param)
	v := value{name, name, param}
	says, any := verdict{true, true}, false
	for _, r := range w.returns(fn) {
		if r[0] >= r[1] {
			continue
		}
		any = true
		here := w.settledAt(v, r[0], maxFlowDepth-3)
		switch string(w.Text(r[0], r[1])) {
		case "true":
			says.yes = says.yes && here
		case "false", "null", "undefined":
			says.no = says.no && here
		default:
			j := w.judge(v, r[0], r[1], 2)
			says.yes, says.no = says.yes && (here || j.yes), says.no && (here || j.no)
		}
	}
	if !any {
		return verdict{}
	}
	return says
}

// looks tells whether a function does more than look at the kind or length of what it is given: a check that is too much to follow.
func (w *Flow) looks(fn *function) bool {
	for i := fn.body; i < fn.end; i++ {
		switch {
		case w.Toks[i].Kind == Regex, w.is(i, "relative"), w.is(i, "some"), w.is(i, "every"), w.is(i, "has"), w.is(i, "includes"), w.is(i, "startsWith"), w.is(i, "URL"), w.is(i, "lookup"):
			return true
		case w.isOp(i+1, '(') && w.Toks[i].Kind == Name && w.Rules.Guards(w.word(i)):
			return true
		}
	}
	return false
}

// endsFolder tells whether a text that a path begins with ends in a separator, as far as it can be seen: /srv/a is also the
// beginning of /srv/abc.
func (w *Flow) endsFolder(first, last int32, depth int) bool {
	t := &w.Toks[last-1]
	switch {
	case t.Kind == Str:
		s, _ := w.Literal(last - 1)
		return strings.HasSuffix(s, "/") || strings.HasSuffix(s, `\`)
	case t.Kind == TEnd:
		s := string(w.Src[w.Toks[last-2].End:t.Start])
		return strings.HasSuffix(s, "/") || w.isOp(last-2, '}') && w.endsFolder(last-3, last-2, depth)
	case w.is(last-1, "sep"):
		return true
	case last == first+1 && t.Kind == Name && depth < 4:
		if b := w.once(first); b != nil && !b.part {
			return w.endsFolder(b.first, b.last, depth+1)
		}
		return true
	case t.Kind == Name:
		return true
	case t.Kind == Op && t.Op == ')':
		return t.Mate > first && !w.is(t.Mate-1, "resolve") && !w.is(t.Mate-1, "join") && !w.is(t.Mate-1, "cwd") && !w.is(t.Mate-1, "realpathSync") && !w.is(t.Mate-1, "realpath") && !w.is(t.Mate-1, "normalize")
	}
	return false
}
