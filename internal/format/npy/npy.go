// Package npy reads the header of a numpy array file. It knows how many bytes the elements take and whether one of them is a
// Python object, which makes the data a pickle. It reads no element.
//
//	93 "NUMPY", u8 major, u8 minor, u16 (from version 2 on u32) length, header
//	header: a Python literal {'descr': …, 'fortran_order': …, 'shape': …}, blanks, newline
//	the elements; for object arrays one pickle
//
// Source: https://numpy.org/neps/nep-0001-npy-format.html and numpy/lib/format.py
package npy

import (
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"
	"strings"
)

// Limits bound what a hostile header can cost. There is no default.
type Limits struct {
	Header int64 // bytes
	Depth  int   // of nested literals
}

// SyntaxError is a place where the header cannot be read on. What was understood is returned with it.
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

// File is what was understood of the header.
type File struct {
	Major, Minor byte
	Data         int64 // offset of the elements
	DType        string
	Shape        []int64
	Fortran      bool
	Item         int64 // bytes of an element; 0 when the type is not known
	Bytes        int64 // of all elements; -1 when they are a pickle or of an unknown type
	Object       bool  // an element is, or holds, a Python object
	Problems     []Problem
}

// Problem is a breach of the format that does not keep the rest from being read.
type Problem struct {
	Off int64
	Msg string
}

func (f *File) report(off int64, format string, args ...any) {
	f.Problems = append(f.Problems, Problem{off, fmt.Sprintf(format, args...)})
}

// Parse reads the header of r, a file of that size. The File is never nil.
func Parse(r io.ReaderAt, size int64, lim Limits) (*File, error) {
	f := &File{Bytes: -1}
	var b [12]byte
	n, _ := r.ReadAt(b[:], 0)
	if n < 10 || string(b[:6]) != "\x93NUMPY" {
		return f, &SyntaxError{0, "no numpy magic"}
	}
	f.Major, f.Minor = b[6], b[7]
	start, length := int64(10), int64(binary.LittleEndian.Uint16(b[8:]))
	switch {
	case f.Major < 1 || f.Major > 3:
		return f, &SyntaxError{6, fmt.Sprintf("version %d.%d does not exist", f.Major, f.Minor)}
	case f.Major > 1:
		if n < 12 {
			return f, &SyntaxError{8, "the header is cut"}
		}
		start, length = 12, int64(binary.LittleEndian.Uint32(b[8:]))
	}
	if f.Minor != 0 {
		f.report(7, "version %d.%d does not exist", f.Major, f.Minor)
	}
	if length > size-start {
		return f, &SyntaxError{8, fmt.Sprintf("a header of %d bytes, the file has %d left", length, size-start)}
	}
	if length > lim.Header {
		return f, &LimitError{"header", 8}
	}
	f.Data = start + length
	text := make([]byte, length)
	if n, err := r.ReadAt(text, start); int64(n) < length {
		return f, &SyntaxError{start + int64(n), fmt.Sprintf("cannot be read: %v", err)}
	}
	if err := f.header(string(text), start, lim); err != nil {
		return f, err
	}
	f.measure(start, size)
	return f, nil
}

// header reads the dictionary.
func (f *File) header(text string, start int64, lim Limits) error {
	p := &literals{src: text, base: start, left: lim.Depth}
	v, err := p.value()
	if err != nil {
		return err
	}
	if p.blank(); p.at < len(text) {
		f.report(start+int64(p.at), "something follows the dictionary of the header")
	}
	if v.kind != dict {
		return &SyntaxError{start, "the header is no dictionary"}
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(v.items); i += 2 {
		key, val := v.items[i], v.items[i+1]
		if seen[key.text] {
			f.report(start+int64(key.off), "%q stands twice", key.text)
		}
		seen[key.text] = true
		off := start + int64(val.off)
		switch {
		case key.text == "descr":
			f.DType = strings.TrimSpace(text[val.off:val.end])
			t := typeOf(val, lim.Depth)
			f.Item, f.Object = t.size, t.object
			if t.size == 0 && !t.object && !t.empty {
				f.report(off, "the type %s is none that numpy writes", f.DType)
			}
		case key.text == "shape" && (val.kind == tuple || val.kind == list):
			for _, d := range val.items {
				if d.kind != integer || d.n < 0 {
					f.report(off, "a dimension is no integer from 0 on")
					return nil
				}
				f.Shape = append(f.Shape, d.n)
			}
		case key.text == "fortran_order" && (val.text == "True" || val.text == "False"):
			f.Fortran = val.text == "True"
		default:
			f.report(start+int64(key.off), "%q is not in the format", key.text)
		}
	}
	for _, key := range []string{"descr", "fortran_order", "shape"} {
		if !seen[key] {
			f.report(start, "the header has no %s", key)
		}
	}
	return nil
}

// measure computes the bytes of the elements.
func (f *File) measure(start, size int64) {
	total := uint64(1)
	for _, d := range f.Shape {
		hi, lo := bits.Mul64(total, uint64(d))
		if hi != 0 || lo > 1<<62 {
			f.report(start, "the shape overflows")
			return
		}
		total = lo
	}
	if f.Object || f.Item == 0 {
		return
	}
	hi, n := bits.Mul64(total, uint64(f.Item))
	switch {
	case hi != 0 || n > 1<<62:
		f.report(start, "the bytes of the elements overflow")
	case int64(n) > size-f.Data:
		f.report(start, "the shape claims %d bytes, the file has %d", n, size-f.Data)
	default:
		f.Bytes = int64(n)
	}
}
