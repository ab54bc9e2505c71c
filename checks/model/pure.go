package model

import (
	"fmt"

	"bakedin/internal/format/pickle"
)

// pure are functions that run nothing of anybody's when they are called like this, although with other arguments they would:
// pickle writes type(None), iterators and subscripted types with them.
var pure = map[string]func(j *judging, args []pickle.Value) bool{
	"builtins.type":     one,
	"builtins.iter":     one, // with a second argument it calls the first
	"_operator.getitem": subscript,
	"operator.getitem":  subscript,
}

func one(_ *judging, args []pickle.Value) bool { return len(args) == 1 }

// subscript is typing.List[int]: the type was reviewed.
func subscript(j *judging, args []pickle.Value) bool {
	if len(args) != 2 || args[0].Import() == nil {
		return false
	}
	i := args[0].Import()
	class, _ := j.judgeImport(i.Module, i.Name)
	return class == harmless && i.Module == "typing"
}

// isPure tells whether a call makes a value and nothing else.
func (j *judging) isPure(fn *pickle.Import, args pickle.Value) bool {
	if fn == nil || args.Kind() != pickle.Tuple || !args.Whole() {
		return false
	}
	ok := pure[spelled(renamed(fn.Module, fn.Name))]
	return ok != nil && ok(j, args.Items())
}

// consumers walk over what they are given, all of it, at once.
var consumers = map[string]bool{"builtins.list": true, "builtins.tuple": true, "builtins.set": true, "builtins.frozenset": true, "builtins.dict": true,
	"builtins.bytes": true, "builtins.bytearray": true, "collections.deque": true, "collections.Counter": true, "collections.OrderedDict": true,
	"array.array": true}

// consumes notes a container that is filled from something without an end, or with one that nobody lives to see.
func (j *judging) consumes(u pickle.Use, i *pickle.Import) {
	if !consumers[spelled(renamed(i.Module, i.Name))] {
		return
	}
	for _, a := range u.Args.Items() {
		if what := endless(a, 0); what != "" {
			j.bombs = append(j.bombs, write{at: u.At, target: fmt.Sprintf("%s is filled from %s", spelled(i.Module, i.Name), what), stream: j.stream})
			return
		}
	}
}

// endless says of a value that walking over it does not end; empty when it does.
func endless(v pickle.Value, depth int) string {
	fn, args, _ := v.Function()
	i := fn.Import()
	if i == nil || depth > 8 {
		return ""
	}
	items := args.Items()
	switch name := spelled(renamed(i.Module, i.Name)); name {
	case "builtins.range":
		if n := length(items); n > mostWeight {
			return fmt.Sprintf("a range of %d numbers", n)
		}
	case "itertools.count":
		return "itertools.count"
	case "itertools.repeat":
		if n, ok := int64(0), false; len(items) == 2 {
			if n, ok = items[1].Int(); ok && n < mostWeight {
				return ""
			}
		}
		return "itertools.repeat"
	case "builtins.iter", "builtins.reversed", "builtins.enumerate", "itertools.chain", "itertools.cycle", "builtins.zip":
		for _, a := range items {
			if what := endless(a, depth+1); what != "" {
				return what
			}
		}
	}
	return ""
}

// length is how many numbers a range has, as far as its arguments are written in the file.
func length(args []pickle.Value) int64 {
	var n [3]int64
	for k, a := range args[:min(3, len(args))] {
		var ok bool
		if n[k], ok = a.Int(); !ok {
			if a.Kind() == pickle.Big {
				return 1 << 62
			}
			return 0
		}
	}
	switch {
	case len(args) == 1:
		return n[0]
	case len(args) == 2:
		return n[1] - n[0]
	case len(args) == 3 && n[2] != 0:
		return (n[1] - n[0]) / n[2]
	}
	return 0
}
