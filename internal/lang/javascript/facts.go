package javascript

import "strings"

// function is a function, method or arrow function: the parenthesis of its parameters, 0 for a single name, and the tokens
// [body, end) of its body, which is an expression when it does not begin with a brace.
type function struct {
	name       int32 // 0 when it has none
	params     []int32
	body, end  int32
	expression bool
	arrow      bool
}

type bindKind uint8

const (
	bindValue bindKind = iota + 1
	bindParam
	bindImport
)

// binding is a name that is bound: block is the brace around it, 0 for the whole file.
type binding struct {
	kind        bindKind
	tok         int32
	block       int32
	first, last int32 // of the value
	part        bool  // only a part of the value: destructured, or an element of it
	fn          int32 // of a parameter
}

// word is the text of a token.
func (f *File) word(i int32) string { return string(f.Src[f.Toks[i].Start:f.Toks[i].End]) }

// Word returns the text of one token.
func (f *File) Word(i int32) string { return f.word(i) }

// Text returns the source of tokens [first, last).
func (f *File) Text(first, last int32) []byte {
	if first >= last {
		return nil
	}
	return f.Src[f.Toks[first].Start:f.Toks[last-1].End]
}

func (f *File) isOp(i int32, op byte) bool {
	return i > 0 && int(i) < len(f.Toks) && f.Toks[i].Kind == Op && f.Toks[i].Op == op
}

func (f *File) is(i int32, word string) bool {
	return i > 0 && int(i) < len(f.Toks) && f.Toks[i].Kind == Name && string(f.Src[f.Toks[i].Start:f.Toks[i].End]) == word
}

// Literal returns the value of a string token, or of a template without fields. Escapes other than quotes stay as they are.
func (f *File) Literal(i int32) (string, bool) {
	switch t := &f.Toks[i]; {
	case t.Kind == Str:
		return strings.NewReplacer(`\"`, `"`, `\'`, `'`).Replace(string(f.Src[t.Start+1 : t.End-1])), true
	case t.Kind == TStart && t.Mate == i+1:
		return string(f.Src[t.End:f.Toks[i+1].Start]), true
	}
	return "", false
}

// facts finds calls, imports, functions and bindings among the tokens.
func (f *File) facts() {
	var blocks []int32
	for i := int32(1); int(i) < len(f.Toks); i++ {
		t := &f.Toks[i]
		block := int32(0)
		if n := len(blocks); n > 0 {
			block = blocks[n-1]
		}
		switch {
		case t.Kind == Op && t.Op == '{' && t.Mate > i:
			blocks = append(blocks, i)
		case t.Kind == Op && t.Op == '}' && len(blocks) > 0 && t.Mate == block:
			blocks = blocks[:len(blocks)-1]
		case t.Kind == Op && t.Op == '(' && t.Mate > i:
			f.call(i, block)
		case t.Kind == Op && t.Op == opArrow:
			f.arrow(i, block)
		case t.Kind == Op && t.Op == '=':
			f.gives(i, block)
		case t.Kind == Op && t.Op == opAssign && f.Toks[i-1].Kind == Name && !f.isOp(i-2, '.'): // x += …
			f.bind(binding{kind: bindValue, tok: i - 1, block: block, first: i + 1, last: f.valueEnd(i + 1)})
		case t.Kind == Name && !f.isOp(i-1, '.'):
			switch f.word(i) {
			case "import":
				f.imports(i)
			case "function":
				f.function(i, block)
			case "of":
				f.loop(i, block)
			case "if":
				if b, ok := f.branchAt(i, block); ok {
					f.branches = append(f.branches, b)
				}
			}
		}
	}
	f.names = make(map[string][]int32, len(f.bindings))
	for k := range f.bindings {
		w := f.word(f.bindings[k].tok)
		f.names[w] = append(f.names[w], int32(k))
	}
}

// statements and operators that look like callees
func notCallee(word string) bool {
	switch word {
	case "if", "for", "while", "switch", "catch", "return", "typeof", "await", "function", "async", "of", "in", "new", "delete", "void", "throw", "case", "else", "do", "yield", "with":
		return true
	}
	return false
}

func (f *File) call(open, block int32) {
	p := &f.Toks[open-1]
	end := open
	if p.Kind == Op && p.Op == '>' { // f<T>(…)
		for k := open - 1; k > 0 && open-k < 24; k-- {
			if f.isOp(k, '<') && f.Toks[k-1].Kind == Name {
				end = k
				p = &f.Toks[k-1]
				break
			}
		}
	}
	switch {
	case p.Kind == Name && (!notCallee(f.word(end-1)) || f.isOp(end-2, '.')):
	case p.Kind == Op && (p.Op == ')' || p.Op == ']' || p.Op == '.'):
	default:
		return
	}
	if f.is(end-2, "function") || f.isOp(end-2, '*') && f.is(end-3, "function") {
		return
	}
	if m := f.Toks[open].Mate; f.isOp(m+1, '{') && p.Kind == Name && !f.isOp(end-2, '.') && !f.is(end-2, "new") && !f.is(end-2, "await") && !f.isOp(end-2, '=') {
		f.method(end-1, open) // name(params) { body }
		return
	}
	if p.Kind == Name && !f.isOp(end-2, '.') && f.definesMethod(end-1, open) {
		f.method(end-1, open)
		return
	}
	c := Call{First: f.chainStart(end - 1), Open: open, Close: f.Toks[open].Mate, block: block}
	c.New = f.is(c.First-1, "new")
	f.Calls = append(f.Calls, c)
}

