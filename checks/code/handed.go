package code

import (
	"slices"

	"bakedin/checks"
	"bakedin/internal/lang/python"
)

// callers are functions and methods that call what they are given, once or for each of many values.
var callers = []string{"Process", "Thread", "apply", "apply_async", "call_soon", "delayed", "filter", "imap", "imap_unordered", "map", "map_async", "map_batches", "partial", "process_map",
	"remote", "run_in_executor", "run_sync", "starmap", "starmap_async", "submit", "thread_map", "to_thread"}

// eachHanded calls visit for every place where a function of that name is handed to something that calls it: map(torch.load,
// paths), partial(torch.load, map_location="cpu"). The call is the one it is handed to.
func eachHanded(p *checks.Pass, names []string, visit func(c call)) error {
	src, err := checks.Python.Of(p.File)
	if src == nil || src.File == nil {
		return err
	}
	for _, label := range callers {
		for _, i := range src.CallsNamed(label) {
			for _, a := range src.Calls[i].Args {
				for _, n := range src.Names(a.First, a.Last, src.Calls[i].Scope) {
					if slices.Contains(names, n) {
						visit(call{&src.Calls[i], src, p, n})
						break
					}
				}
			}
		}
	}
	return err
}

// partialCalls are the calls of what partial made of a function, by the name of that function: sh(x) of sh = partial(run, shell=True).
func partialCalls(src *checks.PythonSource) map[string][]int32 {
	made := map[int32][]string{} // first token of partial(…) to the names of its function
	for _, i := range src.CallsNamed("partial") {
		c := &src.Calls[i]
		if len(c.Args) == 0 {
			continue
		}
		if names := src.Names(c.Args[0].First, c.Args[0].Last, c.Scope); len(names) > 0 {
			made[c.First] = names
		}
	}
	if len(made) == 0 {
		return nil
	}
	out := map[string][]int32{}
	for k := range src.Calls {
		c := &src.Calls[k]
		if c.Open != c.First+1 {
			continue // only a name is bound to one
		}
		first, _ := src.Definition(c.First, c.Open, c.Scope)
		if first == c.First {
			continue
		}
		for _, n := range made[first] {
			out[n] = append(out[n], int32(k))
		}
	}
	return out
}

// handedCall is a function that something else calls, with the arguments that are handed on: run_in_executor(None, exec, code),
// Thread(target=os.system, args=(line,)).
type handedCall struct {
	call  int32
	names []string
	args  []python.Arg
}

func handedCalls(src *checks.PythonSource) []handedCall {
	var out []handedCall
	for _, label := range callers {
		if label == "partial" {
			continue
		}
		for _, i := range src.CallsNamed(label) {
			c := &src.Calls[i]
			for k, a := range c.Args {
				names := src.Names(a.First, a.Last, c.Scope)
				if len(names) == 0 || a.Name != 0 && src.Word(a.Name) != "target" {
					continue
				}
				h := handedCall{i, names, nil}
				for _, next := range c.Args[k+1:] {
					switch {
					case next.Name == 0 && next.Stars == 0 && a.Name == 0:
						h.args = append(h.args, next)
					case next.Name != 0 && src.Word(next.Name) == "args" && (src.IsBracket(next.First, '(') || src.IsBracket(next.First, '[')):
						h.args = src.Args(next.First)
					}
				}
				out = append(out, h)
			}
		}
	}
	return out
}
