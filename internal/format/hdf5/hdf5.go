// Package hdf5 reads the structure of an HDF5 file: groups, attributes with their texts, links, and where datasets keep their
// bytes. It reads no dataset and no filter. What it does not know (a shared message, a filtered or huge heap object) it names
// in File.Unread, so that nobody takes silence for absence.
//
//	superblock    signature at 0, 512, 1024, …; versions 0 to 3; the address of the root group
//	object header version 1, or version 2 with "OHDR": messages of a type each, in blocks that continue
//	group         symbol table (B-tree of names and a local heap), links in the header, or links in a fractal heap
//	attribute     in the header or in a fractal heap; texts of variable length lie in the global heap
//
// Source: https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html (HDF5 File Format Specification 3.0)
package hdf5

import (
	"encoding/binary"
	"fmt"
	"io"
)

// Limits bound what a hostile file can cost. There is no default.
type Limits struct {
	Objects  int   // groups, datasets, types
	Messages int   // of all of them
	Text     int64 // bytes of one text that are kept
	Keep     int64 // bytes of all texts that are kept
}

// SyntaxError is a place where the file cannot be read on. What was understood is returned with it.
type SyntaxError struct {
	Off int64
	Msg string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("byte %d: %s", e.Off, e.Msg) }

// LimitError says which of the Limits was reached, and where.
type LimitError struct {
	Limit string
	Off   int64
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("byte %d: limit %s reached; what follows was not read", e.Off, e.Limit)
}

// File is what was understood.
type File struct {
	Version    int
	Start      int64 // of the superblock; what is before it is a user block
	End        int64 // of the file as the superblock says
	Objects    int
	Datasets   []Dataset
	Attributes []Attribute
	Links      []Link    // that lead elsewhere: soft and external
	Storage    []Storage // datasets whose bytes lie in other files
	Unread     []Feature
}

// Attribute of an object. Texts are set when its type is a text.
type Attribute struct {
	Object string // path
	Name   string
	Off    int64 // of its first text, or of the message
	IsText bool
	Texts  []string
	Cut    bool // a text is longer than the limits
}

// Link from a group to a path, in another file when File is set.
type Link struct {
	Name     string // path of the link
	External bool
	File     string
	Target   string
	Off      int64
}

// Storage is a file that holds bytes of a dataset: a piece of it, or the source of a virtual one.
type Storage struct {
	Object  string
	File    string
	Virtual bool
	Off     int64
}

// Dataset is a dataset with its type as a class of the format, its dimensions, and its bytes when they lie in one piece.
type Dataset struct {
	Path       string
	Class      int
	Item       int64
	Dims       []uint64
	Off, Bytes int64 // Off is -1 when they do not
}

// Feature is something of the format that this reader does not know.
type Feature struct {
	What string
	Off  int64
}

const signature = "\x89HDF\r\n\x1a\n"

// undefined is the address of nothing.
const undefined = -1

type parser struct {
	r        io.ReaderAt
	size     int64
	lim      Limits
	left     int64 // bytes of text
	messages int
	f        *File
	base     int64
	osize    int // bytes of an address
	lsize    int // bytes of a length
	seen     map[int64]bool
	queue    []object
	heaps    map[int64]*fractal
}

// object is one that waits to be read.
type object struct {
	path string
	addr int64
}

// Parse reads r, a file of that size. The File is never nil.
func Parse(r io.ReaderAt, size int64, lim Limits) (*File, error) {
	p := &parser{r: r, size: size, lim: lim, left: lim.Keep, f: &File{}, seen: map[int64]bool{}, heaps: map[int64]*fractal{}}
	root, first := p.superblock()
	if root == undefined || root == 0 && first != nil {
		return p.f, first
	}
	p.queue = append(p.queue, object{"/", root})
	for len(p.queue) > 0 {
		o := p.queue[0]
		p.queue = p.queue[1:]
		if p.seen[o.addr] {
			continue
		}
		p.seen[o.addr] = true
		if p.f.Objects++; p.f.Objects > lim.Objects {
			return p.f, &LimitError{"objects", o.addr}
		}
		if err := p.object(o); err != nil {
			if _, limit := err.(*LimitError); limit {
				return p.f, err
			}
			if first == nil { // the other objects may be whole
				first = err
			}
		}
	}
	return p.f, first
}

