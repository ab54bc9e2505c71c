// Package sevenz reads the header of a 7z archive, lists its members and opens those that are packed with a method that is
// known here: Copy, LZMA, LZMA2, Deflate and bzip2, one behind the other. Filters for machine code and encryption are named
// and not undone. It writes nothing and decides nothing.
//
//	0   "7z\xbc\xaf\x27\x1c", version (2 bytes), CRC32 of the 20 bytes that follow
//	12  offset from byte 32 (u64), size (u64) and CRC32 of the header, which is packed itself as a rule
//
// Source: 7zFormat.txt of the LZMA SDK, https://www.7-zip.org/sdk.html
package sevenz

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"bakedin/internal/format/peel"
)

// Limits bound what a hostile archive can cost. There is no default.
type Limits struct {
	Entries int
	Header  int64 // bytes of the header, as it comes out of its packing
	Member  peel.Limits
}

// SyntaxError is a place where the archive cannot be read on. Off counts bytes of the header when it is about one, and of
// the file else. What was understood is returned with it.
type SyntaxError struct {
	Off int64
	Msg string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("byte %d: %s", e.Off, e.Msg) }

// LimitError says which of the Limits was reached, in lower case, and where.
type LimitError struct {
	Limit string
	Off   int64
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("byte %d: limit %s reached; what follows was not read", e.Off, e.Limit)
}

// ErrMethod says that a member, or the header, is packed in a way that is not read here.
var ErrMethod = errors.New("a packing method that is not read")

// ErrEncrypted says that a member, or the header, is encrypted.
var ErrEncrypted = errors.New("encrypted")

// Archive is what was understood of a 7z file.
type Archive struct {
	Entries []*Entry
	End     int64 // offset behind the header; what follows belongs to nothing

	r    io.ReaderAt
	size int64
	lim  Limits
}

// Entry is a member. Members of one folder are packed in one stream.
type Entry struct {
	Name string
	Dir  bool
	Size int64

	folder *folder
	off    int64 // in what comes out of the folder
}

// Methods names the way in which the member is packed, such as "lzma2"; empty for an empty one.
func (e *Entry) Methods() string {
	if e.folder == nil {
		return ""
	}
	return e.folder.String()
}

// Open gives the content. What came out before an error is returned with it.
func (e *Entry) Open() (io.ReaderAt, int64, error) {
	if e.folder == nil || e.Size == 0 {
		return io.NewSectionReader(nil, 0, 0), 0, nil
	}
	c, err := e.folder.content()
	if c == nil {
		return io.NewSectionReader(nil, 0, 0), 0, err
	}
	if e.off+e.Size <= c.Size {
		return io.NewSectionReader(c, e.off, e.Size), e.Size, nil
	}
	n := max(0, c.Size-e.off)
	if err == nil {
		err = &SyntaxError{e.folder.at, fmt.Sprintf("%q needs %d bytes of a stream of %d", e.Name, e.off+e.Size, c.Size)}
	}
	return io.NewSectionReader(c, e.off, n), n, err
}

const signature = 32 // bytes of the header at the start of the file

// Parse reads the header of the archive in the first size bytes of r.
func Parse(r io.ReaderAt, size int64, lim Limits) (*Archive, error) {
	a := &Archive{r: r, size: size, lim: lim, End: size}
	var b [signature]byte
	if n, _ := r.ReadAt(b[:], 0); n < len(b) || string(b[:6]) != "7z\xbc\xaf\x27\x1c" {
		return a, &SyntaxError{0, "no 7z header"}
	}
	le := binary.LittleEndian
	off, n := int64(le.Uint64(b[12:])), int64(le.Uint64(b[20:]))
	if off < 0 || n < 0 || off > size-signature || n > size-signature-off {
		return a, &SyntaxError{12, "the header does not fit into the file"}
	}
	if n > lim.Header {
		return a, &LimitError{"header", 12}
	}
	a.End = signature + off + n
	if n == 0 {
		return a, nil
	}
	text := make([]byte, n)
	if m, err := r.ReadAt(text, signature+off); m < len(text) {
		return a, &SyntaxError{signature + off, fmt.Sprintf("cannot be read: %v", err)}
	}
	if crc32.ChecksumIEEE(text) != le.Uint32(b[28:]) {
		return a, &SyntaxError{signature + off, "the checksum of the header does not hold"}
	}
	return a, a.header(text, 0)
}

// header reads a header, or unpacks the one that it leads to. The format allows it to be packed once.
func (a *Archive) header(text []byte, packed int) error {
	c := &cursor{b: text}
	switch c.byte() {
	case idHeader:
		return a.plain(c)
	case idPacked:
		if packed > 0 {
			return c.fail("a packed header inside of a packed header")
		}
		folders, err := a.streams(c)
		if err != nil {
			return err
		}
		if len(folders) != 1 {
			return c.fail("a packed header that is not one stream")
		}
		if folders[0].size > a.lim.Header {
			return &LimitError{"header", folders[0].at}
		}
		content, err := folders[0].content()
		if err != nil {
			return fmt.Errorf("the header: %w", err)
		}
		inner := make([]byte, content.Size)
		if _, err := content.ReadAt(inner, 0); err != nil && err != io.EOF {
			return fmt.Errorf("the header: %w", err)
		}
		return a.header(inner, packed+1)
	}
	return c.fail("neither a header nor a packed one")
}
