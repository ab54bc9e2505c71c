package convert

import (
	"fmt"
	"strconv"

	"bakedin/internal/format/pickle"
)

// decoder interprets the values of the object pickle as tensors.
type decoder struct {
	c        *checkpoint
	opt      Options
	refusal  *Refusal
	storages map[string]*storage
	keys     []string // of storages, in order of appearance
	tensors  map[*pickle.Node]*tensor
	walked   map[*pickle.Import]bool // classes of modules that were walked
	spent    int64                   // bytes of text
}

func (d *decoder) refuse(c Code, off int64, format string, args ...any) {
	d.refusal.add(c, d.c.entry, d.c.base+off, format, args...)
}

// text is a string of the pickle in full. One string may stand in a million places, so that all of them together are bounded.
func (d *decoder) text(v pickle.Value) string {
	if v.Kind() != pickle.Str {
		return ""
	}
	return d.bytes(v)
}

// bytes is what a text or bytes hold; empty when the limit is reached, which has been told.
func (d *decoder) bytes(v pickle.Value) string {
	off, n := v.Range()
	if !d.afford(n, off) {
		return ""
	}
	return d.c.pickle.Text(v, n)
}

func (d *decoder) afford(n, off int64) bool {
	was := d.spent
	if d.spent += n; d.spent <= d.opt.Limits.Text {
		return true
	}
	if was <= d.opt.Limits.Text {
		d.refuse(ErrLimit, off, "names and texts of more than %d bytes, shared ones counted each time", d.opt.Limits.Text)
	}
	d.spent = d.opt.Limits.Text + 1
	return false
}

func quoted(s string) string {
	if s == "" {
		return ""
	}
	return strconv.Quote(s)
}

// call returns function and arguments of a call whose function is an import of ours.
func (d *decoder) call(v pickle.Value) (name string, t tier, args []pickle.Value) {
	fn, a, kwargs := v.Function()
	name, t = globalOf(fn)
	if a.Kind() != pickle.Tuple || !a.Whole() || kwargs.Kind() != pickle.Unknown {
		return name, opaque, nil
	}
	return name, t, a.Items()
}

// tensor interprets a value. It is nil when the value is no tensor; ok is false when it is one that cannot be read, which
// has been told.
func (d *decoder) tensor(v pickle.Value) (t *tensor, ok bool) {
	if v.Kind() != pickle.Call {
		return nil, true
	}
	if t, done := d.tensors[v.Node()]; done {
		return t, t != nil
	}
	name, tr, args := d.call(v)
	if tr != machinery || !makesTensor(name) {
		return nil, true
	}
	d.tensors[v.Node()] = nil // a tensor inside of itself is none
	t = d.rebuild(name, args, v.Node().At.Off)
	if t != nil && len(v.State()) > 0 {
		d.refuse(ErrTensor, t.at, "a state is put on a tensor, which could change its data")
		t = nil
	}
	if t != nil && t.kind == "" && !t.check(d) {
		t = nil
	}
	d.tensors[v.Node()] = t
	return t, t != nil
}

func makesTensor(name string) bool {
	switch name {
	case rebuildTensor, rebuildTensorV2, rebuildTensorV3, rebuildParameter, rebuildParamWith, rebuildType, rebuildMeta,
		rebuildQuantised, rebuildSparse, rebuildSparseCSR, parameterClass, bufferClass:
		return true
	}
	return false
}

