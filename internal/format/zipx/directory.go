package zipx

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
)

const (
	endLen     = 22
	locatorLen = 20
	end64Len   = 56
	centralLen = 46
	localLen   = 30
	maxComment = 65535
)

// readViews finds every end record whose comment fits, and for each the directories that it can mean: at the offset it
// states, or right before it, when something was put before the archive and the offsets were left as they were.
func (a *Archive) readViews() error {
	start := max(0, a.size-endLen-maxComment)
	tail := make([]byte, a.size-start)
	n, _ := a.r.ReadAt(tail, start)
	tail = tail[:n]
	var first error
	for b := tail; ; {
		i := bytes.LastIndex(b, []byte("PK\x05\x06"))
		if i < 0 {
			break
		}
		if rest := tail[i:]; len(rest) >= endLen && endLen+int(binary.LittleEndian.Uint16(rest[20:])) <= len(rest) {
			if err := a.readEnd(rest, start+int64(i)); err != nil && first == nil {
				first = err
			}
		}
		b = b[:i]
	}
	if len(a.Views) == 0 && first == nil {
		first = &SyntaxError{max(0, a.size-endLen), "no end record of a zip directory"}
	}
	if len(a.Views) > 1 {
		a.note(Ambiguous, a.Views[1].End, nil, nil, "%d directories can be found, at bytes %d and %d: readers differ", len(a.Views), a.Views[0].Dir, a.Views[1].Dir)
	}
	return first
}

// readEnd reads the directories of one end record at off.
func (a *Archive) readEnd(end []byte, off int64) error {
	le := binary.LittleEndian
	count := int64(le.Uint16(end[10:]))
	n, at := int64(le.Uint32(end[12:])), int64(le.Uint32(end[16:]))
	if disk := le.Uint16(end[4:]); disk != 0 && disk != 0xffff {
		a.note(Ambiguous, off, nil, nil, "the end record says that it is disk %d of several", disk)
	}
	behind := off // where a directory that touches its end record ends
	var err error
	if at64, c64, n64, d64, ok := a.end64(off); ok {
		saturated := count == 0xffff || n == 0xffffffff || at == 0xffffffff
		if saturated {
			err = a.readDirs(View{End: off, Dir: d64, DirLen: n64, Zip64: true}, at64, c64)
		} else {
			if d64 != at || n64 != n || c64 != count {
				a.note(Ambiguous, off, nil, nil, "the zip64 record and the end record name different directories")
				err = a.readDirs(View{End: off, Dir: d64, DirLen: n64, Zip64: true}, at64, c64)
			}
			behind = at64
		}
		if saturated {
			return err
		}
	}
	if e := a.readDirs(View{End: off, Dir: at, DirLen: n}, behind, count); e != nil {
		err = e
	}
	return err
}

// end64 follows the zip64 locator before an end record at off.
func (a *Archive) end64(off int64) (at, count, n, dir int64, ok bool) {
	var loc [locatorLen]byte
	var rec [end64Len]byte
	if !a.read(loc[:], off-locatorLen) || string(loc[:4]) != "PK\x06\x07" {
		return
	}
	at = int64(binary.LittleEndian.Uint64(loc[8:]))
	if !a.read(rec[:], at) || string(rec[:4]) != "PK\x06\x06" {
		at = off - locatorLen - end64Len // something stands before the archive
		if !a.read(rec[:], at) || string(rec[:4]) != "PK\x06\x06" {
			a.note(Ambiguous, off-locatorLen, nil, nil, "a zip64 locator that leads to no record")
			return
		}
	}
	count, n, dir = int64(binary.LittleEndian.Uint64(rec[32:])), int64(binary.LittleEndian.Uint64(rec[40:])), int64(binary.LittleEndian.Uint64(rec[48:]))
	return at, count, n, dir, true
}

// readDirs reads the directory at the stated offset and, where that is another place, the one that ends at behind.
func (a *Archive) readDirs(v View, behind, count int64) error {
	places := []View{v}
	if real := behind - v.DirLen; real != v.Dir {
		moved := v
		moved.Dir, moved.Base = real, real-v.Dir
		places = []View{moved, v}
	}
	var first error
	for _, v := range places {
		if v.Dir < 0 || v.DirLen < 0 || v.Dir > a.size || !a.hasDir(v, count) {
			continue
		}
		for _, w := range a.Views {
			if w.Dir == v.Dir && w.Base == v.Base {
				return first
			}
		}
		a.Views = append(a.Views, v)
		if err := a.readDir(len(a.Views)-1, count); err != nil && first == nil {
			first = err
		}
		if v.Base == 0 && first == nil && len(places) == 2 && a.Views[len(a.Views)-1] == v {
			break
		}
	}
	if len(a.Views) == 0 && first == nil {
		first = &SyntaxError{v.End, "the end record names no directory"}
	}
	return first
}

