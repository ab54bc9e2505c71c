// Package tflite reads the tables of a TensorFlow Lite model: operators, tensors, buffers and metadata. It reads no weights
// and knows no operator by name.
//
// Source: https://github.com/tensorflow/tensorflow/blob/master/tensorflow/compiler/mlir/lite/schema/schema.fbs
package tflite

import (
	"fmt"
	"io"
	"math/bits"

	"bakedin/internal/format/flat"
)

// Limits bound what a hostile model can cost. There is no default.
type Limits struct {
	Tables int   // that are read
	Text   int64 // bytes of one name
}

// SyntaxError is an offset that leads out of the file, or a size that does not fit.
type SyntaxError = flat.SyntaxError

// LimitError says which of the Limits was reached.
type LimitError struct{ Limit string }

func (e *LimitError) Error() string {
	return fmt.Sprintf("limit %s reached; what follows was not read", e.Limit)
}

// File is what was understood.
type File struct {
	Version     int64
	Description string
	Ops         []Op
	Tensors     []Tensor
	Buffers     []Extent
	Metadata    []Metadata
	Problems    []Problem
}

// Custom is the code of operators that are told by their name.
const Custom = 32

// Op is an entry of the list of operators. Used counts the nodes that have it.
type Op struct {
	Code int64
	Name string // of a custom one
	Off  int64
	Used int
}

// Tensor is a tensor of a subgraph.
type Tensor struct {
	Name   string
	Type   int64
	Shape  []int64
	Buffer int64
}

// Extent is where the bytes of a buffer are.
type Extent struct{ Off, Len int64 }

// Metadata is a named buffer.
type Metadata struct {
	Name   string
	Buffer int64
}

// Problem is a breach of the format that does not keep the rest from being read.
type Problem struct {
	Off int64
	Msg string
}

func (f *File) report(off int64, format string, args ...any) {
	f.Problems = append(f.Problems, Problem{off, fmt.Sprintf(format, args...)})
}

// Parse reads r, a file of that size. The File is never nil.
func Parse(r io.ReaderAt, size int64, lim Limits) (*File, error) {
	f := &File{}
	var id [8]byte
	if n, _ := r.ReadAt(id[:], 0); n < 8 || string(id[4:]) != "TFL3" {
		return f, &SyntaxError{Off: 4, Msg: "no TFL3 identifier"}
	}
	b := flat.New(r, size)
	left := lim.Tables
	count := func(n int64) bool { left -= int(min(n, 1<<30)); return left >= 0 && b.Err() == nil }
	m := b.Root()
	f.Version, f.Description = m.Int(0, 4), m.Text(3, lim.Text)
	codes := m.Vector(1, 4)
	for i := range codes.Len {
		if !count(1) {
			break
		}
		t := codes.Table(i)
		op := Op{Code: max(t.Int(0, 1), t.Int(3, 4)), Name: t.Text(1, lim.Text), Off: t.At}
		f.Ops = append(f.Ops, op)
	}
	buffers := m.Vector(4, 4)
	for i := range buffers.Len {
		if !count(1) {
			break
		}
		f.buffer(buffers.Table(i), size)
	}
	graphs := m.Vector(2, 4)
	for i := range graphs.Len {
		if !count(1) {
			break
		}
		f.graph(graphs.Table(i), lim, count)
	}
	meta := m.Vector(6, 4)
	for i := range meta.Len {
		if !count(1) {
			break
		}
		t := meta.Table(i)
		e := Metadata{t.Text(0, lim.Text), int64(uint32(t.Int(1, 4)))}
		if e.Buffer >= buffers.Len {
			f.report(t.At, "the metadata %q name buffer %d of %d", e.Name, e.Buffer, buffers.Len)
		}
		f.Metadata = append(f.Metadata, e)
	}
	if b.Err() == nil && left < 0 {
		return f, &LimitError{"tables"}
	}
	return f, b.Err()
}

func (f *File) buffer(t flat.Table, size int64) {
	if off, n := t.Int(1, 8), t.Int(2, 8); off > 1 { // bytes behind the flatbuffer
		if off < 0 || n < 0 || off > size || n > size-off {
			f.report(t.At, "a buffer of %d bytes at %d, the file has %d", uint64(n), uint64(off), size)
			off, n = 0, 0
		}
		f.Buffers = append(f.Buffers, Extent{off, n})
		return
	}
	v := t.Vector(0, 1)
	f.Buffers = append(f.Buffers, Extent{v.Off, v.Len})
}

func (f *File) graph(t flat.Table, lim Limits, count func(int64) bool) {
	tensors := t.Vector(0, 4)
	for i := range tensors.Len {
		if !count(1) {
			return
		}
		f.tensor(tensors.Table(i), lim)
	}
	for _, field := range []int{1, 2} {
		f.indices(t, field, tensors.Len)
	}
	ops := t.Vector(3, 4)
	for i := range ops.Len {
		if !count(1) {
			return
		}
		op := ops.Table(i)
		code := int64(uint32(op.Int(0, 4)))
		if code >= int64(len(f.Ops)) {
			f.report(op.At, "a node has operator %d of %d", code, len(f.Ops))
		} else {
			f.Ops[code].Used++
		}
		f.indices(op, 1, tensors.Len)
		f.indices(op, 2, tensors.Len)
	}
}

// indices checks a list of numbers of tensors; -1 is one that is left out.
func (f *File) indices(t flat.Table, field int, tensors int64) {
	v := t.Vector(field, 4)
	for i := range v.Len {
		if n := v.I32(i); n < -1 || n >= tensors {
			f.report(v.Off+4*i, "tensor %d of %d is asked for", n, tensors)
			return
		}
	}
}

const maxDims = 4096

func (f *File) tensor(t flat.Table, lim Limits) {
	x := Tensor{Name: t.Text(3, lim.Text), Type: t.Int(1, 1), Buffer: int64(uint32(t.Int(2, 4)))}
	shape := t.Vector(0, 4)
	total := uint64(1)
	for i := range min(shape.Len, maxDims) {
		d := shape.I32(i)
		if d < 0 && d != -1 {
			f.report(t.At, "the tensor %q has the dimension %d", x.Name, d)
			break
		}
		hi, lo := bits.Mul64(total, uint64(max(1, d)))
		if hi != 0 || lo > 1<<48 {
			f.report(t.At, "the dimensions of the tensor %q overflow", x.Name)
			break
		}
		total = lo
		x.Shape = append(x.Shape, d)
	}
	if x.Buffer >= int64(len(f.Buffers)) && x.Buffer != 0 {
		f.report(t.At, "the tensor %q has buffer %d of %d", x.Name, x.Buffer, len(f.Buffers))
	}
	f.Tensors = append(f.Tensors, x)
}
