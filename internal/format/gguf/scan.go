package gguf

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

const window = 64 << 10

// maxNesting of lists in lists.
const maxNesting = 4

// scanner reads the header through a window, forward only.
type scanner struct {
	r     io.ReaderAt
	at    int64
	size  int64 // bytes that may be read
	whole int64 // bytes of the file
	order binary.ByteOrder
	short bool // version 1
	lim   Limits
	left  int64 // bytes of text that may still be kept
	f     *File

	buf  []byte
	base int64
}

// fill makes the next n bytes (at most a window) readable, and returns what is there.
func (s *scanner) fill(n int64) []byte {
	if s.at < s.base || s.at+n > s.base+int64(len(s.buf)) {
		if s.buf == nil {
			s.buf = make([]byte, 0, window)
		}
		m, _ := s.r.ReadAt(s.buf[:min(window, max(0, s.size-s.at))], s.at)
		s.base, s.buf = s.at, s.buf[:m]
	}
	return s.buf[s.at-s.base:]
}

// need says whether n bytes are left.
func (s *scanner) need(n int64) error {
	if n <= s.size-s.at {
		return nil
	}
	if n > s.whole-s.at || s.size == s.whole {
		return &SyntaxError{s.at, fmt.Sprintf("%d bytes are needed, the file has %d left", n, s.whole-s.at)}
	}
	return &LimitError{"header", s.at}
}

// bytes returns the next n bytes, at most a window, until the next call.
func (s *scanner) bytes(n int64) ([]byte, error) {
	if err := s.need(n); err != nil {
		return nil, err
	}
	b := s.fill(n)
	if int64(len(b)) < n {
		return nil, &SyntaxError{s.at, "cannot be read"}
	}
	s.at += n
	return b[:n], nil
}

func (s *scanner) u32() (uint32, error) {
	b, err := s.bytes(4)
	if err != nil {
		return 0, err
	}
	return s.order.Uint32(b), nil
}

func (s *scanner) u64() (uint64, error) {
	b, err := s.bytes(8)
	if err != nil {
		return 0, err
	}
	return s.order.Uint64(b), nil
}

// word is the size of a length.
func (s *scanner) word() int64 {
	if s.short {
		return 4
	}
	return 8
}

func (s *scanner) length() (uint64, error) {
	if s.short {
		n, err := s.u32()
		return uint64(n), err
	}
	return s.u64()
}

// str reads a string; keep asks whether its text is wanted, given its first bytes. A text that is not kept is stepped over.
func (s *scanner) str(keep func(n uint64) bool) (text string, off int64, err error) {
	n, err := s.length()
	if err != nil {
		return "", 0, err
	}
	off = s.at
	if n > uint64(s.whole-s.at) {
		return "", off, &SyntaxError{off - s.word(), fmt.Sprintf("a string of %d bytes, the file has %d left", n, s.whole-s.at)}
	}
	if err := s.need(int64(n)); err != nil {
		return "", off, err
	}
	if keep == nil || !keep(n) {
		s.at += int64(n)
		return "", off, nil
	}
	if int64(n) <= window {
		b, err := s.bytes(int64(n))
		return string(b), off, err
	}
	b := make([]byte, n)
	m, _ := s.r.ReadAt(b, s.at)
	s.at += int64(n)
	return string(b[:m]), off, nil
}

// kept is the rule of which texts are kept: all within the limits.
func (s *scanner) kept(n uint64) bool {
	if n > uint64(min(s.lim.Text, s.left)) {
		s.f.Lost = true
		return false
	}
	s.left -= int64(n)
	return true
}

func (s *scanner) pair() (p Pair, err error) {
	p.Off = s.at
	p.Key, _, err = s.str(func(n uint64) bool { return n <= maxKey })
	if err != nil {
		return p, err
	}
	if p.Key == "" {
		s.f.report(KeyText, p.Off, "a key that is empty or longer than %d bytes", maxKey)
	}
	if !utf8.ValidString(p.Key) {
		s.f.report(KeyText, p.Off, "the key %q is not UTF-8", p.Key)
	}
	t, err := s.u32()
	if err != nil {
		return p, err
	}
	p.Type = Type(t)
	switch {
	case p.Type == Text:
		var off int64
		p.Text, off, err = s.str(s.kept)
		if err == nil {
			s.f.Strings = append(s.f.Strings, String{p.Key, off, p.Text})
		}
	case p.Type == List:
		p.Elem, p.Count, err = s.list(p.Key, 1)
	case p.Type.width() > 0:
		p.Text, err = s.number(p.Key, p.Type)
	default:
		err = &SyntaxError{s.at - 4, fmt.Sprintf("the value of %q has the type %d, which does not exist", p.Key, t)}
	}
	return p, err
}

