package model

import (
	"cmp"
	"io"
	"path"
	"strings"

	"bakedin/internal/format/pickle"
	"bakedin/internal/format/sniff"
	"bakedin/internal/format/torch"
	"bakedin/internal/format/zipx"
	"bakedin/rules"
)

// readTorchZip reads an archive of torch: everything but the storages first, then the storages, each held against what the
// pickles declare of it. A storage that is declared, of the declared size and begins like numbers is not looked into: that
// is what keeps the cost of a checkpoint apart from its size.
func (c *contents) readTorchZip(p *part, a *zipx.Archive) {
	r := &reading{part: p, c: c, format: sniff.TorchZip}
	t := torch.OfZip(a, p.r, p.size, torchLimits)
	p.layout = t
	p.torch, p.script = true, t.Format == sniff.TorchScript
	storage := map[*zipx.Entry]bool{}
	if t.Format != sniff.TorchExport { // whose members are named in its own way
		for _, s := range t.Storages {
			storage[s.Entry] = true
		}
	}
	first := len(c.parts)
	for _, e := range a.Entries {
		if !storage[e] && !isPackageStorage(e.Name) {
			c.readEntry(p, e)
		}
	}
	if p.sniff.Promises(sniff.Torch) || p.sniff.Promises(sniff.TorchScript) || p.sniff.Promises(sniff.TorchExport) {
		for _, n := range t.Notes {
			r.found("torch-layout", n.Off, 1, "layout", "%s", n.Msg)
		}
	}
	r.torchCode(t)
	j := r.declared(t, c.parts[first:])
	for _, e := range a.Entries {
		if storage[e] || isPackageStorage(e.Name) {
			j.storage(e)
		}
	}
	j.missing()
	p.joined = j.whole && j.odd == 0
}

// isPackageStorage tells the storages of torch.package from its other members.
func isPackageStorage(name string) bool {
	return strings.HasSuffix(name, ".storage") && path.Base(path.Dir(name)) == ".data"
}

// declaration is what a persistent id says of a storage.
type declaration struct {
	part  *part
	at    pickle.Place
	key   string
	class string
	bytes int64 // -1 when the class is not known
	meta  bool  // a tensor without data
	names []string
	found bool
}

// joining holds the members of an archive against the persistent ids of its pickles.
type joining struct {
	*reading
	byName map[string]*declaration // folded member name
	order  []*declaration
	whole  bool // every pickle was read to its end, so that a storage without a declaration is one
	odd    int  // matches
}

// declared collects the persistent ids of the pickles among some parts.
func (r *reading) declared(t *torch.File, parts []*part) *joining {
	j := &joining{reading: r, byName: map[string]*declaration{}, whole: true}
	for _, p := range parts {
		if p.pickle == nil || p.parent != r.part {
			continue
		}
		member := strings.TrimPrefix(strings.TrimPrefix(p.member, r.member), "!")
		for _, s := range p.pickle.Streams {
			j.whole = j.whole && s.Err == nil && !s.Lost
			for _, id := range s.PersIDs {
				if d := declare(p, id); d != nil {
					d.names = storageNames(t.Root, member, d.key)
					j.add(d)
				}
			}
		}
	}
	return j
}

// storageNames are the members that a key may mean: beside data.pkl lies data/, beside constants.pkl constants/, and a
// package keeps all of its storages in one place.
func storageNames(root, member, key string) []string {
	stem := strings.TrimSuffix(member, path.Ext(member))
	return []string{strings.ToLower(stem + "/" + key), strings.ToLower(root + "/.data/" + key + ".storage"), strings.ToLower(root + "/" + key)}
}

// declare reads ('storage', class, key, location, count …); nil for another persistent id.
func declare(p *part, id pickle.PersID) *declaration {
	items := id.Value.Items()
	if len(items) < 5 || items[1].Import() == nil || p.pickle.Text(items[0], 16) != "storage" {
		return nil
	}
	d := &declaration{part: p, at: id.At, key: p.pickle.Text(items[2], 256), class: items[1].Import().Name, bytes: -1}
	d.meta = p.pickle.Text(items[3], 16) == "meta"
	if count, ok := items[4].Int(); ok && count >= 0 && itemBytes[d.class] > 0 && count < 1<<56 {
		d.bytes = count * itemBytes[d.class]
	}
	return d
}

func (j *joining) add(d *declaration) {
	name := d.names[0]
	before := j.byName[name]
	if before == nil {
		j.order = append(j.order, d)
		for _, n := range d.names {
			if j.byName[n] == nil {
				j.byName[n] = d
			}
		}
		return
	}
	if before.class != d.class || before.bytes != d.bytes {
		j.mismatch(d.part, d.at.Off, "declared twice "+d.key, rules.High, "storage %q is declared twice: as %s of %d bytes and as %s of %d", d.key, before.class, before.bytes, d.class, d.bytes)
	}
}