// rebuild interprets a call of the tensor machinery. It refuses arguments that torch does not write.
// Source: torch/_utils.py, torch/_tensor.py (Tensor._reduce_ex_internal)
func (d *decoder) rebuild(name string, args []pickle.Value, at int64) *tensor {
	odd := func(why string) *tensor {
		d.refuse(ErrTensor, at, "%s with %s, which torch does not write", name, why)
		return nil
	}
	count := func(low, high int) bool { return len(args) >= low && len(args) <= high }
	t := &tensor{at: at}
	switch name {
	case rebuildTensor, rebuildTensorV2, rebuildTensorV3, rebuildQuantised:
		low, high := 6, 7
		switch name {
		case rebuildTensor:
			low, high = 4, 4
		case rebuildTensorV3:
			low, high = 7, 8
		case rebuildQuantised:
			low, high = 7, 7
		}
		if !count(low, high) {
			return odd(fmt.Sprintf("%d arguments", len(args)))
		}
		var ok bool
		if t.span, ok = d.persistent(args[0]); !ok {
			return odd("something else than a storage")
		}
		t.dtype = t.storage.dtype
		offset, isInt := args[1].Int()
		shape, shaped := d.integers(args[2])
		strides, strided := d.integers(args[3])
		if !isInt || !shaped || !strided {
			return odd("an offset, shape or strides that are no integers")
		}
		t.offset, t.shape, t.strides = offset, shape, strides
		switch name {
		case rebuildTensorV2:
			if len(args) == 7 && !d.flags(t, args[6]) {
				return odd("metadata of an unknown kind")
			}
		case rebuildTensorV3:
			if t.dtype, ok = d.dtype(args[6]); !ok {
				return odd("a dtype of an unknown kind")
			}
			if len(args) == 8 && !d.flags(t, args[7]) {
				return odd("metadata of an unknown kind")
			}
		case rebuildQuantised:
			t.kind, t.scheme = "quantised", args[4]
			if !t.check(d) {
				return nil
			}
		}
		if t.dtype.torch == "" {
			return odd("an untyped storage and no dtype")
		}
		if name != rebuildTensor {
			grad := args[4]
			if name == rebuildQuantised {
				grad = args[5]
			}
			n, _ := grad.Int()
			t.requiresGrad = n != 0
		}
		return t

	case rebuildParameter, rebuildParamWith, parameterClass, bufferClass:
		low, high := 3, 3
		switch name {
		case rebuildParamWith:
			low, high = 4, 4
		case parameterClass, bufferClass:
			low, high = 1, 3
		}
		if !count(low, high) {
			return odd(fmt.Sprintf("%d arguments", len(args)))
		}
		inner, ok := d.tensor(args[0])
		if inner == nil {
			if !ok {
				return nil
			}
			return odd("something else than a tensor")
		}
		clone := *inner
		clone.class = parameterClass
		if len(args) > 1 {
			n, _ := args[1].Int()
			clone.requiresGrad = n != 0
		}
		if name == rebuildParamWith {
			clone.attributes = args[3]
		}
		return &clone

	case rebuildType:
		if !count(4, 4) || args[2].Kind() != pickle.Tuple {
			return odd("other arguments")
		}
		fn, _ := globalOf(args[0])
		if !makesTensor(fn) || fn == rebuildType {
			return odd("a function that makes no tensor")
		}
		inner := d.rebuild(fn, args[2].Items(), at)
		if inner == nil {
			return nil
		}
		if i := args[1].Import(); i != nil && args[1].Kind() == pickle.Global {
			inner.class, _ = global(i)
			if inner.class == tensorClass {
				inner.class = ""
			}
		}
		inner.attributes = args[3]
		return inner

	case rebuildMeta:
		if !count(4, 4) {
			return odd("other arguments")
		}
		t.kind = "meta"
		t.dtype, _ = d.dtype(args[0])
		t.shape, _ = d.integers(args[1])
		return t

	default:
		return d.sparse(t, name, args, odd)
	}
}

// sparse reads (layout, (indices, values, size[, coalesced])) and, for compressed layouts, (layout, (rows, columns, values,
// size)).
func (d *decoder) sparse(t *tensor, name string, args []pickle.Value, odd func(string) *tensor) *tensor {
	if len(args) != 2 || args[1].Kind() != pickle.Tuple {
		return odd("other arguments")
	}
	t.kind = "sparse"
	t.layout, _ = globalOf(args[0])
	if fn, _, a := d.call(args[0]); fn == getLayout && len(a) == 1 {
		t.layout = d.text(a[0])
	}
	parts := args[1].Items()
	names := []string{"indices", "values"}
	if name == rebuildSparseCSR || t.layout != "torch.sparse_coo" {
		names = []string{"compressed_indices", "plain_indices", "values"}
	}
	if len(parts) <= len(names) {
		return odd("too few parts")
	}
	for i, n := range names {
		t.parts = append(t.parts, part{n, parts[i]})
	}
	t.size = parts[len(names)]
	return t
}

// flags reads the seventh argument of newer torch: {"conj": True, "neg": True}.
func (d *decoder) flags(t *tensor, v pickle.Value) bool {
	if v.Kind() == pickle.None {
		return true
	}
	if v.Kind() != pickle.Dict || !v.Whole() {
		return false
	}
	items := v.Items()
	for i := 0; i+1 < len(items); i += 2 {
		n, ok := items[i+1].Int()
		switch d.text(items[i]) {
		case "conj":
			t.conj = n != 0
		case "neg":
			t.neg = n != 0
		default:
			return false
		}
		if !ok {
			return false
		}
	}
	return true
}

func (d *decoder) dtype(v pickle.Value) (dtype, bool) {
	name, _ := globalOf(v)
	module, last, _ := cutLast(name)
	if module != "torch" {
		return dtype{}, false
	}
	return dtypeNamed(last)
}

// integers reads a tuple or list of them, or a torch.Size over one.
func (d *decoder) integers(v pickle.Value) ([]int64, bool) {
	if name, _, args := d.call(v); v.Kind() == pickle.Call && name == "torch.Size" && len(args) == 1 && len(v.State()) == 0 {
		v = args[0]
	}
	if v.Kind() != pickle.Tuple && v.Kind() != pickle.List || !v.Whole() {
		return nil, false
	}
	out := make([]int64, 0, len(v.Items()))
	for _, item := range v.Items() {
		n, ok := item.Int()
		if !ok {
			return nil, false
		}
		out = append(out, n)
	}
	return out, true
}
