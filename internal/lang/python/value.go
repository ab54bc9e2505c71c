package python

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// ValueKind says what is known of an expression.
type ValueKind uint8

// The kinds of value.
const (
	Absent    ValueKind = iota // the argument is not there
	True                       //
	False                      //
	None                       //
	String                     // Str is its value
	Num                        // Str is the number as written
	List                       // a list, tuple, set or dict written out
	Env                        // read from the environment; Str is the default, when it is a string
	PathTo                     // made with pathlib or os.path: a path, not a name of something on a hub
	Parameter                  // a parameter of the function; Str is its default as written
	Other                      // an expression that is not followed
	Unknown                    // may be given by a ** argument
)

// Value is what is known of an argument. First and Last are its tokens as written in the call; 0 when it is absent or comes
// from a ** argument.
type Value struct {
	Kind        ValueKind
	Str         string
	First, Last int32
}

// maxString is the longest string that is put together.
const maxString = 64 << 10

// Keyword returns a keyword argument of a call, written out or in a ** argument that is a constant dict.
func (f *File) Keyword(c *Call, name string) Value {
	unknown := false
	for _, a := range c.Args {
		switch {
		case a.Name != 0 && f.identifier(a.Name) == name:
			v := f.eval(a.First, a.Last, c.Scope, 0)
			v.First, v.Last = a.First, a.Last
			return v
		case a.Stars == 2:
			v, known := f.inDict(a.First, a.Last, c.Scope, name, 0)
			if v.Kind != Absent {
				return v
			}
			unknown = unknown || !known
		}
	}
	if unknown {
		return Value{Kind: Unknown}
	}
	return Value{}
}

// Positional returns a positional argument, counted from 0. Behind a *x nothing is known.
func (f *File) Positional(c *Call, n int) Value {
	for i, a := range c.Args {
		if a.Stars == 1 {
			return Value{Kind: Unknown}
		}
		if a.Name != 0 || a.Stars != 0 {
			break
		}
		if i == n {
			v := f.eval(a.First, a.Last, c.Scope, 0)
			v.First, v.Last = a.First, a.Last
			return v
		}
	}
	return Value{}
}

// Argument returns the argument of that keyword, or else at that position; a position below 0 means keyword only.
func (f *File) Argument(c *Call, name string, position int) Value {
	v := f.Keyword(c, name)
	if position >= 0 && (v.Kind == Absent || v.Kind == Unknown) {
		if at := f.Positional(c, position); at.Kind != Absent {
			return at
		}
	}
	return v
}

// inDict looks a key up in {"k": v} or dict(k=v), or in a name that is assigned one of them once. Known says that the dict
// was understood to its end.
func (f *File) inDict(first, last, scope int32, key string, depth int) (v Value, known bool) {
	if depth > maxAliases || first >= last {
		return v, false
	}
	t := &f.Toks[first]
	switch {
	case t.Kind == Name && t.Op != keyword && last == first+1:
		found, hidden := f.lookup(f.identifier(first), first, scope)
		if hidden || len(found) != 1 || f.bindings[found[0]].kind != bindValue {
			return v, false
		}
		b := &f.bindings[found[0]]
		v, known = f.inDict(b.first, b.last, b.scope, key, depth+1)
	case t.Kind == Op && t.Op == '{' && t.Mate == last-1:
		v, known = f.inBraces(first, scope, key, depth)
	case t.Kind == Name && f.is(first, "dict") && f.isOp(first+1, '(') && f.Toks[first+1].Mate == last-1:
		c := Call{First: first, Open: first + 1, Close: last - 1, Args: f.arguments(first + 1), Scope: scope}
		v = f.Keyword(&c, key)
		known = v.Kind != Unknown
		if !known {
			v = Value{}
		}
	}
	v.First, v.Last = 0, 0
	return v, known
}

func (f *File) inBraces(open, scope int32, key string, depth int) (v Value, known bool) {
	known = true
	for _, a := range f.arguments(open) {
		if a.Stars == 2 {
			inner, ok := f.inDict(a.First, a.Last, scope, key, depth+1)
			if inner.Kind != Absent {
				v = inner
			}
			known = known && ok
			continue
		}
		colon := (&walker{File: f}).colon(a.First, a.Last)
		if colon == a.Last {
			return v, false
		}
		k := f.eval(a.First, colon, scope, depth+1)
		switch {
		case k.Kind != String:
			known = false
		case k.Str == key:
			v = f.eval(colon+1, a.Last, scope, depth+1)
		}
	}
	return v, known
}