// chainStart walks a chain such as a.b(c)[d]?.e backwards to its first token.
func (f *File) chainStart(i int32) int32 {
	for {
		t := &f.Toks[i]
		switch {
		case t.Kind == Op && t.Op == '.':
			i--
			continue
		case t.Kind == Op && (t.Op == ')' || t.Op == ']') && t.Mate > 0:
			m := t.Mate
			if p := &f.Toks[m-1]; p.Kind == Name && !notCallee(f.word(m-1)) || p.Kind == Op && (p.Op == ')' || p.Op == ']' || p.Op == '.') {
				i = m - 1
				continue
			}
			return m
		case (t.Kind == Name || t.Kind == Op && t.Op == '!') && f.isOp(i-1, '.'):
			i -= 2
			continue
		case t.Kind == Op && t.Op == '!' && i > 1: // TypeScript: x!.y
			i--
			continue
		case t.Kind == TEnd && t.Mate > 0:
			return t.Mate
		}
		return i
	}
}

// Callee returns the dotted name as written. Its root is "?" when the chain begins with anything but a name, and calls and
// subscripts on the way are left out of it as "()" and "[]".
func (f *File) Callee(c *Call) string { return f.Dotted(c.First, c.Open) }

// Dotted is the chain of tokens [first, last) as a dotted name.
func (f *File) Dotted(first, last int32) string {
	var b strings.Builder
	for i := first; i < last; i++ {
		t := &f.Toks[i]
		switch {
		case t.Kind == Name:
			b.WriteString(f.word(i))
		case t.Kind == Op && t.Op == '.':
			b.WriteByte('.')
		case t.Kind == Op && t.Op == '(' && t.Mate > i:
			if i == first {
				b.WriteByte('?')
			} else {
				b.WriteString("()")
			}
			i = t.Mate
		case t.Kind == Op && t.Op == '[' && t.Mate > i:
			b.WriteString("[]")
			i = t.Mate
		case t.Kind == Op && t.Op == '!':
		case t.Kind == Op && t.Op == '<':
			return b.String()
		default:
			b.WriteByte('?')
			if t.Mate > i {
				i = t.Mate
			}
		}
		if b.Len() > 400 {
			break
		}
	}
	return b.String()
}

// Args splits the arguments, or the items of a list or object, of the bracket at open: token ranges.
func (f *File) Args(open int32) [][2]int32 {
	var out [][2]int32
	end := f.Toks[open].Mate
	start := open + 1
	for i := start; i <= end; i++ {
		if i == end || f.isOp(i, ',') {
			if i > start {
				out = append(out, [2]int32{start, i})
			}
			start = i + 1
		} else if m := f.Toks[i].Mate; m > i {
			i = m
		}
	}
	return out
}

// Property returns the value of a key of the object written out at brace: tokens [first, last); a shorthand { a } is its own
// value.
func (f *File) Property(brace int32, key string) (first, last int32, ok bool) {
	if !f.isOp(brace, '{') || f.Toks[brace].Mate < brace {
		return 0, 0, false
	}
	for _, a := range f.Args(brace) {
		name := f.word(a[0])
		if s, isStr := f.Literal(a[0]); isStr {
			name = s
		}
		switch {
		case name != key:
		case a[1] == a[0]+1:
			return a[0], a[1], true
		case f.isOp(a[0]+1, ':'):
			return a[0] + 2, a[1], true
		}
	}
	return 0, 0, false
}

// ValueEnd is the end of the expression that begins at a token.
func (f *File) ValueEnd(i int32) int32 { return f.valueEnd(i) }

// valueEnd is the end of an expression that begins at token i: a comma, a semicolon, a closing bracket, or a line that
// begins a new statement.
func (f *File) valueEnd(i int32) int32 {
	for start := i; int(i) < len(f.Toks); i++ {
		t := &f.Toks[i]
		switch {
		case t.Kind == EOF, t.Kind == Op && (t.Op == ',' || t.Op == ';' || t.Op == ')' || t.Op == ']' || t.Op == '}'):
			return i
		case t.Line && i > start && startsStatement(f, i):
			return i
		case t.Mate > i:
			i = t.Mate
		}
	}
	return int32(len(f.Toks) - 1)
}

