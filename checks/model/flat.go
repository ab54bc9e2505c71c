package model

import (
	"errors"
	"fmt"
	"strings"

	"bakedin/internal/format/executorch"
	"bakedin/internal/format/tflite"
	"bakedin/rules"
)

var (
	tfliteLimits     = tflite.Limits{Tables: 5_000_000, Text: 4 << 10}
	executorchLimits = executorch.Limits{Tables: 1_000_000, Text: 4 << 10}
)

// tfliteBundled are operators that are told by a name and come with the runtime all the same.
var tfliteBundled = map[string]bool{"TFLite_Detection_PostProcess": true, "Mfcc": true, "AudioSpectrogram": true, "NumericVerify": true}

// readTFLite judges operators and the structure, and looks into the metadata.
func readTFLite(r *reading) {
	f, err := tflite.Parse(r.r, r.size, tfliteLimits)
	r.describe = func(d *Description) { describeTFLite(d, f) }
	for _, p := range f.Problems {
		r.found("tflite-structure", p.Off, 1, p.Msg, "%s, byte %d", p.Msg, p.Off)
	}
	var syntax *tflite.SyntaxError
	if errors.As(err, &syntax) {
		r.found("tflite-structure", syntax.Off, 1, "structure", "the tables cannot be read: %v", err)
	}
	for _, op := range f.Ops {
		if op.Code == tflite.Custom || op.Name != "" {
			r.tfliteOp(op)
		}
	}
	names := map[int64]string{}
	for _, m := range f.Metadata {
		names[m.Buffer] = m.Name
	}
	for i, b := range f.Buffers {
		if name, ok := names[int64(i)]; ok {
			r.carried("metadata "+name, b.Off, b.Len)
		} else {
			r.payload("buffer", b.Off, b.Len)
		}
	}
	r.fault(err)
}

func (r *reading) tfliteOp(op tflite.Op) {
	flex, isFlex := strings.CutPrefix(op.Name, "Flex")
	if isFlex {
		ops, err := tfOps()
		if err != nil {
			r.left("panic", "%v", err)
			return
		}
		switch ops[flex] {
		case "runs":
			r.found("tf-code-op", op.Off, 1, "op "+flex, "the operation %s of TensorFlow runs code outside of the graph", flex)
			return
		case "writes":
			r.found("tf-file-op", op.Off, 1, "op "+flex, "the operation %s of TensorFlow writes a file", flex).weigh(rules.Critical, "it writes")
			return
		case "reads":
			r.found("tf-file-op", op.Off, 1, "op "+flex, "the operation %s of TensorFlow reads a file or an address", flex)
			return
		case "stock", "saver":
			r.found("tflite-custom-op", op.Off, 1, "op "+op.Name, "the operator %s needs TensorFlow beside the runtime", op.Name).
				weigh(rules.Low, "TensorFlow brings it along")
			return
		}
	}
	if !tfliteBundled[op.Name] {
		r.found("tflite-custom-op", op.Off, 1, "op "+op.Name, "the operator %q, used %s, is none of the runtime's own", op.Name, times(int64(op.Used)))
	}
}

func describeTFLite(d *Description, f *tflite.File) {
	for _, t := range f.Tensors {
		e := tflite.Extent{Off: -1}
		if t.Buffer < int64(len(f.Buffers)) {
			e = f.Buffers[t.Buffer]
		}
		d.Tensors = append(d.Tensors, Tensor{Name: t.Name, DType: fmt.Sprintf("type %d", t.Type), Shape: t.Shape, Off: e.Off, Bytes: e.Len})
	}
	d.Metadata = append(d.Metadata, Pair{"description", f.Description})
}

// readExecuTorch checks that segments and indices stay inside. The values of a plan are not checked, so a file is never more
// than read.
func readExecuTorch(r *reading) {
	f, err := executorch.Parse(r.r, r.size, executorchLimits)
	r.describe = func(d *Description) {
		if f.Program > 0 {
			d.Extents = append(d.Extents, Extent{0, f.Program, "program"})
		}
		for _, s := range f.Segments {
			d.Extents = append(d.Extents, Extent{s.Off, s.Len, "segment"})
		}
		d.Metadata = append(d.Metadata, Pair{"delegates", strings.Join(f.Delegates, " ")}, Pair{"operators", strings.Join(f.Operators, " ")})
	}
	end := f.Program
	for i, s := range f.Segments {
		r.payload(fmt.Sprintf("segment %d", i), s.Off, s.Len)
		end = max(end, s.Off+s.Len)
	}
	for _, p := range f.Problems {
		r.found("executorch-bounds", p.Off, 1, p.Msg, "%s, byte %d", p.Msg, p.Off)
	}
	var syntax *executorch.SyntaxError
	if errors.As(err, &syntax) {
		r.found("executorch-bounds", syntax.Off, 1, "structure", "the tables cannot be read: %v", err)
	}
	if !r.fault(err) && f.Program > 0 && len(f.Problems) == 0 {
		r.beyond(end)
	}
}