// get reads n bytes at an offset of the file.
func (p *parser) get(off, n int64) ([]byte, error) {
	if off < 0 || n < 0 || off > p.size || n > p.size-off {
		return nil, &SyntaxError{off, fmt.Sprintf("%d bytes are needed, the file ends at %d", n, p.size)}
	}
	if n > 64<<20 {
		return nil, &LimitError{"block", off}
	}
	b := make([]byte, n)
	if m, err := p.r.ReadAt(b, off); int64(m) < n {
		return nil, &SyntaxError{off + int64(m), fmt.Sprintf("cannot be read: %v", err)}
	}
	return b, nil
}

func (p *parser) unread(off int64, format string, args ...any) {
	if len(p.f.Unread) < 100 {
		p.f.Unread = append(p.f.Unread, Feature{fmt.Sprintf(format, args...), off})
	}
}

// superblock finds the superblock and returns the address of the root group.
func (p *parser) superblock() (int64, error) {
	off := int64(0)
	for {
		b, err := p.get(off, 16)
		if err != nil {
			return 0, &SyntaxError{0, "no HDF5 signature"}
		}
		if string(b[:8]) == signature {
			p.f.Start, p.f.Version = off, int(b[8])
			break
		}
		if off = max(512, off*2); off > p.size {
			return 0, &SyntaxError{0, "no HDF5 signature"}
		}
	}
	b, err := p.get(off, min(p.size-off, 128))
	if err != nil {
		return 0, err
	}
	c := &cursor{p: p, b: b, at: 9, off: off}
	switch p.f.Version {
	case 0, 1:
		c.at = 13
		p.osize, p.lsize = int(c.u8()), int(c.u8())
		if c.at = 24; p.f.Version == 1 {
			c.at = 28
		}
	case 2, 3:
		p.osize, p.lsize = int(c.u8()), int(c.u8())
		c.u8() // flags
	default:
		return 0, &SyntaxError{off + 8, fmt.Sprintf("superblock version %d does not exist", p.f.Version)}
	}
	for _, n := range []int{p.osize, p.lsize} {
		if n != 2 && n != 4 && n != 8 {
			return 0, &SyntaxError{off, fmt.Sprintf("addresses or lengths of %d bytes", n)}
		}
	}
	c.addr() // base address: the superblock itself is where addresses count from
	c.addr() // free space, or the superblock extension, which holds nothing of users
	p.f.End = c.addr()
	root := c.addr()
	p.base = off
	if p.f.Version < 2 {
		c.addr() // name of the root; what was read as root is the driver block
		root = c.addr()
	}
	if c.short {
		return 0, &SyntaxError{off, "the superblock is cut"}
	}
	if p.f.End > p.size {
		return root, &SyntaxError{off, fmt.Sprintf("the file is cut: it should have %d bytes and has %d", p.f.End, p.size)}
	}
	return root, nil
}

// cursor reads numbers from a block. Reading past its end gives zeros and sets short.
type cursor struct {
	p     *parser
	b     []byte
	at    int
	off   int64 // of b in the file
	short bool
}

func (c *cursor) take(n int) []byte {
	if n < 0 || n > len(c.b)-c.at {
		c.short = true
		c.at = len(c.b)
		return make([]byte, min(8, max(0, n)))
	}
	c.at += n
	return c.b[c.at-n : c.at]
}

func (c *cursor) u8() byte    { return c.take(1)[0] }
func (c *cursor) u16() uint16 { return binary.LittleEndian.Uint16(c.take(2)) }
func (c *cursor) u32() uint32 { return binary.LittleEndian.Uint32(c.take(4)) }

// sized reads a number of n bytes.
func (c *cursor) sized(n int) uint64 {
	v := uint64(0)
	for i, b := range c.take(n) {
		if i < 8 {
			v |= uint64(b) << (8 * i)
		}
	}
	return v
}

// addr reads an address; undefined when it is none, or beyond what a file can have.
func (c *cursor) addr() int64 {
	v := c.sized(c.p.osize)
	if v > 1<<62 || c.p.osize < 8 && v == 1<<(8*c.p.osize)-1 {
		return undefined
	}
	return int64(v)
}

func (c *cursor) length() uint64 { return c.sized(c.p.lsize) }

// str reads up to a NUL.
func (c *cursor) str() string {
	for i := c.at; i < len(c.b); i++ {
		if c.b[i] == 0 {
			s := string(c.b[c.at:i])
			c.at = i + 1
			return s
		}
	}
	c.short = true
	s := string(c.b[c.at:])
	c.at = len(c.b)
	return s
}
