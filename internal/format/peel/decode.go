package peel

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"
	"github.com/ulikunitz/xz/lzma"

	"bakedin/internal/format/sniff"
)

// input reads a file in order and knows how far a decoder got: a decoder that takes single bytes leaves it right behind
// the end of its stream.
type input struct {
	r    io.ReaderAt
	size int64
	off  int64 // of the file, behind the buffer
	buf  *bufio.Reader
}

func (in *input) Read(p []byte) (int, error) { return in.reader().Read(p) }
func (in *input) ReadByte() (byte, error)    { return in.reader().ReadByte() }
func (in *input) Peek(n int) ([]byte, error) { return in.reader().Peek(n) }
func (in *input) pos() int64                 { return in.off - int64(in.reader().Buffered()) }
func (in *input) fill(p []byte) (n int, e error) {
	n, e = in.section(p)
	in.off += int64(n)
	return n, e
}

func (in *input) section(p []byte) (int, error) {
	if in.off >= in.size {
		return 0, io.EOF
	}
	n, err := in.r.ReadAt(p[:min(int64(len(p)), in.size-in.off)], in.off)
	if n > 0 {
		err = nil
	}
	return n, err
}

func (in *input) reader() *bufio.Reader {
	if in.buf == nil {
		in.buf = bufio.NewReaderSize(readFunc(in.fill), 32<<10)
	}
	return in.buf
}

type readFunc func([]byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

// decoders start a stream at the beginning of a file.
var decoders = map[sniff.Format]func(*input, Limits) (io.Reader, error){
	sniff.Gzip:    func(in *input, _ Limits) (io.Reader, error) { return &gzipMembers{in: in}, nil },
	sniff.Zlib:    func(in *input, _ Limits) (io.Reader, error) { return zlib.NewReader(in) },
	sniff.Bzip2:   func(in *input, _ Limits) (io.Reader, error) { return &bzip2Streams{r: bzip2.NewReader(in)}, nil },
	sniff.XZ:      openXZ,
	sniff.LZMA:    openLZMA,
	sniff.LZ4:     func(in *input, _ Limits) (io.Reader, error) { return lz4.NewReader(in), nil },
	sniff.Zstd:    openZstd,
	sniff.JoblibZ: openZFile,
}

// gzipMembers reads members one behind the other and stops at what is no member, which is tail and not a fault.
type gzipMembers struct {
	in *input
	z  *gzip.Reader
}

func (g *gzipMembers) Read(p []byte) (int, error) {
	for {
		if g.z == nil {
			z, err := gzip.NewReader(g.in)
			if err != nil {
				return 0, err
			}
			z.Multistream(false)
			g.z = z
		}
		n, err := g.z.Read(p)
		if n > 0 || err == nil {
			return n, nil
		}
		if err != io.EOF {
			return 0, err
		}
		if head, _ := g.in.Peek(3); !bytes.Equal(head, []byte{0x1f, 0x8b, 8}) {
			return 0, io.EOF
		}
		if err := g.z.Reset(g.in); err != nil {
			return 0, err
		}
		g.z.Multistream(false)
	}
}

// bzip2Streams takes bytes behind the last stream as tail: the decoder of the standard library asks for another stream.
type bzip2Streams struct{ r io.Reader }

func (b *bzip2Streams) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	var s bzip2.StructuralError
	if errors.As(err, &s) && strings.Contains(string(s), "continuation") {
		err = io.EOF
	}
	return n, err
}

// openXZ refuses a dictionary above the limit before the decoder makes room for it.
// Source: https://tukaani.org/xz/xz-file-format.txt, sections 3.1 and 5.3.1.
func openXZ(in *input, lim Limits) (io.Reader, error) {
	if head, _ := in.Peek(12 + 40); len(head) > 12+4 {
		block := head[12:]
		if i := bytes.Index(block, []byte{0x21, 0x01}); i > 0 && i+2 < len(block) {
			if n := lzma2Dict(block[i+2]); n > lim.Window {
				return nil, &LimitError{"window", 0}
			}
		}
	}
	return xz.NewReader(in)
}

// lzma2Dict is the size of the dictionary that the property byte of the LZMA2 filter names.
func lzma2Dict(b byte) int64 {
	if b >= 40 {
		return 1<<32 - 1
	}
	return (2 | int64(b&1)) << (b/2 + 11)
}

func openLZMA(in *input, lim Limits) (io.Reader, error) {
	head, _ := in.Peek(5)
	if len(head) < 5 {
		return nil, io.ErrUnexpectedEOF
	}
	dict := max(int64(binary.LittleEndian.Uint32(head[1:])), lzma.MinDictCap)
	if dict > lim.Window {
		return nil, &LimitError{"window", 0}
	}
	return lzma.ReaderConfig{DictCap: int(dict)}.NewReader(in)
}

func openZstd(in *input, lim Limits) (io.Reader, error) {
	d, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(uint64(max(lim.Window, 1<<10))))
	if err != nil {
		return nil, err
	}
	return zstdFrames{d}, nil
}

// zstdFrames names the limit of the decoder as ours.
type zstdFrames struct{ d *zstd.Decoder }

func (z zstdFrames) Read(p []byte) (int, error) {
	n, err := z.d.Read(p)
	if errors.Is(err, zstd.ErrWindowSizeExceeded) {
		err = &LimitError{"window", 0}
	}
	return n, err
}

// openZFile reads ZF, the length of the content as a hexadecimal text of 19 columns, a blank more in files of some
// versions, and zlib data. The length is checked by nobody who loads the file, so that it is only required to be a number.
// Source: joblib/numpy_pickle_compat.py, read_zfile.
func openZFile(in *input, _ Limits) (io.Reader, error) {
	head := make([]byte, 21)
	if _, err := io.ReadFull(in, head); err != nil {
		return nil, io.ErrUnexpectedEOF
	}
	text := strings.TrimSpace(string(head[2:]))
	if _, err := strconv.ParseUint(strings.TrimSuffix(strings.TrimPrefix(text, "0x"), "L"), 16, 64); err != nil {
		return nil, &SyntaxError{2, fmt.Sprintf("%q is no length of a z-file", text)}
	}
	if next, _ := in.Peek(1); len(next) == 1 && next[0] == ' ' {
		in.ReadByte()
	}
	return zlib.NewReader(in)
}
