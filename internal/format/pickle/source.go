package pickle

import (
	"bytes"
	"io"
	"math"
)

const window = 64 << 10

// source hands out the bytes of a file through one window. Payloads that do not fit in it are seeked over.
type source struct {
	r     io.ReaderAt
	size  int64
	spend int64 // bytes that may still be read
	err   error // of the reader, not io.EOF
}

func newSource(r io.ReaderAt, size, spend int64) *source {
	return &source{r: r, size: size, spend: spend}
}

// at reads up to len(p) bytes at off, and tells how many there are.
func (s *source) at(p []byte, off int64) int {
	if off < 0 || off >= s.size {
		return 0
	}
	p = p[:min(int64(len(p)), s.size-off)]
	n, err := s.r.ReadAt(p, off)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n
}

// cursor walks over opcodes and operands. pos and stop are indexes of buf; stop is the end of the window or of the frame,
// whichever comes first, so that the common case is one comparison.
type cursor struct {
	*source
	buf   []byte
	base  int64 // offset of buf[0]
	pos   int
	stop  int
	frame int64 // offset of the end of the frame; MaxInt64 outside one
	drop  bool  // the reading DropFrame

	crossed   bool // an operand crossed the end of its frame
	overrun   bool // the file ended inside an operand
	exhausted bool // no more bytes may be read
}

func newCursor(s *source, off int64) *cursor {
	c := &cursor{source: s, buf: make([]byte, 0, min(window, max(s.size-off, 0))), frame: math.MaxInt64}
	c.seek(off)
	return c
}

func (c *cursor) offset() int64 { return c.base + int64(c.pos) }

// seek moves to an offset, and fills the window from there.
func (c *cursor) seek(off int64) {
	if i := off - c.base; i >= 0 && i < int64(len(c.buf)) {
		c.pos = int(i)
	} else {
		c.fill(off)
	}
	c.limit()
}

// fill moves the window to off.
func (c *cursor) fill(off int64) {
	if c.spend <= 0 {
		c.buf, c.exhausted = c.buf[:0], true
	} else {
		c.buf = c.buf[:c.at(c.buf[:cap(c.buf)], off)]
	}
	c.base, c.pos = off, 0
	c.spend -= int64(len(c.buf))
}

func (c *cursor) limit() {
	c.stop = len(c.buf)
	if c.frame != math.MaxInt64 {
		c.stop = int(min(int64(c.stop), max(c.frame-c.base, 0)))
	}
}

// take returns the next n bytes, n at most 8, and nil when there are not so many.
func (c *cursor) take(n int) []byte {
	if end := c.pos + n; end <= c.stop {
		b := c.buf[c.pos:end]
		c.pos = end
		return b
	}
	return c.takeSlow(n)
}

func (c *cursor) takeSlow(n int) []byte {
	c.leaveFrame(int64(n))
	if c.pos+n > len(c.buf) {
		c.fill(c.offset())
		c.limit()
	}
	if c.pos+n > len(c.buf) {
		c.overrun = true
		return nil
	}
	b := c.buf[c.pos : c.pos+n]
	c.pos += n
	return b
}

// leaveFrame is called before n bytes are read. When they do not fit in the frame, the frame is over: at its end, or with
// an operand across it, which loaders read in different ways.
func (c *cursor) leaveFrame(n int64) {
	at := c.offset()
	if c.frame == math.MaxInt64 || at+n <= c.frame && at+n >= at {
		return
	}
	end := c.frame
	c.frame = math.MaxInt64
	c.limit()
	if at < end {
		c.crossed = true
		if c.drop {
			c.seek(end)
		}
	}
}

// skip steps over a payload of n bytes and returns where it starts.
func (c *cursor) skip(n int64) (off int64, ok bool) {
	if n <= int64(c.stop-c.pos) && n >= 0 {
		off = c.offset()
		c.pos += int(n)
		return off, true
	}
	c.leaveFrame(n)
	off = c.offset()
	if n < 0 || n > c.size-off {
		c.overrun = true
		return off, false
	}
	c.seek(off + n)
	return off, true
}

// line steps over text up to a newline and returns where it starts and how long it is, without the newline.
func (c *cursor) line() (off, n int64, ok bool) {
	if i := bytes.IndexByte(c.buf[c.pos:c.stop], '\n'); i >= 0 {
		off = c.offset()
		c.pos += i + 1
		return off, int64(i), true
	}
	off, ok = c.offset(), c.findNewline()
	if c.frame != math.MaxInt64 && c.offset() > c.frame {
		end := c.frame
		c.frame = math.MaxInt64
		c.limit()
		if off < end {
			c.crossed = true
			if c.drop {
				c.overrun = false
				c.seek(end)
				off, ok = end, c.findNewline()
			}
		}
	}
	n = c.offset() - off
	if ok {
		n--
	}
	return off, n, ok
}

// findNewline moves behind the next newline, whatever frame it is in.
func (c *cursor) findNewline() bool {
	for {
		if i := bytes.IndexByte(c.buf[c.pos:], '\n'); i >= 0 {
			c.pos += i + 1
			return true
		}
		c.pos = len(c.buf)
		if c.fill(c.offset()); len(c.buf) == 0 {
			c.overrun = true
			return false
		}
		c.limit()
	}
}

// peek returns the bytes [off, off+n) when they are in the window, else it reads them.
func (c *cursor) peek(off, n int64) []byte {
	if i := off - c.base; i >= 0 && i+n <= int64(len(c.buf)) {
		return c.buf[i : i+n]
	}
	b := make([]byte, n)
	return b[:c.at(b, off)]
}
