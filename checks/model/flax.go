package model

import (
	"bakedin/internal/format/msgpack"
)

var msgpackLimits = msgpack.Limits{Values: 50_000_000, Depth: 200, Text: 4 << 10}

// readFlax walks a checkpoint of Flax: maps, texts, and arrays as extensions of three types. What is another file among its
// bytes is opened; an extension of another type is made by code that only the publisher knows.
func readFlax(r *reading) {
	f, err := msgpack.Parse(r.r, r.size, msgpackLimits)
	for _, e := range f.Extensions {
		if e.Type < 1 || e.Type > 3 {
			r.left("unsupported", "byte %d: an extension of type %d, which is none of Flax", e.Off, e.Type)
			break
		}
	}
	for _, b := range f.Blobs {
		r.carried("bytes", b.Off, b.Len)
	}
	for _, t := range f.Texts {
		if what := codeIn(t.Value); what != "" {
			r.found("unaccounted-bytes", t.Off, int64(len(t.Value)), "text that "+what, "a text in the checkpoint %s", what)
		}
	}
	if !r.fault(err) {
		r.unaccounted(f.End, r.size-f.End)
	}
}
