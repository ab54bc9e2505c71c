// Package safetensors reads the header of a safetensors file and holds it to the letter of the format. It knows nothing of
// what the weights do, and reads none of them.
//
//	0      u64 N, little-endian
//	8      N bytes of JSON: {"name": {"dtype": …, "shape": […], "data_offsets": [begin, end]}, "__metadata__": {…}}
//	8+N    the tensors, one behind the other without a gap, to the end of the file
//
// encoding/json is not used: it lets the last of two equal keys win without a word, and replaces bytes that are no UTF-8.
//
// Source: https://github.com/huggingface/safetensors#format
package safetensors

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"
	"slices"
	"unicode/utf8"
)

// Limits bound what a hostile header can cost. There is no default.
type Limits struct {
	Header int64 // bytes; the format allows 100,000,000
	Depth  int   // of nested JSON
}

// SyntaxError is a place where the header cannot be read on. What was understood is returned with it.
type SyntaxError struct {
	Off int64
	Msg string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("byte %d: %s", e.Off, e.Msg) }

// LimitError says which of the Limits was reached, in lower case, and where.
type LimitError struct {
	Limit string
	Off   int64
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("byte %d: limit %s reached; what follows was not read", e.Off, e.Limit)
}

// File is what was understood of the header.
type File struct {
	Header   int64 // N: bytes of JSON with their padding
	Data     int64 // offset of the first tensor byte, 8 + N
	Tensors  []Tensor
	Metadata []Pair // in the order of the file, duplicates kept
	Problems []Problem
	Holes    []Extent // bytes of the buffer that no tensor covers, tail included
}

// Tensor is an entry of the header. Begin and End count from File.Data.
type Tensor struct {
	Name       string
	DType      string
	Shape      []int64
	Begin, End int64
	Off        int64 // of the name in the file
}

// Pair is an entry of __metadata__. A value that is no text is reported and left out.
type Pair struct {
	Key, Value string
	Off        int64 // of the value in the file
}

// Extent is a range of bytes of the file.
type Extent struct{ Off, Len int64 }

// Kind of a Problem.
type Kind string

// The kinds.
const (
	Header   Kind = "header"   // length, padding, something that is not in the format
	KeyTwice Kind = "key"      // a key that stands twice
	UTF8     Kind = "utf8"     // bytes that are no text
	DType    Kind = "dtype"    // unknown
	Shape    Kind = "shape"    // no list of non-negative integers, or it overflows
	Offsets  Kind = "offsets"  // do not fit dtype and shape, or the file
	Overlap  Kind = "overlap"  // two tensors share bytes
	Hole     Kind = "hole"     // bytes between tensors
	Tail     Kind = "tail"     // bytes behind the last tensor
	Metadata Kind = "metadata" // is not text to text
)

// Problem is a breach of the format that does not keep the rest from being read.
type Problem struct {
	Kind Kind
	Off  int64
	Msg  string
}

func (f *File) report(k Kind, off int64, format string, args ...any) {
	f.Problems = append(f.Problems, Problem{k, off, fmt.Sprintf(format, args...)})
}

// widths are the bits of an element.
var widths = map[string]int64{
	"BOOL": 8, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8,
	"F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8, "I16": 16, "U16": 16, "F16": 16, "BF16": 16, "I32": 32, "U32": 32, "F32": 32,
	"C64": 64, "F64": 64, "I64": 64, "U64": 64,
}

const maxHeader = 100_000_000

// Parse reads 8 + N bytes of r, a file of that size.
func Parse(r io.ReaderAt, size int64, lim Limits) (*File, error) {
	f := &File{}
	var b [8]byte
	if n, _ := r.ReadAt(b[:], 0); n < 8 || size < 8 {
		return f, &SyntaxError{0, "too short for the length of a header"}
	}
	n := binary.LittleEndian.Uint64(b[:])
	if n > uint64(size-8) {
		return f, &SyntaxError{0, fmt.Sprintf("a header of %d bytes does not fit into %d", n, size)}
	}
	if n > maxHeader {
		return f, &SyntaxError{0, fmt.Sprintf("a header of %d bytes, the format allows %d", n, maxHeader)}
	}
	if int64(n) > lim.Header {
		return f, &LimitError{"header", 0}
	}
	f.Header, f.Data = int64(n), 8+int64(n)
	text := make([]byte, n)
	if m, err := r.ReadAt(text, 8); m < len(text) {
		return f, &SyntaxError{8 + int64(m), fmt.Sprintf("cannot be read: %v", err)}
	}
	if !utf8.Valid(text) {
		f.report(UTF8, 8, "the header is not UTF-8")
	}
	c := &cursor{b: text, base: 8, depth: lim.Depth}
	err := f.object(c)
	if err == nil {
		err = c.end()
	}
	if err == nil {
		f.tile(size)
	}
	return f, err
}

