package hdf5

import (
	"fmt"
	"math/bits"
)

// fractal is a fractal heap: the bytes of many small objects in blocks of doubling sizes.
type fractal struct {
	addr       int64
	idLen      int
	filtered   bool
	checksums  bool
	offSize    int // bytes of an offset in the heap
	lenSize    int // bytes of a length in a heap id
	width      int
	start, max uint64 // sizes of the first and the largest direct blocks
	rows       int    // of the root; 0 when the root is a direct block
	root       int64
}

// linkInfo reads the links of a group that lie in a fractal heap.
func (p *parser) linkInfo(c *cursor, parent string) error {
	c.u8()
	if flags := c.u8(); flags&1 != 0 {
		c.take(8)
	}
	heap, tree := c.addr(), c.addr()
	if heap < 0 {
		return nil
	}
	return p.dense(heap, tree, parent, map[byte]int{5: 4, 6: 8}, p.link)
}

// attrInfo reads the attributes of an object that lie in a fractal heap.
func (p *parser) attrInfo(c *cursor, object string) error {
	c.u8()
	if flags := c.u8(); flags&1 != 0 {
		c.take(2)
	}
	heap, tree := c.addr(), c.addr()
	if heap < 0 {
		return nil
	}
	return p.dense(heap, tree, object, map[byte]int{8: 0, 9: 0}, p.attribute)
}

// dense calls read for every object that the records of a B-tree name. Skip is what stands in a record before the heap id, by
// the type of the tree.
func (p *parser) dense(heap, tree int64, object string, skip map[byte]int, read func(*cursor, string) error) error {
	h, err := p.fractal(heap)
	if err != nil {
		return err
	}
	if h.filtered {
		p.unread(p.base+heap, "a filtered fractal heap of %s", object)
		return nil
	}
	return p.records(tree, func(typ byte, rec []byte) error {
		n, ok := skip[typ]
		if !ok || n+h.idLen > len(rec) {
			p.unread(p.base+tree, "a B-tree of type %d of %s", typ, object)
			return nil
		}
		id := &cursor{p: p, b: rec[n : n+h.idLen]}
		if kind := id.u8() >> 4 & 3; kind != 0 {
			p.unread(p.base+heap, "a huge or tiny object of the fractal heap of %s", object)
			return nil
		}
		off, size := id.sized(h.offSize), id.sized(h.lenSize)
		at, err := p.locate(h, off)
		if err != nil {
			return err
		}
		b, err := p.get(at, int64(min(size, 1<<40)))
		if err != nil {
			return err
		}
		return read(&cursor{p: p, b: b, off: at}, object)
	})
}

func (p *parser) fractal(addr int64) (*fractal, error) {
	if h := p.heaps[addr]; h != nil {
		return h, nil
	}
	off := p.base + addr
	b, err := p.get(off, int64(26+12*p.lsize+3*p.osize))
	if err != nil || string(b[:4]) != "FRHP" {
		return nil, &SyntaxError{off, "no fractal heap"}
	}
	c := &cursor{p: p, b: b, off: off, at: 5}
	h := &fractal{addr: addr, idLen: int(c.u16()), filtered: c.u16() > 0, checksums: c.u8()&2 != 0}
	managed := uint64(c.u32())
	c.length()
	c.addr()
	c.length()
	c.addr()
	for range 8 {
		c.length()
	}
	h.width = int(c.u16())
	h.start, h.max = c.length(), c.length()
	h.offSize = (int(c.u16()) + 7) / 8
	c.u16()
	h.root = c.addr()
	h.rows = int(c.u16())
	h.lenSize = min(bytesFor(h.max), bytesFor(managed))
	if c.short || h.width == 0 || h.width > 4096 || h.start == 0 || h.max < h.start || h.max > 1<<32 || h.offSize > 8 || h.rows > 64 {
		return nil, &SyntaxError{off, "a fractal heap whose header does not hold"}
	}
	p.heaps[addr] = h
	return h, nil
}

// bytesFor is how many bytes a number up to n takes.
func bytesFor(n uint64) int { return (bits.Len64(max(1, n)) + 7) / 8 }

// rowSize is the size of a block in a row of the doubling table.
func (h *fractal) rowSize(row int) uint64 {
	if row > 1 {
		return h.start << min(row-1, 40)
	}
	return h.start
}

