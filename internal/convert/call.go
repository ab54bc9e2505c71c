package convert

import (
	"bakedin/internal/format/pickle"
)

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
		if m := w.module(v); m != nil && w.opt.Level == Rescue {
			return w.walkModule(m, path)
		}
		return w.dropped(v)
	}
	if tr == machinery && name != "torch.Size" && name != "torch.device" && name != getLayout {
		w.refuse(ErrTensor, offset(v), "%s is called, which torch does not write", name)
		return nil
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
