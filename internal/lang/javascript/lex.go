package javascript

import "fmt"

type lexer struct {
	*File
	lim   Limits
	pos   int
	stack []int32 // tokens that opened: brackets, template starts, fields of templates
	line  bool    // a line end was passed since the last token
}

func (l *lexer) run() error {
	l.Toks = append(make([]Tok, 0, len(l.Src)/5+16), Tok{Kind: EOF}) // so that every token has one before it, and Mate 0 means none
	l.line = true
	if len(l.Src) > 2 && l.Src[0] == '#' && l.Src[1] == '!' {
		l.comment()
	}
	for l.pos < len(l.Src) {
		if len(l.Toks) >= l.lim.Tokens {
			l.emit(EOF, 0, l.pos)
			return &Error{l.pos, fmt.Sprintf("more than %d tokens", l.lim.Tokens)}
		}
		if len(l.stack) > l.lim.Depth {
			l.emit(EOF, 0, l.pos)
			return &Error{l.pos, fmt.Sprintf("more than %d brackets open", l.lim.Depth)}
		}
		if n := len(l.stack); n > 0 && l.Toks[l.stack[n-1]].Kind == TStart {
			l.template()
		} else {
			l.token()
		}
	}
	l.emit(EOF, 0, l.pos)
	return nil
}

func (l *lexer) emit(k Kind, op byte, end int) {
	l.Toks = append(l.Toks, Tok{Start: int32(l.pos), End: int32(end), Kind: k, Op: op, Line: l.line})
	l.pos, l.line = end, false
}