func (j *joining) mismatch(p *part, off int64, anchor string, s rules.Severity, format string, args ...any) {
	j.odd++
	r := *j.reading
	r.part = p
	r.found("torch-storage-mismatch", off, 1, anchor, format, args...).weigh(s, "by what a loader does with it")
}

// storage holds one member against its declaration.
func (j *joining) storage(e *zipx.Entry) {
	d := j.byName[strings.ToLower(e.Name)]
	readings := e.Readings()
	if d == nil {
		if j.whole && !e.IsDir() {
			j.mismatch(j.part, e.Off(), "unreferenced "+e.Name, rules.Medium, "storage %q belongs to no tensor", e.Name)
		}
		j.c.readEntry(j.part, e)
		return
	}
	d.found = true
	size := int64(-1)
	if len(readings) == 1 {
		if size = readings[0].Size; readings[0].Method == zipx.Stored {
			size = readings[0].Packed
		}
	}
	switch {
	case d.bytes < 0, size < 0:
		j.whole = false
	case size < d.bytes:
		j.mismatch(j.part, e.Off(), "short "+e.Name, rules.High, "storage %q has %d bytes, its tensors %d: loaders read past its end", e.Name, size, d.bytes)
	case size > d.bytes:
		j.mismatch(j.part, e.Off(), "long "+e.Name, rules.Medium, "storage %q has %d bytes, its tensors %d", e.Name, size, d.bytes)
	default:
		if !beginsLikeFile(e, size) && !e.Encrypted() {
			return
		}
	}
	j.c.readEntry(j.part, e)
}

// beginsLikeFile looks at the first bytes of a storage, and at the last.
func beginsLikeFile(e *zipx.Entry, size int64) bool {
	head, err := e.Head(magicSize)
	if err != nil {
		return true
	}
	return likeFile(head, func() (byte, error) {
		r, n, err := e.Open()
		var b [1]byte
		if err != nil || n == 0 {
			return 0, cmp.Or(err, io.EOF)
		}
		k, err := r.ReadAt(b[:], n-1)
		if k == 1 && n == size {
			err = nil
		}
		return b[0], err
	})
}

// missing tells of declared storages that are not there.
func (j *joining) missing() {
	for _, d := range j.order {
		if !d.found && !d.meta && path.Base(d.part.member) == "data.pkl" {
			j.mismatch(d.part, d.at.Off, "missing "+d.key, rules.Medium, "storage %q is not in the archive", d.key)
		}
	}
}

// readStack reads the five pickles of torch before 1.6, and steps over the storages behind them.
func readStack(r *reading) {
	r.torch = true
	t, err := torch.ParseLegacy(r.r, r.size, torchLimits)
	if err != nil || len(t.Pickles) < 5 {
		r.fault(err) // the reader of pickles sees all of it, and cannot know that more belongs to it
		return
	}
	f, err := pickle.Parse(r.r, t.End, pickleLimits)
	object := streamAt(f, t.Pickles[3].Off)
	if err != nil || object == nil {
		return
	}
	declared := map[string]*declaration{}
	j := &joining{reading: r, byName: declared, whole: true}
	r.pickle = f
	for _, id := range object.PersIDs {
		if d := declare(r.part, id); d != nil {
			d.names = []string{d.key}
			j.add(d)
		}
	}
	err = t.Place(func(key string) int64 {
		if d := declared[key]; d != nil {
			return itemBytes[d.class]
		}
		return 0
	})
	r.layout = t
	if err != nil {
		r.pickle = nil // whatever stands there is read as pickles too
		r.fault(err)
		return
	}
	for _, s := range t.Storages {
		d := declared[s.Key]
		d.found = true
		if d.bytes >= 0 && d.bytes != s.Size {
			j.mismatch(r.part, s.Off, "size "+s.Key, rules.High, "storage %q has %d bytes, its tensors %d", s.Key, s.Size, d.bytes)
		}
		r.payload("storage "+s.Key, s.Off, s.Size)
	}
	for _, d := range j.order {
		if !d.found {
			j.mismatch(r.part, d.at.Off, "missing "+d.key, rules.Medium, "storage %q is not in the file", d.key)
		}
	}
	for _, n := range t.Notes {
		if n.Off < t.End {
			r.found("torch-layout", n.Off, 1, "layout", "%s", n.Msg)
		}
	}
	r.unaccounted(t.End, r.size-t.End)
	r.joined = j.odd == 0
}

func streamAt(f *pickle.File, off int64) *pickle.Stream {
	for _, s := range f.Streams {
		if s.Start == off && s.Reading == pickle.Plain {
			return s
		}
	}
	return nil
}
