package sevenz

import (
	"bufio"
	"compress/bzip2"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"io"
	"strings"

	"github.com/ulikunitz/xz/lzma"

	"bakedin/internal/format/peel"
)

// folder is one packed stream and the coders that it went through, the outermost last.
type folder struct {
	a       *Archive
	at      int64 // offset of the packed bytes
	packed  int64
	coders  []coder
	linear  bool
	size    int64   // bytes that come out
	order   []int   // of the coders, as they are undone; only of a chain
	streams []int64 // sizes of the files in them

	opened bool
	got    *peel.Content
	err    error
}

type coder struct {
	id    string
	props []byte
	size  int64 // bytes that come out of it
}

// names of the coders that are met
var names = map[string]string{
	"\x00": "copy", "\x03\x01\x01": "lzma", "\x21": "lzma2", "\x04\x01\x08": "deflate", "\x04\x02\x02": "bzip2", "\x03": "delta",
	"\x06\xf1\x07\x01": "aes", "\x03\x03\x01\x03": "bcj", "\x04": "bcj", "\x03\x03\x01\x1b": "bcj2", "\x03\x04\x01": "ppmd",
	"\x04\x01\x09": "deflate64", "\x04\xf7\x11\x01": "zstd", "\x04\xf7\x11\x04": "lz4",
}

func (c coder) String() string {
	if n := names[c.id]; n != "" {
		return n
	}
	return fmt.Sprintf("method %x", c.id)
}

func (f *folder) String() string {
	var out []string
	for _, c := range f.coders {
		out = append(out, c.String())
	}
	return strings.Join(out, "+")
}

// streams reads the packed streams, the folders, and which files come out of each.
func (a *Archive) streams(c *cursor) ([]*folder, error) {
	var folders []*folder
	base, sizes := int64(0), []int64(nil)
	for {
		switch c.byte() {
		case idEnd:
			return folders, c.err
		case idPack:
			base = signature + c.number()
			n := c.count()
			for id := c.byte(); id != idEnd && c.err == nil; id = c.byte() {
				switch id {
				case idSize:
					for range n {
						sizes = append(sizes, c.number())
					}
				case idDigests:
					c.digests(n)
				default:
					return nil, c.fail("an unknown part of the packed streams")
				}
			}
		case idUnpack:
			if err := a.folders(c, &folders, base, sizes); err != nil {
				return nil, err
			}
		case idSubstreams:
			if err := substreams(c, folders); err != nil {
				return nil, err
			}
		default:
			return nil, c.fail("an unknown part of the streams")
		}
		if c.err != nil {
			return nil, c.err
		}
	}
}

func (a *Archive) folders(c *cursor, out *[]*folder, base int64, sizes []int64) error {
	if c.byte() != idFolder {
		return c.fail("no folders where they must stand")
	}
	n := c.count()
	if n > a.lim.Entries {
		return &LimitError{"entries", int64(c.at)}
	}
	if c.byte() != 0 {
		return c.fail("folders that are stored elsewhere")
	}
	at, used := base, 0
	var outs []int
	for range n {
		f := &folder{a: a, linear: true, at: at}
		packs, outputs := f.read(c)
		for range packs {
			if used < len(sizes) {
				f.packed += sizes[used]
				at += sizes[used]
				used++
			}
		}
		if c.err != nil {
			return c.err
		}
		if f.at < signature || f.packed < 0 || f.at+f.packed > a.size {
			return c.fail("a packed stream does not fit into the file")
		}
		*out, outs = append(*out, f), append(outs, outputs)
	}
	for id := c.byte(); id != idEnd && c.err == nil; id = c.byte() {
		switch id {
		case idUnpackSizes:
			for i, f := range *out {
				for k := range outs[i] {
					size := c.number()
					if k < len(f.coders) {
						f.coders[k].size = size
					}
					f.size = max(f.size, size)
				}
				if f.linear && len(f.order) > 0 {
					f.size = f.coders[f.order[len(f.order)-1]].size
				}
				f.streams = []int64{f.size}
			}
		case idDigests:
			c.digests(n)
		default:
			return c.fail("an unknown part of the folders")
		}
	}
	return c.err
}

// read reads the coders of a folder, and how the input of one is bound to the output of another. A chain is unpacked, in
// whatever order it is listed; other graphs are told as not linear and are not unpacked.
func (f *folder) read(c *cursor) (packs, outputs int) {
	inputs := 0
	for range c.count() {
		flags := c.byte()
		k := coder{id: string(c.bytes(int64(flags & 15)))}
		in, out := 1, 1
		if flags&0x10 != 0 {
			in, out = c.count(), c.count()
			f.linear = f.linear && in == 1 && out == 1
		}
		if flags&0x20 != 0 {
			k.props = c.bytes(c.number())
		}
		inputs, outputs = inputs+in, outputs+out
		if len(f.coders) >= 32 || inputs > 64 || outputs > 64 {
			c.fail("a folder of too many coders")
			return 0, 0
		}
		f.coders = append(f.coders, k)
	}
	bound := map[int64]int64{} // output to the input that takes it
	for range max(0, outputs-1) {
		in, out := c.number(), c.number()
		bound[out] = in
	}
	f.chain(bound)
	packs = inputs - max(0, outputs-1)
	if packs > 1 {
		f.linear = false
		for range packs {
			c.number()
		}
	}
	return max(0, packs), outputs
}

