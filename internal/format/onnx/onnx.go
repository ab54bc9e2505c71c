// Package onnx reads an ONNX model by its protobuf fields: operators of every graph (also those in attributes, functions and
// training), tensors and where their bytes are, metadata. It steps over the bytes of tensors, knows no operator by name, and
// follows no path.
//
// Source: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
package onnx

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"strconv"

	"bakedin/internal/format/wire"
)

// Limits bound what a hostile model can cost. There is no default.
type Limits struct {
	Fields  int   // over the whole file
	Depth   int   // of graphs in graphs
	Text    int64 // bytes of one name, path or piece of metadata that are kept
	Tensors int   // that are kept
}

// SyntaxError is a place where the file is no ONNX model. What was understood is returned with it.
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
	IR        int64
	Producer  string
	Opsets    []Opset
	Ops       []Op // each domain and type once, in the order of the file
	Functions []Function
	Tensors   []Tensor
	Externals []External
	Texts     []Text // metadata and documentation
	Problems  []Problem
	Unknown   int  // fields that the schema does not have
	Graph     bool // there is a graph at all

	ops map[[2]string]int
}

// Opset is a set of operators that the model imports.
type Opset struct {
	Domain  string
	Version int64
	Off     int64
}

// Op is an operator that some graph uses.
type Op struct {
	Domain, Type string
	Count        int
	Off          int64 // of the first node
	Node         string
}

// Function is an operator that the model defines itself.
type Function struct{ Domain, Name string }

// Tensor is a tensor of the model. Off is where its bytes are, -1 when they are elsewhere or spread over fields.
type Tensor struct {
	Name  string
	Type  int64
	Dims  []int64
	Off   int64
	Bytes int64
}

// External says where the bytes of a tensor are. Offset and Length are -1 when not given.
type External struct {
	Tensor         string
	Location       string
	Offset, Length int64
	Off            int64 // of the entry that has the location
}

// Text is a text that the model carries along.
type Text struct {
	Key, Value string
	Off        int64
}

// Problem is a breach of the format that does not keep the rest from being read.
type Problem struct {
	Off int64
	Msg string
}

func (f *File) report(off int64, format string, args ...any) {
	f.Problems = append(f.Problems, Problem{off, fmt.Sprintf(format, args...)})
}

// Parse walks r, a file of that size. The File is never nil.
func Parse(r io.ReaderAt, size int64, lim Limits) (*File, error) {
	p := &parser{w: wire.NewWalker(r, size, wire.Limits{Fields: lim.Fields}), lim: lim, f: &File{ops: map[[2]string]int{}}}
	err := p.model(size)
	var we *wire.SyntaxError
	var wl *wire.LimitError
	switch {
	case errors.As(err, &we):
		err = &SyntaxError{we.Off, we.Msg}
	case errors.As(err, &wl):
		err = &LimitError{"fields", wl.Off}
	}
	return p.f, err
}

type parser struct {
	w     *wire.Walker
	lim   Limits
	f     *File
	depth int
}

func (p *parser) text(f wire.Field) string {
	b, _ := p.w.Text(f, p.lim.Text)
	return string(b)
}

func (p *parser) note(key string, f wire.Field) {
	if f.Len > 0 {
		p.f.Texts = append(p.f.Texts, Text{key, p.text(f), f.Off})
	}
}

// walk calls f for the fields of a message and lets each of a type that the schema does not give them pass as unknown.
func (p *parser) walk(m wire.Field, f func(wire.Field) error) error {
	if m.Type != wire.Bytes {
		p.f.Unknown++
		return nil
	}
	if p.depth++; p.depth > p.lim.Depth {
		p.f.report(m.At, "messages more than %d deep", p.lim.Depth)
		return &LimitError{"depth", m.At}
	}
	defer func() { p.depth-- }()
	return p.w.Walk(m.Off, m.Len, f)
}

func (p *parser) model(size int64) error {
	return p.w.Walk(0, size, func(f wire.Field) error {
		switch {
		case f.Number == 1 && f.Type == wire.Varint:
			p.f.IR = int64(f.Value)
		case f.Number == 2 && f.Type == wire.Bytes:
			p.f.Producer = p.text(f)
		case f.Number == 6 && f.Type == wire.Bytes:
			p.note("doc_string", f)
		case f.Number == 7:
			p.f.Graph = true
			return p.graph(f)
		case f.Number == 8:
			return p.opset(f)
		case f.Number == 14:
			return p.entry(f)
		case f.Number == 20: // TrainingInfoProto
			return p.walk(f, func(f wire.Field) error {
				if f.Number == 1 || f.Number == 2 {
					return p.graph(f)
				}
				return nil
			})
		case f.Number == 25:
			return p.function(f)
		case f.Number > 26:
			p.f.Unknown++
		}
		return nil
	})
}

