package model

import (
	"errors"
	"fmt"
	"io"

	"bakedin/internal/format/npy"
)

var npyLimits = npy.Limits{Header: 1 << 20, Depth: 32}

// readNPY looks at an array, and at those behind it: numpy.save on a file that is open adds one each time.
func readNPY(r *reading) {
	end := r.array()
	for next := r; end > 0; end = next.array() {
		if len(r.c.parts) >= maxParts {
			r.left("limit", "more than %d arrays in the file", maxParts)
			return
		}
		at := next.at + end
		p := &part{member: join(r.member, fmt.Sprintf("array@%d", at)), name: r.name, r: io.NewSectionReader(r.r, at, r.size-at), size: r.size - at, at: at, depth: r.depth + 1, parent: r.part}
		r.c.parts = append(r.c.parts, p)
		next = &reading{part: p, c: r.c, format: r.format}
	}
}

// array looks at the header of one. The data of an object array are a pickle, which numpy loads with allow_pickle=True. The
// result is where another array begins, or 0.
func (r *reading) array() int64 {
	f, err := npy.Parse(r.r, r.size, npyLimits)
	r.describe = func(d *Description) { describeNPY(d, f) }
	for _, p := range f.Problems {
		if !r.cut { // else its size is not that of the file
			r.found("npy-header", p.Off, 1, "header", "%s, byte %d", p.Msg, p.Off)
		}
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
		r.carried("data", f.Data, data.Size())
		r.left("parse", "how many bytes the elements take is not known")
	default:
		end := f.Data + f.Bytes
		r.payload("elements", f.Data, f.Bytes)
		if len(f.Problems) == 0 {
			r.onlyWeights("its header is a plain literal, no element is an object, and elements fill the rest of the file")
		}
		var head [6]byte
		if n, _ := r.r.ReadAt(head[:], end); n == 6 && string(head[:]) == "\x93NUMPY" {
			return end
		}
		r.unaccounted(end, r.size-end)
	}
	return 0
}

func describeNPY(d *Description, f *npy.File) {
	d.Extents = append(d.Extents, Extent{0, f.Data, "header"})
	if f.Bytes >= 0 {
		d.Extents = append(d.Extents, Extent{f.Data, f.Bytes, "elements"})
		d.Tensors = append(d.Tensors, Tensor{Name: "array", DType: f.DType, Shape: f.Shape, Off: f.Data, Bytes: f.Bytes})
	}
}
