package torch

import (
	"bytes"
	"io"
	"path"
	"strings"

	"bakedin/internal/format/sniff"
	"bakedin/internal/format/zipx"
)

// ParseZip reads the layout of torch 1.6 and later. Records are looked up as the loader does, without regard to case and
// taking any of two duplicates: every entry that it may open is among the pickles and storages.
func ParseZip(r io.ReaderAt, size int64, lim Limits) (*File, error) {
	a, err := zipx.Parse(r, size, lim.Zip)
	return OfZip(a, r, size, lim), err
}

// OfZip reads the layout of an archive whose directory was read already. R is the file that the archive is in.
func OfZip(a *zipx.Archive, r io.ReaderAt, size int64, lim Limits) *File {
	f := &File{Format: sniff.Zip, Zip: a, r: r, size: size}
	f.findRoot()
	for _, e := range f.Zip.Entries {
		if e.IsDir() {
			continue
		}
		for _, name := range e.Names() {
			f.record(e, name, lim)
		}
	}
	f.kind()
	return f
}

// findRoot takes the part of the first name before its first slash, as the loader does, and notes members elsewhere.
func (f *File) findRoot() {
	if len(f.Zip.Entries) == 0 {
		return
	}
	first := f.Zip.Entries[0]
	root, _, ok := strings.Cut(first.Name, "/")
	if !ok {
		f.note(first.Off(), "the first member %q lies in no folder, so that the archive has no root", first.Name)
		return
	}
	f.Root = root
	var stray *zipx.Entry
	n := 0
	for _, e := range f.Zip.Entries {
		if !f.inRoot(e.Name) {
			if n++; stray == nil {
				stray = e
			}
		}
	}
	if n > 0 {
		f.note(stray.Off(), "%d members lie outside of the root %q, the first is %q", n, root, stray.Name)
	}
}

// record sorts one member by one of its names.
func (f *File) record(e *zipx.Entry, name string, lim Limits) {
	lowered := lower(name)
	_, rest, ok := strings.Cut(lowered, "/")
	if !ok {
		rest = lowered
	}
	if key, ok := strings.CutPrefix(rest, "data/"); ok && f.inRoot(name) && !strings.HasSuffix(rest, ".pkl") {
		f.storage(e, name[len(name)-len(key):])
		return
	}
	switch {
	case rest == "data.pkl":
		f.pickle(e, name, Object)
	case rest == "constants.pkl":
		f.pickle(e, name, Constants)
	case strings.HasSuffix(rest, ".debug_pkl"):
		f.pickle(e, name, Debug)
	case strings.HasSuffix(rest, ".pkl") || strings.HasSuffix(rest, ".pickle"):
		f.pickle(e, name, Other)
	case strings.HasSuffix(rest, ".py"):
		f.Code = append(f.Code, e)
	case rest == "version" || rest == ".data/version":
		f.Version = f.text(e, f.Version, lim)
	case rest == "byteorder":
		f.ByteOrder = f.text(e, f.ByteOrder, lim)
	case rest == ".data/extern_modules":
		f.Extern = strings.Fields(f.text(e, "", lim))
	default:
		// A pickle under any other name is still one.
		if head, err := e.Head(64); err == nil && looksPickled(head, e) {
			f.pickle(e, name, Other)
		}
	}
}

// lower folds ASCII alone, as the loader does. strings.ToLower would change the length of a name that is no UTF-8.
func lower(name string) string {
	b := []byte(name)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

func looksPickled(head []byte, e *zipx.Entry) bool {
	size := int64(len(head))
	if rs := e.Readings(); len(rs) > 0 {
		size = max(size, rs[0].Size)
	}
	return sniff.Sniff(head, nil, size, "").Has(sniff.Pickle)
}

func (f *File) inRoot(name string) bool {
	root, _, ok := strings.Cut(name, "/")
	return ok && strings.EqualFold(root, f.Root)
}

func (f *File) pickle(e *zipx.Entry, name string, role Role) {
	for _, p := range f.Pickles {
		if p.Entry == e {
			return
		}
	}
	p := &Pickle{Name: name, Role: role, Entry: e}
	if rs := e.Readings(); len(rs) > 0 && rs[0].Method == zipx.Stored {
		p.Off = rs[0].Off
	}
	f.Pickles = append(f.Pickles, p)
}

func (f *File) storage(e *zipx.Entry, key string) {
	for i := range f.Storages {
		if f.Storages[i].Entry == e && f.Storages[i].Key == key {
			return
		}
	}
	s := Storage{Key: key, Count: -1, Entry: e}
	if rs := e.Readings(); len(rs) > 0 {
		s.Size, s.Off, s.Plain = rs[0].Size, rs[0].Off, rs[0].Method == zipx.Stored
		if s.Plain {
			s.Size = rs[0].Packed
		}
	}
	f.Storages = append(f.Storages, s)
	if head, err := e.Head(2); err == nil && len(head) == 2 && head[0] == 0x80 && head[1] >= 2 && head[1] <= 5 && f.endsInStop(s) {
		f.pickle(e, e.Name, Other) // a pickle parked as a storage
	}
}

// endsInStop looks at the last byte of a storage, or at none when that would cost inflating it.
func (f *File) endsInStop(s Storage) bool {
	if !s.Plain || s.Size == 0 {
		return true
	}
	var b [1]byte
	f.r.ReadAt(b[:], s.Off+s.Size-1)
	return b[0] == '.'
}

// text reads a short record. A second one that says something else is noted, and the first kept.
func (f *File) text(e *zipx.Entry, before string, lim Limits) string {
	b, err := e.Head(int(min(lim.Text, 1<<20)))
	if err != nil {
		f.note(e.Off(), "member %q cannot be read: %v", e.Name, err)
		return before
	}
	now := string(bytes.TrimSpace(b))
	if before != "" && now != before {
		f.note(e.Off(), "member %q says %q, another one %q", e.Name, now, before)
		return before
	}
	return now
}

// kind names the form by its records, the one that can do most first.
func (f *File) kind() {
	has := func(record string) bool {
		for _, e := range f.Zip.Entries {
			_, rest, _ := strings.Cut(e.Name, "/")
			if strings.EqualFold(rest, record) || strings.EqualFold(e.Name, record) {
				return true
			}
		}
		return false
	}
	object, constants, code := false, false, false
	for _, p := range f.Pickles {
		object = object || p.Role == Object
		constants = constants || p.Role == Constants
	}
	for _, e := range f.Code {
		_, rest, _ := strings.Cut(e.Name, "/")
		code = code || strings.HasPrefix(strings.ToLower(path.Clean(rest)), "code/")
	}
	switch {
	case has(".data/extern_modules") || has(".data/python_version"):
		f.Format = sniff.TorchPackage
	case has("archive_format") || has("serialized_exported_program.json"):
		f.Format = sniff.TorchExport
	case constants || object && code:
		f.Format = sniff.TorchScript
	case object:
		f.Format = sniff.TorchZip
	}
	if f.Format == sniff.TorchZip {
		n := 0
		for _, p := range f.Pickles {
			if p.Role == Object {
				n++
			}
		}
		if n > 1 {
			f.note(0, "%d members can be taken for data.pkl", n)
		}
	}
}
