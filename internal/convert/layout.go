package convert

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// roots are the keys under which trainers keep the state.
var roots = []string{"state_dict", "model_state_dict", "model", "module", "net", "params", "params_ema"}

// chooseRoot finds the mapping that is the state, and names the tensors in it.
func (p *Plan) chooseRoot(w *walker) {
	if p.Root = w.opt.Root; p.Root == "" {
		p.Root = conventional(w.items)
	} else if !slices.ContainsFunc(w.items, func(i *item) bool { return len(i.path) > 1 && i.path[0] == p.Root }) {
		w.refuse(ErrNoTensors, 0, "there is no tensor below the key %q", p.Root)
	}
	names := map[string]*item{}
	for _, i := range w.items {
		path := i.path
		if p.Root != "" {
			if len(path) < 2 || path[0] != p.Root {
				i.name = strings.Join(path, ".")
				p.Left = append(p.Left, LeftBehind{Name: i.name, Bytes: i.t.bytes(), Why: "outside of the root"})
				continue
			}
			path = path[1:]
		}
		if i.inRoot = true; len(path) == 0 {
			path = []string{"tensor"}
		}
		i.name = strings.Join(path, ".")
		switch first := names[i.name]; {
		case !utf8.ValidString(i.name):
			w.refuse(ErrName, i.t.at, "the name %q is no UTF-8", i.name)
		case i.name == "__metadata__":
			w.refuse(ErrName, i.t.at, "a tensor cannot be called __metadata__")
		case first != nil && strings.Join(first.path, "\x00") != strings.Join(i.path, "\x00"):
			w.refuse(ErrNameClash, i.t.at, "two tensors would be called %q: %q and %q", i.name, first.path, i.path)
		case first != nil:
			w.refuse(ErrNameClash, i.t.at, "two tensors would be called %q", i.name)
		}
		names[i.name] = i
	}
}

// conventional is the one key of the convention that holds more than nine tenths of the bytes, when the root itself is no
// dict of tensors.
func conventional(items []*item) string {
	total, bytes := int64(0), map[string]int64{}
	for _, i := range items {
		if len(i.path) < 2 {
			return ""
		}
		total += i.t.bytes()
		bytes[i.path[0]] += i.t.bytes()
	}
	for _, key := range roots {
		if n := bytes[key]; n > 0 && n > total/10*9 {
			return key
		}
	}
	return ""
}

// lay names the tensors, finds the ties, and computes the output to its last byte.
func (p *Plan) lay(w *walker) (err error) {
	p.chooseRoot(w)
	var items []*item
	for _, i := range w.items {
		if i.inRoot {
			items = append(items, i)
		}
	}
	slices.SortStableFunc(items, func(a, b *item) int {
		return cmp.Or(cmp.Compare(b.t.dtype.rank(), a.t.dtype.rank()), cmp.Compare(a.name, b.name))
	})
	keepAll := p.tie(items, w.opt.Keep)
	views := map[*storage][]string{}
	for _, i := range items {
		if i.kept != "" && !keepAll {
			continue
		}
		views[i.t.storage] = append(views[i.t.storage], i.name)
		p.Tensors = append(p.Tensors, Entry{Name: i.name, DType: i.t.dtype.name, Shape: i.t.shape, Bytes: i.t.bytes(),
			Storage: i.t.key, Way: i.t.way(), t: i.t, big: w.c.big})
	}
	p.unshare(items)
	for _, key := range w.keys {
		if s := w.storages[key]; !w.used[s] {
			p.Left = append(p.Left, LeftBehind{Name: "storage " + key, Bytes: s.size, Why: "used only by something that is not written"})
		}
	}
	at := int64(0)
	for k := range p.Tensors {
		e := &p.Tensors[k]
		e.begin = at
		if e.Bytes > 1<<60-at {
			w.refuse(ErrBlowup, e.t.at, "the output would be larger than 2^60 bytes")
			return nil
		}
		at += e.Bytes
	}
	var aliases []Tie
	if !keepAll {
		aliases = p.Ties
	}
	if p.header, err = header(p.Tensors, aliases); err != nil {
		return err
	}
	if len(p.header)-8 > maxHeader {
		w.refuse(ErrHeaderTooLarge, -1, "the header would have %d bytes, the format allows %d", len(p.header)-8, maxHeader)
	}
	p.Size = int64(len(p.header)) + at
	if in := p.Source.Size; !w.opt.AllowGrowth && p.Size > in+in/20+1<<20 {
		w.refusal.add(ErrBlowup, "", -1, "the output would have %d bytes, the source has %d%s", p.Size, in, p.largest())
	}
	p.checksums()
	return nil
}