func (p *parser) opset(m wire.Field) error {
	o := Opset{Off: m.At}
	err := p.walk(m, func(f wire.Field) error {
		switch {
		case f.Number == 1 && f.Type == wire.Bytes:
			o.Domain = p.text(f)
		case f.Number == 2 && f.Type == wire.Varint:
			o.Version = int64(f.Value)
		}
		return nil
	})
	p.f.Opsets = append(p.f.Opsets, o)
	return err
}

// entry is a StringStringEntryProto of the metadata.
func (p *parser) entry(m wire.Field) error {
	var key string
	var value wire.Field
	err := p.walk(m, func(f wire.Field) error {
		switch {
		case f.Number == 1 && f.Type == wire.Bytes:
			key = p.text(f)
		case f.Number == 2 && f.Type == wire.Bytes:
			value = f
		}
		return nil
	})
	p.note(key, value)
	return err
}

func (p *parser) graph(m wire.Field) error {
	return p.walk(m, func(f wire.Field) error {
		switch f.Number {
		case 1:
			return p.node(f)
		case 5:
			return p.tensor(f)
		case 10:
			if f.Type == wire.Bytes {
				p.note("doc_string", f)
			}
		case 15:
			return p.sparse(f)
		case 16:
			return p.entry(f)
		}
		return nil
	})
}

func (p *parser) function(m wire.Field) error {
	var fn Function
	err := p.walk(m, func(f wire.Field) error {
		switch {
		case f.Number == 1 && f.Type == wire.Bytes:
			fn.Name = p.text(f)
		case f.Number == 10 && f.Type == wire.Bytes:
			fn.Domain = p.text(f)
		case f.Number == 7:
			return p.node(f)
		case f.Number == 9:
			return p.opset(f)
		case f.Number == 11:
			return p.attribute(f)
		}
		return nil
	})
	p.f.Functions = append(p.f.Functions, fn)
	return err
}

// node notes each type and domain that a node gives, also when it gives several and the last counts.
func (p *parser) node(m wire.Field) error {
	types, domains, name := []string{}, []string{}, ""
	err := p.walk(m, func(f wire.Field) error {
		switch {
		case f.Number == 3 && f.Type == wire.Bytes:
			name = p.text(f)
		case f.Number == 4 && f.Type == wire.Bytes:
			types = append(types, p.text(f))
		case f.Number == 5:
			return p.attribute(f)
		case f.Number == 7 && f.Type == wire.Bytes:
			domains = append(domains, p.text(f))
		case f.Number == 9:
			return p.entry(f)
		}
		return nil
	})
	if len(types) > 1 || len(domains) > 1 {
		p.f.report(m.At, "a node gives its type or its domain twice")
	}
	if len(domains) == 0 {
		domains = []string{""}
	}
	for _, t := range types {
		for _, d := range domains {
			key := [2]string{d, t}
			i, seen := p.f.ops[key]
			if !seen {
				i = len(p.f.Ops)
				p.f.ops[key] = i
				p.f.Ops = append(p.f.Ops, Op{Domain: d, Type: t, Off: m.At, Node: name})
			}
			p.f.Ops[i].Count++
		}
	}
	return err
}

func (p *parser) attribute(m wire.Field) error {
	return p.walk(m, func(f wire.Field) error {
		switch f.Number {
		case 5, 10:
			return p.tensor(f)
		case 6, 11:
			return p.graph(f)
		case 22, 23:
			return p.sparse(f)
		}
		return nil
	})
}

func (p *parser) sparse(m wire.Field) error {
	return p.walk(m, func(f wire.Field) error {
		if f.Number == 1 || f.Number == 2 {
			return p.tensor(f)
		}
		return nil
	})
}

// bitsOf the types of elements; 0 for strings and types that are not known.
var bitsOf = map[int64]uint64{1: 32, 2: 8, 3: 8, 4: 16, 5: 16, 6: 32, 7: 64, 9: 8, 10: 16, 11: 64, 12: 32, 13: 64, 14: 64,
	15: 128, 16: 16, 17: 8, 18: 8, 19: 8, 20: 8, 21: 4, 22: 4, 23: 4, 24: 8, 25: 2, 26: 2}

var typeNames = map[int64]string{1: "float", 2: "uint8", 3: "int8", 4: "uint16", 5: "int16", 6: "int32", 7: "int64", 8: "string",
	9: "bool", 10: "float16", 11: "double", 12: "uint32", 13: "uint64", 14: "complex64", 15: "complex128", 16: "bfloat16"}

