package rdata

import (
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
)

// input reads the three encodings: big-endian (XDR), the words of the machine that wrote it (little-endian, of those that R
// still runs on), and lines of text.
type input struct {
	r    io.ReaderAt
	size int64
	off  int64
	big  bool
	text bool
	buf  []byte
	base int64
}

const window = 32 << 10

// take returns the next n bytes, at most a window of them. They are valid until the next call.
func (p *input) take(n int64) ([]byte, error) {
	if n > p.size-p.off || n > window {
		return nil, &SyntaxError{p.off, "the file ends inside a value"}
	}
	if p.off < p.base || p.off+n > p.base+int64(len(p.buf)) {
		if p.buf == nil {
			p.buf = make([]byte, 0, window)
		}
		m, _ := p.r.ReadAt(p.buf[:min(window, p.size-p.off)], p.off)
		if p.base, p.buf = p.off, p.buf[:m]; int64(m) < n {
			return nil, &SyntaxError{p.off, "cannot be read"}
		}
	}
	b := p.buf[p.off-p.base:][:n]
	p.off += n
	return b, nil
}

// int reads an integer; NA is the smallest.
func (p *input) int() (int32, error) {
	at := p.off
	if p.text {
		w, err := p.word()
		if err != nil {
			return 0, err
		}
		if w == "NA" {
			return -1 << 31, nil
		}
		n, err := strconv.ParseInt(w, 10, 32)
		if err != nil {
			return 0, &SyntaxError{at, fmt.Sprintf("%q is no integer", w)}
		}
		return int32(n), nil
	}
	b, err := p.take(4)
	if err != nil {
		return 0, err
	}
	if p.big {
		return int32(binary.BigEndian.Uint32(b)), nil
	}
	return int32(binary.LittleEndian.Uint32(b)), nil
}

// word reads what stands between white space in a file of text.
func (p *input) word() (string, error) {
	const longest = 64
	var w []byte
	for {
		b, err := p.take(1)
		switch {
		case err != nil && len(w) > 0:
			return string(w), nil
		case err != nil:
			return "", err
		case b[0] > ' ' && len(w) == longest:
			return "", &SyntaxError{p.off, "a number of more than 64 characters"}
		case b[0] > ' ':
			w = append(w, b[0])
		case len(w) > 0:
			return string(w), nil
		}
	}
}

// numbers steps over n values of that many bytes each.
func (p *input) numbers(n, width int64) error {
	if p.text {
		words := n
		if width == 16 {
			words = 2 * n // complex numbers
		}
		if words > p.size-p.off {
			return &SyntaxError{p.off, fmt.Sprintf("%d values, the file has %d bytes left", n, p.size-p.off)}
		}
		for range words {
			if _, err := p.word(); err != nil {
				return err
			}
		}
		return nil
	}
	if n > (p.size-p.off)/width {
		return &SyntaxError{p.off, fmt.Sprintf("%d values of %d bytes, the file has %d left", n, width, p.size-p.off)}
	}
	p.off += n * width
	return nil
}

// bytes reads n bytes of a string and keeps at most keep of them. In a file of text they are escaped as in C.
func (p *input) bytes(n, keep int64) (string, error) {
	if n > p.size-p.off {
		return "", &SyntaxError{p.off, fmt.Sprintf("a string of %d bytes, the file has %d left", n, p.size-p.off)}
	}
	if !p.text {
		kept := min(n, keep, window)
		b, err := p.take(kept)
		if err != nil {
			return "", err
		}
		s := string(b)
		p.off += n - kept
		return s, nil
	}
	out := make([]byte, 0, min(n, keep))
	for range n {
		c, err := p.escaped()
		if err != nil {
			return "", err
		}
		if int64(len(out)) < keep {
			out = append(out, c)
		}
	}
	return string(out), nil
}

// escapes are the letters behind a backslash that stand for another character.
var escapes = map[byte]byte{'n': '\n', 't': '\t', 'v': '\v', 'b': '\b', 'r': '\r', 'f': '\f', 'a': '\a'}

func (p *input) escaped() (byte, error) {
	b, err := p.take(1)
	if err != nil || b[0] != '\\' {
		return at0(b), err
	}
	if b, err = p.take(1); err != nil {
		return 0, err
	}
	c := b[0]
	if e, ok := escapes[c]; ok {
		return e, nil
	}
	if c < '0' || c > '7' {
		return c, nil
	}
	n := int(c - '0')
	for range 2 {
		b, err := p.take(1)
		if err != nil {
			return 0, err
		}
		if b[0] < '0' || b[0] > '7' {
			p.off--
			break
		}
		n = n*8 + int(b[0]-'0')
	}
	return byte(n), nil
}

func at0(b []byte) byte {
	if len(b) == 0 {
		return 0
	}
	return b[0]
}