// Definition is the expression that a name is bound to, when it is bound once: tokens [first, last). An expression that is no
// name is its own.
func (f *File) Definition(first, last, scope int32) (int32, int32) {
	if last != first+1 || f.Toks[first].Kind != Name {
		return first, last
	}
	found, hidden := f.lookup(f.identifier(first), first, scope)
	if hidden || len(found) != 1 || f.bindings[found[0]].kind != bindValue {
		return first, last
	}
	return f.bindings[found[0]].first, f.bindings[found[0]].last
}

// Eval says what is known of the expression of tokens [first, last).
func (f *File) Eval(first, last, scope int32) Value {
	v := f.eval(first, last, scope, 0)
	v.First, v.Last = first, last
	return v
}

func (f *File) eval(first, last, scope int32, depth int) Value {
	if depth > maxAliases || first >= last {
		return Value{Kind: Other}
	}
	t := &f.Toks[first]
	switch {
	case t.Mate == last-1 && t.Kind == Op && t.Op == '(' && !f.hasComma(first+1, last-1) && last-first > 2:
		return f.eval(first+1, last-1, scope, depth+1)
	case t.Mate == last-1 && t.Kind == Op && (t.Op == '[' || t.Op == '{' || t.Op == '('):
		return Value{Kind: List}
	case last == first+1 && t.Kind == Number:
		return Value{Kind: Num, Str: f.Word(first)}
	case last == first+1 && t.Kind == Name:
		return f.evalName(first, scope, depth)
	case t.Kind == Str || t.Kind == FStart:
		if s, ok := f.text(first, last, scope, depth); ok {
			return Value{Kind: String, Str: s}
		}
		return Value{Kind: Other}
	case t.Kind != Name || t.Op == keyword:
		return Value{Kind: Other}
	}
	if s, ok := f.text(first, last, scope, depth); ok {
		return Value{Kind: String, Str: s}
	}
	for _, n := range f.expr(first, last, scope, depth+1) {
		switch n = Canonical(n); {
		case n == "os.getenv()", n == "os.environ.get()", n == "os.environ[]":
			v := Value{Kind: Env}
			if f.isOp(last-1, ')') && f.Toks[last-1].Mate > 0 {
				if args := f.arguments(f.Toks[last-1].Mate); len(args) == 2 {
					v.Str = f.eval(args[1].First, args[1].Last, scope, depth+1).Str
				}
			}
			return v
		case strings.HasPrefix(n, "os.path."), strings.HasPrefix(n, "pathlib."):
			return Value{Kind: PathTo}
		}
	}
	return Value{Kind: Other}
}

func (f *File) evalName(i, scope int32, depth int) Value {
	switch f.Word(i) {
	case "True":
		return Value{Kind: True}
	case "False":
		return Value{Kind: False}
	case "None":
		return Value{Kind: None}
	}
	found, hidden := f.lookup(f.identifier(i), i, scope)
	if hidden || len(found) != 1 {
		return Value{Kind: Other}
	}
	switch b := &f.bindings[found[0]]; {
	case b.kind == bindParam:
		return Value{Kind: Parameter, Str: string(f.Text(b.first, b.last))}
	case b.kind == bindValue && !f.reassigned(f.identifier(i)):
		return f.eval(b.first, b.last, b.scope, depth+1)
	}
	return Value{Kind: Other}
}

// reassigned tells whether some function says "global" or "nonlocal" of that name.
func (f *File) reassigned(name string) bool {
	for k := range f.bindings {
		if b := &f.bindings[k]; b.kind == bindGlobal && f.identifier(b.tok) == name {
			return true
		}
	}
	return false
}

func (f *File) hasComma(first, last int32) bool {
	for i := first; i < last; i++ {
		if f.Toks[i].Mate > i {
			i = f.Toks[i].Mate
		} else if f.isOp(i, ',') || f.isKeyword(i, "for") {
			return true
		}
	}
	return false
}

// text puts together adjacent literals, literals joined by "+", f-strings and names of constants.
func (f *File) text(first, last, scope int32, depth int) (string, bool) {
	if depth > maxAliases {
		return "", false
	}
	var out strings.Builder
	need := true // an operand, after the start and after "+"
	for i := first; i < last; i++ {
		t := &f.Toks[i]
		switch {
		case t.Kind == Str:
			out.WriteString(f.Literal(i))
		case t.Kind == FStart && t.Mate > i:
			s, ok := f.formatted(i, scope, depth)
			if !ok {
				return "", false
			}
			out.WriteString(s)
			i = t.Mate
		case t.Kind == Op && t.Op == '+' && !need:
			need = true
			continue
		case t.Kind == Name && t.Op != keyword && need:
			v := f.evalName(i, scope, depth+1)
			if v.Kind != String {
				return "", false
			}
			out.WriteString(v.Str)
		default:
			return "", false
		}
		need = false
		if out.Len() > maxString {
			return "", false
		}
	}
	return out.String(), !need
}