// object reads the one object of the header.
func (f *File) object(c *cursor) error {
	if len(c.b) == 0 || c.b[0] != '{' {
		return c.fail("the header does not begin with {")
	}
	seen := map[string]bool{}
	return c.object(func(key string, off int64) error {
		if seen[key] {
			f.report(KeyTwice, off, "%q stands twice", key)
		}
		seen[key] = true
		if key == "__metadata__" {
			return f.metadata(c)
		}
		return f.tensor(c, key, off)
	})
}

func (f *File) metadata(c *cursor) error {
	if c.peek() != '{' {
		f.report(Metadata, c.off(), "__metadata__ is no object")
		return c.skip()
	}
	seen := map[string]bool{}
	return c.object(func(key string, off int64) error {
		if seen[key] {
			f.report(KeyTwice, off, "metadata %q stands twice", key)
		}
		seen[key] = true
		at := c.off()
		if c.peek() != '"' {
			f.report(Metadata, at, "metadata %q is no text", key)
			return c.skip()
		}
		s, err := c.str()
		f.Metadata = append(f.Metadata, Pair{key, s, at})
		return err
	})
}

// tensor reads one entry, which has exactly dtype, shape and data_offsets.
func (f *File) tensor(c *cursor, name string, off int64) error {
	t := Tensor{Name: name, Off: off}
	if c.peek() != '{' {
		f.report(Header, c.off(), "%q is no object", name)
		return c.skip()
	}
	var offsets []int64
	shaped := false
	seen := map[string]bool{}
	err := c.object(func(key string, off int64) (err error) {
		if seen[key] {
			f.report(KeyTwice, off, "%q of %q stands twice", key, name)
		}
		seen[key] = true
		at := c.off()
		switch {
		case key == "dtype" && c.peek() == '"':
			t.DType, err = c.str()
			if err == nil && widths[t.DType] == 0 {
				f.report(DType, at, "%q has the unknown dtype %q", name, t.DType)
			}
		case key == "shape" && c.peek() == '[':
			t.Shape, shaped, err = c.integers()
			if err == nil && !shaped {
				f.report(Shape, at, "the shape of %q is no list of non-negative integers", name)
			}
		case key == "data_offsets" && c.peek() == '[':
			var ok bool
			offsets, ok, err = c.integers()
			if err == nil && (!ok || len(offsets) != 2) {
				f.report(Offsets, at, "the offsets of %q are no two non-negative integers", name)
				offsets = nil
			}
		default:
			f.report(Header, off, "%q of %q is not in the format", key, name)
			err = c.skip()
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, key := range []string{"dtype", "shape", "data_offsets"} {
		if !seen[key] {
			f.report(Header, off, "%q has no %s", name, key)
		}
	}
	if len(offsets) == 2 {
		t.Begin, t.End = offsets[0], offsets[1]
		f.fits(t, shaped)
		f.Tensors = append(f.Tensors, t)
	}
	return nil
}

// fits compares the range of a tensor with its dtype and shape.
func (f *File) fits(t Tensor, shaped bool) {
	if t.Begin > t.End {
		f.report(Offsets, t.Off, "%q ends at %d before it begins at %d", t.Name, t.End, t.Begin)
		return
	}
	width := widths[t.DType]
	if width == 0 || !shaped {
		return
	}
	total := uint64(width)
	for _, d := range t.Shape {
		hi, lo := bits.Mul64(total, uint64(d))
		if hi != 0 {
			f.report(Shape, t.Off, "the shape of %q overflows", t.Name)
			return
		}
		total = lo
	}
	if total%8 != 0 {
		f.report(Shape, t.Off, "%q does not fill whole bytes", t.Name)
	}
	if want := total / 8; want != uint64(t.End-t.Begin) {
		f.report(Offsets, t.Off, "%q takes %d bytes, its shape %d", t.Name, t.End-t.Begin, want)
	}
}

// tile checks that the tensors lie one behind the other from the start of the buffer to the end of the file.
func (f *File) tile(size int64) {
	order := slices.Clone(f.Tensors)
	slices.SortStableFunc(order, func(a, b Tensor) int { return cmp.Or(cmp.Compare(a.Begin, b.Begin), cmp.Compare(a.End, b.End)) })
	length := size - f.Data
	at, last := int64(0), ""
	for _, t := range order {
		if t.End > length {
			f.report(Offsets, t.Off, "%q ends at %d of %d bytes", t.Name, t.End, length)
		}
		switch {
		case t.Begin > t.End:
			continue
		case t.Begin < at && t.Begin < t.End:
			f.report(Overlap, t.Off, "%q begins at %d inside of %q, which ends at %d", t.Name, t.Begin, last, at)
		case t.Begin > at:
			f.hole(Hole, at, min(t.Begin, length))
		}
		if t.End > at {
			at, last = t.End, t.Name
		}
	}
	if at < length {
		f.hole(Tail, at, length)
	}
}

func (f *File) hole(k Kind, from, to int64) {
	if from >= to {
		return
	}
	f.Holes = append(f.Holes, Extent{f.Data + from, to - from})
	f.report(k, f.Data+from, "%d bytes belong to no tensor", to-from)
}
