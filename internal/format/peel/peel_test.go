package peel

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"
	"github.com/ulikunitz/xz/lzma"

	"bakedin/internal/format/sniff"
)

var generous = Limits{Bytes: 64 << 20, Ratio: 5000, Floor: 16 << 20, Window: 64 << 20, Keep: 1 << 20, Work: 1 << 30}

// pack compresses content as f.
func pack(t testing.TB, f sniff.Format, content []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	var w io.WriteCloser
	var err error
	switch f {
	case sniff.Gzip:
		w = gzip.NewWriter(&out)
	case sniff.Zlib:
		w = zlib.NewWriter(&out)
	case sniff.JoblibZ:
		fmt.Fprintf(&out, "ZF%-19s", fmt.Sprintf("%#x", len(content)))
		w = zlib.NewWriter(&out)
	case sniff.XZ:
		w, err = xz.NewWriter(&out)
	case sniff.LZMA:
		w, err = lzma.NewWriter(&out)
	case sniff.LZ4:
		w = lz4.NewWriter(&out)
	case sniff.Zstd:
		w, err = zstd.NewWriter(&out, zstd.WithEncoderConcurrency(1))
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

var all = []sniff.Format{sniff.Gzip, sniff.Zlib, sniff.JoblibZ, sniff.XZ, sniff.LZMA, sniff.LZ4, sniff.Zstd}

// noise is text that compresses, but not to nothing.
func noise(n int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, n)
	for i := range b {
		b[i] = "abcdefgh"[r.IntN(8)]
	}
	return b
}

func TestEveryWrapperGivesBackItsContent(t *testing.T) {
	small, large := noise(1000), noise(3<<20)
	for _, f := range all {
		for _, content := range [][]byte{small, large} {
			packed := pack(t, f, content)
			if got := sniff.Sniff(packed[:min(len(packed), sniff.HeadSize)], nil, int64(len(packed)), "x"); !got.Has(f) {
				t.Errorf("%s is sniffed as %q", f, got.Formats)
			}
			c, err := Open(f, bytes.NewReader(packed), int64(len(packed)), generous)
			if err != nil {
				t.Errorf("%s: %v", f, err)
				continue
			}
			got, err := io.ReadAll(io.NewSectionReader(c, 0, c.Size))
			if err != nil || !bytes.Equal(got, content) {
				t.Errorf("%s: %d bytes, %v; want %d", f, len(got), err, len(content))
			}
			// Backwards, across what is kept and what is not.
			for _, off := range []int{len(content) - 10, len(content) / 2, 3, len(content) - 700} {
				p := make([]byte, 10)
				if _, err := c.ReadAt(p, int64(off)); err != nil || !bytes.Equal(p, content[off:off+10]) {
					t.Errorf("%s at %d: %q, %v, want %q", f, off, p, err, content[off:off+10])
				}
			}
		}
	}
}

func TestBzip2(t *testing.T) {
	// printf hello | bzip2
	packed, _ := hex.DecodeString("425a68393141592653591931653d00000081000244a000219a68334d07338bb9229c28480c98b29e80")
	c, err := Open(sniff.Bzip2, bytes.NewReader(append(packed, "tail"...)), int64(len(packed)+4), generous)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(io.NewSectionReader(c, 0, c.Size))
	if err != nil || string(got) != "hello" {
		t.Errorf("%q, %v, want hello", got, err)
	}
}

func TestWhatIsBehindAWrapperIsTail(t *testing.T) {
	content := noise(5000)
	for _, f := range []sniff.Format{sniff.Gzip, sniff.Zlib, sniff.JoblibZ} {
		packed := pack(t, f, content)
		file := append(bytes.Clone(packed), "\x80\x02N."...)
		c, err := Open(f, bytes.NewReader(file), int64(len(file)), generous)
		if err != nil || c.Used != int64(len(packed)) || c.Size != int64(len(content)) {
			t.Errorf("%s: used %d of %d, content %d, %v", f, c.Used, len(packed), c.Size, err)
		}
	}
	two := append(pack(t, sniff.Gzip, content), pack(t, sniff.Gzip, content)...)
	if c, err := Open(sniff.Gzip, bytes.NewReader(two), int64(len(two)), generous); err != nil || c.Size != 10000 {
		t.Errorf("two gzip members: %v, want both contents", err)
	}
}

func TestLimits(t *testing.T) {
	zeros := make([]byte, 8<<20)
	for _, c := range []struct {
		name, want string
		change     func(*Limits)
	}{
		{"more bytes than allowed", "bytes", func(l *Limits) { l.Bytes = 1 << 20 }},
		{"a bomb", "ratio", func(l *Limits) { l.Ratio, l.Floor = 20, 1<<20 }},
	} {
		for _, f := range all {
			lim := generous
			c.change(&lim)
			packed := pack(t, f, zeros)
			content, err := Open(f, bytes.NewReader(packed), int64(len(packed)), lim)
			var limit *LimitError
			if !errors.As(err, &limit) || limit.Limit != c.want {
				t.Errorf("%s, %s: %v", f, c.name, err)
				continue
			}
			if f != sniff.Zstd && (content.Size < 1<<20 || content.Size > 2<<20) {
				t.Errorf("%s, %s: %d bytes were read", f, c.name, content.Size)
			}
		}
	}
	lim := generous
	lim.Window = 1 << 16
	for _, f := range []sniff.Format{sniff.XZ, sniff.LZMA, sniff.Zstd} {
		packed := pack(t, f, noise(2<<20))
		var limit *LimitError
		if _, err := Open(f, bytes.NewReader(packed), int64(len(packed)), lim); !errors.As(err, &limit) || limit.Limit != "window" {
			t.Errorf("%s with a window above the limit: %v", f, err)
		}
	}
	lim = generous
	lim.Work = 4 << 20
	packed := pack(t, sniff.Gzip, noise(3<<20))
	c, err := Open(sniff.Gzip, bytes.NewReader(packed), int64(len(packed)), lim)
	if err != nil {
		t.Fatal(err)
	}
	for off := c.Size - 1; err == nil && off > 0; off -= 600 << 10 {
		_, err = c.ReadAt(make([]byte, 1), off)
	}
	var limit *LimitError
	if !errors.As(err, &limit) || limit.Limit != "work" {
		t.Errorf("stepping backwards again and again: %v", err)
	}
}

func TestABrokenStreamKeepsWhatCameBefore(t *testing.T) {
	content := noise(1 << 20)
	for _, f := range all {
		packed := pack(t, f, content)
		cut := packed[:len(packed)/2]
		c, err := Open(f, bytes.NewReader(cut), int64(len(cut)), generous)
		var syntax *SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("%s cut in half: %v", f, err)
		}
		// Decoders that work block by block, or that fill a dictionary first, may have given nothing yet.
		if c.Size == 0 && f != sniff.Zstd && f != sniff.LZ4 && f != sniff.LZMA {
			t.Errorf("%s cut in half: nothing was kept", f)
		}
	}
	if _, err := Open(sniff.Tar, strings.NewReader(""), 0, generous); !errors.Is(err, ErrFormat) {
		t.Errorf("tar is no compression: %v", err)
	}
}

func FuzzOpen(f *testing.F) {
	for i, format := range all {
		f.Add(i, pack(f, format, []byte("\x80\x04N.")))
	}
	lim := Limits{Bytes: 1 << 20, Ratio: 100, Floor: 1 << 16, Window: 1 << 20, Keep: 1 << 10, Work: 4 << 20}
	formats := append(all, sniff.Bzip2)
	f.Fuzz(func(t *testing.T, i int, b []byte) {
		c, err := Open(formats[uint(i)%uint(len(formats))], bytes.NewReader(b), int64(len(b)), lim)
		if c == nil {
			t.Fatalf("no content: %v", err)
		}
		if c.Size > lim.Bytes || c.Used > int64(len(b)) {
			t.Errorf("%d bytes out, %d of %d used", c.Size, c.Used, len(b))
		}
		if _, err := io.Copy(io.Discard, io.NewSectionReader(c, 0, c.Size)); err != nil {
			t.Errorf("what was inflated once cannot be read again: %v", err)
		}
	})
}
