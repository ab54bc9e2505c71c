package model

import (
	"errors"
	"fmt"

	"bakedin/internal/format/gguf"
	"bakedin/rules"
)

var ggufLimits = gguf.Limits{Pairs: 1 << 20, Tensors: 1 << 20, Header: 256 << 20, Text: 8 << 20, Keep: 16 << 20}

// readGGUF holds a header to its format and looks at every template in it. A file without a template can hold nothing but
// tensors; a template is a program, so a file with one is never proved.
func readGGUF(r *reading) {
	f, err := gguf.Parse(r.r, r.size, ggufLimits)
	r.describe = func(d *Description) { describeGGUF(d, f, r.size) }
	for _, p := range f.Problems {
		switch p.Kind {
		case gguf.Shape, gguf.TensorType, gguf.Range, gguf.Overlap, gguf.Name:
			r.found("gguf-tensor", p.Off, 1, string(p.Kind), "%s, byte %d", p.Msg, p.Off)
		case gguf.Bool, gguf.KeyText:
			r.found("gguf-header", p.Off, 1, string(p.Kind), "%s, byte %d", p.Msg, p.Off).
				weigh(rules.Medium, "readers agree on what follows")
		default:
			r.found("gguf-header", p.Off, 1, string(p.Kind), "%s, byte %d", p.Msg, p.Off)
		}
	}
	var syntax *gguf.SyntaxError
	if errors.As(err, &syntax) && len(f.Problems) == 0 {
		r.found("gguf-header", syntax.Off, 1, "header", "the header cannot be read: %v", err)
	}
	r.fault(err)
	if f.Lost {
		r.left("limit", "a text of the header is longer than the %d bytes that are read; bytes", ggufLimits.Text)
	}
	if f.Newer != "" {
		r.left("unsupported", "%s is newer than this build", f.Newer)
	}
	templates := 0
	for _, s := range f.Strings {
		if r.template("model-template-escape", s.Key, s.Text, s.Off) {
			templates++
		}
	}
	for _, t := range f.Tensors {
		r.payload("tensor "+t.Name, f.Data+int64(t.Offset), int64(t.Bytes))
	}
	for _, h := range f.Holes {
		r.unaccounted(h.Off, h.Len)
	}
	if err == nil && len(f.Problems) == 0 && templates == 0 {
		r.onlyWeights("its header is whole and strict, holds no template, and tensors fill the rest of the file")
	}
}

func describeGGUF(d *Description, f *gguf.File, size int64) {
	d.Extents = append(d.Extents, Extent{0, f.Header, "header"})
	if f.Data > f.Header && f.Data <= size {
		d.Extents = append(d.Extents, Extent{f.Header, f.Data - f.Header, "padding"})
	}
	for _, t := range f.Tensors {
		shape := make([]int64, 0, len(t.Dims))
		for i := len(t.Dims) - 1; i >= 0; i-- { // the first dimension is the innermost
			shape = append(shape, int64(t.Dims[i]))
		}
		off := f.Data + int64(t.Offset)
		d.Tensors = append(d.Tensors, Tensor{Name: t.Name, DType: gguf.TypeName(t.Type), Shape: shape, Off: off, Bytes: int64(t.Bytes)})
		d.Extents = append(d.Extents, Extent{off, int64(t.Bytes), "tensor " + t.Name})
	}
	for _, p := range f.Pairs {
		v := p.Text
		if p.Type == gguf.List {
			v = fmt.Sprintf("%d of %s", p.Count, p.Elem)
		}
		d.Metadata = append(d.Metadata, Pair{p.Key, v})
	}
}