// startsStatement tells whether a token at the start of a line cannot go on with the expression before it.
func startsStatement(f *File, i int32) bool {
	t, p := &f.Toks[i], &f.Toks[i-1]
	if p.Kind == Op && p.Op != ')' && p.Op != ']' && p.Op != '}' && p.Op != '!' {
		return false // the line before ends in an operator
	}
	if p.Kind == Name && (notCallee(string(f.Src[p.Start:p.End]))) {
		return false
	}
	return t.Kind == Name || t.Kind == Str || t.Kind == Number || t.Kind == TStart || t.Kind == Op && t.Op == '{'
}

func (f *File) bind(b binding) { f.bindings = append(f.bindings, b) }

// gives reads name = value and { a, b } = value, over the type that may stand between.
func (f *File) gives(eq, block int32) {
	target := f.annotated(eq)
	switch t := &f.Toks[target]; {
	case t.Kind == Name && !f.isOp(target-1, '.'):
		f.assignment(target, eq, block)
	case (f.isOp(target, '}') || f.isOp(target, ']')) && t.Mate > 0:
		f.pattern(t.Mate, eq+1, f.valueEnd(eq+1), block)
	}
}

// assignment reads name = value.
func (f *File) assignment(name, eq, block int32) {
	first, last := eq+1, f.valueEnd(eq+1)
	if module, ok := f.required(first, last); ok {
		exported := "default"
		if f.isOp(last-2, '.') && f.Toks[last-1].Kind == Name { // require("m").exported
			exported = f.word(last - 1)
		}
		f.Imports = append(f.Imports, Import{module, exported, f.word(name), name})
		f.bind(binding{kind: bindImport, tok: name, block: block})
		return
	}
	f.bind(binding{kind: bindValue, tok: name, block: block, first: first, last: last})
}

// required is the module of require("m") or await import("m").
func (f *File) required(first, last int32) (string, bool) {
	if f.is(first, "await") {
		first++
	}
	if !f.is(first, "require") && !f.is(first, "import") || !f.isOp(first+1, '(') || first+2 >= last {
		return "", false
	}
	return f.Literal(first + 2)
}

// pattern binds the names of { a, b: c, ...d } or [a, b] to parts of a value.
func (f *File) pattern(open, first, last, block int32) {
	module, isModule := f.required(first, last)
	for _, a := range f.Args(open) {
		name := a[0]
		if f.isOp(name, opSpread) {
			name++
		}
		exported := f.word(name)
		if f.isOp(name+1, ':') && name+2 < a[1] {
			name += 2
			if f.isOp(name, '{') || f.isOp(name, '[') {
				if f.Toks[name].Mate > name {
					f.pattern(name, first, last, block)
				}
				continue
			}
		}
		if f.Toks[name].Kind != Name {
			continue
		}
		if isModule {
			f.Imports = append(f.Imports, Import{module, exported, f.word(name), name})
			f.bind(binding{kind: bindImport, tok: name, block: block})
			continue
		}
		f.bind(binding{kind: bindValue, tok: name, block: block, first: first, last: last, part: true})
	}
}

// loop binds the name of for (const x of value).
func (f *File) loop(of, block int32) {
	name := of - 1
	if f.isOp(name, '}') || f.isOp(name, ']') {
		if m := f.Toks[name].Mate; m > 0 {
			f.pattern(m, of+1, f.valueEnd(of+1), block)
		}
		return
	}
	if f.Toks[name].Kind == Name && (f.is(name-1, "const") || f.is(name-1, "let") || f.is(name-1, "var")) {
		f.bind(binding{kind: bindValue, tok: name, block: block, first: of + 1, last: f.valueEnd(of + 1), part: true})
	}
}

// imports reads import a, { b as c }, * as d from "m".
func (f *File) imports(i int32) {
	from := i + 1
	for from < i+400 && int(from) < len(f.Toks)-1 && f.Toks[from].Kind != Str && !f.isOp(from, '(') && !f.isOp(from, ';') {
		from++
	}
	module, ok := f.Literal(from)
	if !ok || from > i+1 && !f.is(from-1, "from") {
		return
	}
	if from == i+1 {
		f.Imports = append(f.Imports, Import{Module: module, Tok: i})
		return
	}
	inBraces := false
	for k := i + 1; k < from-1; k++ {
		switch {
		case f.isOp(k, '{'):
			inBraces = true
		case f.isOp(k, '}'):
			inBraces = false
		case f.Toks[k].Kind != Name || f.is(k, "as") || f.is(k, "type") && f.Toks[k+1].Kind == Name && !f.is(k+1, "from"):
		case f.is(k+1, "as"): // the name before it
		default:
			exported := "default"
			switch {
			case f.is(k-1, "as") && f.isOp(k-2, '*'):
				exported = "*"
			case f.is(k-1, "as"):
				exported = f.word(k - 2)
			case inBraces:
				exported = f.word(k)
			}
			f.Imports = append(f.Imports, Import{module, exported, f.word(k), k})
			f.bind(binding{kind: bindImport, tok: k})
		}
	}
}