func (s *scanner) number(key string, t Type) (string, error) {
	off := s.at
	b, err := s.bytes(t.width())
	if err != nil {
		return "", err
	}
	switch t {
	case Boolean:
		if b[0] > 1 {
			s.f.report(Bool, off, "the bool %q is %d", key, b[0])
		}
		return strconv.FormatBool(b[0] != 0), nil
	case U8:
		return strconv.Itoa(int(b[0])), nil
	case I8:
		return strconv.Itoa(int(int8(b[0]))), nil
	case U16:
		return strconv.Itoa(int(s.order.Uint16(b))), nil
	case I16:
		return strconv.Itoa(int(int16(s.order.Uint16(b)))), nil
	case U32:
		return strconv.FormatUint(uint64(s.order.Uint32(b)), 10), nil
	case I32:
		return strconv.Itoa(int(int32(s.order.Uint32(b)))), nil
	case F32:
		return strconv.FormatFloat(float64(math.Float32frombits(s.order.Uint32(b))), 'g', -1, 32), nil
	case U64:
		return strconv.FormatUint(s.order.Uint64(b), 10), nil
	case I64:
		return strconv.FormatInt(int64(s.order.Uint64(b)), 10), nil
	}
	return strconv.FormatFloat(math.Float64frombits(s.order.Uint64(b)), 'g', -1, 64), nil
}

// list walks a list. Its texts are kept when they may be templates: a vocabulary of 256,000 words is not.
func (s *scanner) list(key string, depth int) (Type, uint64, error) {
	off := s.at
	e, err := s.u32()
	if err != nil {
		return 0, 0, err
	}
	elem := Type(e)
	n, err := s.length()
	if err != nil {
		return elem, 0, err
	}
	least := elem.width()
	switch {
	case elem == Text:
		least = s.word()
	case elem == List:
		least = 4 + s.word()
	case least == 0:
		return elem, n, &SyntaxError{off, fmt.Sprintf("the list %q has elements of the type %d, which does not exist", key, e)}
	}
	if n > uint64(s.whole-s.at)/uint64(least) {
		s.f.report(Counts, off, "the %d elements of %q do not fit into the %d bytes that are left", n, key, s.whole-s.at)
		return elem, n, &SyntaxError{off, fmt.Sprintf("the %d elements of %q do not fit into the file", n, key)}
	}
	switch elem {
	case Text:
		return elem, n, s.texts(key, n)
	case List:
		if depth == maxNesting {
			return elem, n, &LimitError{"nesting", off}
		}
		for range n {
			if _, _, err := s.list(key, depth+1); err != nil {
				return elem, n, err
			}
		}
		return elem, n, nil
	}
	size := int64(n) * elem.width()
	if err := s.need(size); err != nil {
		return elem, n, err
	}
	s.at += size
	return elem, n, nil
}

// texts walks the strings of a list. Short lists are kept whole; of long ones the strings that hold a template.
func (s *scanner) texts(key string, n uint64) error {
	for range n {
		start := s.at
		if n <= 64 {
			text, off, err := s.str(s.kept)
			if err != nil {
				return err
			}
			s.f.Strings = append(s.f.Strings, String{key, off, text})
			continue
		}
		text, off, err := s.str(func(n uint64) bool { return n >= 16 && n <= window })
		if err != nil {
			return err
		}
		if size := s.at - start; size > window && s.lim.Text >= size {
			s.at = start
			if text, off, err = s.str(s.kept); err != nil {
				return err
			}
		}
		if strings.Contains(text, "{{") || strings.Contains(text, "{%") {
			s.f.Strings = append(s.f.Strings, String{key, off, text})
		}
	}
	return nil
}

func (s *scanner) tensor() (t Tensor, err error) {
	t.Off = s.at
	if t.Name, _, err = s.str(func(n uint64) bool { return n <= maxKey }); err != nil {
		return t, err
	}
	dims, err := s.u32()
	if err != nil {
		return t, err
	}
	if dims > maxDims {
		s.f.report(Shape, t.Off, "%q has %d dimensions, the format allows %d", t.Name, dims, maxDims)
	}
	if int64(dims) > (s.whole-s.at)/s.word() {
		return t, &SyntaxError{s.at - 4, fmt.Sprintf("the %d dimensions of %q do not fit into the file", dims, t.Name)}
	}
	if dims > 1024 {
		return t, &LimitError{"dimensions", s.at}
	}
	for range dims {
		d, err := s.length()
		if err != nil {
			return t, err
		}
		t.Dims = append(t.Dims, d)
	}
	if t.Type, err = s.u32(); err != nil {
		return t, err
	}
	t.Offset, err = s.u64()
	return t, err
}
