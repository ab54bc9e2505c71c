package python

import "fmt"

// level is an open bracket, an f-string, a field of one, or the format specification of a field.
type level struct {
	what  byte // '(' '[' '{', 's' f-string, 'f' field, ':' format specification
	tok   int32
	quote byte
	long  bool // triple quotes
	raw   bool
}

type lexer struct {
	*File
	lim   Limits
	pos   int
	stack []level
	fresh bool // no token on this logical line yet
}

func (l *lexer) run() error {
	l.Toks = make([]Tok, 1, len(l.Src)/5+16)
	l.Toks[0] = Tok{Kind: Newline} // so that every token has one before it, and Mate 0 means none
	l.fresh = true
	if len(l.Src) >= 3 && string(l.Src[:3]) == "\xef\xbb\xbf" {
		l.pos = 3
	}
	for l.pos < len(l.Src) {
		if len(l.Toks) >= l.lim.Tokens {
			l.finish()
			return &Error{l.pos, fmt.Sprintf("more than %d tokens", l.lim.Tokens)}
		}
		if len(l.stack) > l.lim.Depth {
			l.finish()
			return &Error{l.pos, fmt.Sprintf("more than %d brackets open", l.lim.Depth)}
		}
		if n := len(l.stack); n > 0 && (l.stack[n-1].what == 's' || l.stack[n-1].what == ':') {
			l.literal()
		} else {
			l.token()
		}
	}
	l.finish()
	return nil
}

func (l *lexer) finish() {
	for _, v := range l.stack {
		l.note(int(l.Toks[v.tok].Start), "never closed")
	}
	l.stack = l.stack[:0]
	if !l.fresh {
		l.emit(Newline, 0, l.pos, l.pos)
	}
	l.emit(EOF, 0, l.pos, l.pos)
}

func (l *lexer) note(off int, msg string) {
	if len(l.Notes) < 100 {
		l.Notes = append(l.Notes, Note{off, msg})
	}
}

func (l *lexer) emit(k Kind, op byte, start, end int) {
	l.Toks = append(l.Toks, Tok{Start: int32(start), End: int32(end), Depth: uint16(len(l.stack)), Kind: k, Op: op})
}

// token reads one token of ordinary code.
func (l *lexer) token() {
	src, i := l.Src, l.pos
	c := src[i]
	switch class[c] {
	case cBlank:
		i++
		for i < len(src) && class[src[i]] == cBlank {
			i++
		}
		l.pos = i
		return
	case cEnd: // a lone carriage return ends a line too
		l.pos = l.lineEnd(i)
		if len(l.stack) == 0 && !l.fresh {
			l.emit(Newline, 0, i, l.pos)
			l.fresh = true
		}
		return
	case cName:
		i++
		for i < len(src) && isNameByte(src[i]) {
			i++
		}
		if i < len(src) && class[src[i]] == cQuote && i-l.pos <= 2 && l.prefixed(l.pos, i) {
			return
		}
		op := byte(0)
		if isKeyword(src[l.pos:i]) {
			op = keyword
		}
		l.emit(Name, op, l.pos, i)
	case cDigit:
		i = l.number(i)
		l.emit(Number, 0, l.pos, i)
	case cQuote:
		l.fresh = false
		l.str(l.pos, i, false)
		return
	case cOpen:
		l.emit(Op, c, i, i+1)
		l.stack = append(l.stack, level{what: c, tok: int32(len(l.Toks) - 1)})
		i++
	case cClose:
		l.close(c)
		i++
	default:
		switch {
		case c == '#':
			for i < len(src) && class[src[i]] != cEnd {
				i++
			}
			l.Comments = append(l.Comments, Span{l.pos, i})
			l.pos = i
			return
		case c == '\\' && i+1 < len(src) && class[src[i+1]] == cEnd:
			l.pos = l.lineEnd(i + 1)
			return
		case c == '.' && i+1 < len(src) && class[src[i+1]] == cDigit:
			i = l.number(i)
			l.emit(Number, 0, l.pos, i)
		default:
			i = l.operator(i)
		}
	}
	l.fresh = false
	l.pos = i
}

