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
	used  map[*storage]bool     // by a tensor that is written or told as left behind
}

func newWalker(c *checkpoint, opt Options, refusal *Refusal) *walker {
	d := &decoder{c: c, opt: opt, refusal: refusal, storages: map[string]*storage{}, tensors: map[*pickle.Node]*tensor{},
		walked: map[*pickle.Import]bool{}}
	return &walker{decoder: d, open: map[*pickle.Node]bool{}, used: map[*storage]bool{}}
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
