package hdf5

import (
	"fmt"
	"path"
)

// The types of messages that matter here.
const (
	msgDataspace    = 0x01
	msgLinkInfo     = 0x02
	msgDatatype     = 0x03
	msgLink         = 0x06
	msgExternal     = 0x07
	msgLayout       = 0x08
	msgAttribute    = 0x0c
	msgContinuation = 0x10
	msgSymbolTable  = 0x11
	msgAttrInfo     = 0x15
)

// message is one of an object header.
type message struct {
	typ   int
	flags byte
	b     []byte
	off   int64 // of b in the file
}

// shared tells that a message stands elsewhere in the file, and only its place here.
func (m message) shared() bool { return m.flags&2 != 0 }

// block is a piece of an object header.
type block struct {
	off, n int64
}

// object reads an object header and all that its messages say.
func (p *parser) object(o object) error {
	msgs, err := p.header(o.addr)
	d := Dataset{Path: o.path, Off: -1}
	data := false
	for _, m := range msgs {
		c := &cursor{p: p, b: m.b, off: m.off}
		if m.shared() && m.typ != msgDatatype && m.typ != msgDataspace {
			p.unread(m.off, "a shared message of type %d at %s", m.typ, o.path)
			continue
		}
		var merr error
		switch m.typ {
		case msgDataspace:
			if !m.shared() {
				d.Dims = dims(c)
			}
		case msgDatatype:
			if !m.shared() {
				t := datatype(c)
				d.Class, d.Item = t.class, t.size
			}
		case msgLink:
			merr = p.link(c, o.path)
		case msgLinkInfo:
			merr = p.linkInfo(c, o.path)
		case msgSymbolTable:
			tree, heap := c.addr(), c.addr()
			merr = p.symbols(tree, heap, o.path, 0)
		case msgAttribute:
			merr = p.attribute(c, o.path)
		case msgAttrInfo:
			merr = p.attrInfo(c, o.path)
		case msgExternal:
			merr = p.external(c, o.path)
		case msgLayout:
			data = true
			merr = p.layout(c, &d)
		}
		if merr == nil && c.short {
			merr = &SyntaxError{m.off, fmt.Sprintf("a message of type %d of %s is cut", m.typ, o.path)}
		}
		if err == nil {
			err = merr
		}
	}
	if data {
		p.f.Datasets = append(p.f.Datasets, d)
	}
	return err
}

// header collects the messages of an object from all of its blocks.
func (p *parser) header(addr int64) ([]message, error) {
	off := p.base + addr
	b, err := p.get(off, 16)
	if err != nil {
		return nil, err
	}
	c := &cursor{p: p, b: b, off: off}
	if string(b[:4]) == "OHDR" {
		return p.header2(off)
	}
	if c.u8() != 1 {
		return nil, &SyntaxError{off, "no object header"}
	}
	c.at = 8
	return p.blocks([]block{{off + 16, int64(c.u32())}}, func(c *cursor) (m message, ok bool) {
		m.typ, m.b = int(c.u16()), nil
		n := int(c.u16())
		m.flags = c.u8()
		c.take(3)
		m.off = c.off + int64(c.at)
		m.b = c.take(n)
		return m, !c.short
	}, "", 8)
}

// header2 is an object header of version 2.
func (p *parser) header2(off int64) ([]message, error) {
	b, err := p.get(off, min(64, p.size-off))
	if err != nil {
		return nil, err
	}
	c := &cursor{p: p, b: b, off: off, at: 4}
	if v := c.u8(); v != 2 {
		return nil, &SyntaxError{off + 4, fmt.Sprintf("object header version %d does not exist", v)}
	}
	flags := c.u8()
	if flags&0x20 != 0 {
		c.take(16)
	}
	if flags&0x10 != 0 {
		c.take(4)
	}
	n := c.sized(1 << (flags & 3))
	if c.short || n > 1<<40 {
		return nil, &SyntaxError{off, "the object header is cut"}
	}
	return p.blocks([]block{{off + int64(c.at), int64(n)}}, func(c *cursor) (m message, ok bool) {
		m.typ = int(c.u8())
		n := int(c.u16())
		m.flags = c.u8()
		if flags&4 != 0 {
			c.take(2)
		}
		m.off = c.off + int64(c.at)
		m.b = c.take(n)
		return m, !c.short
	}, "OCHK", 4)
}

