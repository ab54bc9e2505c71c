package zipx

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
)

// readLocals reads the local header of every entry of the directories.
func (a *Archive) readLocals() error {
	for _, e := range slices.SortedStableFunc(slices.Values(a.Entries), func(x, y *Entry) int {
		return cmp.Compare(x.Central.localOff, y.Central.localOff)
	}) {
		off := e.Central.localOff + a.Views[e.View].Base
		h, data := a.local(off)
		if h == nil {
			a.note(Mismatch, e.Central.Off, e, nil, "no local header at byte %d", off)
			continue
		}
		e.Local, e.Data = h, data
		a.extent(e)
	}
	return nil
}

// local reads the local header at off, or returns nil.
func (a *Archive) local(off int64) (*Header, int64) {
	var buf [256]byte // fits the header, the name and the padding of most
	n := min(int64(len(buf)), a.size-off)
	if off < 0 || n < localLen || !a.read(buf[:n], off) || string(buf[:4]) != "PK\x03\x04" {
		return nil, 0
	}
	b, le := buf[:n], binary.LittleEndian
	h := &Header{Off: off, Flags: le.Uint16(b[6:]), Method: le.Uint16(b[8:]), CRC: le.Uint32(b[14:]),
		Packed: int64(le.Uint32(b[18:])), Size: int64(le.Uint32(b[22:]))}
	nameLen, extraLen := int(le.Uint16(b[26:])), int(le.Uint16(b[28:]))
	rest := localLen + nameLen + extraLen
	if rest > len(b) {
		b = make([]byte, rest)
		if !a.read(b, off) {
			return nil, 0
		}
	}
	h.Name = string(b[localLen : localLen+min(nameLen, a.lim.Name)])
	h.Extra = slices.Clone(b[localLen+nameLen : rest])
	h.zip64(false)
	return h, off + int64(rest)
}

// packed is the number of bytes that the data of an entry take: what the directory says, unless only the local header
// speaks.
func (e *Entry) packed() int64 {
	if e.Central != nil {
		return e.Central.Packed
	}
	return e.Local.Packed
}

// extent computes where the data and the descriptor behind them end.
func (a *Archive) extent(e *Entry) {
	e.End = e.Data + e.packed()
	if e.End > a.size || e.End < e.Data {
		a.note(Mismatch, e.Local.Off, e, nil, "%d bytes of data do not fit into the file", e.packed())
		e.End = a.size
		return
	}
	if e.Local.Flags&8 != 0 {
		e.End += a.descriptor(e)
	}
}

// descriptor is the length of the data descriptor behind an entry: 12 bytes, or 20 with 64-bit sizes, and 4 more with the
// optional signature. The sizes in it tell which; 0 when there is none.
func (a *Archive) descriptor(e *Entry) int64 {
	var buf [26]byte
	b := buf[:max(0, min(int64(len(buf)), a.size-e.End))]
	if !a.read(b, e.End) {
		return 0
	}
	le := binary.LittleEndian
	skip := 0
	if len(b) >= 4 && string(b[:4]) == "PK\x07\x08" {
		skip = 4
	}
	for _, skip := range []int{skip, 0} {
		d := b[skip:]
		if len(d) >= 20 && int64(le.Uint64(d[4:])) == e.packed() {
			if string(d[12:14]) == "PK" && !bytes.HasPrefix(d[20:], []byte("PK")) {
				return int64(skip + 12) // of nothing: its size of 0 reads like the upper half of the one before it
			}
			return int64(skip + 20)
		}
		if len(d) >= 12 && int64(le.Uint32(d[4:])) == e.packed()&0xffffffff {
			return int64(skip + 12)
		}
	}
	if skip == 4 {
		a.note(Mismatch, e.End, e, nil, "the data descriptor gives another size than the directory")
		return min(16, int64(len(b)))
	}
	return 0
}