// hasDir tells whether a directory begins at the place of a view.
func (a *Archive) hasDir(v View, count int64) bool {
	var sig [4]byte
	if count == 0 && v.DirLen == 0 {
		return true
	}
	return a.read(sig[:], v.Dir) && string(sig[:]) == "PK\x01\x02"
}

// readDir reads entries as long as there are some, whatever their stated number: readers differ in which they believe.
func (a *Archive) readDir(view int, count int64) error {
	v := &a.Views[view]
	br := bufio.NewReaderSize(io.NewSectionReader(a.r, v.Dir, a.size-v.Dir), 64<<10)
	at := v.Dir
	seen := int64(0)
	var fixed [centralLen]byte
	for {
		if sig, _ := br.Peek(4); string(sig) != "PK\x01\x02" {
			break
		}
		if len(a.Entries) >= a.lim.Entries {
			return &LimitError{"entries", at}
		}
		if at-v.Dir > a.lim.Directory {
			return &LimitError{"directory", at}
		}
		if _, err := io.ReadFull(br, fixed[:]); err != nil {
			return &SyntaxError{at, "the directory is cut off"}
		}
		h, lens, mode := central(fixed[:])
		h.Off = at
		name := make([]byte, lens[0])
		extra := make([]byte, lens[1])
		if _, err := io.ReadFull(br, name); err != nil {
			return &SyntaxError{at, "the directory is cut off inside a name"}
		}
		if _, err := io.ReadFull(br, extra); err != nil {
			return &SyntaxError{at, "the directory is cut off inside an extra field"}
		}
		br.Discard(lens[2])
		e := &Entry{View: view, Central: h, Mode: mode, a: a}
		if len(name) > a.lim.Name {
			a.note(PathEscape, at, e, nil, "a name of %d bytes", len(name))
			name = name[:a.lim.Name]
		}
		h.Name, h.Extra = string(name), extra
		e.Name = h.Name
		h.zip64(true)
		a.Entries = append(a.Entries, e)
		at += int64(centralLen + lens[0] + lens[1] + lens[2])
		seen++
	}
	if seen != count && !(count == seen&0xffff && !v.Zip64) {
		a.note(Ambiguous, v.End, nil, nil, "the end record counts %d entries, the directory holds %d", count, seen)
	}
	if got := at - v.Dir; got != v.DirLen {
		a.note(Ambiguous, v.End, nil, nil, "the end record gives the directory %d bytes, it has %d", v.DirLen, got)
		v.DirLen = got
	}
	return nil
}

// central decodes the fixed part of a directory entry.
func central(b []byte) (h *Header, lens [3]int, mode uint32) {
	le := binary.LittleEndian
	h = &Header{Flags: le.Uint16(b[8:]), Method: le.Uint16(b[10:]), CRC: le.Uint32(b[16:]),
		Packed: int64(le.Uint32(b[20:])), Size: int64(le.Uint32(b[24:])), localOff: int64(le.Uint32(b[42:]))}
	lens = [3]int{int(le.Uint16(b[28:])), int(le.Uint16(b[30:])), int(le.Uint16(b[32:]))}
	if b[5] == 3 || b[5] == 19 { // written on Unix or macOS
		mode = le.Uint32(b[38:]) >> 16
	}
	return h, lens, mode
}

// zip64 takes sizes that do not fit 32 bits from the extra field 0x0001, in their fixed order.
func (h *Header) zip64(offset bool) {
	f := h.field(0x0001)
	take := func(v *int64) {
		if *v == 0xffffffff && len(f) >= 8 {
			*v = int64(binary.LittleEndian.Uint64(f) & (1<<63 - 1))
			f = f[8:]
		}
	}
	take(&h.Size)
	take(&h.Packed)
	if offset {
		take(&h.localOff)
	}
}

// field returns the content of the first extra field of that tag, or nil.
func (h *Header) field(tag uint16) []byte {
	for b := h.Extra; len(b) >= 4; {
		n := int(binary.LittleEndian.Uint16(b[2:]))
		if n > len(b)-4 {
			return nil
		}
		if binary.LittleEndian.Uint16(b) == tag {
			return b[4 : 4+n]
		}
		b = b[4+n:]
	}
	return nil
}