// blocks reads the messages of blocks and of those that continue them. A block behind the first begins with the signature
// and ends in a checksum, when there is one. Less than a header of a message at the end of a block is a gap.
func (p *parser) blocks(todo []block, next func(*cursor) (message, bool), sig string, least int) (out []message, err error) {
	seen := map[int64]bool{}
	for i := 0; i < len(todo); i++ {
		bl := todo[i]
		if seen[bl.off] {
			return out, &SyntaxError{bl.off, "an object header continues in itself"}
		}
		seen[bl.off] = true
		b, err := p.get(bl.off, bl.n)
		if err != nil {
			return out, err
		}
		c := &cursor{p: p, b: b, off: bl.off}
		if i > 0 && sig != "" {
			if len(b) < 8 || string(b[:4]) != sig {
				return out, &SyntaxError{bl.off, "an object header continues in something else"}
			}
			c.at, c.b = 4, b[:len(b)-4]
		}
		for len(c.b)-c.at >= least {
			if p.messages++; p.messages > p.lim.Messages {
				return out, &LimitError{"messages", bl.off}
			}
			m, ok := next(c)
			if !ok {
				if sig == "" || m.typ != 0 {
					return out, &SyntaxError{bl.off + int64(c.at), "a message is longer than its object header"}
				}
				break
			}
			if m.typ == msgContinuation {
				mc := &cursor{p: p, b: m.b, off: m.off}
				addr, n := mc.addr(), mc.length()
				if mc.short || addr < 0 || n > 1<<40 {
					return out, &SyntaxError{m.off, "an object header continues nowhere"}
				}
				todo = append(todo, block{p.base + addr, int64(n)})
				continue
			}
			if m.typ != 0 {
				out = append(out, m)
			}
		}
	}
	return out, nil
}

// child queues an object of a group.
func (p *parser) child(parent, name string, addr int64) {
	if addr >= 0 {
		p.queue = append(p.queue, object{path.Join(parent, name), addr})
	}
}

// link is a link message.
func (p *parser) link(c *cursor, parent string) error {
	off := c.off
	if v := c.u8(); v != 1 {
		p.unread(off, "a link of version %d in %s", v, parent)
		return nil
	}
	flags, typ := c.u8(), byte(0)
	if flags&8 != 0 {
		typ = c.u8()
	}
	if flags&4 != 0 {
		c.take(8)
	}
	if flags&16 != 0 {
		c.u8()
	}
	n := c.sized(1 << (flags & 3))
	if n > uint64(len(c.b)) {
		return &SyntaxError{off, "the name of a link is longer than its message"}
	}
	name := string(c.take(int(n)))
	switch typ {
	case 0:
		p.child(parent, name, c.addr())
	case 1:
		p.f.Links = append(p.f.Links, Link{Name: path.Join(parent, name), Target: string(c.take(int(c.u16()))), Off: off})
	case 64:
		d := &cursor{p: p, b: c.take(int(c.u16())), off: off}
		d.u8() // version and flags
		p.f.Links = append(p.f.Links, Link{Name: path.Join(parent, name), External: true, File: d.str(), Target: d.str(), Off: off})
	default:
		p.unread(off, "a link of type %d in %s", typ, parent)
	}
	return nil
}

// external is the list of files that hold the bytes of a dataset.
func (p *parser) external(c *cursor, object string) error {
	off := c.off
	if v := c.u8(); v != 1 {
		p.unread(off, "external storage of version %d at %s", v, object)
		return nil
	}
	c.take(3)
	c.u16()
	used := c.u16()
	heap, err := p.localHeap(c.addr())
	if err != nil {
		return err
	}
	for range used {
		name := c.length()
		c.length()
		c.length()
		if c.short {
			return nil
		}
		p.f.Storage = append(p.f.Storage, Storage{Object: object, File: heap.name(name), Off: off})
	}
	return nil
}

// layout says where the bytes of a dataset are.
func (p *parser) layout(c *cursor, d *Dataset) error {
	off := c.off
	version := c.u8()
	switch version {
	case 1, 2:
		rank := int(c.u8())
		class := c.u8()
		c.take(5)
		if class == 1 {
			d.Off = p.at(c.addr())
			d.Bytes = d.Item
			for range min(rank, 32) {
				c.u32()
			}
		} else if class == 2 {
			c.addr()
		}
		c.at, c.short = len(c.b), false
	case 3, 4, 5:
		switch class := c.u8(); class {
		case 0:
			n := c.u16()
			d.Off, d.Bytes = c.off+int64(c.at), int64(n)
		case 1:
			d.Off = p.at(c.addr())
			if n := c.length(); n < 1<<62 {
				d.Bytes = int64(n)
			}
		case 3:
			return p.virtual(c.addr(), c.u32(), d.Path, off)
		}
	default:
		p.unread(off, "a layout of version %d at %s", version, d.Path)
	}
	return nil
}

func (p *parser) at(addr int64) int64 {
	if addr < 0 {
		return -1
	}
	return p.base + addr
}

// virtual is the list of sources of a virtual dataset, in the global heap. The selections behind a name have no length of
// their own, so only the first source is read.
func (p *parser) virtual(heap int64, index uint32, object string, off int64) error {
	b, _, err := p.globalHeap(heap, index)
	if err != nil {
		return err
	}
	c := &cursor{p: p, b: b, off: off}
	version := c.u8()
	n := c.length()
	if n == 0 {
		return nil
	}
	if version > 0 {
		c.u8() // flags of the entry
	}
	p.f.Storage = append(p.f.Storage, Storage{Object: object, File: c.str(), Virtual: true, Off: off})
	if n > 1 {
		p.unread(off, "%d more sources of the virtual dataset %s", n-1, object)
	}
	return nil
}
