package convert

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"bakedin/internal/format/pickle"
)

// walker goes through the object once: tensors get names by the path to them, everything else becomes JSON.
type walker struct {
	*decoder
	items []*item
	left  []LeftBehind
	nodes int
	depth int
	open  map[*pickle.Node]bool // containers on the path
	aside int                   // within attributes of a module, which are no part of its state
	said  bool                  // there is something that is no tensor
}

func newWalker(c *checkpoint, opt Options, refusal *Refusal) *walker {
	d := &decoder{c: c, opt: opt, refusal: refusal, storages: map[string]*storage{}, tensors: map[*pickle.Node]*tensor{},
		walked: map[*pickle.Import]bool{}}
	return &walker{decoder: d, open: map[*pickle.Node]bool{}}
}

// item is a tensor at a path.
type item struct {
	path   []string
	t      *tensor
	name   string // in the output
	kept   string // another name that has its bytes
	inRoot bool
}

// MarshalJSON refers to the tensor by its name in the output.
func (i *item) MarshalJSON() ([]byte, error) {
	o := wrapped("tensor", i.name)
	if i.t.class != "" && i.t.class != parameterClass {
		o = append(o, member{"class", i.t.class})
	}
	if i.t.requiresGrad {
		o = append(o, member{"requires_grad", true})
	}
	return o.MarshalJSON()
}

// value returns the JSON of a value, and names the tensors in it.
func (w *walker) value(v pickle.Value, path []string) any {
	if w.nodes++; w.nodes > w.opt.Limits.Walk {
		if w.nodes == w.opt.Limits.Walk+1 {
			w.refuse(ErrLimit, 0, "more than %d objects, shared ones counted each time", w.opt.Limits.Walk)
		}
		return nil
	}
	n := v.Node()
	if n != nil {
		if w.open[n] || w.depth > w.opt.Limits.Depth {
			w.said = true
			return wrapped("cycle", strings.Join(path, "."))
		}
		w.open[n] = true
		w.depth++
		defer func() { delete(w.open, n); w.depth-- }()
	}
	switch v.Kind() {
	case pickle.Dict:
		w.plain(v)
		return w.mapping(pairs(v.Items()), path)
	case pickle.List:
		w.plain(v)
		return w.list(v.Items(), path)
	case pickle.Tuple:
		w.plain(v)
		return wrapped("tuple", w.list(v.Items(), path))
	case pickle.Call:
		return w.call(v, path)
	case pickle.Persistent:
		if s, ok := w.persistent(v); ok {
			return w.bare(s, v, path)
		}
	}
	w.said = true
	switch v.Kind() {
	case pickle.None:
		return nil
	case pickle.Bool:
		n, _ := v.Int()
		return n != 0
	case pickle.Int:
		n, _ := v.Int()
		return intJSON(n)
	case pickle.Big:
		if n := w.c.pickle.Integer(v); n != nil {
			return n.String()
		}
		w.refuse(ErrLimit, offset(v), "an integer of more digits than are read")
		return nil
	case pickle.Float:
		return floatJSON(v.Float())
	case pickle.Str:
		return textJSON(w.text(v))
	case pickle.Bytes, pickle.ByteArray:
		return bytesJSON([]byte(w.bytes(v)))
	case pickle.Set, pickle.FrozenSet:
		w.plain(v)
		return wrapped("set", w.list(v.Items(), path))
	case pickle.Global:
		if name, t := globalOf(v); t != opaque {
			return wrapped("global", name)
		}
		return w.dropped(v)
	}
	return w.dropped(v)
}

// offset of the opcode that made a value, as far as it is known.
func offset(v pickle.Value) int64 {
	if n := v.Node(); n != nil {
		return n.At.Off
	}
	off, _ := v.Range()
	return off
}

// plain refuses a container that is not what it seems.
func (w *walker) plain(v pickle.Value) {
	if !v.Whole() {
		w.refuse(ErrLimit, offset(v), "a container was not kept whole")
	}
	if len(v.State()) > 0 {
		w.refuse(ErrOpcode, offset(v), "a state is put on a plain container")
	}
}

type pair struct{ key, value pickle.Value }

func pairs(items []pickle.Value) []pair {
	out := make([]pair, 0, len(items)/2)
	for i := 0; i+1 < len(items); i += 2 {
		out = append(out, pair{items[i], items[i+1]})
	}
	return out
}

func (w *walker) list(items []pickle.Value, path []string) []any {
	out := make([]any, 0, len(items))
	for i, v := range items {
		out = append(out, w.value(v, append(path, strconv.Itoa(i))))
	}
	return out
}

