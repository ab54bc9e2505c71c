package sevenz

import (
	"encoding/binary"
	"unicode/utf16"
)

// Ids of the parts of a header.
const (
	idEnd         = 0x00
	idHeader      = 0x01
	idProperties  = 0x02
	idAdditional  = 0x03
	idStreams     = 0x04
	idFiles       = 0x05
	idPack        = 0x06
	idUnpack      = 0x07
	idSubstreams  = 0x08
	idSize        = 0x09
	idDigests     = 0x0a
	idFolder      = 0x0b
	idUnpackSizes = 0x0c
	idCount       = 0x0d
	idEmptyStream = 0x0e
	idEmptyFile   = 0x0f
	idNames       = 0x11
	idPacked      = 0x17
)

// cursor steps over a header. The first fault sticks, and everything behind it reads as zero.
type cursor struct {
	b   []byte
	at  int
	err error
}

func (c *cursor) fail(msg string) error {
	if c.err == nil {
		c.err = &SyntaxError{int64(c.at), "7z header: " + msg}
	}
	return c.err
}

func (c *cursor) byte() byte {
	if c.err != nil || c.at >= len(c.b) {
		c.fail("cut off")
		return 0
	}
	c.at++
	return c.b[c.at-1]
}

func (c *cursor) bytes(n int64) []byte {
	if c.err != nil || n < 0 || n > int64(len(c.b)-c.at) {
		c.fail("a part is longer than the header")
		return nil
	}
	c.at += int(n)
	return c.b[c.at-int(n) : c.at]
}

// number reads the variable length of the format: the leading ones of the first byte count the bytes that follow.
func (c *cursor) number() int64 {
	first := c.byte()
	var v uint64
	mask := byte(0x80)
	for i := range 8 {
		if first&mask == 0 {
			v |= uint64(first&(mask-1)) << (8 * i)
			break
		}
		v |= uint64(c.byte()) << (8 * i)
		mask >>= 1
	}
	if v > 1<<62 {
		c.fail("a number that is too large")
		return 0
	}
	return int64(v)
}

// count reads a number of things that take at least one bit each.
func (c *cursor) count() int {
	n := c.number()
	if n > int64(len(c.b))*8 {
		c.fail("a count that the header has no room for")
		return 0
	}
	return int(n)
}

// bits reads a vector of bits, and allBits one that may be given as all true.
func (c *cursor) bits(n int) []bool {
	b := c.bytes(int64((n + 7) / 8))
	out := make([]bool, n)
	for i := range out {
		out[i] = b != nil && b[i/8]&(0x80>>(i%8)) != 0
	}
	return out
}

func (c *cursor) allBits(n int) []bool {
	if c.byte() == 0 {
		return c.bits(n)
	}
	out := make([]bool, n)
	for i := range out {
		out[i] = true
	}
	return out
}

// digests steps over checksums, and tells which of n things have one.
func (c *cursor) digests(n int) []bool {
	has := c.allBits(n)
	for _, h := range has {
		if h {
			c.bytes(4)
		}
	}
	return has
}

// plain reads a header that is not packed.
func (a *Archive) plain(c *cursor) error {
	var folders []*folder
	for {
		switch id := c.byte(); id {
		case idEnd:
			return c.err
		case idProperties:
			for c.err == nil && c.byte() != idEnd {
				c.bytes(c.number())
			}
		case idAdditional, idStreams:
			f, err := a.streams(c)
			if err != nil {
				return err
			}
			if id == idStreams {
				folders = f
			}
		case idFiles:
			if err := a.files(c, folders); err != nil {
				return err
			}
		default:
			return c.fail("an unknown part")
		}
		if c.err != nil {
			return c.err
		}
	}
}

// files reads the names, and joins them with the streams that come out of the folders.
func (a *Archive) files(c *cursor, folders []*folder) error {
	n := c.count()
	if n > a.lim.Entries {
		return &LimitError{"entries", int64(c.at)}
	}
	empty, emptyFile := make([]bool, n), []bool(nil)
	names := make([]string, n)
	for c.err == nil {
		id := c.byte()
		if id == idEnd {
			break
		}
		body := &cursor{b: c.bytes(c.number())}
		switch id {
		case idEmptyStream:
			empty = body.bits(n)
		case idEmptyFile:
			count := 0
			for _, e := range empty {
				if e {
					count++
				}
			}
			emptyFile = body.bits(count)
		case idNames:
			if body.byte() != 0 {
				return c.fail("names that are stored elsewhere")
			}
			body.names(names)
		}
		if body.err != nil {
			return body.err
		}
	}
	if c.err != nil {
		return c.err
	}
	next := streamsOf(folders)
	nth := 0
	for i, name := range names {
		e := &Entry{Name: name}
		if empty[i] {
			e.Dir = nth >= len(emptyFile) || !emptyFile[nth]
			nth++
		} else if !next(e) {
			return c.fail("more files than streams")
		}
		a.Entries = append(a.Entries, e)
	}
	return nil
}

// names reads texts in UTF-16, each with its end.
func (c *cursor) names(out []string) {
	for i := range out {
		var units []uint16
		for c.err == nil {
			b := c.bytes(2)
			if b == nil {
				return
			}
			u := binary.LittleEndian.Uint16(b)
			if u == 0 {
				break
			}
			units = append(units, u)
		}
		out[i] = string(utf16.Decode(units))
	}
}

// streamsOf gives the streams of all folders, one a call.
func streamsOf(folders []*folder) func(*Entry) bool {
	f, i, off := 0, 0, int64(0)
	return func(e *Entry) bool {
		for f < len(folders) && i >= len(folders[f].streams) {
			f, i, off = f+1, 0, 0
		}
		if f >= len(folders) {
			return false
		}
		e.folder, e.off, e.Size = folders[f], off, folders[f].streams[i]
		off += e.Size
		i++
		return true
	}
}
