package zipx

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"bakedin/internal/format/peel"
	"bakedin/internal/format/sniff"
)

// The methods that are read: those that the zip modules of Python and of libarchive read.
// Source: APPNOTE.TXT, section 4.4.5
const (
	Stored   = 0
	Deflated = 8
	bzipped  = 12
	lzmaed   = 14
	zstdOld  = 20
	zstded   = 93
	xzed     = 95
)

// wrappers are the methods whose data are a file of another format.
var wrappers = map[uint16]sniff.Format{zstdOld: sniff.Zstd, zstded: sniff.Zstd, xzed: sniff.XZ}

// ErrMethod says that a member is packed in a way that is not read here.
var ErrMethod = errors.New("unknown compression method")

func readable(method uint16) bool {
	switch method {
	case Stored, Deflated, bzipped, lzmaed:
		return true
	}
	return wrappers[method] != ""
}

// decoder starts the stream of a reading, as often as it is called.
func (a *Archive) decoder(r Reading) (func() (io.Reader, error), error) {
	data := io.NewSectionReader(a.r, r.Off, r.Packed)
	from := func() io.Reader { return bufio.NewReaderSize(io.NewSectionReader(data, 0, r.Packed), 16<<10) }
	switch r.Method {
	case Deflated:
		return func() (io.Reader, error) { return flate.NewReader(from()), nil }, nil
	case bzipped:
		return func() (io.Reader, error) { return bzip2.NewReader(from()), nil }, nil
	case lzmaed:
		return func() (io.Reader, error) { return lzmaReader(data, r.Size, a.lim.Member) }, nil
	}
	if f := wrappers[r.Method]; f != "" {
		return func() (io.Reader, error) { return peel.Reader(f, data, r.Packed, a.lim.Member) }, nil
	}
	return nil, fmt.Errorf("method %d: %w", r.Method, ErrMethod)
}

// lzmaReader reads what stands behind the version of the coder and the length of its properties: these, and a stream that
// may lack a mark at its end. The header of an .lzma file is put before it, with the size, or with -1 for an unknown one.
// Source: APPNOTE.TXT, section 5.8.8
func lzmaReader(data *io.SectionReader, size int64, lim peel.Limits) (io.Reader, error) {
	const properties = 5
	var head [4 + properties]byte
	if n, _ := data.ReadAt(head[:], 0); n < len(head) || binary.LittleEndian.Uint16(head[2:]) != properties {
		return nil, &SyntaxError{0, "the properties of LZMA are cut off"}
	}
	alone := binary.LittleEndian.AppendUint64(bytes.Clone(head[4:]), uint64(size))
	return peel.Reader(sniff.LZMA, &joined{alone, io.NewSectionReader(data, 9, data.Size()-9)}, data.Size()+4, lim)
}

// joined is a head followed by what is read from elsewhere.
type joined struct {
	head []byte
	rest io.ReaderAt
}

func (j *joined) ReadAt(p []byte, off int64) (int, error) {
	if n := int64(len(j.head)); off >= n {
		return j.rest.ReadAt(p, off-n)
	}
	return copy(p, j.head[off:]), nil
}