// chain finds the order in which a chain of coders is undone: first the one that takes the packed stream, whose input is bound
// to no output.
func (f *folder) chain(bound map[int64]int64) {
	taken := map[int64]bool{}
	for _, in := range bound {
		taken[in] = true
	}
	at, starts := int64(-1), 0
	for i := range f.coders {
		if !taken[int64(i)] {
			at = int64(i)
			starts++
		}
	}
	if !f.linear || starts != 1 || len(bound) != len(f.coders)-1 {
		f.linear = false
		return
	}
	for range f.coders {
		if at < 0 || at >= int64(len(f.coders)) {
			break
		}
		f.order = append(f.order, int(at))
		next, ok := bound[at]
		if !ok {
			break
		}
		at = next
	}
	f.linear = len(f.order) == len(f.coders)
}

// substreams reads how many files come out of each folder, and their sizes: all but the last of a folder.
func substreams(c *cursor, folders []*folder) error {
	counts := make([]int, len(folders))
	for i := range counts {
		counts[i] = 1
	}
	sized := false
	share := func() {
		for i, f := range folders {
			f.streams = nil
			left := f.size
			for k := range counts[i] {
				size := left
				if k < counts[i]-1 {
					size = c.number()
				}
				if size > left {
					c.fail("files are longer than their stream")
				}
				if c.err != nil {
					return
				}
				left -= size
				f.streams = append(f.streams, size)
			}
		}
		sized = true
	}
	for c.err == nil {
		switch id := c.byte(); id {
		case idCount:
			for i := range counts {
				counts[i] = c.count()
			}
		case idSize:
			share()
		case idDigests:
			n := 0
			for _, k := range counts {
				n += k
			}
			if n > len(c.b)*8 {
				return c.fail("a count that the header has no room for")
			}
			c.digests(n)
		case idEnd:
			if !sized {
				for i, k := range counts {
					if k > 1 {
						return c.fail("files without sizes")
					}
					folders[i].streams = folders[i].streams[:min(k, len(folders[i].streams))]
				}
			}
			return c.err
		default:
			return c.fail("an unknown part of the files in the streams")
		}
	}
	return c.err
}

// content unpacks the folder once.
func (f *folder) content() (*peel.Content, error) {
	if !f.opened {
		f.opened = true
		f.got, f.err = f.unpack()
	}
	return f.got, f.err
}

func (f *folder) unpack() (*peel.Content, error) {
	for _, c := range f.coders {
		switch c.String() {
		case "aes":
			return nil, ErrEncrypted
		case "copy", "lzma", "lzma2", "deflate", "bzip2", "bcj":
		default:
			return nil, fmt.Errorf("%s: %w", f, ErrMethod)
		}
	}
	if !f.linear || len(f.coders) == 0 {
		return nil, fmt.Errorf("coders that are not one behind the other: %w", ErrMethod)
	}
	if f.size > f.a.lim.Member.Bytes {
		return nil, &LimitError{"bytes", f.at}
	}
	return peel.New(func() (io.Reader, error) {
		var src io.Reader = bufio.NewReaderSize(io.NewSectionReader(f.a.r, f.at, f.packed), 16<<10)
		for _, i := range f.order {
			var err error
			if src, err = f.coders[i].decode(src, f.a.lim.Member.Window); err != nil {
				return nil, err
			}
		}
		return src, nil
	}, f.packed, f.a.lim.Member)
}

// decode undoes one coder.
func (c coder) decode(src io.Reader, window int64) (io.Reader, error) {
	switch c.String() {
	case "lzma":
		if len(c.props) < 5 {
			return nil, &SyntaxError{0, "lzma without its properties"}
		}
		if int64(binary.LittleEndian.Uint32(c.props[1:])) > window {
			return nil, &LimitError{"window", 0}
		}
		head := append([]byte(nil), c.props[:5]...)
		head = binary.LittleEndian.AppendUint64(head, uint64(c.size))
		return lzma.NewReader(io.MultiReader(strings.NewReader(string(head)), src))
	case "lzma2":
		if len(c.props) < 1 || c.props[0] > 40 {
			return nil, &SyntaxError{0, "lzma2 without its properties"}
		}
		size := int64(2|c.props[0]&1) << (c.props[0]/2 + 11)
		if size > window {
			return nil, &LimitError{"window", 0}
		}
		return lzma.Reader2Config{DictCap: int(max(size, lzma.MinDictCap))}.NewReader2(src)
	case "deflate":
		return io.LimitReader(flate.NewReader(src), c.size), nil
	case "bzip2":
		return io.LimitReader(bzip2.NewReader(src), c.size), nil
	case "bcj":
		return newBranches(io.LimitReader(src, c.size)), nil
	}
	return io.LimitReader(src, c.size), nil
}
