package pickle

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// long is LONG1 and LONG4: two's complement, little-endian, of any length.
func (m *machine) long(a *operand) Value {
	if a.len > 8 {
		return text(Big, utf8Text, a.off, a.len)
	}
	var b [8]byte
	n := copy(b[:], m.peek(a.off, a.len))
	if n > 0 && b[n-1]&0x80 != 0 {
		for i := n; i < 8; i++ {
			b[i] = 0xff
		}
	}
	return scalar(Int, int64(binary.LittleEndian.Uint64(b[:])))
}

// textInt is INT and LONG. Loaders have read these with base prefixes, underscores and blanks.
func (m *machine) textInt(code Opcode, a *operand) Value {
	if a.len > 64 {
		return text(Big, decimal, a.off, a.len)
	}
	s := string(m.peek(a.off, a.len))
	if code == 'I' && (s == "00" || s == "01") {
		return scalar(Bool, int64(s[1]-'0'))
	}
	if code == 'L' {
		s = strings.TrimSuffix(s, "L")
	}
	n, err := m.parseInt(s)
	if err == strconv.ErrRange {
		return text(Big, decimal, a.off, a.len)
	}
	if err != nil {
		m.fault(OddOperand, fmt.Sprintf("%s %+q is no number", code, s))
		return Value{}
	}
	return scalar(Int, n)
}

func (m *machine) parseInt(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err == nil && s[0] != '+' {
		return n, nil
	}
	plain := strings.TrimSpace(s)
	if n, err = strconv.ParseInt(plain, 10, 64); err != nil {
		n, err = strconv.ParseInt(plain, 0, 64)
	}
	if e, ok := err.(*strconv.NumError); ok {
		err = e.Err
	}
	if err == nil {
		m.odd(OddInteger, fmt.Sprintf("the number %+q", s))
	}
	return n, err
}

// index is the operand of GET and PUT.
func (m *machine) index(a *operand) int64 {
	s := string(m.peek(a.off, min(a.len, 64)))
	n, err := m.parseInt(s)
	if err != nil {
		m.fault(OddOperand, fmt.Sprintf("%s %+q is no number", m.at.Code, s))
		return -1
	}
	return n
}

func (m *machine) textFloat(a *operand) Value {
	s := strings.TrimSpace(string(m.peek(a.off, min(a.len, 512))))
	f, err := strconv.ParseFloat(strings.ReplaceAll(s, "_", ""), 64)
	if e, ok := err.(*strconv.NumError); ok && e.Err == strconv.ErrRange {
		err = nil
	}
	if err != nil || strings.ContainsAny(s, "xXpP") {
		m.fault(OddOperand, fmt.Sprintf("FLOAT %+.40q is no number", s))
		return Value{}
	}
	return scalar(Float, int64(math.Float64bits(f)))
}

// quoted is STRING: Python 2's repr of a string.
func (m *machine) quoted(a *operand) Value {
	// Loaders strip blanks around it.
	off, n := a.off, a.len
	for n > 0 && isBlank(m.peek(off+n-1, 1)) {
		n--
	}
	for n > 0 && isBlank(m.peek(off, 1)) {
		off, n = off+1, n-1
	}
	q := append([]byte(nil), m.peek(off, min(n, 1))...)
	if n < 2 || (q[0] != '\'' && q[0] != '"') || string(m.peek(off+n-1, 1)) != string(q) {
		m.fault(OddOperand, "STRING without its quotes")
		return Value{}
	}
	return m.constant(text(Str, stringEscape, off, n))
}

func isBlank(b []byte) bool { return len(b) == 1 && strings.IndexByte(" \t\r\v\f", b[0]) >= 0 }

// stringOf decodes a string for a name.
func (m *machine) stringOf(v Value) string {
	off, n := v.Range()
	return decodeText(m.peek(off, min(n, maxName)), v.encoding())
}

// Text returns the first most bytes of a string of the file, decoded: what the loaded string would be.
func (f *File) Text(v Value, most int64) string {
	off, n := v.Range()
	if n == 0 {
		return ""
	}
	b := make([]byte, min(n, most))
	return decodeText(b[:f.src.at(b, off)], v.encoding())
}

func decodeText(b []byte, e encoding) string {
	switch e {
	case rawUnicodeEscape:
		return rawUnicode(b)
	case stringEscape:
		if len(b) < 2 {
			return ""
		}
		b = b[1:]
		if n := len(b) - 1; b[n] == '\'' || b[n] == '"' {
			b = b[:n]
		}
		return unescape(b)
	}
	return string(b)
}

// rawUnicode decodes Python's raw-unicode-escape: latin-1, and \uXXXX or \UXXXXXXXX after an odd number of backslashes.
func rawUnicode(b []byte) string {
	var out strings.Builder
	for i := 0; i < len(b); {
		if b[i] != '\\' {
			out.WriteRune(rune(b[i]))
			i++
			continue
		}
		run := i
		for run < len(b) && b[run] == '\\' {
			run++
		}
		out.WriteString(strings.Repeat(`\`, run-i-1))
		odd := (run-i)%2 == 1
		i = run
		digits := 0
		if odd && i < len(b) && b[i] == 'u' {
			digits = 4
		} else if odd && i < len(b) && b[i] == 'U' {
			digits = 8
		}
		if digits > 0 && i+1+digits <= len(b) {
			if n, err := strconv.ParseUint(string(b[i+1:i+1+digits]), 16, 32); err == nil && n <= utf8.MaxRune {
				out.WriteRune(rune(n))
				i += 1 + digits
				continue
			}
		}
		out.WriteByte('\\')
	}
	return out.String()
}

// unescape decodes Python 2's string_escape.
func unescape(b []byte) string {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' || i+1 == len(b) {
			out = append(out, b[i])
			continue
		}
		i++
		if p := strings.IndexByte(`abfnrtv\'"`, b[i]); p >= 0 {
			out = append(out, "\a\b\f\n\r\t\v\\'\""[p])
			continue
		}
		switch {
		case b[i] == '\n':
		case b[i] == 'x' && i+2 < len(b):
			n, err := strconv.ParseUint(string(b[i+1:i+3]), 16, 8)
			if err != nil {
				out = append(out, '\\', 'x')
				continue
			}
			out = append(out, byte(n))
			i += 2
		case '0' <= b[i] && b[i] <= '7':
			n, j := 0, i
			for ; j < len(b) && j < i+3 && '0' <= b[j] && b[j] <= '7'; j++ {
				n = n*8 + int(b[j]-'0')
			}
			out = append(out, byte(n))
			i = j - 1
		default:
			out = append(out, '\\', b[i])
		}
	}
	return string(out)
}
