// Package peel takes one layer of compression off a file: gzip, zlib, bz2, xz, lzma, lz4, zstd and the z-file of old joblib.
// It knows where a wrapper ends and how much may come out of it, and nothing of what is inside.
package peel

import (
	"errors"
	"fmt"
	"io"
	"math"

	"bakedin/internal/format/sniff"
)

// Limits bound what a hostile stream can cost. There is no default.
type Limits struct {
	Bytes  int64 // most bytes that come out of one wrapper
	Ratio  int64 // most bytes out for each byte in, once Floor bytes came out
	Floor  int64 // bytes out below which the ratio is not looked at
	Window int64 // largest dictionary of xz, lzma and zstd
	Keep   int64 // a content up to this size is kept in memory; a larger one is inflated anew for each step backwards
	Work   int64 // most bytes inflated over all steps
}

// SyntaxError is a place where a wrapper cannot be read on. Off counts bytes of the wrapped file.
type SyntaxError struct {
	Off int64
	Msg string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("byte %d: %s", e.Off, e.Msg) }

// LimitError says which of the Limits was reached, in lower case, and after how many bytes of content.
type LimitError struct {
	Limit string
	Off   int64
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("byte %d of the content: limit %s reached; what follows was not read", e.Off, e.Limit)
}

// ErrFormat says that a format is no wrapper that is read here.
var ErrFormat = errors.New("not a compression that is read")

// Open reads the wrapper f that fills the first size bytes of r. The content is inflated once, to know its size and its
// faults. On an error the content up to it is returned too.
func Open(f sniff.Format, r io.ReaderAt, size int64, lim Limits) (*Content, error) {
	open, ok := decoders[f]
	if !ok {
		return nil, fmt.Errorf("%s: %w", f, ErrFormat)
	}
	var in *input
	return newContent(func() (io.Reader, error) {
		in = &input{r: r, size: size}
		return open(in, lim)
	}, func() int64 { return in.pos() }, size, lim)
}

// Head returns the first n bytes that come out of a wrapper, fewer when it ends before. It reads no more than that takes.
func Head(f sniff.Format, r io.ReaderAt, size int64, n int, lim Limits) ([]byte, error) {
	open, ok := decoders[f]
	if !ok {
		return nil, fmt.Errorf("%s: %w", f, ErrFormat)
	}
	in := &input{r: r, size: size}
	src, err := open(in, lim)
	if err != nil {
		return nil, fault(err, in.pos())
	}
	b := make([]byte, n)
	got, err := io.ReadFull(src, b)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return b[:got], nil
	}
	if err != nil {
		err = fault(err, in.pos())
	}
	return b[:got], err
}

// Reader starts the wrapper f that fills the first size bytes of r, without any limit but that of its window.
func Reader(f sniff.Format, r io.ReaderAt, size int64, lim Limits) (io.Reader, error) {
	open, ok := decoders[f]
	if !ok {
		return nil, fmt.Errorf("%s: %w", f, ErrFormat)
	}
	return open(&input{r: r, size: size}, lim)
}

// New is a Content of a stream that open starts from its beginning, packed bytes long. Archives use it for a deflated member.
func New(open func() (io.Reader, error), packed int64, lim Limits) (*Content, error) {
	return newContent(open, func() int64 { return packed }, packed, lim)
}

// Content is what is inside a wrapper. It may be read at any place: stepping backwards in a large one starts anew, within
// Limits.Work. It is not for use by several goroutines at once.
type Content struct {
	Size int64 // bytes of the content, as far as it could be read
	Used int64 // bytes of the file that the wrapper took, when it ended well; what is behind them is tail

	open  func() (io.Reader, error)
	lim   Limits
	kept  []byte // the whole content, or its beginning
	whole bool
	work  int64

	cur io.Reader
	win []byte // the last bytes that came out of cur
	end int64  // offset behind win
}

const step = 64 << 10

func newContent(open func() (io.Reader, error), pos func() int64, packed int64, lim Limits) (*Content, error) {
	c := &Content{open: open, lim: lim}
	r, err := open()
	if err != nil {
		return c, fault(err, pos())
	}
	ratio := int64(math.MaxInt64)
	if lim.Ratio > 0 && packed < math.MaxInt64/lim.Ratio {
		ratio = max(lim.Floor, packed*lim.Ratio)
	}
	buf := make([]byte, step)
	for {
		n, err := r.Read(buf)
		over := int64(n) > lim.Bytes-c.Size
		n = int(min(int64(n), lim.Bytes-c.Size))
		if room := lim.Keep - c.Size; room > 0 {
			c.kept = append(c.kept, buf[:min(int64(n), room)]...)
		}
		c.Size += int64(n)
		c.work += int64(n)
		c.Used = pos()
		c.whole = c.Size == int64(len(c.kept))
		switch {
		case over:
			return c, &LimitError{"bytes", c.Size}
		case err == io.EOF:
			return c, nil
		case err != nil:
			return c, fault(err, pos())
		case c.Size > ratio:
			return c, &LimitError{"ratio", c.Size}
		}
	}
}

func fault(err error, off int64) error {
	var s *SyntaxError
	var l *LimitError
	if errors.As(err, &s) || errors.As(err, &l) {
		return err
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return &SyntaxError{off, "the compressed stream is cut off"}
	}
	return &SyntaxError{off, err.Error()}
}

// ReadAt implements io.ReaderAt over the content.
func (c *Content) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, errors.New("negative offset")
	}
	if off >= c.Size {
		return 0, io.EOF
	}
	want := p[:min(int64(len(p)), c.Size-off)]
	done := 0
	for done < len(want) {
		at := off + int64(done)
		if at < int64(len(c.kept)) {
			done += copy(want[done:], c.kept[at:])
			continue
		}
		if err := c.seek(at); err != nil {
			return done, err
		}
		done += copy(want[done:], c.win[at-(c.end-int64(len(c.win))):])
	}
	if done < len(p) {
		return done, io.EOF
	}
	return done, nil
}

// seek makes the window hold the byte at off.
func (c *Content) seek(off int64) error {
	if c.cur == nil || off < c.end-int64(len(c.win)) {
		r, err := c.open()
		if err != nil {
			return err
		}
		c.cur, c.end, c.win = r, 0, c.win[:0]
	}
	if c.win == nil || cap(c.win) < 4*step {
		c.win = make([]byte, 0, 4*step)
	}
	for off >= c.end {
		if c.work >= c.lim.Work {
			return &LimitError{"work", off}
		}
		if len(c.win)+step > cap(c.win) { // keep the half that was read last
			n := copy(c.win, c.win[len(c.win)-2*step:])
			c.win = c.win[:n]
		}
		n, err := c.cur.Read(c.win[len(c.win) : len(c.win)+step])
		c.win = c.win[:len(c.win)+n]
		c.end += int64(n)
		c.work += int64(n)
		if err != nil && off >= c.end {
			c.cur = nil
			return fault(err, off)
		}
	}
	return nil
}
