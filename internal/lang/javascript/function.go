package javascript

// function reads function name(params) { body }.
func (f *File) function(i, _ int32) {
	open := i + 1
	if f.isOp(open, '*') {
		open++
	}
	name := int32(0)
	if f.Toks[open].Kind == Name {
		name = open
		open++
	}
	if f.isOp(open, '<') {
		for int(open) < len(f.Toks)-1 && !f.isOp(open, '(') && open < i+40 {
			open++
		}
	}
	if !f.isOp(open, '(') || f.Toks[open].Mate < open {
		return
	}
	if body := f.afterType(f.Toks[open].Mate + 1); f.isOp(body, '{') && f.Toks[body].Mate > body {
		f.define(name, open, body, f.Toks[body].Mate+1, false, false)
	}
}

// method reads name(params) { body } of a class or object.
func (f *File) method(name, open int32) {
	body := f.afterType(f.Toks[open].Mate + 1)
	f.define(name, open, body, f.Toks[body].Mate+1, false, false)
}

// arrow reads (params) => body, and name => body.
func (f *File) arrow(at, _ int32) {
	body := at + 1
	end, expression := int32(0), true
	if f.isOp(body, '{') && f.Toks[body].Mate > body {
		end, expression = f.Toks[body].Mate+1, false
	} else {
		end = f.valueEnd(body)
	}
	params := at - 1
	if f.isOp(params, ')') && f.Toks[params].Mate > 0 {
		params = f.Toks[params].Mate
	} else if close := f.beforeType(at); close > 0 { // (params): Type => body
		params = f.Toks[close].Mate
	}
	name := int32(0)
	before := params - 1
	if f.is(before, "async") {
		before--
	}
	switch {
	case f.isOp(before, '='):
		name = f.annotated(before)
	case f.isOp(before, ':'):
		name = before - 1
	}
	if f.Toks[name].Kind != Name {
		name = 0
	}
	f.define(name, params, body, end, expression, true)
}

// define notes a function and binds its parameters. params is their parenthesis, or a single name.
func (f *File) define(name, params, body, end int32, expression, arrow bool) {
	fn := function{name: name, body: body, end: max(end, body+1), expression: expression, arrow: arrow}
	id := int32(len(f.functions))
	add := func(tok int32, part bool) {
		fn.params = append(fn.params, tok)
		f.bind(binding{kind: bindParam, tok: tok, block: body, fn: id, part: part})
	}
	if f.Toks[params].Kind == Name {
		add(params, false)
	} else {
		for _, a := range f.Args(params) {
			p := a[0]
			for p < a[1]-1 && (f.isOp(p, opSpread) || f.is(p, "public") || f.is(p, "private") || f.is(p, "readonly")) {
				p++
			}
			if f.Toks[p].Kind == Name {
				add(p, false)
				continue
			}
			fn.params = append(fn.params, p) // a pattern holds the place
			if (f.isOp(p, '{') || f.isOp(p, '[')) && f.Toks[p].Mate > p {
				for _, item := range f.Args(p) {
					k := item[0]
					if f.isOp(k+1, ':') && k+2 < item[1] {
						k += 2
					}
					if f.Toks[k].Kind == Name {
						f.bind(binding{kind: bindParam, tok: k, block: body, fn: id, part: true})
					}
				}
			}
		}
	}
	f.functions = append(f.functions, fn)
}

// Enclosing is the name of the innermost function around a token, or "" for none or one without a name.
func (f *File) Enclosing(tok int32) string {
	if fn := f.functionAt(tok); fn != nil && fn.name > 0 {
		return f.word(fn.name)
	}
	return ""
}

// Handed is a call that a function is given to, and the property under which: f(g) or f({ key: g }).
type Handed struct {
	Call *Call
	Key  string
}

// HandedTo tells what the function is handed to whose parameter stands at a token: the call in whose arguments it is written
// out, or those that its name is given to.
func (f *File) HandedTo(param int32) []Handed {
	fn := f.functionOf(param)
	if fn == nil {
		return nil
	}
	name := ""
	if fn.name > 0 {
		name = f.word(fn.name)
	}
	if c := f.CallAround(fn.body - 1); c != nil && c.Open < param && fn.end <= c.Close+1 {
		return []Handed{{c, name}}
	}
	if name == "" || f.indexed().named[name][0] != fn {
		return nil
	}
	return f.indexed().handed[name]
}

func (f *File) functionOf(param int32) *function {
	for _, k := range f.names[f.word(param)] {
		if b := &f.bindings[k]; b.tok == param && b.kind == bindParam {
			return &f.functions[b.fn]
		}
	}
	return nil
}

// FunctionOf is the name of the function whose parameter stands at a token, or "".
func (f *File) FunctionOf(param int32) string {
	if fn := f.functionOf(param); fn != nil && fn.name > 0 {
		return f.word(fn.name)
	}
	return ""
}

// Key is the property that the name at a token takes of an object: b of { b: name }, name of { name }.
func (f *File) Key(tok int32) string {
	if f.isOp(tok-1, ':') && f.Toks[tok-2].Kind == Name {
		return f.word(tok - 2)
	}
	return f.word(tok)
}

func (f *File) functionAt(tok int32) *function {
	if k := f.indexed().functions.around(tok); k >= 0 {
		return &f.functions[k]
	}
	return nil
}

// returns yields the expressions that a function returns: not those of functions inside it.
func (f *File) returns(fn *function) [][2]int32 {
	if fn.expression {
		return [][2]int32{{fn.body, fn.end}}
	}
	var out [][2]int32
	for i := fn.body; i < fn.end && int(i) < len(f.Toks); i++ {
		if f.is(i, "return") && !f.isOp(i-1, '.') && f.functionAt(i) == fn {
			out = append(out, [2]int32{i + 1, f.valueEnd(i + 1)})
		}
	}
	return out
}
