// Package executorch reads the tables of an ExecuTorch program: its segments, and the delegates and operators it names. It
// reads no weights and does not check the values of a plan.
//
//	0   flatbuffer, identifier "ET" and two digits at 4
//	8   optionally "eh" and two digits, u32 length, u64 size of the flatbuffer, u64 offset of the segments
//
// Source: schema/program.fbs and schema/extended_header.h of https://github.com/pytorch/executorch
package executorch

import (
	"encoding/binary"
	"fmt"
	"io"

	"bakedin/internal/format/flat"
)

// Limits bound what a hostile program can cost. There is no default.
type Limits struct {
	Tables int64 // that are read
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
	Version   int64
	Program   int64 // bytes of the flatbuffer; 0 without an extended header
	Base      int64 // offset of the segments
	Segments  []Extent
	Operators []string
	Delegates []string
	Problems  []Problem
}

// Extent is a range of bytes of the file.
type Extent struct{ Off, Len int64 }

// Problem is a range or an index that does not fit.
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
	var h [32]byte
	n, _ := r.ReadAt(h[:], 0)
	if n < 8 || string(h[4:6]) != "ET" {
		return f, &SyntaxError{Off: 4, Msg: "no ET identifier"}
	}
	if n == 32 && string(h[8:10]) == "eh" {
		program, base := binary.LittleEndian.Uint64(h[16:]), binary.LittleEndian.Uint64(h[24:])
		if program > uint64(size) || base > uint64(size) || base != 0 && base < program {
			f.report(8, "a program of %d bytes and segments from %d on, the file has %d", program, base, size)
		} else {
			f.Program, f.Base = int64(program), int64(base)
		}
	}
	b := flat.New(r, size)
	p := b.Root()
	f.Version = p.Int(0, 4)
	segments := p.Vector(4, 4)
	inline := p.Vector(3, 4).Len
	plans := p.Vector(1, 4)
	if segments.Len > lim.Tables || plans.Len > lim.Tables {
		return f, &LimitError{"tables"}
	}
	for i := range segments.Len {
		t := segments.Table(i)
		off, n := uint64(t.Int(0, 8)), uint64(t.Int(1, 8))
		if space := uint64(size - f.Base); off > space || n > space-off {
			f.report(t.At, "segment %d takes %d bytes from %d of %d", i, n, off, space)
			off, n = 0, 0
		}
		f.Segments = append(f.Segments, Extent{f.Base + int64(off), int64(n)})
	}
	f.constants(b, p.Table(5))
	for i := range plans.Len {
		if err := f.plan(plans.Table(i), inline, lim); err != nil {
			return f, err
		}
	}
	return f, b.Err()
}

// constants checks the offsets of constants in their segment.
func (f *File) constants(b *flat.Buffer, t flat.Table) {
	offsets := t.Vector(1, 8)
	if offsets.Len == 0 {
		return
	}
	i := int64(uint32(t.Int(0, 4)))
	if i >= int64(len(f.Segments)) {
		f.report(t.At, "the constants lie in segment %d of %d", i, len(f.Segments))
		return
	}
	for k := range offsets.Len {
		if off := b.U64(offsets.Off + 8*k); off > uint64(f.Segments[i].Len) {
			f.report(offsets.Off+8*k, "constant %d begins at %d of %d bytes", k, off, f.Segments[i].Len)
			return
		}
	}
}

func (f *File) plan(t flat.Table, inline int64, lim Limits) error {
	ops, delegates := t.Vector(6, 4), t.Vector(7, 4)
	if ops.Len > lim.Tables || delegates.Len > lim.Tables {
		return &LimitError{"tables"}
	}
	for i := range ops.Len {
		f.Operators = append(f.Operators, ops.Table(i).Text(0, lim.Text))
	}
	for i := range delegates.Len {
		d := delegates.Table(i)
		f.Delegates = append(f.Delegates, d.Text(0, lim.Text))
		ref := d.Table(1)
		most := inline
		if ref.Int(0, 1) == 1 {
			most = int64(len(f.Segments))
		}
		if n := int64(uint32(ref.Int(1, 4))); n >= most {
			f.report(d.At, "the delegate %q has its data at %d of %d", f.Delegates[len(f.Delegates)-1], n, most)
		}
	}
	return nil
}
