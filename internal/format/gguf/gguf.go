// Package gguf reads the header of a GGUF file: key-values and tensor infos of the versions 1, 2 and 3 in either byte order.
// It reads no tensor, and walks long lists (a vocabulary) by their lengths without keeping them. It has no opinion on a
// value: what a template does is told by internal/lang/jinja.
//
//	magic "GGUF", u32 version, u64 tensors, u64 key-values      (version 1: u32 counts, u32 lengths of strings and lists)
//	key-values  {string key, u32 type, value}
//	tensors     {string name, u32 dimensions, u64 each, u32 type, u64 offset}
//	padding to general.alignment, then the tensors
//
// Source: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md and src/gguf.cpp there
package gguf

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"
	"slices"
)

// Limits bound what a hostile header can cost. There is no default.
type Limits struct {
	Pairs   int   // key-values
	Tensors int   //
	Header  int64 // bytes of header that are read
	Text    int64 // bytes of one string that are kept
	Keep    int64 // bytes of all strings that are kept
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
	Version   uint32
	BigEndian bool
	Alignment int64 // of tensors, in bytes
	Header    int64 // bytes up to the padding before the tensors
	Data      int64 // offset of the first tensor
	Pairs     []Pair
	Strings   []String // every text among the values, also those inside of lists, as far as they were kept
	Tensors   []Tensor
	Holes     []Extent // bytes behind the header that no tensor covers and no padding explains
	Problems  []Problem
	Newer     string // a type of tensor that this reader does not know the size of
	Lost      bool   // texts that hold a template were longer than the limits
}

// Pair is a key and its value. Text holds a string or the number in decimal; of a list it is empty.
type Pair struct {
	Key   string
	Off   int64 // of the key
	Type  Type
	Elem  Type   // of a list
	Count uint64 // of a list
	Text  string
}

// String is a text among the values. A list has its key several times.
type String struct {
	Key  string
	Off  int64 // of the first byte of the text
	Text string
}

// Tensor is a tensor info. Offset counts from File.Data; Bytes is 0 when it is not known.
type Tensor struct {
	Name   string
	Off    int64 // of the info
	Dims   []uint64
	Type   uint32
	Offset uint64
	Bytes  uint64
}

// Extent is a range of bytes of the file.
type Extent struct{ Off, Len int64 }

// Kind of a Problem.
type Kind string

