package convert

import (
	"strings"

	"bakedin/internal/format/pickle"
)

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
	w.used[t.storage] = true
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
