package code

import (
	"cmp"
	"slices"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/python"
	"bakedin/internal/repo"
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

// addKeyword is the edit that gives the call one more argument. It keeps a trailing comma and comments where they are.
func (c call) addKeyword(text string) []repo.TextEdit {
	if !c.src.Editable() {
		return nil
	}
	last := c.Close - 1 // the token before the closing parenthesis
	at := int(c.src.Toks[last].End)
	sep := ", "
	if last == c.Open {
		sep = ""
	} else if c.src.Toks[last].Kind == python.Op && c.src.Toks[last].Op == ',' {
		sep = " "
	}
	return []repo.TextEdit{{Path: c.pass.File.Path, Start: at, End: at, Replacement: sep + text, Base: c.pass.File.SHA256()}}
}

// setKeyword gives a keyword argument that value, whether the call has it or not.
func (c call) setKeyword(name, text string) []repo.TextEdit {
	if v := c.src.Keyword(c.Call, name); v.First != 0 {
		return c.replace(v.First, v.Last, text)
	}
	return c.addKeyword(name + "=" + text)
}

// replace is the edit that puts text in the place of the tokens [first, last). A value that stands nowhere in the call, such as
// that of a dict which is spread into it, has none.
func (c call) replace(first, last int32, text string) []repo.TextEdit {
	if first == 0 || last <= first || !c.src.Editable() {
		return nil
	}
	start, end := c.src.Token(first, last)
	return []repo.TextEdit{{Path: c.pass.File.Path, Start: start, End: end, Replacement: text, Base: c.pass.File.SHA256()}}
}