func isName(c byte) bool {
	return c == '_' || c == '$' || c >= 0x80 || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

func (l *lexer) comment() {
	start := l.pos
	for l.pos < len(l.Src) && l.Src[l.pos] != '\n' {
		l.pos++
	}
	l.Comments = append(l.Comments, [2]int32{int32(start), int32(l.pos)})
}

func (l *lexer) token() {
	src, i := l.Src, l.pos
	c := src[i]
	next := byte(0)
	if i+1 < len(src) {
		next = src[i+1]
	}
	switch {
	case c == '\n':
		l.line = true
		l.pos++
	case c <= ' ':
		l.pos++
	case c == '/' && next == '/':
		l.comment()
	case c == '/' && next == '*':
		for i += 2; i+1 < len(src) && !(src[i] == '*' && src[i+1] == '/'); i++ {
			l.line = l.line || src[i] == '\n'
		}
		l.Comments = append(l.Comments, [2]int32{int32(l.pos), int32(min(i+2, len(src)))})
		l.pos = min(i+2, len(src))
	case '0' <= c && c <= '9':
		for i < len(src) && (isName(src[i]) || src[i] == '.' && i+1 < len(src) && '0' <= src[i+1] && src[i+1] <= '9') {
			i++
		}
		l.emit(Number, 0, i)
	case isName(c):
		for i < len(src) && isName(src[i]) {
			i++
		}
		l.emit(Name, 0, i)
	case c == '"' || c == '\'':
		l.str(c)
	case c == '`':
		l.emit(TStart, 0, i+1)
		l.stack = append(l.stack, int32(len(l.Toks)-1))
	case c == '/' && l.beginsRegex():
		l.regex()
	case c == '(' || c == '[' || c == '{':
		l.emit(Op, c, i+1)
		l.stack = append(l.stack, int32(len(l.Toks)-1))
	case c == ')' || c == ']' || c == '}':
		l.close(c)
	default:
		n, op := operator(src[i:])
		l.emit(Op, op, i+n)
	}
}

// str reads a string. One that is not terminated ends with its line: it is most likely text of JSX.
func (l *lexer) str(quote byte) {
	i := l.pos + 1
	for ; i < len(l.Src) && l.Src[i] != quote && l.Src[i] != '\n'; i++ {
		if l.Src[i] == '\\' {
			i++
		}
	}
	if i < len(l.Src) && l.Src[i] == quote {
		l.emit(Str, 0, i+1)
		return
	}
	l.pos++ // an apostrophe in text: what follows is read as code
}

// beginsRegex tells a regular expression from a division, and from the end of a tag.
func (l *lexer) beginsRegex() bool {
	p := &l.Toks[len(l.Toks)-1]
	switch p.Kind {
	case Number, Str, TEnd, Regex:
		return false
	case Name:
		switch string(l.Src[p.Start:p.End]) {
		case "return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "else", "await", "yield":
			return true
		}
		return false
	case Op:
		return p.Op != ')' && p.Op != ']' && p.Op != '}' && p.Op != '<'
	}
	return true
}

func (l *lexer) regex() {
	i := l.pos + 1
	for set := false; i < len(l.Src) && l.Src[i] != '\n' && (set || l.Src[i] != '/'); i++ {
		switch l.Src[i] {
		case '\\':
			i++
		case '[':
			set = true
		case ']':
			set = false
		}
	}
	if i >= len(l.Src) || l.Src[i] != '/' {
		l.emit(Op, '/', l.pos+1)
		return
	}
	for i++; i < len(l.Src) && isName(l.Src[i]); i++ {
	}
	l.emit(Regex, 0, i)
}

// template reads the literal text of a template up to a field or its end.
func (l *lexer) template() {
	for i := l.pos; i < len(l.Src); i++ {
		switch {
		case l.Src[i] == '\\':
			i++
		case l.Src[i] == '`':
			l.pos = i
			l.emit(TEnd, 0, i+1)
			l.mate()
			return
		case l.Src[i] == '$' && i+1 < len(l.Src) && l.Src[i+1] == '{':
			l.pos = i + 1
			l.emit(Op, '{', i+2)
			l.stack = append(l.stack, int32(len(l.Toks)-1))
			return
		}
	}
	l.pos = len(l.Src)
}

// mate joins the last token with the innermost one that opened.
func (l *lexer) mate() {
	last, open := int32(len(l.Toks)-1), l.stack[len(l.stack)-1]
	l.stack = l.stack[:len(l.stack)-1]
	l.Toks[last].Mate, l.Toks[open].Mate = open, last
}

// close ends the nearest bracket of that kind, but never one outside the template that is open.
func (l *lexer) close(c byte) {
	want := map[byte]byte{')': '(', ']': '[', '}': '{'}[c]
	l.emit(Op, c, l.pos+1)
	for k := len(l.stack) - 1; k >= 0; k-- {
		t := &l.Toks[l.stack[k]]
		if t.Kind == TStart {
			return
		}
		if t.Op == want {
			l.stack = l.stack[:k+1]
			l.mate()
			return
		}
	}
}

func operator(s []byte) (n int, op byte) {
	at := func(k int) byte {
		if k < len(s) {
			return s[k]
		}
		return 0
	}
	switch c := s[0]; {
	case c == '=' && at(1) == '>':
		return 2, opArrow
	case (c == '=' || c == '!') && at(1) == '=':
		if at(2) == '=' {
			return 3, opEqual
		}
		return 2, opEqual
	case c == '.' && at(1) == '.' && at(2) == '.':
		return 3, opSpread
	case c == '?' && at(1) == '.' && (at(2) < '0' || at(2) > '9'):
		return 2, opMaybe
	case c == '?' && at(1) == '?', c == '&' && at(1) == '&', c == '|' && at(1) == '|':
		if at(2) == '=' {
			return 3, opAssign
		}
		return 2, opOther
	case (c == '<' || c == '>') && at(1) == '=':
		return 2, opCompare
	case (c == '+' || c == '-') && at(1) == c:
		return 2, opOther
	case (c == '+' || c == '-' || c == '*' || c == '%' || c == '&' || c == '|' || c == '^') && at(1) == '=':
		return 2, opAssign
	default:
		return 1, c
	}
}