// mapping writes a dict as an object when its keys are texts, else as a list of pairs. A key that stands twice is refused:
// the last one would win, and nobody would see.
func (w *walker) mapping(ps []pair, path []string) any {
	texts := true
	seen := make(map[string]bool, len(ps))
	for _, p := range ps {
		key, ok := w.key(p.key)
		id := fmt.Sprint(p.key.Kind(), key)
		if ok && seen[id] {
			w.refuse(ErrNameClash, offset(p.key), "the key %q stands twice", key)
		}
		seen[id] = true
		texts = texts && p.key.Kind() == pickle.Str && utf8.ValidString(key) && !strings.HasPrefix(key, "$")
	}
	o, list := make(object, 0, len(ps)), [][2]any{}
	for _, p := range ps {
		key, ok := w.key(p.key)
		before := len(w.items)
		v := w.value(p.value, append(path, key))
		if len(w.items) > before && (!ok || !utf8.ValidString(key)) {
			w.refuse(ErrName, offset(p.key), "a tensor lies under a key that is no text or number")
		}
		if texts {
			o = append(o, member{key, v})
			continue
		}
		said := w.said
		list = append(list, [2]any{w.value(p.key, append(path, "$key")), v})
		w.said = said || p.key.Kind() != pickle.Int
	}
	if texts {
		return o
	}
	return wrapped("dict", list)
}

// key is the part of a name that a key of a dict makes.
func (w *walker) key(v pickle.Value) (string, bool) {
	switch v.Kind() {
	case pickle.Str:
		return w.text(v), true
	case pickle.Int:
		n, _ := v.Int()
		return strconv.FormatInt(n, 10), true
	case pickle.Bool:
		if n, _ := v.Int(); n != 0 {
			return "True", true
		}
		return "False", true
	case pickle.None:
		return "None", true
	}
	return "?", false
}

// call writes what a call makes.
func (w *walker) call(v pickle.Value, path []string) any {
	t, ok := w.tensor(v)
	switch {
	case !ok:
		return nil
	case t != nil:
		return w.found(t, path)
	}
	name, tr, args := w.decoder.call(v)
	if tr == opaque {
		if m := w.module(v); m != nil {
			return w.walkModule(m, path)
		}
		return w.dropped(v)
	}
	writes, states := w.states(v)
	switch name {
	case orderedDict, "collections.defaultdict", "collections.Counter":
		return w.dict(name, v, args, writes, states, path)
	case "torch.Size":
		w.said = true
		if len(args) == 1 && len(writes)+len(states) == 0 {
			return w.value(args[0], path)
		}
	case "builtins.set", "builtins.frozenset":
		w.said = true
		if len(args) == 1 && len(writes)+len(states) == 0 && (args[0].Kind() == pickle.List || args[0].Kind() == pickle.Tuple) {
			return wrapped("set", w.list(args[0].Items(), path))
		}
	case "_codecs.encode":
		w.said = true
		if b, ok := w.encoded(v); ok {
			return bytesJSON(b)
		}
	case "builtins.complex":
		w.said = true
		if len(args) == 2 && args[0].Kind() == pickle.Float && args[1].Kind() == pickle.Float {
			return wrapped("complex", []any{floatJSON(args[0].Float()), floatJSON(args[1].Float())})
		}
	case "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar":
		w.said = true
		if x := w.scalar(args); x != nil {
			return x
		}
	}
	w.said = true
	o := wrapped("object", name)
	if len(args) > 0 {
		o = append(o, member{"args", w.list(args, append(path, "$args"))})
	}
	for _, s := range writes {
		o = append(o, member{"items", w.list(s.Items(), path)})
	}
	for _, s := range states {
		o = append(o, member{"state", w.value(s, append(path, "$state"))})
	}
	return o
}

// states splits what was put on an object into items that were written and states that BUILD handed over. A write is a tuple
// that the writing opcode itself made.
func (w *walker) states(v pickle.Value) (writes, states []pickle.Value) {
	for _, s := range v.State() {
		if n := s.Node(); s.Kind() == pickle.Tuple && n != nil {
			switch n.At.Code {
			case pickle.SetItem, pickle.SetItems, pickle.Append, pickle.Appends, pickle.AddItems:
				writes = append(writes, s)
				continue
			}
		}
		states = append(states, s)
	}
	return writes, states
}