// largest names the tensors that grow most.
func (p *Plan) largest() string {
	var grown []Entry
	for _, e := range p.Tensors {
		if e.Bytes > e.t.storage.size {
			grown = append(grown, e)
		}
	}
	slices.SortStableFunc(grown, func(a, b Entry) int { return cmp.Compare(b.Bytes, a.Bytes) })
	if len(grown) == 0 {
		return ": many tensors are views of the same bytes"
	}
	return ": " + quoted(grown[0].Name) + " repeats its bytes"
}

// tie finds names of one and the same view. The first in order of names is kept.
func (p *Plan) tie(items []*item, keep Keep) (keepAll bool) {
	byView := map[string][]*item{}
	var order []string
	for _, i := range items {
		if i.t.elements() == 0 {
			continue // no bytes to share
		}
		id := i.t.identity()
		if byView[id] == nil {
			order = append(order, id)
		}
		byView[id] = append(byView[id], i)
	}
	total, extra := int64(0), int64(0)
	for _, i := range items {
		total += i.t.bytes()
	}
	for _, id := range order {
		group := byView[id]
		for _, i := range group[1:] { // sorted by name
			i.kept = group[0].name
			extra += i.t.bytes()
			p.Ties = append(p.Ties, Tie{Name: i.name, Kept: group[0].name})
		}
	}
	slices.SortFunc(p.Ties, func(a, b Tie) int { return cmp.Compare(a.Name, b.Name) })
	return keep == All || keep == Auto && extra <= total/20
}

// unshare lists names that were different views of one storage.
func (p *Plan) unshare(items []*item) {
	groups := map[*storage][]*item{}
	var order []*storage
	for _, i := range items {
		if groups[i.t.storage] == nil {
			order = append(order, i.t.storage)
		}
		groups[i.t.storage] = append(groups[i.t.storage], i)
	}
	for _, s := range order {
		var names []string
		views := map[string]bool{}
		for _, i := range groups[s] {
			views[i.t.identity()] = true
			names = append(names, i.name)
		}
		if len(views) > 1 {
			slices.Sort(names)
			p.Unshared = append(p.Unshared, names)
		}
	}
}

// checksums finds storages that no tensor copies whole: they are read for their checksum.
func (p *Plan) checksums() {
	whole, seen := map[*storage]bool{}, map[*storage]bool{}
	for _, e := range p.Tensors {
		whole[e.t.storage] = whole[e.t.storage] || e.copied()
	}
	for _, e := range p.Tensors {
		if s := e.t.storage; s.hasCRC && !whole[s] && !seen[s] {
			seen[s] = true
			p.sums = append(p.sums, s)
		}
	}
}

// copied tells whether the bytes of a tensor are those of its storage, one by one.
func (e *Entry) copied() bool { return e.Way == "whole" && !e.big && !e.t.conj && !e.t.neg }

// Row shows a tensor in a table: name, type, shape, bytes, and how its bytes are copied.
func (p *Plan) Row(e Entry) []string {
	return []string{e.Name, e.DType, fmt.Sprint(list(e.Shape)), fmt.Sprint(e.Bytes), e.Way}
}
