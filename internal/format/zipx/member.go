package zipx

import (
	"bufio"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"slices"

	"bakedin/internal/format/peel"
)

// Reading is one way to read the data of an entry. Directory and local header may tell two stories of method and length,
// and a member that is flagged as encrypted may be plain: each is a reading.
type Reading struct {
	Method uint16
	Off    int64 // of the data in the file
	Packed int64
	Size   int64  // what the header says of the content, -1 unknown
	From   string // directory, local header
}

// Encrypted tells whether a header flags the entry as encrypted. Its bytes are then read as they stand, in case that the
// flag is a lie; when it is none they make no sense.
func (e *Entry) Encrypted() bool { return e.flags()&(1|1<<6|1<<13) != 0 }

func (e *Entry) flags() (f uint16) {
	if e.Central != nil {
		f |= e.Central.Flags
	}
	if e.Local != nil {
		f |= e.Local.Flags
	}
	return f
}

// Names are the names by which some reader may know the entry: in the directory, in the local header, in the Unicode path.
func (e *Entry) Names() []string {
	names := []string{e.Name}
	add := func(n string) {
		if n != "" && !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	if e.Local != nil {
		add(e.Local.Name)
	}
	if e.Central != nil {
		if u := e.Central.field(0x7075); len(u) > 5 { // behind a version and a checksum
			add(string(u[5:]))
		}
	}
	return names
}

// IsDir tells whether the name is that of a folder.
func (e *Entry) IsDir() bool { return len(e.Name) > 0 && e.Name[len(e.Name)-1] == '/' }

// Readings lists the ways to read the data, the one of the directory first. There is none without a local header.
func (e *Entry) Readings() []Reading {
	if e.Local == nil {
		return nil
	}
	var out []Reading
	add := func(h *Header, from string) {
		if h == nil {
			return
		}
		r := Reading{h.Method, e.Data, max(0, min(h.Packed, e.a.size-e.Data)), h.Size, from}
		for _, o := range out {
			if o.Method == r.Method && o.Packed == r.Packed {
				return
			}
		}
		out = append(out, r)
	}
	add(e.Central, "directory")
	if e.Local.Flags&8 == 0 || e.Central == nil {
		add(e.Local, "local header")
	} else if e.Local.Method != e.Central.Method {
		h := *e.Central
		h.Method = e.Local.Method
		add(&h, "local header")
	}
	return out
}

// Open reads the entry as its directory says. A stored one is a window on the file and costs nothing; a deflated one is
// inflated under Limits.Member. What came out before an error is returned with it.
func (e *Entry) Open() (io.ReaderAt, int64, error) {
	rs := e.Readings()
	if len(rs) == 0 {
		return bytes.NewReader(nil), 0, &SyntaxError{e.Central.Off, fmt.Sprintf("entry %q has no local header, its data cannot be found", e.Name)}
	}
	return e.OpenAs(rs[0])
}

// OpenAs reads the entry in one of its Readings.
func (e *Entry) OpenAs(r Reading) (io.ReaderAt, int64, error) {
	raw := io.NewSectionReader(e.a.r, r.Off, r.Packed)
	if r.Method == Stored {
		return raw, r.Packed, nil
	}
	open, err := e.a.decoder(r)
	if err != nil {
		return raw, r.Packed, err
	}
	c, err := peel.New(open, r.Packed, e.a.lim.Member)
	return c, c.Size, err
}

// Head reads up to n bytes of the content, inflating no more than that. It is what sniffing a member costs.
func (e *Entry) Head(n int) ([]byte, error) {
	rs := e.Readings()
	if len(rs) == 0 {
		return nil, &SyntaxError{e.Central.Off, fmt.Sprintf("entry %q has no local header, its data cannot be found", e.Name)}
	}
	if rs[0].Method == Stored {
		b := make([]byte, min(int64(n), rs[0].Packed))
		m, err := e.a.r.ReadAt(b, e.Data)
		if err == io.EOF {
			err = nil
		}
		return b[:m], err
	}
	open, err := e.a.decoder(rs[0])
	if err != nil {
		return nil, err
	}
	r, err := open()
	if err != nil {
		return nil, err
	}
	b := make([]byte, n)
	m, err := io.ReadFull(r, b)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = nil
	}
	return b[:m], err
}

// Sum computes the checksum of a content that was opened and tells whether it is the one that the directory gives.
func (e *Entry) Sum(r io.ReaderAt, size int64) (ok bool, err error) {
	h := crc32.NewIEEE()
	if _, err := io.Copy(h, io.NewSectionReader(r, 0, size)); err != nil {
		return false, err
	}
	want := e.Local
	if e.Central != nil {
		want = e.Central
	}
	return h.Sum32() == want.CRC, nil
}

// measure finds the end of an entry whose sizes stand behind its data and that no directory shows: by inflating it, or,
// when it is stored, by the signature that ends it.
func (a *Archive) measure(e *Entry, limit int64) {
	limit = max(limit, e.Data) // a long name reaches into what follows the gap
	e.End = limit
	if e.Local.Method == Deflated {
		in := &counter{r: bufio.NewReader(io.NewSectionReader(a.r, e.Data, limit-e.Data))}
		n, err := io.Copy(io.Discard, io.LimitReader(flate.NewReader(in), a.lim.Member.Bytes))
		if err == nil && n < a.lim.Member.Bytes {
			e.Local.Packed, e.Local.Size = in.n, n
			e.End = e.Data + in.n
			var sum [8]byte // behind the signature, when there is one
			if a.read(sum[:], e.End) {
				at := 0
				if string(sum[:4]) == "PK\x07\x08" {
					at = 4
				}
				e.Local.CRC = binary.LittleEndian.Uint32(sum[at:])
			}
			e.End += a.descriptor(e)
		}
		return
	}
	if a.findDescriptor(e, limit) {
		return
	}
	e.Local.Packed = limit - e.Data
}

// findDescriptor searches the descriptor of a stored entry: a signature followed by the distance to the start of the data.
func (a *Archive) findDescriptor(e *Entry, limit int64) bool {
	end := min(limit, e.Data+a.lim.Member.Bytes)
	buf := make([]byte, 64<<10)
	for at := e.Data; at < end; at += int64(len(buf) - 16) {
		n, _ := a.r.ReadAt(buf[:min(int64(len(buf)), end-at)], at)
		for b, off := buf[:n], at; ; {
			i := bytes.Index(b, []byte("PK\x07\x08"))
			if i < 0 || len(b)-i < 16 {
				break
			}
			if d := off + int64(i) - e.Data; int64(binary.LittleEndian.Uint32(b[i+8:])) == d&0xffffffff {
				e.Local.Packed, e.Local.Size, e.Local.CRC = d, d, binary.LittleEndian.Uint32(b[i+4:])
				e.End = e.Data + d
				e.End += a.descriptor(e)
				return true
			}
			b, off = b[i+4:], off+int64(i+4)
		}
		if n < len(buf) {
			break
		}
	}
	return false
}

// counter counts the bytes that an inflater takes, which is exact because it takes them one by one.
type counter struct {
	r *bufio.Reader
	n int64
}

func (c *counter) ReadByte() (byte, error) {
	b, err := c.r.ReadByte()
	if err == nil {
		c.n++
	}
	return b, err
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
