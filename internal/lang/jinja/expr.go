package jinja

import "strings"

// parser reads the expressions of one template. It forgives what the engine would not: a token that fits nowhere is stepped
// over, so that nothing behind it is missed.
type parser struct {
	lim    Limits
	vars   map[string]value // set to a constant
	toks   []token
	at     int
	depth  int
	folded int // bytes of constants so far
	b      *Block
	err    error
}

// block reads the tokens of an output or a statement.
func (p *parser) block(b *Block, toks []token) error {
	p.toks, p.at, p.depth, p.b, p.err = toks, 0, 0, b, nil
	if b.Keyword != "" {
		p.at = 1
	}
	if b.Keyword == "set" && len(toks) > 3 && toks[1].kind == word && toks[2].text == "=" {
		p.at = 3
		v := p.expr()
		if v.known() {
			p.vars[toks[1].text] = v
		} else {
			delete(p.vars, toks[1].text)
		}
	}
	if b.Keyword == "filter" && len(toks) > 1 {
		p.use(Use{Kind: Filter, Name: toks[1].text, Start: toks[1].start, End: toks[1].end})
	}
	for p.at < len(p.toks) && p.err == nil {
		before := p.at
		p.expr()
		if p.at == before {
			p.at++
		}
	}
	return p.err
}

func (p *parser) use(u Use) { p.b.Uses = append(p.b.Uses, u) }

func (p *parser) peek() token {
	if p.at < len(p.toks) {
		return p.toks[p.at]
	}
	return token{kind: operator}
}

func (p *parser) take(s string) bool {
	if t := p.peek(); t.kind != text && t.text == s && s != "" {
		p.at++
		return true
	}
	return false
}

// expr reads "a if b else c" and everything that binds tighter.
func (p *parser) expr() value {
	if p.depth++; p.depth > p.lim.Depth {
		if p.err == nil {
			p.err = &LimitError{"depth", p.peek().start}
		}
		p.at = len(p.toks)
	}
	defer func() { p.depth-- }()
	v := p.binary(0)
	if p.take("if") {
		p.binary(0)
		if p.take("else") {
			p.expr()
		}
		return value{} // either of the two
	}
	return v
}

// levels are the operators, the loosest first.
var levels = [][]string{
	{"or"}, {"and"}, {"==", "!=", "<", ">", "<=", ">=", "in", "not", "is"}, {"+", "-"}, {"~"}, {"*", "/", "//", "%"}, {"**"},
}

func (p *parser) binary(level int) value {
	if level == len(levels) {
		return p.unary()
	}
	start := p.peek().start
	left := p.binary(level + 1)
	for {
		op := ""
		for _, s := range levels[level] {
			if p.take(s) {
				op = s
				break
			}
		}
		if op == "" {
			return left
		}
		if op == "is" || op == "not" && p.peek().text == "in" || op == "in" {
			p.take("not")
			if op == "not" {
				p.at++
			}
			from := p.at
			right := p.binary(level + 1)
			if op != "is" && left.kind == isText {
				p.b.Tests = append(p.b.Tests, Membership{left.text, p.lastName(from), start})
			}
			_ = right
			left = value{}
			continue
		}
		right := p.binary(level + 1)
		left = p.fold(op, left, right, start)
	}
}

// lastName is the last name of the expression that was read since token from: content of m["content"] and of m.content.
func (p *parser) lastName(from int) string {
	for i := p.at - 1; i >= from && i < len(p.toks); i-- {
		if t := p.toks[i]; t.kind == word || t.kind == text {
			return t.text
		}
	}
	return ""
}

func (p *parser) unary() value {
	if p.take("not") || p.take("-") || p.take("+") {
		p.expr()
		return value{}
	}
	return p.postfix(p.primary())
}

// primary reads a name, a constant or a bracket.
func (p *parser) primary() value {
	t := p.peek()
	switch {
	case t.kind == text:
		v := value{kind: isText, text: t.text}
		for p.peek().kind == text { // adjacent strings are one
			if s := p.peek(); s.start != t.start {
				v.text += s.text
			}
			p.at++
		}
		return p.told(v, t.start)
	case t.kind == number:
		p.at++
		return value{kind: isNumber, num: t.num}
	case t.kind == word:
		switch t.text {
		case "if", "else", "in", "is", "and", "or", "recursive":
			return value{} // not the start of an expression
		}
		p.at++
		p.use(Use{Kind: Name, Name: t.text, Start: t.start, End: t.end})
		if p.peek().text == "(" && p.peek().kind == operator {
			return p.callName(t)
		}
		return p.vars[t.text]
	case t.text == "(" || t.text == "[" || t.text == "{":
		p.at++
		return p.items(map[string]string{"(": ")", "[": "]", "{": "}"}[t.text], t.text == "(")
	}
	return value{}
}

// items reads what stands between brackets. One value in round brackets is that value.
func (p *parser) items(closing string, group bool) value {
	v := value{kind: isList}
	commas := 0
	for p.at < len(p.toks) && !p.take(closing) {
		if p.take(",") {
			commas++
			continue
		}
		if p.take(":") || p.take("=") {
			continue
		}
		before := p.at
		v.list = append(v.list, p.expr())
		if p.at == before {
			p.at++
		}
	}
	if group && commas == 0 && len(v.list) == 1 {
		return v.list[0]
	}
	return v
}

// argument of a call.
type argument struct {
	name string
	value
}

