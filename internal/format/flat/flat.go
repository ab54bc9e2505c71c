// Package flat walks the tables of a flatbuffer with every offset checked before it is used. It does not know a schema: a
// caller asks for fields by their number.
//
//	0     u32 distance to the root table
//	4     identifier of four letters
//	table i32 distance back to its vtable, fields; vtable u16 size, u16 size of the table, u16 offset of each field
//
// Source: https://flatbuffers.dev/internals/
package flat

import (
	"encoding/binary"
	"fmt"
	"io"
)

// SyntaxError is an offset that leads out of the file, or a size that does not fit.
type SyntaxError struct {
	Off int64
	Msg string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("byte %d: %s", e.Off, e.Msg) }

// Buffer is a file. The first error stays; after it every read gives nothing.
type Buffer struct {
	r    io.ReaderAt
	size int64
	err  error

	buf  []byte
	base int64
}

// New reads from r, a file of that size.
func New(r io.ReaderAt, size int64) *Buffer { return &Buffer{r: r, size: size} }

// Err is the first error.
func (b *Buffer) Err() error { return b.err }

// Fail notes an error of whoever knows the schema.
func (b *Buffer) Fail(off int64, format string, args ...any) {
	if b.err == nil {
		b.err = &SyntaxError{off, fmt.Sprintf(format, args...)}
	}
}

const window = 16 << 10

var zeros [8]byte

// bytes returns n bytes, at most 8, at an offset.
func (b *Buffer) bytes(off int64, n int) []byte {
	if off < 0 || off > b.size-int64(n) {
		b.Fail(max(0, off), "an offset leads out of the file, which has %d bytes", b.size)
		return zeros[:n]
	}
	if off < b.base || off+int64(n) > b.base+int64(len(b.buf)) {
		if b.buf == nil {
			b.buf = make([]byte, 0, window)
		}
		m, _ := b.r.ReadAt(b.buf[:min(window, b.size-off)], off)
		if b.base, b.buf = off, b.buf[:m]; m < n {
			b.Fail(off, "cannot be read")
			return zeros[:n]
		}
	}
	return b.buf[off-b.base:][:n]
}

func (b *Buffer) u16(off int64) int64  { return int64(binary.LittleEndian.Uint16(b.bytes(off, 2))) }
func (b *Buffer) u32(off int64) uint32 { return binary.LittleEndian.Uint32(b.bytes(off, 4)) }

// U64 is the number at an offset of the file.
func (b *Buffer) U64(off int64) uint64 { return binary.LittleEndian.Uint64(b.bytes(off, 8)) }

// Table is a table; the zero Table has no fields.
type Table struct {
	b       *Buffer
	At      int64
	vtable  int64
	entries int64
	size    int64
}

// Root is the root table.
func (b *Buffer) Root() Table { return b.table(int64(b.u32(0))) }

func (b *Buffer) table(at int64) Table {
	if b.err != nil {
		return Table{}
	}
	vt := at - int64(int32(b.u32(at)))
	size, table := b.u16(vt), b.u16(vt+2)
	switch {
	case b.err != nil:
		return Table{}
	case size < 4 || size%2 != 0 || vt+size > b.size:
		b.Fail(vt, "a table whose fields have a list of %d bytes", size)
		return Table{}
	case table < 4 || at+table > b.size:
		b.Fail(at, "a table of %d bytes", table)
		return Table{}
	}
	return Table{b, at, vt, (size - 4) / 2, table}
}

// field is the place of a field of n bytes; 0 when the table does not have it.
func (t Table) field(i int, n int64) int64 {
	if t.b == nil || t.b.err != nil || int64(i) >= t.entries {
		return 0
	}
	off := t.b.u16(t.vtable + 4 + 2*int64(i))
	if off == 0 {
		return 0
	}
	if off < 4 || off+n > t.size {
		t.b.Fail(t.At, "field %d lies outside of its table", i)
		return 0
	}
	return t.At + off
}

// Has tells whether a table has a field.
func (t Table) Has(i int) bool { return t.field(i, 1) != 0 }

// Int is a field of 1, 2, 4 or 8 bytes with its sign; 0 when it is not there.
func (t Table) Int(i, n int) int64 {
	at := t.field(i, int64(n))
	if at == 0 {
		return 0
	}
	switch n {
	case 1:
		return int64(int8(t.b.bytes(at, 1)[0]))
	case 2:
		return int64(int16(t.b.u16(at)))
	case 4:
		return int64(int32(t.b.u32(at)))
	}
	return int64(t.b.U64(at))
}

// follow is where a field of an offset leads; 0 when it is not there.
func (t Table) follow(i int) int64 {
	at := t.field(i, 4)
	if at == 0 {
		return 0
	}
	return at + int64(t.b.u32(at))
}

// Table is a field that is a table.
func (t Table) Table(i int) Table {
	if at := t.follow(i); at != 0 {
		return t.b.table(at)
	}
	return Table{}
}

// Vector is a list. Off is where its first element is.
type Vector struct {
	b   *Buffer
	Off int64
	Len int64
}

// Vector is a field that is a list of elements of so many bytes.
func (t Table) Vector(i int, elem int64) Vector {
	at := t.follow(i)
	if at == 0 {
		return Vector{}
	}
	n := int64(t.b.u32(at))
	if t.b.err == nil && n > (t.b.size-at-4)/elem {
		t.b.Fail(at, "a list of %d elements, the file has %d bytes left", n, t.b.size-at-4)
	}
	if t.b.err != nil {
		return Vector{}
	}
	return Vector{t.b, at + 4, n}
}

// Table is the table that an element of a list of offsets leads to.
func (v Vector) Table(i int64) Table {
	if v.b == nil || v.b.err != nil || i >= v.Len {
		return Table{}
	}
	at := v.Off + 4*i
	return v.b.table(at + int64(v.b.u32(at)))
}

// I32 is an element of a list of numbers of four bytes.
func (v Vector) I32(i int64) int64 { return int64(int32(v.b.u32(v.Off + 4*i))) }

// Text is a field that is a string, at most so many bytes of it.
func (t Table) Text(i int, most int64) string {
	v := t.Vector(i, 1)
	if v.Len == 0 {
		return ""
	}
	s := make([]byte, min(v.Len, most))
	n, _ := t.b.r.ReadAt(s, v.Off)
	return string(s[:n])
}
