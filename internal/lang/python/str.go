package python

// prefixed reads a string whose prefix is [start, quote), and returns false when those letters are no prefix.
func (l *lexer) prefixed(start, quote int) bool {
	var raw, formatted, bytes, unicode bool
	for _, c := range l.Src[start:quote] {
		switch c | 0x20 {
		case 'r':
			raw = true
		case 'f', 't':
			formatted = true
		case 'b':
			bytes = true
		case 'u':
			unicode = true
		default:
			return false
		}
	}
	if quote-start == 2 && (l.Src[start]|0x20 == l.Src[start+1]|0x20 || unicode || bytes && formatted) && !(unicode && raw) {
		return false
	}
	l.fresh = false
	if !formatted {
		l.str(start, quote, raw)
		return true
	}
	long := l.triple(quote)
	end := quote + 1
	if long {
		end += 2
	}
	l.emit(FStart, 0, start, end)
	l.stack = append(l.stack, level{what: 's', tok: int32(len(l.Toks) - 1), quote: l.Src[quote], long: long, raw: raw})
	l.pos = end
	return true
}

func (l *lexer) triple(i int) bool {
	return i+2 < len(l.Src) && l.Src[i+1] == l.Src[i] && l.Src[i+2] == l.Src[i]
}

// str reads a plain string that starts at start and whose quote is at quote. A backslash skips a character in raw strings
// too. An unterminated short string is Bad and ends at its line.
func (l *lexer) str(start, quote int, _ bool) {
	src, q := l.Src, l.Src[quote]
	i := quote + 1
	if l.triple(quote) {
		for i = quote + 3; i < len(src); i++ {
			switch src[i] {
			case '\\':
				i++
			case q:
				if l.triple(i) {
					l.emit(Str, 0, start, i+3)
					l.pos = i + 3
					return
				}
			}
		}
		l.unterminated(start, len(src))
		return
	}
	for ; i < len(src); i++ {
		switch src[i] {
		case '\\':
			if i+2 < len(src) && src[i+1] == '\r' && src[i+2] == '\n' {
				i++
			}
			i++
		case q:
			l.emit(Str, 0, start, i+1)
			l.pos = i + 1
			return
		case '\n', '\r':
			l.unterminated(start, i)
			return
		}
	}
	l.unterminated(start, len(src))
}

func (l *lexer) unterminated(start, end int) {
	l.note(start, "string is not terminated")
	l.emit(Bad, 0, start, end)
	l.pos = end
}

// literal reads the text of an f-string, or of a format specification, up to a field or its end. A backslash never escapes
// a brace; \N{NAME} is a character.
func (l *lexer) literal() {
	src := l.Src
	top := l.stack[len(l.stack)-1]
	spec := top.what == ':'
	for i := l.pos; i < len(src); i++ {
		switch c := src[i]; {
		case c == '{':
			if i+1 < len(src) && src[i+1] == '{' && !spec {
				i++
				continue
			}
			l.emit(Op, '{', i, i+1)
			l.stack = append(l.stack, level{what: 'f', tok: int32(len(l.Toks) - 1), quote: top.quote, long: top.long, raw: top.raw})
			l.pos = i + 1
			return
		case c == '}':
			if !spec {
				continue // "}}", or an error of the author's
			}
			l.stack = l.stack[:len(l.stack)-1]
			l.pos = i
			l.close('}')
			l.pos = i + 1
			return
		case c == top.quote && (!top.long || l.triple(i)):
			l.endFormatted(i)
			return
		case c == '\\' && i+1 < len(src):
			switch next := src[i+1]; {
			case next == '{' || next == '}':
			case next == 'N' && !top.raw && i+2 < len(src) && src[i+2] == '{':
				for i += 2; i < len(src) && src[i] != '}' && src[i] != top.quote && class[src[i]] != cEnd; i++ {
				}
				if i < len(src) && src[i] != '}' {
					i--
				}
			case next == '\r' && i+2 < len(src) && src[i+2] == '\n':
				i += 2
			default:
				i++
			}
		case class[c] == cEnd && !top.long:
			if spec { // ended by the line since Python 3.12
				l.stack = l.stack[:len(l.stack)-1]
				l.pos = i
				return
			}
			l.note(int(l.Toks[top.tok].Start), "string is not terminated")
			l.stack = l.stack[:len(l.stack)-1]
			l.emit(Bad, 0, i, i)
			l.mate(top.tok)
			l.pos = i
			return
		}
	}
	l.pos = len(src)
}

// endFormatted ends the innermost f-string at its quote. A specification or field that is still open ends with it.
func (l *lexer) endFormatted(i int) {
	for k := len(l.stack) - 1; k >= 0; k-- {
		v := l.stack[k]
		if v.what != 's' {
			l.note(i, "field of a string is not closed")
			continue
		}
		l.stack = l.stack[:k]
		end := i + 1
		if v.long {
			end += 2
		}
		l.emit(FEnd, 0, i, end)
		l.mate(v.tok)
		l.pos = end
		return
	}
	l.pos = i + 1
}
