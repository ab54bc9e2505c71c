package hdf5

import (
	"bytes"
	"fmt"
)

// dtype is a datatype, as far as it matters.
type dtype struct {
	class    int
	size     int64
	variable bool // text of variable length
}

const (
	classString   = 3
	classVariable = 9
)

func datatype(c *cursor) dtype {
	b := c.u8()
	bits := c.take(3)
	t := dtype{class: int(b & 15), size: int64(c.u32())}
	t.variable = t.class == classVariable && bits[0]&15 == 1
	return t
}

// dims are the dimensions of a dataspace.
func dims(c *cursor) (out []uint64) {
	version, rank, _ := c.u8(), int(c.u8()), c.u8()
	if version == 1 {
		c.take(5)
	} else {
		if c.u8() == 2 { // null
			return []uint64{0}
		}
	}
	for range rank {
		out = append(out, c.length())
	}
	return out
}

// mostTexts of an attribute are kept.
const mostTexts = 64

// attribute is an attribute message of version 1, 2 or 3.
func (p *parser) attribute(c *cursor, object string) error {
	off := c.off
	version := c.u8()
	if version < 1 || version > 3 {
		p.unread(off, "an attribute of version %d at %s", version, object)
		return nil
	}
	flags := c.u8()
	nameSize, typeSize, spaceSize := int(c.u16()), int(c.u16()), int(c.u16())
	pad := func(n int) int { return n }
	switch version {
	case 1:
		pad = func(n int) int { return (n + 7) &^ 7 }
		flags = 0
	case 3:
		c.u8() // character set
	}
	name, _, _ := bytes.Cut(c.take(pad(nameSize)), []byte{0})
	a := Attribute{Object: object, Name: string(name), Off: off}
	typ, space := c.take(pad(typeSize)), c.take(pad(spaceSize))
	if c.short {
		return &SyntaxError{off, fmt.Sprintf("an attribute of %s is cut", object)}
	}
	if flags&3 != 0 {
		p.unread(off, "the attribute %q of %s, whose type or space is shared", a.Name, object)
		p.f.Attributes = append(p.f.Attributes, a)
		return nil
	}
	t := datatype(&cursor{p: p, b: typ, off: off})
	count := uint64(1)
	for _, d := range dims(&cursor{p: p, b: space, off: off}) {
		if d > 1<<32 || count > 1<<32 {
			return &SyntaxError{off, fmt.Sprintf("the dimensions of an attribute of %s overflow", object)}
		}
		count *= d
	}
	a.IsText = t.variable || t.class == classString
	var err error
	for i := uint64(0); i < count && a.IsText && i < mostTexts && err == nil; i++ {
		if t.variable {
			err = p.variable(c, &a)
			continue
		}
		at := c.off + int64(c.at)
		s := c.take(int(min(t.size, 1<<30)))
		if i == 0 {
			a.Off = at
		}
		s, _, _ = bytes.Cut(s, []byte{0})
		p.keep(&a, s)
	}
	p.f.Attributes = append(p.f.Attributes, a)
	c.at, c.short = len(c.b), c.short && a.IsText
	return err
}

// variable reads a text of the global heap: u32 length, address of a collection, u32 index.
func (p *parser) variable(c *cursor, a *Attribute) error {
	n := c.u32()
	heap, index := c.addr(), c.u32()
	if c.short || heap <= 0 && n == 0 {
		return nil // an empty text
	}
	b, at, err := p.globalHeap(heap, index)
	if err != nil {
		return err
	}
	if len(a.Texts) == 0 {
		a.Off = at
	}
	p.keep(a, b[:min(len(b), int(n))])
	return nil
}

func (p *parser) keep(a *Attribute, s []byte) {
	if int64(len(s)) > min(p.lim.Text, p.left) {
		a.Cut = true
		return
	}
	p.left -= int64(len(s))
	a.Texts = append(a.Texts, string(s))
}

// globalHeap finds an object in a collection.
func (p *parser) globalHeap(addr int64, index uint32) (b []byte, at int64, err error) {
	off := p.base + addr
	head, err := p.get(off, int64(8+p.lsize))
	if addr < 0 || err != nil || string(head[:4]) != "GCOL" {
		return nil, 0, &SyntaxError{max(0, off), "no global heap"}
	}
	c := &cursor{p: p, b: head, off: off, at: 8}
	size := c.length()
	if size > uint64(p.size-off) {
		return nil, 0, &SyntaxError{off, "a global heap is longer than the file"}
	}
	end := off + int64(size)
	for at := off + int64(8+p.lsize); at+int64(8+p.lsize) <= end; {
		if p.messages++; p.messages > p.lim.Messages {
			return nil, 0, &LimitError{"messages", at}
		}
		b, err := p.get(at, int64(8+p.lsize))
		if err != nil {
			return nil, 0, err
		}
		o := &cursor{p: p, b: b, off: at}
		i := o.u16()
		o.take(6)
		n := o.length()
		data := at + int64(8+p.lsize)
		if i == 0 {
			break // free space
		}
		if n > uint64(end-data) {
			return nil, 0, &SyntaxError{at, "an object of the global heap is longer than the heap"}
		}
		if uint32(i) == index {
			b, err := p.get(data, int64(n))
			return b, data, err
		}
		at = data + (int64(n)+7)&^7
	}
	return nil, 0, &SyntaxError{off, fmt.Sprintf("the global heap has no object %d", index)}
}
