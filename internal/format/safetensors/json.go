package safetensors

import (
	"encoding/json"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// cursor walks JSON text in memory, token by token, by the letter of RFC 8259.
type cursor struct {
	b     []byte
	i     int
	base  int64 // offset of b in the file
	depth int   // levels that may still be opened
}

func (c *cursor) off() int64 { c.blank(); return c.base + int64(c.i) }

func (c *cursor) fail(msg string) error { return &SyntaxError{c.base + int64(c.i), msg} }

func (c *cursor) blank() {
	for c.i < len(c.b) && (c.b[c.i] == ' ' || c.b[c.i] == '\t' || c.b[c.i] == '\n' || c.b[c.i] == '\r') {
		c.i++
	}
}

// peek is the first byte of the next token, 0 at the end.
func (c *cursor) peek() byte {
	c.blank()
	if c.i == len(c.b) {
		return 0
	}
	return c.b[c.i]
}

// take steps over one byte when it is the next token.
func (c *cursor) take(b byte) bool {
	if c.peek() != b {
		return false
	}
	c.i++
	return true
}

// end accepts the padding behind the object. Writers pad with blanks.
func (c *cursor) end() error {
	for ; c.i < len(c.b); c.i++ {
		if c.b[c.i] != ' ' {
			return c.fail("something follows the object of the header")
		}
	}
	return nil
}

// object calls f for each key, with the cursor before its value, which f must read.
func (c *cursor) object(f func(key string, off int64) error) error {
	if !c.take('{') {
		return c.fail("not an object")
	}
	if c.depth--; c.depth < 0 {
		return &LimitError{"depth", c.base + int64(c.i)}
	}
	defer func() { c.depth++ }()
	if c.take('}') {
		return nil
	}
	for {
		off := c.off()
		key, err := c.str()
		if err != nil {
			return err
		}
		if !c.take(':') {
			return c.fail("a key without a colon")
		}
		if err := f(key, off); err != nil {
			return err
		}
		if c.take('}') {
			return nil
		}
		if !c.take(',') {
			return c.fail("an object without a comma or its end")
		}
	}
}

// str reads a string.
func (c *cursor) str() (string, error) {
	if c.peek() != '"' {
		return "", c.fail("not a string")
	}
	start, plain := c.i, true
	for c.i++; c.i < len(c.b); c.i++ {
		switch b := c.b[c.i]; {
		case b == '"':
			c.i++
			if plain {
				return string(c.b[start+1 : c.i-1]), nil
			}
			if half(c.b[start:c.i]) {
				return "", c.fail("a string with half of a surrogate pair")
			}
			var s string
			if err := json.Unmarshal(c.b[start:c.i], &s); err != nil {
				return "", c.fail("a string with an escape that does not exist")
			}
			return s, nil
		case b == '\\':
			plain = false
			c.i++
		case b < ' ':
			return "", c.fail("a control character in a string")
		}
	}
	c.i = min(c.i, len(c.b))
	return "", c.fail("a string without its end")
}

// half tells whether an escape of a string is half of a pair that stands for one letter: encoding/json puts another letter in
// its place, the loaders refuse it.
func half(raw []byte) bool {
	unit := func(i int) rune {
		if i+6 > len(raw) || raw[i] != '\\' || raw[i+1] != 'u' {
			return -1
		}
		n, err := strconv.ParseUint(string(raw[i+2:i+6]), 16, 16)
		if err != nil {
			return -1
		}
		return rune(n)
	}
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		if r := unit(i); utf16.IsSurrogate(r) {
			if utf16.DecodeRune(r, unit(i+6)) == utf8.RuneError {
				return true
			}
			i += 6 + 5
			continue
		}
		i++ // the letter of the escape
	}
	return false
}

// integers reads a list. It is not ok when an item is anything but a non-negative integer in the form of one.
func (c *cursor) integers() (out []int64, ok bool, err error) {
	if !c.take('[') {
		return nil, false, c.fail("not a list")
	}
	ok = true
	if c.take(']') {
		return nil, true, nil
	}
	for {
		c.blank()
		start := c.i
		if err := c.skip(); err != nil {
			return nil, false, err
		}
		text := string(c.b[start:c.i])
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 || text[0] == '+' || text[0] == '-' || len(text) > 1 && text[0] == '0' {
			ok = false
		}
		out = append(out, n)
		if c.take(']') {
			return out, ok, nil
		}
		if !c.take(',') {
			return nil, false, c.fail("a list without a comma or its end")
		}
	}
}

// skip reads any value.
func (c *cursor) skip() error {
	switch b := c.peek(); {
	case b == '"':
		_, err := c.str()
		return err
	case b == '{':
		return c.object(func(string, int64) error { return c.skip() })
	case b == '[':
		return c.list()
	case b == '-' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z':
		start := c.i
		for c.i < len(c.b) && isScalar(c.b[c.i]) {
			c.i++
		}
		if !json.Valid(c.b[start:c.i]) {
			return c.fail("not a value")
		}
		return nil
	}
	return c.fail("not a value")
}

func (c *cursor) list() error {
	c.i++
	if c.depth--; c.depth < 0 {
		return &LimitError{"depth", c.base + int64(c.i)}
	}
	defer func() { c.depth++ }()
	if c.take(']') {
		return nil
	}
	for {
		if err := c.skip(); err != nil {
			return err
		}
		if c.take(']') {
			return nil
		}
		if !c.take(',') {
			return c.fail("a list without a comma or its end")
		}
	}
}

func isScalar(b byte) bool {
	return b == '+' || b == '-' || b == '.' || b >= '0' && b <= '9' || b|0x20 >= 'a' && b|0x20 <= 'z'
}
