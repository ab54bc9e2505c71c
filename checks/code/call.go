package code

import (
	"cmp"
	"slices"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/python"
)

// call is one call of a source, with what its callee resolves to.
type call struct {
	*python.Call
	src  *checks.PythonSource
	pass *checks.Pass
	name string // the canonical name that matched
}

// eachCall calls visit for every call that resolves to one of the names, in the order of the source. A name that ends in a
// dot matches everything below it.
func eachCall(p *checks.Pass, names []string, visit func(c call)) error {
	src, err := checks.Python.Of(p.File)
	if src == nil || src.File == nil {
		return err
	}
	type hit struct {
		call int32
		name string
	}
	var hits []hit
	for _, n := range names {
		if !strings.HasSuffix(n, ".") {
			for _, i := range src.CallsOf(n) {
				hits = append(hits, hit{i, n})
			}
			continue
		}
		for resolved := range src.Resolved() {
			if strings.HasPrefix(resolved, n) {
				for _, i := range src.CallsOf(resolved) {
					hits = append(hits, hit{i, resolved})
				}
			}
		}
	}
	slices.SortFunc(hits, func(a, b hit) int { return cmp.Or(cmp.Compare(a.call, b.call), cmp.Compare(a.name, b.name)) })
	last := int32(-1)
	for _, h := range hits {
		if h.call != last {
			last = h.call
			visit(call{&src.Calls[h.call], src, p, h.name})
		}
	}
	return err
}

// report reports the callee.
func (c call) report(message string) *checks.Finding {
	start, end := c.src.Token(c.First, c.Open)
	f := c.pass.At(start, end, message)
	f.Anchor = "call " + c.src.Callee(c.Call)
	if arg := c.src.Positional(c.Call, 0); arg.Kind == python.String {
		f.Anchor += " " + arg.Str
	}
	f.Opens = c.opens()
	return f
}
