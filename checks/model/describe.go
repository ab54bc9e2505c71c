package model

import (
	"fmt"

	"bakedin/internal/format/pickle"
	"bakedin/internal/format/zipx"
)

// Bounds on what is told of the tensors of a pickle.
const (
	maxTensors = 100_000
	maxNested  = 16
)

// wholePickle are the limits for a single file that somebody asks about.
var wholePickle = pickle.Limits{Bytes: 512 << 20, Ops: 50_000_000, Memory: 256 << 20, Streams: 20_000, Keep: -1}

// describe tells what a part holds: by its own reader, as a zip, as a stack of torch, as a pickle.
func describe(p *part) *Description {
	d := &Description{}
	if p.describe != nil {
		p.describe(d)
	}
	if p.zip != nil {
		describeZip(d, p.zip)
	}
	if p.pickle != nil {
		describePickle(d, p)
	}
	return d
}

func describeZip(d *Description, a *zipx.Archive) {
	for _, e := range a.Entries {
		h := e.Central
		if h == nil {
			h = e.Local
		}
		packing := ""
		switch h.Method {
		case zipx.Stored:
		case zipx.Deflated:
			packing = "deflate"
		default:
			packing = fmt.Sprintf("method %d", h.Method)
		}
		d.Members = append(d.Members, Member{Name: e.Name, Bytes: h.Size, Packing: packing})
		if e.Local != nil {
			d.Extents = append(d.Extents, Extent{e.Local.Off, e.Data - e.Local.Off, "header of " + e.Name}, Extent{e.Data, e.End - e.Data, e.Name})
		}
	}
	for _, v := range a.Views {
		d.Extents = append(d.Extents, Extent{v.Dir, v.DirLen, "directory"}, Extent{v.Dir + v.DirLen, a.EndOf(v) - v.Dir - v.DirLen, "end of the archive"})
	}
}

// describePickle lists the streams, what was stepped over in them, and the tensors of torch that they build.
func describePickle(d *Description, p *part) {
	end, n := int64(0), 0
	for _, s := range p.pickle.Streams {
		end = max(end, s.End)
	}
	// A scan keeps no more of a pickle than policy asks for; names of tensors ask for all of it.
	f, _ := pickle.Parse(p.r, end, wholePickle)
	for _, s := range f.Streams {
		if s.Reading != pickle.Plain || s.Nested {
			continue
		}
		n++
		at := s.Start
		for _, a := range s.Arrays {
			d.Extents = append(d.Extents, Extent{at, a.Off - at, fmt.Sprintf("pickle %d", n)}, Extent{a.Off, a.Len, "array"})
			at = a.Off + a.Len
		}
		d.Extents = append(d.Extents, Extent{at, s.End - at, fmt.Sprintf("pickle %d", n)})
		w := &naming{d: d, f: f, seen: map[*pickle.Node]bool{}}
		w.walk("", s.Result, 0)
	}
	if p.layout != nil && p.zip == nil {
		for _, s := range p.layout.Storages {
			d.Extents = append(d.Extents, Extent{s.Off - 8, 8, "count of storage " + s.Key}, Extent{s.Off, s.Size, "storage " + s.Key})
		}
	}
}

// naming walks the result of a pickle and names the tensors in it by the keys that lead to them.
type naming struct {
	d    *Description
	f    *pickle.File
	seen map[*pickle.Node]bool
}

func (w *naming) walk(name string, v pickle.Value, depth int) {
	if depth > maxNested || len(w.d.Tensors) >= maxTensors || v.Node() == nil {
		return
	}
	if w.tensor(name, v) {
		return
	}
	if w.seen[v.Node()] {
		return
	}
	w.seen[v.Node()] = true
	items := v.Items()
	if _, args, _ := v.Function(); v.Kind() == pickle.Call {
		items = args.Items()
	}
	switch v.Kind() {
	case pickle.Dict:
		w.pairs(name, items, depth)
	case pickle.List, pickle.Tuple, pickle.Call:
		for i, x := range items {
			w.walk(under(name, fmt.Sprint(i)), x, depth+1)
		}
	}
	for _, s := range v.State() {
		if written := s.Items(); s.Kind() == pickle.Tuple && len(written)%2 == 0 && len(written) > 0 && written[0].Kind() == pickle.Str {
			w.pairs(name, written, depth) // items put on a dictionary that was made by a call
			continue
		}
		w.walk(name, s, depth+1)
	}
}

func (w *naming) pairs(name string, items []pickle.Value, depth int) {
	for i := 0; i+1 < len(items); i += 2 {
		key := ""
		switch items[i].Kind() {
		case pickle.Str:
			key = w.f.Text(items[i], 256)
		case pickle.Int:
			n, _ := items[i].Int()
			key = fmt.Sprint(n)
		}
		switch key {
		case "_parameters", "_modules", "_buffers": // the parts of a module, which its own names leave out
			w.walk(name, items[i+1], depth+1)
		default:
			w.walk(under(name, key), items[i+1], depth+1)
		}
	}
}

func under(name, key string) string {
	if name == "" {
		return key
	}
	return name + "." + key
}

// dtypes of the storage classes, as safetensors names them
var dtypes = map[string]string{
	"DoubleStorage": "F64", "FloatStorage": "F32", "HalfStorage": "F16", "BFloat16Storage": "BF16", "LongStorage": "I64", "IntStorage": "I32",
	"ShortStorage": "I16", "CharStorage": "I8", "ByteStorage": "U8", "BoolStorage": "BOOL", "ComplexFloatStorage": "C64",
	"ComplexDoubleStorage": "C128", "QInt8Storage": "QI8", "QUInt8Storage": "QU8", "QInt32Storage": "QI32",
}

// tensor lists v when it is a rebuilt tensor, or a parameter around one.
func (w *naming) tensor(name string, v pickle.Value) bool {
	fn, args, _ := v.Function()
	i, items := fn.Import(), args.Items()
	if i == nil || i.Module != "torch._utils" || len(items) == 0 {
		return false
	}
	switch i.Name {
	case "_rebuild_parameter", "_rebuild_parameter_with_state":
		return w.tensor(name, items[0])
	case "_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_tensor_v3", "_rebuild_qtensor":
	default:
		return false
	}
	if len(items) < 3 || items[0].Kind() != pickle.Persistent {
		return false
	}
	id := items[0].Node().Items[0].Items()
	if len(id) < 5 || id[1].Import() == nil {
		return false
	}
	t := Tensor{Name: name, DType: dtypes[id[1].Import().Name], Off: -1}
	for _, dim := range items[2].Items() {
		n, _ := dim.Int()
		t.Shape = append(t.Shape, n)
	}
	t.Bytes = elements(t.Shape) * itemBytes[id[1].Import().Name]
	w.d.Tensors = append(w.d.Tensors, t)
	return true
}