// formatted evaluates an f-string whose fields are constant strings.
func (f *File) formatted(start, scope int32, depth int) (string, bool) {
	t := &f.Toks[start]
	raw := strings.ContainsAny(string(f.Src[t.Start:t.End]), "rR")
	var out strings.Builder
	at := t.End
	lit := func(end int32) {
		s := strings.NewReplacer("{{", "{", "}}", "}").Replace(string(f.Src[at:end]))
		if !raw {
			s = unescape(s)
		}
		out.WriteString(s)
	}
	for i := start + 1; i < t.Mate; i++ {
		open := &f.Toks[i]
		if open.Kind != Op || open.Op != '{' || open.Mate <= i {
			return "", false
		}
		lit(open.Start)
		s, ok := f.text(i+1, open.Mate, scope, depth+1)
		if !ok {
			return "", false
		}
		out.WriteString(s)
		at = f.Toks[open.Mate].End
		i = open.Mate
	}
	lit(f.Toks[t.Mate].Start)
	return out.String(), true
}

// Literal decodes the string literal of token i. Invalid escapes stay as they are, as in CPython.
func (f *File) Literal(i int32) string {
	s := string(f.Src[f.Toks[i].Start:f.Toks[i].End])
	q := strings.IndexAny(s, `"'`)
	if q < 0 {
		return ""
	}
	prefix, body := s[:q], s[q:]
	n := 1
	if len(body) >= 6 && body[1] == body[0] && body[2] == body[0] {
		n = 3
	}
	if len(body) < 2*n {
		return ""
	}
	body = body[n : len(body)-n]
	if strings.ContainsAny(prefix, "rR") {
		return body
	}
	return unescape(body)
}

func unescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			out = append(out, s[i])
			continue
		}
		i++
		digits := 0
		switch c := s[i]; c {
		case '\n':
			continue
		case '\r':
			if i+1 < len(s) && s[i+1] == '\n' {
				i++
			}
			continue
		case '\\', '\'', '"':
			out = append(out, c)
			continue
		case 'x':
			digits = 2
		case 'u':
			digits = 4
		case 'U':
			digits = 8
		case '0', '1', '2', '3', '4', '5', '6', '7':
			end := i + 1
			for end < len(s) && end < i+3 && '0' <= s[end] && s[end] <= '7' {
				end++
			}
			v, _ := strconv.ParseUint(s[i:end], 8, 32)
			out = utf8.AppendRune(out, rune(v))
			i = end - 1
			continue
		default:
			if k := strings.IndexByte("abfnrtv", c); k >= 0 {
				out = append(out, "\a\b\f\n\r\t\v"[k])
			} else {
				out = append(out, '\\', c)
			}
			continue
		}
		if i+digits < len(s) {
			if v, err := strconv.ParseUint(s[i+1:i+1+digits], 16, 32); err == nil {
				out = utf8.AppendRune(out, rune(v))
				i += digits
				continue
			}
		}
		out = append(out, '\\', s[i])
	}
	return string(out)
}

// DictValue looks a key up in a dict that is given as a keyword argument: f(config={"use_docker": False}).
func (f *File) DictValue(c *Call, keyword, key string) Value {
	for _, a := range c.Args {
		if a.Name == 0 || f.identifier(a.Name) != keyword {
			continue
		}
		first, last := a.First, a.Last
		if last == first+1 && f.Toks[first].Kind == Name { // a dict that is assigned once
			found, hidden := f.lookup(f.identifier(first), first, c.Scope)
			if hidden || len(found) != 1 || f.bindings[found[0]].kind != bindValue {
				return Value{}
			}
			first, last = f.bindings[found[0]].first, f.bindings[found[0]].last
		}
		if !f.isOp(first, '{') || f.Toks[first].Mate != last-1 {
			return Value{}
		}
		for _, item := range f.arguments(first) {
			if f.Toks[item.First].Kind == Str && f.Literal(item.First) == key && f.isOp(item.First+1, ':') {
				return f.Eval(item.First+2, item.Last, c.Scope)
			}
		}
	}
	return Value{}
}

// ListHas tells whether an expression is a list, tuple or set written out that holds one of the strings.
func (f *File) ListHas(first, last int32, words ...string) bool {
	if first >= last || f.Toks[first].Kind != Op || f.Toks[first].Mate != last-1 {
		return false
	}
	for i := first + 1; i < last; i++ {
		if f.Toks[i].Kind != Str {
			continue
		}
		s := f.Literal(i)
		for _, w := range words {
			if s == w {
				return true
			}
		}
	}
	return false
}
