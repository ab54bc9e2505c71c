package model

import (
	"errors"
	"fmt"
	"io"

	"bakedin/internal/format/npy"
	"bakedin/internal/format/sniff"
)

var npyLimits = npy.Limits{Header: 1 << 20, Depth: 32}

// readNPY looks at the header of an array. The data of an object array are a pickle, which numpy loads with
// allow_pickle=True.
func readNPY(r *reading) {
	f, err := npy.Parse(r.r, r.size, npyLimits)
	r.describe = func(d *Description) { describeNPY(d, f) }
	for _, p := range f.Problems {
		r.found("npy-header", p.Off, 1, "header", "%s, byte %d", p.Msg, p.Off)
	}
	var syntax *npy.SyntaxError
	if errors.As(err, &syntax) {
		r.found("npy-header", syntax.Off, 1, "header", "the header cannot be read: %v", err)
	}
	r.fault(err)
	data := io.NewSectionReader(r.r, f.Data, max(0, r.size-f.Data))
	switch {
	case err != nil:
	case f.Object:
		r.found("npy-object-array", 0, f.Data, "objects", "the elements are of type %s: the data are a pickle", clip(f.DType))
		r.open(fmt.Sprintf("objects@%d.pkl", f.Data), data, data.Size())
	case f.Bytes < 0:
		// Nobody knows which bytes are elements: whatever a reader may find among them is looked at.
		head, tail, err := ends(data, data.Size())
		if err == nil && sniff.Sniff(head, tail, data.Size(), "").Format() != "" {
			r.open(fmt.Sprintf("data@%d", f.Data), data, data.Size())
		}
		r.left("parse", "how many bytes the elements take is not known")
	default:
		r.payload("elements", f.Data, f.Bytes)
		r.unaccounted(f.Data+f.Bytes, r.size-f.Data-f.Bytes)
		if len(f.Problems) == 0 {
			r.onlyWeights("its header is a plain literal, no element is an object, and elements fill the rest of the file")
		}
	}
}

func describeNPY(d *Description, f *npy.File) {
	d.Extents = append(d.Extents, Extent{0, f.Data, "header"})
	if f.Bytes >= 0 {
		d.Extents = append(d.Extents, Extent{f.Data, f.Bytes, "elements"})
		d.Tensors = append(d.Tensors, Tensor{Name: "array", DType: f.DType, Shape: f.Shape, Off: f.Data, Bytes: f.Bytes})
	}
}
