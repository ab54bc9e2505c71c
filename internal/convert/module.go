package convert

import (
	"bakedin/internal/format/pickle"
)

// module is an object whose state has the layout of torch.nn.Module, whatever its class is. Nothing of the class is needed.
type module struct {
	class string
	state []pair
}

// module recognises one; nil for anything else.
func (w *walker) module(v pickle.Value) *module {
	i := w.classOf(v)
	if i == nil {
		return nil
	}
	_, states := w.states(v)
	if len(states) == 0 {
		return nil
	}
	state := states[len(states)-1]
	if state.Kind() == pickle.Tuple && len(state.Items()) == 2 { // (__dict__, slots)
		state = state.Items()[0]
	}
	ps, ok := w.pairsOf(state)
	if !ok {
		return nil
	}
	for _, p := range ps {
		switch w.text(p.key) {
		case "_parameters", "_buffers", "_modules":
			w.walked[i] = true
			name, _ := global(i)
			return &module{name, ps}
		}
	}
	return nil
}

// classOf is the class of an object: what NEWOBJ names, what copyreg._reconstructor is given, or, in a stack, the second of
// ('module', class, file, source).
func (d *decoder) classOf(v pickle.Value) *pickle.Import {
	fn, args, _ := v.Function()
	switch fn.Kind() {
	case pickle.Global:
		i := fn.Import()
		if name, _ := global(i); name == "copyreg._reconstructor" && len(args.Items()) > 0 {
			fn = args.Items()[0]
			if fn.Kind() == pickle.Global {
				return fn.Import()
			}
			break
		}
		return i
	}
	return d.container(fn)
}

// container is the class of a persistent id that carries the source text of a module.
func (d *decoder) container(v pickle.Value) *pickle.Import {
	if n := v.Node(); v.Kind() == pickle.Persistent && n != nil && len(n.Items) == 1 {
		id := n.Items[0].Items()
		if len(id) == 4 && d.text(id[0]) == "module" && id[1].Kind() == pickle.Global {
			return id[1].Import()
		}
	}
	return nil
}

// pairsOf returns the members of a dict or OrderedDict.
func (w *walker) pairsOf(v pickle.Value) ([]pair, bool) {
	switch v.Kind() {
	case pickle.Dict:
		return pairs(v.Items()), v.Whole()
	case pickle.Call:
		name, _, args := w.decoder.call(v)
		if name != orderedDict {
			return nil, false
		}
		var out []pair
		for _, a := range args {
			if a.Kind() == pickle.List || a.Kind() == pickle.Tuple {
				for _, p := range a.Items() {
					if len(p.Items()) == 2 {
						out = append(out, pair{p.Items()[0], p.Items()[1]})
					}
				}
			}
		}
		writes, _ := w.states(v)
		for _, s := range writes {
			out = append(out, pairs(s.Items())...)
		}
		return out, true
	}
	return nil, false
}

// walkModule names tensors as state_dict does: own parameters, own buffers, then children, in their order. Attributes are
// data beside it.
func (w *walker) walkModule(m *module, path []string) any {
	w.said = true
	field := map[string]pickle.Value{}
	for _, p := range m.state {
		field[w.text(p.key)] = p.value
	}
	transient := w.names(field["_non_persistent_buffers_set"])
	o := wrapped("module", m.class)
	for _, part := range []string{"_parameters", "_buffers", "_modules"} {
		ps, ok := w.pairsOf(field[part])
		if !ok {
			if k := field[part].Kind(); k != pickle.Unknown && k != pickle.None {
				o = append(o, member{part, wrapped("unread", "not the standard layout")})
			}
			continue
		}
		out := object{}
		for _, p := range ps {
			name, ok := w.key(p.key)
			if !ok || p.value.Kind() == pickle.None || part == "_buffers" && transient[name] {
				continue
			}
			out = append(out, member{name, w.value(p.value, append(path, name))})
		}
		if len(out) > 0 {
			o = append(o, member{part[1:], out})
		}
	}
	var rest []pair
	for _, p := range m.state {
		switch w.text(p.key) {
		case "_parameters", "_buffers", "_modules", "_non_persistent_buffers_set":
			continue
		}
		if empty(p.value) {
			continue
		}
		rest = append(rest, p)
	}
	w.aside++
	attrs := w.mapping(rest, append(path, "$attrs"))
	w.aside--
	return append(o, member{"attributes", attrs})
}

// empty tells hooks and the like that nothing was put into.
func empty(v pickle.Value) bool {
	switch v.Kind() {
	case pickle.Dict, pickle.List, pickle.Set:
		return len(v.Items()) == 0
	case pickle.Call:
		_, args, _ := v.Function()
		return len(args.Items()) == 0 && len(v.State()) == 0
	}
	return false
}

// names reads a set of texts.
func (w *walker) names(v pickle.Value) map[string]bool {
	if v.Kind() == pickle.Call {
		if name, _, args := w.decoder.call(v); name == "builtins.set" && len(args) == 1 {
			v = args[0]
		}
	}
	out := map[string]bool{}
	for _, item := range v.Items() {
		out[w.text(item)] = true
	}
	return out
}