// dict writes the dicts of module collections. Attributes that BUILD sets on an OrderedDict are data too: every state_dict
// carries _metadata that way.
func (w *walker) dict(name string, v pickle.Value, args, writes, states []pickle.Value, path []string) any {
	var ps []pair
	if name == "collections.defaultdict" && len(args) > 0 {
		args = args[1:]
	}
	for _, a := range args {
		switch a.Kind() {
		case pickle.Dict:
			w.plain(a)
			ps = append(ps, pairs(a.Items())...)
		case pickle.List, pickle.Tuple: // of pairs, as Python 2 wrote it
			w.plain(a)
			for _, p := range a.Items() {
				if len(p.Items()) != 2 {
					w.refuse(ErrOpcode, offset(v), "%s over something else than pairs", name)
					return nil
				}
				ps = append(ps, pair{p.Items()[0], p.Items()[1]})
			}
		default:
			w.refuse(ErrOpcode, offset(v), "%s over something else than pairs", name)
			return nil
		}
	}
	for _, s := range writes {
		if c := s.Node().At.Code; c != pickle.SetItem && c != pickle.SetItems || len(s.Items())%2 != 0 {
			w.refuse(ErrOpcode, s.Node().At.Off, "%s where a dict takes keys and values", c)
		}
		ps = append(ps, pairs(s.Items())...)
	}
	out := w.mapping(ps, path)
	if len(states) == 0 {
		return out
	}
	w.said = true
	w.aside++
	defer func() { w.aside-- }()
	attrs := make([]any, 0, len(states))
	for _, s := range states {
		attrs = append(attrs, w.value(s, append(path, "$attrs")))
	}
	if o, ok := out.(object); ok {
		if len(attrs) == 1 {
			return append(o, member{"$attrs", attrs[0]})
		}
		return append(o, member{"$attrs", attrs})
	}
	return object{{"$dict", out}, {"$attrs", attrs}}
}

// encoded is _codecs.encode(text, "latin1"): how protocol 2 spells bytes.
func (w *walker) encoded(v pickle.Value) ([]byte, bool) {
	name, _, args := w.decoder.call(v)
	if name != "_codecs.encode" || len(args) != 2 || args[0].Kind() != pickle.Str || len(v.State()) > 0 {
		return nil, false
	}
	switch w.text(args[1]) {
	case "latin1", "latin-1", "iso-8859-1":
	default:
		return nil, false
	}
	var out []byte
	for _, r := range w.text(args[0]) {
		if r > 0xff {
			return nil, false
		}
		out = append(out, byte(r))
	}
	return out, true
}

// found takes a tensor, or what stands for one that has no counterpart.
func (w *walker) found(t *tensor, path []string) any {
	if t.attributes.Kind() != pickle.Unknown && t.attributes.Kind() != pickle.None {
		w.said = true
		inner := *t
		inner.attributes = pickle.Value{}
		w.aside++
		attrs := w.value(t.attributes, append(path, "$attrs"))
		w.aside--
		return object{{"$with", w.found(&inner, path)}, {"$attrs", attrs}}
	}
	switch t.kind {
	case "meta":
		w.said = true
		return wrapped("meta", t.dtype.torch, member{"shape", t.shape})
	case "sparse":
		return w.sparse(t, path)
	case "quantised":
		return w.quantised(t, path)
	}
	if t.dtype.name == "" {
		w.refuse(ErrDtype, t.at, "tensor %q is of %s, which safetensors does not have", strings.Join(path, "."), t.dtype.torch)
		return nil
	}
	length := int64(0)
	for _, part := range path {
		length += int64(len(part)) + 1
	}
	if !w.afford(length, t.at) {
		return nil
	}
	if w.aside > 0 {
		w.said = true
		name := strings.Join(path, ".")
		w.left = append(w.left, LeftBehind{Name: name, Bytes: t.bytes(), Why: "an attribute, not part of the state"})
		return wrapped("left_behind", name)
	}
	w.said = w.said || t.requiresGrad || t.class != "" && t.class != parameterClass
	i := &item{path: append([]string(nil), path...), t: t}
	w.items = append(w.items, i)
	return i
}

// bare is a storage without a tensor: it is written as a tensor of one dimension.
func (w *walker) bare(s span, v pickle.Value, path []string) any {
	t := &tensor{span: s, dtype: s.dtype, shape: []int64{s.elements}, strides: []int64{1}, class: s.class, at: offset(v)}
	if s.untyped {
		t.dtype, _ = dtypeNamed("uint8")
	}
	return w.found(t, path)
}

func (w *walker) quantised(t *tensor, path []string) any {
	at := strings.Join(path, ".")
	if w.opt.Level != Rescue {
		w.refuse(ErrQuantised, t.at, "tensor %q is quantised: safetensors has no scale and zero point", at)
		return nil
	}
	d, ok := dtypeNamed(raw[t.dtype.torch])
	if !ok {
		w.refuse(ErrDtype, t.at, "tensor %q is of %s, which is smaller than a byte", at, t.dtype.torch)
		return nil
	}
	w.said = true
	values := *t
	values.kind, values.dtype = "", d
	return wrapped("quantised", w.found(&values, path), member{"scheme", w.value(t.scheme, append(path, "scheme"))},
		member{"note", "raw integers; not loadable as the same model"})
}

func (w *walker) sparse(t *tensor, path []string) any {
	if w.opt.Level != Rescue {
		w.refuse(ErrSparse, t.at, "tensor %q is sparse: safetensors holds dense tensors", strings.Join(path, "."))
		return nil
	}
	w.said = true
	o := wrapped("sparse", t.layout)
	for _, p := range t.parts {
		o = append(o, member{p.name, w.value(p.v, append(path, p.name))})
	}
	return append(o, member{"size", w.value(t.size, append(path, "size"))})
}
