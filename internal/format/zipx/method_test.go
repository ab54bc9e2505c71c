package zipx

import (
	"archive/zip"
	"bytes"
	"hash/crc32"
	"io"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
	"github.com/ulikunitz/xz/lzma"
)

// packer writes a text packed to a buffer.
type packer func(w *bytes.Buffer, text string) (io.WriteCloser, error)

func (pack packer) bytes(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := pack(&b, text)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// archive is one of a single member whose data are already packed.
func archive(t *testing.T, method uint16, text string, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	w, err := z.CreateRaw(&zip.FileHeader{Name: "arr_0.npy", Method: method, CRC32: crc32.ChecksumIEEE([]byte(text)),
		CompressedSize64: uint64(len(data)), UncompressedSize64: uint64(len(text))})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestMethods(t *testing.T) {
	text := strings.Repeat("a tensor of text ", 400)
	lzmaTo := func(marked bool) packer {
		return func(w *bytes.Buffer, text string) (io.WriteCloser, error) {
			return lzma.WriterConfig{EOSMarker: marked, SizeInHeader: !marked, Size: int64(len(text))}.NewWriter(w)
		}
	}
	ofZip := func(alone []byte) []byte { // the header of an .lzma file, less its size, behind four bytes
		return append(append([]byte{9, 4, 5, 0}, alone[:5]...), alone[13:]...)
	}
	zstdTo := packer(func(w *bytes.Buffer, _ string) (io.WriteCloser, error) { return zstd.NewWriter(w) })
	xzTo := packer(func(w *bytes.Buffer, _ string) (io.WriteCloser, error) { return xz.NewWriter(w) })
	for _, c := range []struct {
		name   string
		method uint16
		data   []byte
	}{
		{"lzma with a mark at its end", lzmaed, ofZip(lzmaTo(true).bytes(t, text))},
		{"lzma without", lzmaed, ofZip(lzmaTo(false).bytes(t, text))},
		{"zstd", zstded, zstdTo.bytes(t, text)},
		{"zstd under its first number", zstdOld, zstdTo.bytes(t, text)},
		{"xz", xzed, xzTo.bytes(t, text)},
	} {
		lim := generous
		lim.Member.Window = 64 << 20
		b := archive(t, c.method, text, c.data)
		a, err := Parse(bytes.NewReader(b), int64(len(b)), lim)
		if err != nil || len(a.Entries) != 1 {
			t.Fatalf("%s: %d entries, %v", c.name, len(a.Entries), err)
		}
		for _, n := range a.Anomalies {
			t.Errorf("%s: %v", c.name, n)
		}
		r, size, err := a.Entries[0].Open()
		got, _ := io.ReadAll(io.NewSectionReader(r, 0, size))
		if err != nil || string(got) != text {
			t.Errorf("%s: %d bytes, %v", c.name, len(got), err)
		}
		if head, err := a.Entries[0].Head(8); string(head) != text[:8] || err != nil {
			t.Errorf("%s: head %q, %v", c.name, head, err)
		}
		for i := range b { // no byte makes a decoder panic
			noisy := bytes.Clone(b)
			noisy[i] ^= 0x55
			if a, _ := Parse(bytes.NewReader(noisy), int64(len(noisy)), lim); a != nil && len(a.Entries) > 0 {
				a.Entries[0].Open()
			}
		}
	}
}
