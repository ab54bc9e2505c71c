package model

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/format/onnx"
	"bakedin/internal/format/sniff"
	"bakedin/rules"
)

var onnxLimits = onnx.Limits{Fields: 50_000_000, Depth: 100, Text: 1 << 20, Tensors: 100_000}

// readONNX judges operators, the places of external tensors, and the structure.
func readONNX(r *reading) {
	f, err := onnx.Parse(r.r, r.size, onnxLimits)
	if !f.Graph && !r.sniff.Promises(sniff.ONNX) {
		return
	}
	r.describe = func(d *Description) { describeONNX(d, f) }
	for _, p := range f.Problems {
		r.found("onnx-structure", p.Off, 1, p.Msg, "%s, byte %d", p.Msg, p.Off)
	}
	own := map[string]bool{}
	for _, fn := range f.Functions {
		own[fn.Domain+":"+fn.Name] = true
	}
	for _, op := range f.Ops {
		r.onnxOp(op, own)
	}
	for _, x := range f.Externals {
		r.onnxExternal(x)
	}
	for _, t := range f.Tensors {
		r.payload("tensor "+t.Name, t.Off, t.Bytes)
	}
	for _, t := range f.Texts {
		r.metadata("onnx-structure", t.Key, t.Value, t.Off)
		r.template("model-template-escape", t.Key, t.Value, t.Off)
	}
	if !r.fault(err) && !f.Graph {
		r.left("parse", "byte 0: the model has no graph")
	}
}

// pythonOp are operators that call Python, under whatever domain they stand.
var pythonOp = regexp.MustCompile(`(?i)^py(?:thon)?_?(?:op|func|custom_?op|customopdef)|^python|eagerpyfunc`)

// pythonDomain are domains of operators that are written in Python.
var pythonDomain = regexp.MustCompile(`(?i)(?:^|[._-])(?:python|pyop|py)(?:$|[._-])`)

// stockDomains come with the runtimes: those of the standard, and what Microsoft publishes with onnxruntime.
var stockDomains = map[string]bool{"": true, "ai.onnx": true, "ai.onnx.ml": true, "ai.onnx.training": true,
	"ai.onnx.preview": true, "ai.onnx.preview.training": true}

func stockDomain(d string) bool {
	return stockDomains[d] || d == "com.microsoft" || strings.HasPrefix(d, "com.microsoft.") || d == "com.ms.internal.nhwc"
}

func (r *reading) onnxOp(op onnx.Op, own map[string]bool) {
	name := op.Type
	if op.Domain != "" {
		name = op.Domain + "::" + op.Type
	}
	switch {
	case pythonOp.MatchString(op.Type) || pythonDomain.MatchString(op.Domain):
		r.found("onnx-python-op", op.Off, 1, "op "+name, "the operator %s, node %q, runs Python", name, op.Node)
	case !stockDomain(op.Domain) && !own[op.Domain+":"+op.Type]:
		r.found("onnx-custom-domain", op.Off, 1, "op "+name, "the operator %s, used %s, is of no stock domain", name, times(int64(op.Count)))
	}
}

// times spells a count out.
func times(n int64) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

func (r *reading) onnxExternal(x onnx.External) {
	if x.Location == "" {
		return // told by the structure
	}
	if why := outside(x.Location); why != "" {
		r.found("onnx-external-data-escape", x.Off, 1, "location "+x.Location, "the bytes of the tensor %q are read from %q, which %s", x.Tensor, clip(x.Location), why)
		return
	}
	m := r.found("onnx-structure", x.Off, 1, "range "+x.Location, "the bytes of the tensor %q are read from %d on for %d bytes of %q, which is shorter", x.Tensor, max(0, x.Offset), max(0, x.Length), clip(x.Location))
	m.settle = func(repo *checks.Repo, f *checks.Finding) bool {
		beside := path.Join(path.Dir(f.Location.Path), strings.ReplaceAll(x.Location, `\`, "/"))
		for _, file := range repo.Files {
			if file.Path == beside {
				return max(0, x.Offset) > file.Size || max(0, x.Length) > file.Size-max(0, x.Offset)
			}
		}
		return false // the file is not here: nobody reads anything
	}
	m.weigh(rules.Medium, "a reader may refuse it, or read past the end")
}

func describeONNX(d *Description, f *onnx.File) {
	for _, t := range f.Tensors {
		d.Tensors = append(d.Tensors, Tensor{Name: t.Name, DType: onnx.TypeName(t.Type), Shape: t.Dims, Off: t.Off, Bytes: t.Bytes})
		if t.Off >= 0 {
			d.Extents = append(d.Extents, Extent{t.Off, t.Bytes, "tensor " + t.Name})
		}
	}
	d.Metadata = append(d.Metadata, Pair{"producer", f.Producer}, Pair{"ir_version", fmt.Sprint(f.IR)})
	for _, o := range f.Opsets {
		d.Metadata = append(d.Metadata, Pair{"opset " + o.Domain, fmt.Sprint(o.Version)})
	}
	for _, t := range f.Texts {
		d.Metadata = append(d.Metadata, Pair{t.Key, t.Value})
	}
}