// locate turns an offset of the heap into one of the file.
func (p *parser) locate(h *fractal, off uint64) (int64, error) {
	if h.root < 0 {
		return 0, &SyntaxError{p.base + h.addr, "an object of an empty fractal heap"}
	}
	if h.rows == 0 {
		if off >= h.start {
			return 0, &SyntaxError{p.base + h.addr, "an object outside of its fractal heap"}
		}
		return p.base + h.root + int64(off), nil
	}
	addr, rows, base := h.root, h.rows, uint64(0)
	for range 16 {
		block := p.base + addr
		head, err := p.get(block, 4)
		if err != nil || string(head) != "FHIB" {
			return 0, &SyntaxError{max(0, block), "no indirect block of a fractal heap"}
		}
		at := block + int64(5+p.osize+h.offSize)
		found := false
		for row := range rows {
			size := h.rowSize(row)
			span := size * uint64(h.width)
			if off >= base+span {
				base += span
				at += int64(h.width * p.osize)
				continue
			}
			col := (off - base) / size
			base += col * size
			b, err := p.get(at+int64(col)*int64(p.osize), int64(p.osize))
			if err != nil {
				return 0, err
			}
			addr = (&cursor{p: p, b: b}).addr()
			if addr < 0 {
				return 0, &SyntaxError{at, "an object in a block that does not exist"}
			}
			if size <= h.max {
				return p.base + addr + int64(off-base), nil
			}
			// an indirect block of that size: as many rows as fill it
			rows = bits.Len64(size) - bits.Len64(h.start*uint64(h.width)) + 1
			found = true
			break
		}
		if !found || rows < 1 {
			break
		}
	}
	return 0, &SyntaxError{p.base + h.addr, "an object outside of its fractal heap"}
}

// records walks a B-tree of version 2.
func (p *parser) records(addr int64, do func(typ byte, rec []byte) error) error {
	off := p.base + addr
	b, err := p.get(off, int64(16+p.osize+2+p.lsize))
	if addr < 0 || err != nil || string(b[:4]) != "BTHD" {
		return &SyntaxError{max(0, off), "no B-tree of version 2"}
	}
	c := &cursor{p: p, b: b, off: off, at: 5}
	t := &tree{typ: c.u8(), node: int64(c.u32()), rec: int64(c.u16())}
	depth := int(c.u16())
	c.take(2)
	root, n := c.addr(), int64(c.u16())
	if t.rec == 0 || t.node < 16 || t.node > 1<<20 || depth > 8 {
		return &SyntaxError{off, "a B-tree whose header does not hold"}
	}
	if root < 0 || n == 0 {
		return nil
	}
	return p.treeNode(t, root, n, depth, do)
}

type tree struct {
	typ       byte
	node, rec int64
}

// pointer is the bytes of a pointer to a child at a depth: its address, its records, and from depth 2 on those below it.
func (t *tree) pointer(p *parser, depth int) (records, all int64, size int64) {
	leaf := uint64((t.node - 10) / t.rec)
	most, total := leaf, leaf
	records = int64(bytesFor(leaf))
	for d := 1; d < depth; d++ {
		ptr := int64(p.osize) + records
		if d > 1 {
			ptr += all
		}
		most = uint64((t.node - 10 - ptr) / (t.rec + ptr))
		total = most + (most+1)*total
		all = int64(bytesFor(total))
		records = int64(bytesFor(max(most, leaf)))
	}
	records = int64(bytesFor(leaf))
	size = int64(p.osize) + records
	if depth > 1 {
		size += all
	}
	return records, all, size
}

func (p *parser) treeNode(t *tree, addr, n int64, depth int, do func(byte, []byte) error) error {
	off := p.base + addr
	if addr < 0 || p.seen[addr] {
		return &SyntaxError{max(0, off), "a B-tree leads into itself or nowhere"}
	}
	p.seen[addr] = true
	b, err := p.get(off, min(t.node, p.size-off))
	if err != nil {
		return err
	}
	sig := "BTLF"
	if depth > 0 {
		sig = "BTIN"
	}
	if len(b) < 6 || string(b[:4]) != sig || n*t.rec > int64(len(b))-10 {
		return &SyntaxError{off, fmt.Sprintf("no %s node of a B-tree", sig)}
	}
	c := &cursor{p: p, b: b, off: off, at: 6}
	for range n {
		if p.messages++; p.messages > p.lim.Messages {
			return &LimitError{"messages", off}
		}
		if err := do(t.typ, c.take(int(t.rec))); err != nil {
			return err
		}
	}
	if depth == 0 {
		return nil
	}
	records, all, _ := t.pointer(p, depth)
	for range n + 1 {
		child, count := c.addr(), int64(c.sized(int(records)))
		if depth > 1 {
			c.take(int(all))
		}
		if c.short {
			return &SyntaxError{off, "a node of a B-tree is cut"}
		}
		if err := p.treeNode(t, child, count, depth-1, do); err != nil {
			return err
		}
	}
	return nil
}
