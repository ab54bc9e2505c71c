package torch

import (
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"

	"bakedin/internal/format/sniff"
	"bakedin/internal/format/tarx"
)

// ParseLegacy reads the stack of torch 0.1.10 to 1.5. The five pickles are found by stepping over their opcodes, so that a
// magic number that is computed instead of written hides none of them. A stack that is not complete is still given as far
// as it goes: a plain pickle under the name of a checkpoint is a stack of one.
func ParseLegacy(r io.ReaderAt, size int64, lim Limits) (*File, error) {
	f := &File{Format: sniff.TorchLegacy, r: r, size: size}
	roles := []Role{Header, Header, Header, Object, Keys}
	at := int64(0)
	var failed error
	for i, role := range roles {
		end, err := sniff.SkipPickle(r, at, size, lim.Ops)
		if end > at {
			p := &Pickle{Role: role, Off: at, r: io.NewSectionReader(r, at, end-at), size: end - at}
			f.Pickles = append(f.Pickles, p)
		}
		if err != nil {
			failed = &SyntaxError{end, fmt.Sprintf("pickle %d of a torch stack of five: %v", i+1, err)}
			break
		}
		at = end
		f.End = at
		if i == 0 && !f.plainMagic() {
			f.note(0, "the magic number is not written as a plain number")
			if end == size {
				f.Format = sniff.Pickle
				f.Pickles[0].Role = Object
				return f, nil
			}
		}
	}
	if len(f.Pickles) > 2 {
		f.ByteOrder = f.sysInfo()
	}
	if failed != nil {
		return f, failed
	}
	return f, f.readKeys(lim)
}

// magic is the number as protocols 2 and above write it, and as protocols 0 and 1 do.
var magic = []string{"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", "L119547037146038801333356L\n"}

func (f *File) plainMagic() bool {
	if len(f.Pickles) == 0 || f.Pickles[0].size > 64 {
		return false
	}
	b := make([]byte, f.Pickles[0].size)
	f.r.ReadAt(b, 0)
	s := string(b)
	if len(s) > 2 && s[0] == 0x80 {
		s = s[2:]
	}
	if len(s) > 9 && s[0] == 0x95 { // from protocol 4 on, in a frame
		s = s[9:]
	}
	return s == magic[0]+"." || s == magic[1]+"."
}

// sysInfo finds the value of little_endian in the third pickle, a dict of plain values: the boolean behind the key, with
// nothing but memo opcodes between. Anything else is answered with nothing.
func (f *File) sysInfo() string {
	p := f.Pickles[2]
	ops := sniff.NewOps(p.r, 0, p.size)
	found := false
	for range 1000 {
		op, err := ops.Next()
		if err != nil {
			break
		}
		switch op.Code {
		case 'q', 'r', 'p', 0x94:
			continue
		case 0x88:
			if found {
				return "little"
			}
		case 0x89:
			if found {
				return "big"
			}
		case 'I':
			if found && string(op.Arg) == "01" {
				return "little"
			}
			if found && string(op.Arg) == "00" {
				return "big"
			}
		}
		found = textOf(op) == "little_endian"
	}
	return ""
}

// textOf is the text that an opcode pushes, or empty. Python 2 wrote keys as byte strings.
func textOf(op sniff.Op) string {
	switch op.Code {
	case 'X', 'U', 'T', 0x8c, 'V':
		if int64(len(op.Arg)) == op.N {
			return string(op.Arg)
		}
	case 'S':
		return strings.Trim(string(op.Arg), `'"`)
	}
	return ""
}

// readKeys reads the list of the fifth pickle: texts and nothing that builds something else.
func (f *File) readKeys(lim Limits) error {
	p := f.Pickles[4]
	ops := sniff.NewOps(p.r, 0, p.size)
	for {
		op, err := ops.Next()
		if err != nil || op.Code == '.' {
			return nil
		}
		switch op.Code {
		case 0x80, 0x95, ']', '(', 'a', 'e', 'l', 'q', 'r', 'p', 0x94:
			continue
		}
		key := textOf(op)
		if key == "" {
			f.keys = nil
			return &SyntaxError{p.Off + op.Off, "the list of storage keys holds something else than text"}
		}
		if len(f.keys) >= lim.Keys {
			return &SyntaxError{p.Off + op.Off, "more storage keys than the limit"}
		}
		f.keys = append(f.keys, key)
	}
}