func (l *lexer) lineEnd(i int) int {
	if l.Src[i] == '\r' && i+1 < len(l.Src) && l.Src[i+1] == '\n' {
		return i + 2
	}
	return i + 1
}

// number is generous: letters, digits, points, and a sign behind an exponent. "1if x" is a number and a keyword.
func (l *lexer) number(i int) int {
	src := l.Src
	point := false
	if src[i] == '0' && i+1 < len(src) && (src[i+1]|0x20 == 'x' || src[i+1]|0x20 == 'b' || src[i+1]|0x20 == 'o') {
		hex := src[i+1]|0x20 == 'x'
		for i += 2; i < len(src); i++ {
			c := src[i] | 0x20
			if !(class[src[i]] == cDigit || src[i] == '_' || hex && 'a' <= c && c <= 'f') {
				break
			}
		}
		return i
	}
	for ; i < len(src); i++ {
		c := src[i]
		switch {
		case class[c] == cDigit, c == '_':
		case c == '.' && !point:
			point = true
		case c|0x20 == 'e' && i+1 < len(src) && (class[src[i+1]] == cDigit || (src[i+1] == '+' || src[i+1] == '-') && i+2 < len(src) && class[src[i+2]] == cDigit):
			i++
			point = true
		case c|0x20 == 'j', c|0x20 == 'l' && (i+1 == len(src) || !isNameByte(src[i+1])): // 10L is Python 2
			return i + 1
		default:
			return i
		}
	}
	return i
}

func (l *lexer) operator(i int) int {
	src := l.Src
	c := src[i]
	at := func(k int) byte {
		if i+k < len(src) {
			return src[i+k]
		}
		return 0
	}
	n, op := 1, c
	switch c {
	case ':':
		if k := len(l.stack); k > 0 && l.stack[k-1].what == 'f' { // a format specification begins
			field := l.stack[k-1]
			l.emit(Op, ':', i, i+1)
			l.stack = append(l.stack, level{what: ':', tok: int32(len(l.Toks) - 1), quote: field.quote, long: field.long, raw: field.raw})
			return i + 1
		}
		if at(1) == '=' {
			n, op = 2, opWalrus
		}
	case '=':
		if at(1) == '=' {
			n, op = 2, opEq
		}
	case '!':
		if at(1) == '=' {
			n, op = 2, opCompare
		}
	case '-':
		if at(1) == '>' {
			n, op = 2, opArrow
		} else if at(1) == '=' {
			n, op = 2, opAugmented
		}
	case '*', '/', '<', '>':
		switch {
		case at(1) == c && at(2) == '=':
			n, op = 3, opAugmented
		case at(1) == c && c == '*':
			n, op = 2, opPower
		case at(1) == c:
			n, op = 2, opShift
		case at(1) == '=' && (c == '<' || c == '>'):
			n, op = 2, opCompare
		case at(1) == '=':
			n, op = 2, opAugmented
		case c == '<' && at(1) == '>':
			n, op = 2, opCompare
		}
	case '+', '%', '&', '|', '^', '@':
		if at(1) == '=' {
			n, op = 2, opAugmented
		}
	case '.':
		if at(1) == '.' && at(2) == '.' {
			n, op = 3, opEllipsis
		}
	}
	l.emit(Op, op, i, i+n)
	return i + n
}

// close ends the nearest bracket of that kind; what was left open inside it ends with it.
func (l *lexer) close(c byte) {
	i := l.pos
	want := map[byte]byte{')': '(', ']': '[', '}': '{'}[c]
	for k := len(l.stack) - 1; k >= 0; k-- {
		v := l.stack[k]
		if v.what == want || c == '}' && v.what == 'f' {
			if k != len(l.stack)-1 {
				l.note(i, "closes a bracket that is not the last one opened")
			}
			l.stack = l.stack[:k]
			l.emit(Op, c, i, i+1)
			l.mate(v.tok)
			return
		}
		if v.what == 's' { // never out of an f-string's field
			break
		}
	}
	l.note(i, "closes a bracket that was never opened")
	l.emit(Op, c, i, i+1)
}

// mate joins the last token with the one that opened.
func (l *lexer) mate(open int32) {
	last := int32(len(l.Toks) - 1)
	l.Toks[last].Mate = open
	l.Toks[open].Mate = last
}
