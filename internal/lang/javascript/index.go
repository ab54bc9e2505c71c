package javascript

import (
	"cmp"
	"slices"
	"sort"
)

// index is what flows ask a file for again and again. It is made once, when the first flow asks.
type index struct {
	named     map[string][]*function // the functions of a name, in their order
	called    map[*function][]int32  // the calls of a function of the file
	functions nest                   // by their bodies
	calls     nest                   // by their parentheses
	classes   map[string][2]int32    // the braces of a class
	made      map[string]string      // what a name is a new one of
	pushed    map[string][]int32     // calls of name.push(…) and its like
	handed    map[string][]Handed    // the calls that are given a function by its name

	callees []Called // the calls by their names, once somebody asks

	statements []int32 // calls that are a statement by themselves
}

func (f *File) indexed() *index {
	if f.index != nil {
		return f.index
	}
	x := &index{named: map[string][]*function{}, called: map[*function][]int32{}, pushed: map[string][]int32{}, handed: map[string][]Handed{}}
	x.classes, x.made = f.objects()
	for k := range f.functions {
		fn := &f.functions[k]
		x.functions = append(x.functions, span{fn.body, fn.end, int32(k), 0})
		if fn.name > 0 {
			x.named[f.word(fn.name)] = append(x.named[f.word(fn.name)], fn)
		}
	}
	for k := range f.Calls {
		c := &f.Calls[k]
		x.calls = append(x.calls, span{c.Open + 1, c.Close, int32(k), 0})
		if fn := x.target(f, c.First, c.Open); fn != nil {
			x.called[fn] = append(x.called[fn], int32(k))
		}
		for _, a := range f.Args(c.Open) {
			x.hand(f, c, "", a, 0)
		}
		if f.stands(c) {
			x.statements = append(x.statements, int32(k))
		}
		if c.Open == c.First+3 && (f.is(c.Open-1, "push") || f.is(c.Open-1, "unshift")) {
			x.pushed[f.word(c.First)] = append(x.pushed[f.word(c.First)], int32(k))
		}
	}
	x.functions.link()
	x.calls.link()
	f.index = x
	return x
}

// hand notes the functions that an argument of a call names, also in objects and lists that are written out.
func (x *index) hand(f *File, c *Call, key string, a [2]int32, depth int) {
	t := &f.Toks[a[0]]
	switch {
	case a[1] == a[0]+1 && t.Kind == Name:
		if word := f.word(a[0]); len(x.named[word]) > 0 {
			x.handed[word] = append(x.handed[word], Handed{c, key})
		}
	case depth < 5 && t.Kind == Op && (t.Op == '{' || t.Op == '[') && t.Mate == a[1]-1:
		for _, item := range f.Args(a[0]) {
			switch {
			case t.Op == '{' && item[1] == item[0]+1:
				x.hand(f, c, f.word(item[0]), item, depth+1)
			case t.Op == '{' && f.isOp(item[0]+1, ':'):
				x.hand(f, c, f.word(item[0]), [2]int32{item[0] + 2, item[1]}, depth+1)
			case t.Op == '[':
				x.hand(f, c, key, item, depth+1)
			}
		}
	}
}

// plainCallee is the token of name in name( and this.name(, or 0.
func (f *File) plainCallee(first, open int32) int32 {
	name := first
	if open == first+3 && f.is(first, "this") {
		name += 2
	}
	if open != name+1 || f.Toks[name].Kind != Name {
		return 0
	}
	return name
}

// nest holds spans that lie in one another, and knows the innermost around a token.
type nest []span

type span struct {
	start, end int32
	id         int32
	up         int32 // the span around this one, plus one; 0: none
}

func (n nest) link() {
	slices.SortFunc(n, func(a, b span) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end), cmp.Compare(b.id, a.id))
	})
	var open []int32
	for i := range n {
		for len(open) > 0 && n[open[len(open)-1]].end <= n[i].start {
			open = open[:len(open)-1]
		}
		if len(open) > 0 {
			n[i].up = open[len(open)-1] + 1
		}
		open = append(open, int32(i))
	}
}

// around is the id of the innermost span that holds a token, -1 for none.
func (n nest) around(tok int32) int32 {
	i := int32(sort.Search(len(n), func(i int) bool { return n[i].start > tok })) - 1
	for i >= 0 && tok >= n[i].end {
		i = n[i].up - 1
	}
	if i < 0 {
		return -1
	}
	return n[i].id
}