func (p *parser) arguments() (out []argument) {
	for p.at < len(p.toks) && !p.take(")") {
		if p.take(",") {
			continue
		}
		a := argument{}
		if t := p.peek(); t.kind == word && p.at+1 < len(p.toks) && p.toks[p.at+1].text == "=" && p.toks[p.at+1].kind == operator {
			a.name = t.text
			p.at += 2
		}
		before := p.at
		a.value = p.expr()
		if p.at == before {
			p.at++
			continue
		}
		out = append(out, a)
	}
	return out
}

// callName reads the call of a variable. dict(a=1) is told by its keys: they are texts that are written as names.
func (p *parser) callName(t token) value {
	p.at++
	args := p.arguments()
	p.use(Use{Kind: Call, Name: t.text, Start: t.start, End: t.end})
	switch t.text {
	case "dict":
		v := value{kind: isList}
		for _, a := range args {
			v.list = append(v.list, value{kind: isText, text: a.name})
		}
		return v
	case "range":
		for _, a := range args {
			if a.kind == isNumber {
				p.use(Use{Kind: Size, Name: "range", Count: a.num, Start: t.start, End: t.end})
			}
		}
	}
	return value{}
}

// postfix reads attributes, subscripts, calls and filters behind a value.
func (p *parser) postfix(v value) value {
	for p.err == nil {
		t := p.peek()
		if t.kind != operator {
			return v
		}
		switch t.text {
		case ".":
			p.at++
			name := p.peek()
			if name.kind != word && name.kind != number {
				return value{}
			}
			p.at++
			v = p.member(v, name)
		case "[":
			p.at++
			v = p.subscript(v, t)
		case "(":
			p.at++
			p.arguments()
			v = value{}
		case "|":
			p.at++
			v = p.filter(v)
		default:
			return v
		}
	}
	return v
}

func (p *parser) member(v value, name token) value {
	p.use(Use{Kind: Attribute, Name: name.text, Start: name.start, End: name.end})
	if p.peek().text != "(" || p.peek().kind != operator {
		return value{}
	}
	p.at++
	args := p.arguments()
	p.use(Use{Kind: Call, Name: name.text, Start: name.start, End: name.end})
	return p.told(v.method(name.text, args, p.lim.Folded), name.start)
}

// subscript reads x[…], also a slice.
func (p *parser) subscript(v value, open token) value {
	var parts []value
	colons := 0
	for p.at < len(p.toks) && !p.take("]") {
		if p.take(":") {
			colons++
			continue
		}
		minus := p.peek().text == "-" && p.peek().kind == operator
		before := p.at
		part := p.expr()
		if minus && p.at == before+2 && p.toks[p.at-1].kind == number {
			part = value{kind: isNumber, num: -p.toks[p.at-1].num}
		}
		parts = append(parts, part)
		if p.at == before {
			p.at++
		}
	}
	if colons == 2 && len(parts) == 1 && parts[0].kind == isNumber && parts[0].num == -1 {
		return p.told(v.reversed(), open.start)
	}
	if colons > 0 || len(parts) != 1 {
		return value{}
	}
	key := parts[0]
	if key.kind == isText {
		end := p.toks[min(p.at, len(p.toks))-1].end
		p.use(Use{Kind: Item, Name: key.text, Start: open.start, End: end})
		if p.peek().text == "(" && p.peek().kind == operator {
			p.use(Use{Kind: Call, Name: key.text, Start: open.start, End: end})
		}
	}
	return v.index(key)
}

// the filters that take the name of an attribute, and where
var takeAttribute = map[string]bool{"attr": true, "selectattr": true, "rejectattr": true, "map": true, "groupby": true, "sort": true, "sum": true, "unique": true, "min": true, "max": true, "join": true}

func (p *parser) filter(v value) value {
	t := p.peek()
	if t.kind != word {
		return value{}
	}
	p.at++
	var args []argument
	if p.peek().text == "(" && p.peek().kind == operator {
		p.at++
		args = p.arguments()
	}
	p.use(Use{Kind: Filter, Name: t.text, Start: t.start, End: t.end})
	if takeAttribute[t.text] {
		p.attributeOf(t, args)
	}
	return p.told(v.filter(t.text, args, p.lim.Folded), t.start)
}

func (p *parser) attributeOf(t token, args []argument) {
	for i, a := range args {
		positional := a.name == "" && i == 0 && (t.text == "attr" || t.text == "selectattr" || t.text == "rejectattr" || t.text == "groupby")
		if a.name != "attribute" && a.name != "name" && !positional {
			continue
		}
		if a.kind != isText {
			p.use(Use{Kind: Attribute, Computed: true, Start: t.start, End: t.end})
			continue
		}
		for _, name := range strings.Split(a.text, ".") {
			p.use(Use{Kind: Attribute, Name: name, Start: t.start, End: t.end})
		}
	}
}

// told notes a constant text.
func (p *parser) told(v value, start int) value {
	if v.kind == isText && v.text != "" {
		if p.folded += len(v.text); p.folded > 64*p.lim.Folded {
			return value{} // unknown from here on, and told so where a name is made of it
		}
		end := start
		if p.at > 0 && p.at <= len(p.toks) {
			end = p.toks[p.at-1].end
		}
		p.use(Use{Kind: Text, Name: v.text, Start: start, End: max(start, end)})
	}
	return v
}
