package hdf5

import "bytes"

// localHeap is a heap of names.
type localHeap struct{ b []byte }

func (h localHeap) name(off uint64) string {
	if off >= uint64(len(h.b)) {
		return ""
	}
	s, _, _ := bytes.Cut(h.b[off:], []byte{0})
	return string(s)
}

func (p *parser) localHeap(addr int64) (localHeap, error) {
	off := p.base + addr
	b, err := p.get(off, int64(8+2*p.lsize+p.osize))
	if addr < 0 || err != nil || string(b[:4]) != "HEAP" {
		return localHeap{}, &SyntaxError{max(0, off), "no local heap"}
	}
	c := &cursor{p: p, b: b, off: off, at: 8}
	n := c.length()
	c.length()
	data := c.addr()
	if n > uint64(p.size) || data < 0 {
		return localHeap{}, &SyntaxError{off, "a local heap is longer than the file"}
	}
	text, err := p.get(p.base+data, int64(n))
	return localHeap{text}, err
}

const maxTreeDepth = 32

// symbols walks the B-tree of a symbol table.
func (p *parser) symbols(tree, heap int64, parent string, depth int) error {
	names, err := p.localHeap(heap)
	if err != nil {
		return err
	}
	return p.symbolNode(tree, names, parent, depth)
}

func (p *parser) symbolNode(addr int64, names localHeap, parent string, depth int) error {
	off := p.base + addr
	if addr < 0 || p.seen[addr] {
		return &SyntaxError{max(0, off), "a B-tree leads into itself or nowhere"}
	}
	p.seen[addr] = true
	if depth > maxTreeDepth {
		return &LimitError{"depth", off}
	}
	b, err := p.get(off, int64(8+2*p.osize))
	if err != nil {
		return err
	}
	c := &cursor{p: p, b: b, off: off}
	switch string(c.take(4)) {
	case "SNOD":
		c.take(2)
		return p.symbolLeaf(off, int64(c.u16()), names, parent)
	case "TREE":
		if c.u8() != 0 {
			return &SyntaxError{off, "a B-tree of another kind"}
		}
		c.u8()
		n := int64(c.u16())
		head := int64(8 + 2*p.osize)
		b, err := p.get(off+head, n*int64(p.lsize+p.osize)+int64(p.lsize))
		if err != nil {
			return err
		}
		c = &cursor{p: p, b: b, off: off + head}
		for range n {
			c.length()
			if err := p.symbolNode(c.addr(), names, parent, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	return &SyntaxError{off, "no node of a B-tree"}
}

// symbolLeaf reads the entries of a node: name, object header, and for a soft link its path.
func (p *parser) symbolLeaf(off, n int64, names localHeap, parent string) error {
	size := int64(2*p.osize + 24)
	b, err := p.get(off+8, n*size)
	if err != nil {
		return err
	}
	c := &cursor{p: p, b: b, off: off + 8}
	for range n {
		name, addr, cache := c.sized(p.osize), c.addr(), c.u32()
		c.u32()
		scratch := &cursor{p: p, b: c.take(16)}
		if cache == 2 {
			p.f.Links = append(p.f.Links, Link{Name: parent + "/" + names.name(name), Target: names.name(uint64(scratch.u32())), Off: off})
			continue
		}
		p.child(parent, names.name(name), addr)
	}
	return nil
}
