// Package msgpack walks the values of a MessagePack file, as Flax writes checkpoints: maps of arrays, which are extensions.
// It steps over the bytes of arrays and keeps the keys of maps and short texts.
//
// Source: https://github.com/msgpack/msgpack/blob/master/spec.md and flax/serialization.py
package msgpack

import (
	"encoding/binary"
	"fmt"
	"io"
)

// Limits bound what a hostile file can cost. There is no default.
type Limits struct {
	Values int
	Depth  int
	Text   int64 // bytes of one text that are kept
}

// SyntaxError is a place where the file is no MessagePack. What was understood is returned with it.
type SyntaxError struct {
	Off int64
	Msg string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("byte %d: %s", e.Off, e.Msg) }

// LimitError says which of the Limits was reached, and where.
type LimitError struct {
	Limit string
	Off   int64
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("byte %d: limit %s reached; what follows was not read", e.Off, e.Limit)
}

// File is what was understood.
type File struct {
	Values     int
	End        int64 // of the first value
	Extensions []Extension
	Texts      []Text // keys and values that are texts
	Blobs      []Blob // bytes that are no extension
}

// Extension is a value of a type of the application. Flax uses 1 for arrays, 2 for complex numbers and 3 for numbers of numpy.
type Extension struct {
	Type     int8
	Off, Len int64 // of its bytes
}

// Text is a text; Key tells that it is a key of a map.
type Text struct {
	Key   bool
	Value string
	Off   int64
}

// Blob is a value of bytes.
type Blob struct{ Off, Len int64 }

const window = 16 << 10

type parser struct {
	r    io.ReaderAt
	size int64
	lim  Limits
	f    *File
	buf  []byte
	base int64
}

// frame is a list or a map that is being read: how many values are left, and whether keys alternate with values.
type frame struct {
	left uint64
	keys bool
}

// Parse walks the first value of r, a file of that size. The File is never nil.
func Parse(r io.ReaderAt, size int64, lim Limits) (*File, error) {
	p := &parser{r: r, size: size, lim: lim, f: &File{}}
	stack := []frame{{left: 1}}
	at := int64(0)
	for len(stack) > 0 {
		top := &stack[len(stack)-1]
		if top.left == 0 {
			stack = stack[:len(stack)-1]
			continue
		}
		key := top.keys && top.left%2 == 0
		top.left--
		if p.f.Values++; p.f.Values > lim.Values {
			return p.f, &LimitError{"values", at}
		}
		next, inner, err := p.value(at, key)
		if err != nil {
			return p.f, err
		}
		if inner.left > uint64(size-next) {
			return p.f, &SyntaxError{at, fmt.Sprintf("%d values, the file has %d bytes left", inner.left, size-next)}
		}
		if inner.left > 0 {
			if len(stack) > lim.Depth {
				return p.f, &LimitError{"depth", at}
			}
			stack = append(stack, inner)
		}
		at = next
	}
	p.f.End = at
	return p.f, nil
}

// bytes returns n bytes, at most 16.
func (p *parser) bytes(off int64, n int64) ([]byte, error) {
	if off > p.size-n {
		return nil, &SyntaxError{off, "the file ends inside a value"}
	}
	if off < p.base || off+n > p.base+int64(len(p.buf)) {
		if p.buf == nil {
			p.buf = make([]byte, 0, window)
		}
		m, _ := p.r.ReadAt(p.buf[:min(window, p.size-off)], off)
		if p.base, p.buf = off, p.buf[:m]; int64(m) < n {
			return nil, &SyntaxError{off, "cannot be read"}
		}
	}
	return p.buf[off-p.base:][:n], nil
}

func (p *parser) number(off, n int64) (uint64, error) {
	b, err := p.bytes(off, n)
	if err != nil {
		return 0, err
	}
	switch n {
	case 1:
		return uint64(b[0]), nil
	case 2:
		return uint64(binary.BigEndian.Uint16(b)), nil
	}
	return uint64(binary.BigEndian.Uint32(b)), nil
}

// value reads one value and returns where the next begins, and what is inside.
func (p *parser) value(at int64, key bool) (next int64, inner frame, err error) {
	b, err := p.bytes(at, 1)
	if err != nil {
		return 0, inner, err
	}
	c := b[0]
	sized := func(n int64) (uint64, int64, error) { // a length of n bytes and where it ends
		v, err := p.number(at+1, n)
		return v, at + 1 + n, err
	}
	var n uint64
	switch {
	case c < 0x80, c >= 0xe0, c == 0xc0, c == 0xc2, c == 0xc3:
		return at + 1, inner, nil
	case c < 0x90:
		return at + 1, frame{2 * uint64(c&15), true}, nil
	case c < 0xa0:
		return at + 1, frame{left: uint64(c & 15)}, nil
	case c < 0xc0:
		next, err = p.text(at+1, uint64(c&31), key)
		return next, inner, err
	case c >= 0xc4 && c <= 0xc6:
		if n, next, err = sized(1 << (c - 0xc4)); err == nil {
			p.f.Blobs = append(p.f.Blobs, Blob{next, int64(n)})
			next, err = p.skip(next, n)
		}
	case c >= 0xc7 && c <= 0xc9:
		if n, next, err = sized(1 << (c - 0xc7)); err == nil {
			next, err = p.extension(next, n)
		}
	case c >= 0xca && c <= 0xd3:
		next, err = p.skip(at+1, []uint64{4, 8, 1, 2, 4, 8, 1, 2, 4, 8}[c-0xca])
	case c >= 0xd4 && c <= 0xd8:
		next, err = p.extension(at+1, 1<<(c-0xd4))
	case c >= 0xd9 && c <= 0xdb:
		if n, next, err = sized(1 << (c - 0xd9)); err == nil {
			next, err = p.text(next, n, key)
		}
	case c == 0xdc || c == 0xdd:
		n, next, err = sized(2 << (c - 0xdc))
		inner = frame{left: n}
	case c == 0xde || c == 0xdf:
		n, next, err = sized(2 << (c - 0xde))
		inner = frame{2 * n, true}
	default:
		err = &SyntaxError{at, "the byte c1 begins no value"}
	}
	return next, inner, err
}

func (p *parser) skip(at int64, n uint64) (int64, error) {
	if n > uint64(p.size-at) {
		return 0, &SyntaxError{at, fmt.Sprintf("a value of %d bytes, the file has %d left", n, p.size-at)}
	}
	return at + int64(n), nil
}

func (p *parser) extension(at int64, n uint64) (int64, error) {
	b, err := p.bytes(at, 1)
	if err != nil {
		return 0, err
	}
	p.f.Extensions = append(p.f.Extensions, Extension{int8(b[0]), at + 1, int64(n)})
	return p.skip(at+1, n)
}

func (p *parser) text(at int64, n uint64, key bool) (int64, error) {
	next, err := p.skip(at, n)
	if err != nil {
		return 0, err
	}
	b := make([]byte, min(int64(n), p.lim.Text))
	m, _ := p.r.ReadAt(b, at)
	p.f.Texts = append(p.f.Texts, Text{key, string(b[:m]), at})
	return next, nil
}
