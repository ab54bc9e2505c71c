// Package wire walks the fields of a protobuf message without its schema, by ranges, so that a tensor of ten gigabytes costs
// as much as its length prefix. It does not know what a field means, and does not descend by itself.
//
// Source: https://protobuf.dev/programming-guides/encoding/
package wire

import (
	"encoding/binary"
	"fmt"
	"io"
)

// The wire types that exist. Groups (3 and 4) are refused: no format read here has ever used them.
const (
	Varint  = 0
	Fixed64 = 1
	Bytes   = 2
	Fixed32 = 5
)

// Limits bound a walk.
type Limits struct {
	Fields int // most fields over all messages of one Walker
}

// SyntaxError is a place where the bytes are no protobuf.
type SyntaxError struct {
	Off       int64
	Msg       string
	Truncated bool // a field is longer than what is left of its message
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("byte %d: %s", e.Off, e.Msg) }

// Field is one field of a message. Of a field of type Bytes the content is [Off, Off+Len) of the file.
type Field struct {
	At     int64 // offset of its tag
	Number int
	Type   int
	Value  uint64 // Varint, Fixed64, Fixed32
	Off    int64
	Len    int64
}

// Walker reads messages of one file.
type Walker struct {
	r    io.ReaderAt
	left int
	buf  []byte
	base int64
	size int64
}

// NewWalker reads from r, a file of that size.
func NewWalker(r io.ReaderAt, size int64, lim Limits) *Walker {
	return &Walker{r: r, left: lim.Fields, size: size}
}

// LimitError says that a walk met more fields than Limits allow.
type LimitError struct{ Off int64 }

func (e *LimitError) Error() string {
	return fmt.Sprintf("byte %d: more fields than the limit; raise it", e.Off)
}

// Walk calls f for each field of the message in [off, off+n). An error of f stops the walk and is returned. F may walk
// nested messages with the same Walker.
func (w *Walker) Walk(off, n int64, f func(Field) error) error {
	end := off + n
	if off < 0 || n < 0 || end > w.size {
		return &SyntaxError{Off: off, Msg: fmt.Sprintf("a message of %d bytes does not fit into the file", n)}
	}
	for at := off; at < end; {
		if w.left--; w.left < 0 {
			return &LimitError{at}
		}
		fd, next, err := w.field(at, end)
		if err != nil {
			return err
		}
		if err := f(fd); err != nil {
			return err
		}
		at = next
	}
	return nil
}

// Text reads the content of a field of type Bytes, at most max bytes of it.
func (w *Walker) Text(f Field, max int64) ([]byte, error) {
	b := make([]byte, min(f.Len, max))
	if _, err := w.r.ReadAt(b, f.Off); err != nil && err != io.EOF {
		return nil, err
	}
	return b, nil
}

func (w *Walker) field(at, end int64) (Field, int64, error) {
	fd := Field{At: at}
	tag, p, err := w.varint(at, end)
	if err != nil {
		return fd, 0, err
	}
	if tag>>3 == 0 || tag>>3 > 1<<29-1 {
		return fd, 0, &SyntaxError{Off: at, Msg: fmt.Sprintf("field number %d does not exist", tag>>3)}
	}
	fd.Number, fd.Type = int(tag>>3), int(tag&7)
	switch fd.Type {
	case Varint:
		fd.Value, p, err = w.varint(p, end)
		return fd, p, err
	case Fixed64, Fixed32:
		n := int64(8)
		if fd.Type == Fixed32 {
			n = 4
		}
		b := w.peek(p, int(n))
		if p+n > end || int64(len(b)) < n {
			return fd, 0, &SyntaxError{Off: p, Msg: "the message ends inside a number"}
		}
		if n == 4 {
			fd.Value = uint64(binary.LittleEndian.Uint32(b))
		} else {
			fd.Value = binary.LittleEndian.Uint64(b)
		}
		return fd, p + n, nil
	case Bytes:
		n, q, err := w.varint(p, end)
		if err != nil {
			return fd, 0, err
		}
		if n > uint64(end-q) {
			return fd, 0, &SyntaxError{Off: p, Msg: fmt.Sprintf("field %d claims %d bytes, its message has %d left", fd.Number, n, end-q), Truncated: true}
		}
		fd.Off, fd.Len = q, int64(n)
		return fd, q + int64(n), nil
	}
	return fd, 0, &SyntaxError{Off: at, Msg: fmt.Sprintf("wire type %d is not used", fd.Type)}
}

func (w *Walker) varint(at, end int64) (uint64, int64, error) {
	b := w.peek(at, int(min(end-at, binary.MaxVarintLen64)))
	v, n := binary.Uvarint(b)
	if n <= 0 {
		return 0, 0, &SyntaxError{Off: at, Msg: "a number that does not end"}
	}
	return v, at + int64(n), nil
}

// window is small, because the fields that follow a large one are met by a new read.
const window = 4 << 10

func (w *Walker) peek(off int64, n int) []byte {
	if off < w.base || off+int64(n) > w.base+int64(len(w.buf)) {
		if w.buf == nil {
			w.buf = make([]byte, 0, window)
		}
		m, _ := w.r.ReadAt(w.buf[:min(window, max(0, w.size-off))], off)
		w.base, w.buf = off, w.buf[:m]
	}
	if off < w.base || off-w.base >= int64(len(w.buf)) {
		return nil
	}
	b := w.buf[off-w.base:]
	return b[:min(n, len(b))]
}
