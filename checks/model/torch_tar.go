package model

import (
	"encoding/binary"
	"errors"

	"bakedin/internal/format/pickle"
)

// readTorchStream reads a member of torch's old tar in which raw bytes stand between the pickles: a count, then for each
// storage a pickle (key, location, class), an element count of eight bytes and the elements, and at the end a pickle of
// views; or for each tensor a pickle and its shape. It is false for another member, and for one that is not so.
// Source: legacy_load in torch/serialization.py
func readTorchStream(c *contents, p *part) bool {
	if p.name != "storages" && p.name != "tensors" {
		return false
	}
	s := &stacked{p: p, at: 0}
	count, ok := s.next().Result.Int()
	if s.err != nil || !ok || count < 0 {
		return false
	}
	for range count {
		entry := s.next()
		if s.err != nil {
			break
		}
		if p.name == "storages" {
			s.elements(entry)
		} else {
			s.shape()
		}
	}
	if p.name == "storages" && s.err == nil {
		s.next() // views
	}
	if s.file == nil || s.err != nil && len(s.file.Streams) == 1 {
		return false
	}
	p.pickle = s.file
	c.parts = append(c.parts, p)
	r := &reading{part: p, c: c, format: "torch-tar"}
	for _, n := range s.numbers {
		r.payload("storage", n[0], n[1])
	}
	if !r.fault(s.err) {
		r.unaccounted(s.at, p.size-s.at)
	}
	return true
}

// stacked are pickles with other bytes between them.
type stacked struct {
	p    *part
	at   int64
	file *pickle.File
	err  error

	numbers [][2]int64 // offset and length of the storages
}

// next reads the pickle at the current place. The stream is never nil.
func (s *stacked) next() *pickle.Stream {
	if s.err != nil || s.at >= s.p.size {
		if s.err == nil {
			s.err = &pickle.SyntaxError{Off: s.at, Msg: "the member ends where a pickle must stand", Truncated: true}
		}
		return &pickle.Stream{}
	}
	f, err := pickle.ParseOne(s.p.r, s.at, s.p.size, pickleLimits)
	s.err = err
	if s.file == nil {
		s.file = f
	} else {
		s.file.Streams = append(s.file.Streams, f.Streams...)
	}
	s.at = f.Streams[0].End
	return f.Streams[0]
}

// elements steps over the data of a storage, whose class stands in its pickle.
func (s *stacked) elements(entry *pickle.Stream) {
	items := entry.Result.Items()
	var b [8]byte
	if len(items) != 3 || items[2].Import() == nil || itemBytes[items[2].Import().Name] == 0 {
		s.err = errors.New("a storage of a class that is not known, so that its end is not either")
		return
	}
	if n, _ := s.p.r.ReadAt(b[:], s.at); n < 8 {
		s.err = &pickle.SyntaxError{Off: s.at, Msg: "the member ends before a storage", Truncated: true}
		return
	}
	count, size := int64(binary.LittleEndian.Uint64(b[:])), itemBytes[items[2].Import().Name]
	if count < 0 || count > (s.p.size-s.at-8)/size {
		s.err = &pickle.SyntaxError{Off: s.at, Msg: "a storage is longer than its member", Truncated: true}
		return
	}
	s.numbers = append(s.numbers, [2]int64{s.at + 8, count * size})
	s.at += 8 + count*size
}

// shape steps over dimensions, sizes, strides and offset of a tensor.
func (s *stacked) shape() {
	var b [4]byte
	if n, _ := s.p.r.ReadAt(b[:], s.at); n < 4 {
		s.err = &pickle.SyntaxError{Off: s.at, Msg: "the member ends before a shape", Truncated: true}
		return
	}
	dims := int64(binary.LittleEndian.Uint32(b[:]))
	if dims > 64 || s.at+16+16*dims > s.p.size {
		s.err = &pickle.SyntaxError{Off: s.at, Msg: "a tensor has more dimensions than the member has bytes", Truncated: true}
		return
	}
	s.at += 16 + 16*dims // the count of dimensions takes eight bytes, the offset eight
}