// The kinds. Those from Shape on are about tensors.
const (
	Version    Kind = "version"
	Counts     Kind = "counts"
	KeyTwice   Kind = "key"
	KeyText    Kind = "key-text"
	Bool       Kind = "bool"
	Alignment  Kind = "alignment"
	Shape      Kind = "shape"
	TensorType Kind = "type"
	Range      Kind = "range"
	Overlap    Kind = "overlap"
	Name       Kind = "name"
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

const (
	maxKey    = 65535
	maxName   = 64 // GGML_MAX_NAME
	maxDims   = 4  // GGML_MAX_DIMS
	alignment = 32
)

// Parse reads the header of r, a file of that size. The File is never nil.
func Parse(r io.ReaderAt, size int64, lim Limits) (*File, error) {
	f := &File{Alignment: alignment}
	s := &scanner{r: r, size: min(size, lim.Header), whole: size, order: binary.LittleEndian, lim: lim, left: lim.Keep, f: f}
	err := f.header(s)
	f.Header = s.at
	if err != nil {
		return f, err
	}
	f.layout(size)
	return f, nil
}

func (f *File) header(s *scanner) error {
	magic, err := s.bytes(4)
	if err != nil {
		return err
	}
	if string(magic) != "GGUF" {
		return &SyntaxError{0, "no GGUF magic"}
	}
	v, err := s.u32()
	if err != nil {
		return err
	}
	if v&0xffff == 0 { // as in gguf.cpp: a small number in the other byte order
		v = bits.ReverseBytes32(v)
		s.order, f.BigEndian = binary.BigEndian, true
	}
	f.Version = v
	if v < 1 || v > 3 {
		f.report(Version, 4, "version %d does not exist", v)
		return &SyntaxError{4, fmt.Sprintf("version %d is not known to this build", v)}
	}
	s.short = v == 1
	tensors, err := s.length()
	if err != nil {
		return err
	}
	pairs, err := s.length()
	if err != nil {
		return err
	}
	if err := f.pairs(s, pairs); err != nil {
		return err
	}
	return f.tensors(s, tensors)
}

func (f *File) pairs(s *scanner, n uint64) error {
	if least := uint64(s.word() + 4 + 1); n > uint64(s.whole)/least {
		f.report(Counts, 16, "%d key-values do not fit into %d bytes", n, s.whole)
		return &SyntaxError{16, fmt.Sprintf("%d key-values do not fit into the file", n)}
	}
	if n > uint64(s.lim.Pairs) {
		return &LimitError{"pairs", 16}
	}
	seen := map[string]bool{}
	for range n {
		p, err := s.pair()
		if p.Key != "" || err == nil {
			f.Pairs = append(f.Pairs, p)
		}
		if err != nil {
			return err
		}
		if seen[p.Key] {
			f.report(KeyTwice, p.Off, "the key %q stands twice", p.Key)
		}
		seen[p.Key] = true
		if p.Key == "general.alignment" {
			f.align(p)
		}
	}
	return nil
}

func (f *File) align(p Pair) {
	var n int64
	fmt.Sscan(p.Text, &n)
	if p.Type != U32 {
		f.report(Alignment, p.Off, "general.alignment is a %s, not a u32", p.Type)
	} else if n <= 0 || n%8 != 0 || n&(n-1) != 0 || n > 1<<24 {
		f.report(Alignment, p.Off, "an alignment of %d bytes is no power of two from 8 on", n)
	} else {
		f.Alignment = n
	}
}

func (f *File) tensors(s *scanner, n uint64) error {
	off := s.at
	if least := uint64(s.word() + 4 + 4 + 8); n > uint64(s.whole-s.at)/least {
		f.report(Counts, 8, "%d tensors do not fit into the %d bytes that are left", n, s.whole-s.at)
		return &SyntaxError{8, fmt.Sprintf("%d tensors do not fit into the file", n)}
	}
	if n > uint64(s.lim.Tensors) {
		return &LimitError{"tensors", off}
	}
	seen := map[string]bool{}
	for range n {
		t, err := s.tensor()
		if err != nil {
			return err
		}
		if seen[t.Name] {
			f.report(KeyTwice, t.Off, "the tensor %q stands twice", t.Name)
		}
		seen[t.Name] = true
		f.measure(&t)
		f.Tensors = append(f.Tensors, t)
	}
	return nil
}

// measure computes the bytes of a tensor from its dimensions and its type.
func (f *File) measure(t *Tensor) {
	if len(t.Name) > maxName {
		f.report(Name, t.Off, "the name of a tensor has %d bytes, the format allows %d", len(t.Name), maxName)
	}
	total := uint64(1)
	for _, d := range t.Dims {
		hi, lo := bits.Mul64(total, d)
		if hi != 0 || lo > 1<<63-1 {
			f.report(Shape, t.Off, "the dimensions of %q overflow", t.Name)
			return
		}
		total = lo
	}
	layout, known := layouts[t.Type]
	if !known {
		if removed[t.Type] {
			f.report(TensorType, t.Off, "%q has the type %d, which was taken out of the format", t.Name, t.Type)
		} else if t.Type > newest {
			f.report(TensorType, t.Off, "%q has the type %d, which is not known", t.Name, t.Type)
			f.Newer = fmt.Sprintf("tensor type %d of %q", t.Type, t.Name)
		} else {
			f.report(TensorType, t.Off, "%q has the type %d, which does not exist", t.Name, t.Type)
		}
		return
	}
	if len(t.Dims) > 0 && t.Dims[0]%layout.elements != 0 {
		f.report(Shape, t.Off, "a row of %q has %d elements, which are no whole blocks of %d", t.Name, t.Dims[0], layout.elements)
	}
	hi, n := bits.Mul64((total+layout.elements-1)/layout.elements, layout.bytes)
	if hi != 0 || n > 1<<63-1 {
		f.report(Shape, t.Off, "the bytes of %q overflow", t.Name)
		return
	}
	t.Bytes = n
}

// layout checks the ranges of the tensors against each other and against the file.
func (f *File) layout(size int64) {
	f.Data = (f.Header + f.Alignment - 1) / f.Alignment * f.Alignment
	if len(f.Tensors) == 0 {
		if size > f.Data {
			f.Holes = append(f.Holes, Extent{f.Header, size - f.Header})
		}
		return
	}
	space := uint64(max(0, size-f.Data))
	order := make([]*Tensor, 0, len(f.Tensors))
	unsized := false
	for i := range f.Tensors {
		t := &f.Tensors[i]
		if t.Offset%uint64(f.Alignment) != 0 {
			f.report(Range, t.Off, "%q begins at %d, which is no multiple of the alignment %d", t.Name, t.Offset, f.Alignment)
		}
		if t.Offset > space || t.Bytes > space-t.Offset {
			f.report(Range, t.Off, "%q takes %d bytes from %d of %d", t.Name, t.Bytes, t.Offset, space)
			unsized = true
			continue
		}
		unsized = unsized || t.Bytes == 0 && !t.empty()
		order = append(order, t)
	}
	slices.SortStableFunc(order, func(a, b *Tensor) int { return cmp.Or(cmp.Compare(a.Offset, b.Offset), cmp.Compare(a.Bytes, b.Bytes)) })
	at, last := uint64(0), ""
	for _, t := range order {
		if t.Bytes == 0 {
			continue
		}
		if t.Offset < at {
			f.report(Overlap, t.Off, "%q begins at %d inside of %q, which ends at %d", t.Name, t.Offset, last, at)
		}
		f.hole(at, t.Offset, unsized)
		if end := t.Offset + t.Bytes; end > at {
			at, last = end, t.Name
		}
	}
	f.hole(at, space, unsized)
}

func (t *Tensor) empty() bool { return slices.Contains(t.Dims, 0) }

// hole notes bytes from one offset of the data to another, unless they are padding or may belong to a tensor of unknown size.
func (f *File) hole(from, to uint64, unsized bool) {
	if to > from && to-from >= uint64(f.Alignment) && !unsized {
		f.Holes = append(f.Holes, Extent{f.Data + int64(from), int64(to - from)})
	}
}