// TypeName is the name of a type of elements.
func TypeName(t int64) string {
	if n, ok := typeNames[t]; ok {
		return n
	}
	return "type " + strconv.FormatInt(t, 10)
}

func (p *parser) tensor(m wire.Field) error {
	t := Tensor{Off: -1}
	raw := false
	var entries []external
	location := uint64(0)
	err := p.walk(m, func(f wire.Field) error {
		switch {
		case f.Number == 1 && f.Type == wire.Varint:
			t.Dims = append(t.Dims, int64(f.Value))
		case f.Number == 1 && f.Type == wire.Bytes:
			return p.packed(f, &t)
		case f.Number == 2 && f.Type == wire.Varint:
			t.Type = int64(f.Value)
		case f.Number == 8 && f.Type == wire.Bytes:
			t.Name = p.text(f)
		case f.Number == 9 && f.Type == wire.Bytes:
			t.Off, t.Bytes, raw = f.Off, f.Len, true
		case f.Number == 13:
			e, err := p.external(f)
			entries = append(entries, e)
			return err
		case f.Number == 14 && f.Type == wire.Varint:
			location = f.Value
		case f.Number == 16:
			return p.entry(f)
		}
		return nil
	})
	if err != nil {
		return err
	}
	want := p.fits(m, t, raw && location == 0 && len(entries) == 0)
	if location == 1 || len(entries) > 0 {
		t.Off, t.Bytes = -1, want
		p.f.Externals = append(p.f.Externals, p.where(m, t, entries))
	}
	if len(p.f.Tensors) < p.lim.Tensors {
		p.f.Tensors = append(p.f.Tensors, t)
	}
	return nil
}

// packed reads dims that are written as one field.
func (p *parser) packed(f wire.Field, t *Tensor) error {
	b, err := p.w.Text(f, p.lim.Text)
	for len(b) > 0 && err == nil {
		v, n := binary.Uvarint(b)
		if n <= 0 {
			return &SyntaxError{f.Off, "a number that does not end"}
		}
		t.Dims = append(t.Dims, int64(v))
		b = b[n:]
	}
	return err
}

// fits compares dims, type and raw bytes, and returns the bytes that the tensor takes; 0 when that is not known.
func (p *parser) fits(m wire.Field, t Tensor, raw bool) int64 {
	total := bitsOf[t.Type]
	for _, d := range t.Dims {
		if d < 0 {
			p.f.report(m.At, "the tensor %q has the dimension %d", t.Name, d)
			return 0
		}
		hi, lo := bits.Mul64(total, uint64(d))
		if hi != 0 || lo > 1<<62 {
			p.f.report(m.At, "the dimensions of the tensor %q overflow", t.Name)
			return 0
		}
		total = lo
	}
	if bitsOf[t.Type] == 0 {
		return 0
	}
	want := int64((total + 7) / 8)
	if raw && want != t.Bytes {
		p.f.report(m.At, "the tensor %q holds %d bytes, its dimensions %d", t.Name, t.Bytes, want)
	}
	return want
}

// external is an entry of external_data.
type external struct {
	key, value string
	off        int64
}

func (p *parser) external(m wire.Field) (e external, err error) {
	e.off = m.At
	err = p.walk(m, func(f wire.Field) error {
		switch {
		case f.Number == 1 && f.Type == wire.Bytes:
			e.key = p.text(f)
		case f.Number == 2 && f.Type == wire.Bytes:
			e.value = p.text(f)
		}
		return nil
	})
	return e, err
}

// where joins the entries of a tensor.
func (p *parser) where(m wire.Field, t Tensor, entries []external) External {
	x := External{Tensor: t.Name, Offset: -1, Length: -1, Off: m.At}
	seen := map[string]bool{}
	for _, e := range entries {
		if seen[e.key] {
			p.f.report(e.off, "the external data of %q give %q twice", t.Name, e.key)
		}
		seen[e.key] = true
		switch e.key {
		case "location":
			x.Location, x.Off = e.value, e.off
		case "offset", "length":
			n, err := strconv.ParseInt(e.value, 10, 64)
			if err != nil || n < 0 {
				p.f.report(e.off, "the %s of the external data of %q is %q", e.key, t.Name, e.value)
				continue
			}
			if e.key == "offset" {
				x.Offset = n
			} else {
				x.Length = n
			}
		}
	}
	if !seen["location"] {
		p.f.report(m.At, "the bytes of %q are external, and no place is given", t.Name)
	}
	if x.Offset > 1<<62 || x.Length > 1<<62 {
		p.f.report(m.At, "the range of the external data of %q overflows", t.Name)
	}
	return x
}
