package convert

import (
	"bakedin/internal/format/pickle"
	"bakedin/internal/format/torch"
)

// storage is the bytes behind one key. All persistent ids of a key must say the same of it.
type storage struct {
	key      string
	class    string
	dtype    dtype // its torch name is empty for an untyped storage
	untyped  bool
	elements int64
	at       int64 // byte of the persistent id, in the object pickle

	off, size int64  // bytes in the file
	entry     string // member
	crc       uint32
	hasCRC    bool // a stack has none
}

// span is a storage as a persistent id shows it: all of it, or a view of a legacy file.
type span struct {
	*storage
	from     int64 // elements
	elements int64
}

// declare takes every persistent id of a storage, used or not: a stack cannot be walked without the sizes of all of them.
func (d *decoder) declare() {
	for _, p := range d.c.stream.PersIDs {
		if d.knownID(p.Value) {
			d.storage(p.Value, p.At.Off)
		}
	}
}

// persistent is the storage that a value stands for.
func (d *decoder) persistent(v pickle.Value) (span, bool) {
	node := v.Node()
	if v.Kind() != pickle.Persistent || node == nil || len(node.Items) != 1 {
		return span{}, false
	}
	return d.storage(node.Items[0], node.At.Off)
}

// storage resolves ('storage', class, key, location, elements[, view]), an id that stands at that byte.
func (d *decoder) storage(v pickle.Value, at int64) (span, bool) {
	id := v.Items()
	if v.Kind() != pickle.Tuple || len(id) < 5 || d.text(id[0]) != "storage" || id[2].Kind() != pickle.Str {
		return span{}, false
	}
	class, _ := globalOf(id[1])
	dt, untyped, ok := storageClass(class)
	n, isInt := id[4].Int()
	if !ok || !isInt || id[4].Kind() != pickle.Int {
		return span{}, false
	}
	key := d.text(id[2])
	s := d.storages[key]
	if s == nil {
		s = &storage{key: key, class: class, dtype: dt, untyped: untyped, elements: n, at: at}
		if n < 0 || n > 1<<60/dt.size {
			d.refuse(ErrNegative, at, "storage %q claims %d elements", key, n)
			s.elements = 0
		}
		d.storages[key] = s
		d.keys = append(d.keys, key)
	} else if s.at != at && (s.dtype.torch != dt.torch || s.elements != n) {
		d.refuse(ErrStorageRedeclared, at, "storage %q is declared as %d elements of %s, and as %d of %s", key, s.elements, s.class, n, class)
	}
	out := span{storage: s, elements: s.elements}
	if len(id) > 5 && id[5].Kind() != pickle.None {
		view := id[5].Items()
		if id[5].Kind() != pickle.Tuple || len(view) != 3 {
			return span{}, false
		}
		from, ok1 := view[1].Int()
		n, ok2 := view[2].Int()
		if !ok1 || !ok2 || from < 0 || n < 0 || from > s.elements || n > s.elements-from {
			d.refuse(ErrOutOfBounds, at, "a view of storage %q lies outside of it", key)
			return out, true
		}
		out.from, out.elements = from, n
	}
	return out, true
}

// place finds the bytes of every storage, and holds sizes and keys to each other.
func (d *decoder) place() {
	c := d.c
	if err := c.torch.Place(func(key string) int64 {
		if s := d.storages[key]; s != nil {
			return s.dtype.size
		}
		return 0
	}); err != nil {
		d.refusal.add(ErrStorageSize, "", -1, "%v", err)
		return
	}
	if c.kind == "torch legacy" && c.torch.End != c.size {
		d.refusal.add(ErrLayout, "", c.torch.End, "%d bytes behind the last storage", c.size-c.torch.End)
	}
	found := map[string]torch.Storage{}
	for _, s := range c.torch.Storages {
		if _, ok := found[s.Key]; ok {
			d.refusal.add(ErrDuplicateEntry, "", s.Off, "storage %q stands twice", s.Key)
		}
		found[s.Key] = s
		if d.storages[s.Key] == nil {
			name := s.Key
			if s.Entry != nil {
				name = s.Entry.Name
			}
			c.extra = append(c.extra, LeftBehind{Name: name, Bytes: s.Size, Why: "a storage that nothing uses"})
		}
	}
	for _, key := range d.keys {
		s := d.storages[key]
		f, ok := found[key]
		if !ok {
			d.refuse(ErrMissingStorage, s.at, "storage %q is not in the file", key)
			continue
		}
		s.off, s.size = f.Off, f.Size
		if f.Entry != nil {
			s.entry = f.Entry.Name
			if f.Entry.Central != nil {
				s.crc, s.hasCRC = f.Entry.Central.CRC, true
			}
			if !f.Plain {
				d.refusal.add(ErrCompressed, quoted(s.entry), f.Off, "storage %q is compressed", key)
				continue
			}
		}
		if want := s.elements * s.dtype.size; want != s.size {
			d.refusal.add(ErrStorageSize, quoted(s.entry), f.Off, "storage %q is declared as %d bytes and has %d", key, want, s.size)
		}
	}
}
