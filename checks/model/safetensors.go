package model

import (
	"bakedin/internal/format/safetensors"
	"bakedin/internal/format/sniff"
)

// readSafetensors holds a header to the letter of its format. A file that keeps it can hold nothing but tensors.
func readSafetensors(r *reading) {
	f, err := safetensors.Parse(r.r, r.size, safetensorsLimits)
	r.describe = func(d *Description) { describeSafetensors(d, f) }
	for _, p := range f.Problems {
		r.found("safetensors-structure", p.Off, 1, string(p.Kind), "%s at byte %d", p.Msg, p.Off)
	}
	if err != nil && r.sniff.Promises(sniff.Safetensors) {
		r.found("safetensors-structure", 0, 8, "header", "the header cannot be read: %v", err)
	}
	r.fault(err)
	for _, m := range f.Metadata {
		r.metadata("safetensors-metadata", m.Key, m.Value, m.Off)
	}
	for _, t := range f.Tensors {
		r.payload("tensor "+t.Name, f.Data+t.Begin, t.End-t.Begin)
	}
	for _, h := range f.Holes {
		r.unaccounted(h.Off, h.Len)
	}
	if err == nil && len(f.Problems) == 0 {
		r.onlyWeights("its header is whole and strict, and tensors fill the rest of the file to the last byte")
	}
}

func describeSafetensors(d *Description, f *safetensors.File) {
	d.Extents = append(d.Extents, Extent{0, 8, "length of the header"}, Extent{8, f.Header, "header"})
	for _, t := range f.Tensors {
		d.Tensors = append(d.Tensors, Tensor{Name: t.Name, DType: t.DType, Shape: t.Shape, Off: f.Data + t.Begin, Bytes: t.End - t.Begin})
		d.Extents = append(d.Extents, Extent{f.Data + t.Begin, t.End - t.Begin, "tensor " + t.Name})
	}
	for _, p := range f.Metadata {
		d.Metadata = append(d.Metadata, Pair{p.Key, p.Value})
	}
}