// StorageKeys are the keys of a stack in the order of their bytes, and of a zip in the order of its directory.
func (f *File) StorageKeys() []string {
	if f.Format == sniff.TorchLegacy {
		return f.keys
	}
	out := make([]string, len(f.Storages))
	for i, s := range f.Storages {
		out[i] = s.Key
	}
	return out
}

// Place walks the storages of a stack, whose element sizes only the object pickle knows: elem gives bytes per element of a
// key, or 0. It fills Storages and End; counts are checked against the file. In other containers it does nothing.
func (f *File) Place(elem func(key string) int64) error {
	if f.Format != sniff.TorchLegacy || len(f.Pickles) < 5 || len(f.Storages) > 0 {
		return nil
	}
	at := f.Pickles[4].Off + f.Pickles[4].size
	order := binary.ByteOrder(binary.LittleEndian)
	if f.ByteOrder == "big" {
		order = binary.BigEndian
	}
	for _, key := range f.keys {
		var b [8]byte
		if n, _ := f.r.ReadAt(b[:], at); n < 8 || at+8 > f.size {
			return &SyntaxError{at, fmt.Sprintf("the file ends before storage %q", key)}
		}
		count := int64(order.Uint64(b[:]))
		size := elem(key)
		if size <= 0 {
			return &SyntaxError{at, fmt.Sprintf("storage %q has no persistent id, so that its end is unknown", key)}
		}
		if count < 0 || count > (f.size-at-8)/size {
			return &SyntaxError{at, fmt.Sprintf("storage %q claims %d elements of %d bytes, more than the file holds", key, count, size)}
		}
		f.Storages = append(f.Storages, Storage{Key: key, Size: count * size, Off: at + 8, Plain: true, Count: count})
		at += 8 + count*size
		f.End = at
	}
	if at < f.size {
		f.note(at, "%d bytes behind the last storage", f.size-at)
	}
	return nil
}

// ParseTar reads the container of torch before 0.1.10. Storages and tensors are streams of a count, and for each a small
// pickle and raw data; the pickles that can be told without the element sizes are given: the first of each.
func ParseTar(r io.ReaderAt, size int64, lim Limits) (*File, error) {
	f := &File{Format: sniff.Tar, r: r, size: size}
	var err error
	f.Tar, err = tarx.Parse(r, size, lim.Tar)
	for _, e := range f.Tar.Entries {
		role := Other
		switch strings.TrimPrefix(e.Name, "./") {
		case "pickle":
			role = Object
			f.Format = sniff.TorchTar
		case "sys_info":
			role = Header
		case "storages", "tensors":
		default:
			continue
		}
		if !e.IsFile() {
			f.note(e.Off, "member %q is no file", e.Name)
			continue
		}
		src, n := e.Open()
		f.Pickles = append(f.Pickles, &Pickle{Name: e.Name, Role: role, Off: e.Data, r: src, size: n})
	}
	return f, err
}

// Counts reads how many storages or tensors a member of the old tar claims: the plain number that its first pickle is.
func (f *File) Counts(p *Pickle) (n int64, ok bool) {
	ops := sniff.NewOps(p.r, 0, p.size)
	for {
		op, err := ops.Next()
		if err != nil {
			return 0, false
		}
		switch op.Code {
		case 0x80:
			continue
		case 'K', 'M', 'J':
			for i, c := range op.Arg {
				n |= int64(c) << (8 * i)
			}
			return n, true
		case 'I', 'L':
			n, err = strconv.ParseInt(strings.TrimSuffix(string(op.Arg), "L"), 10, 64)
			return n, err == nil
		default:
			return 0, false
		}
	}
}
