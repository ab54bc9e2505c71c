package model

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"bakedin/internal/format/pickle/asm"
)

const call = "PROTO 2\nGLOBAL os system\nUNICODE canary\nTUPLE1\nREDUCE\nSTOP"

// look opens bytes under a name and writes where os.system is called, and what was left.
func look(t *testing.T, name string, r io.ReaderAt, size int64) (calls, left string) {
	t.Helper()
	c := &contents{}
	c.open(&part{name: name, size: size, r: r})
	var at, rest []string
	for _, p := range c.parts {
		if p.pickle == nil {
			continue
		}
		for _, d := range c.judgePickle(p).deeds {
			if d.class == dangerous && d.called {
				at = append(at, "["+p.member+"]")
			}
		}
	}
	for _, l := range c.left {
		rest = append(rest, l.kind)
	}
	return strings.Join(at, " "), strings.Join(rest, " ")
}

func listing(t *testing.T, text string) []byte {
	t.Helper()
	b, err := asm.Assemble(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func zipped(t *testing.T, files ...any) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		f, err := w.CreateHeader(&zip.FileHeader{Name: files[i].(string), Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(files[i+1].([]byte)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gzipped(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write(b)
	_ = w.Close()
	return out.Bytes()
}

func TestPicklesAreFoundWhereverTheyLie(t *testing.T) {
	evil := listing(t, call)
	text := listing(t, strings.TrimPrefix(call, "PROTO 2\n"))
	for _, c := range []struct {
		why, name string
		data      []byte
		want      string
	}{
		{"plainly", "model.pkl", evil, "[]"},
		{"under the name of a picture", "photo.jpg", evil, "[]"},
		{"as text without a magic number", "notes.txt", text, "[]"},
		{"in a torch archive", "model.pt", zipped(t, "m/data.pkl", evil, "m/version", []byte("3\n")), "[m/data.pkl]"},
		{"in a storage", "model.pt", zipped(t, "m/data.pkl", []byte("\x80\x02N."), "m/data/0", evil), "[m/data/0]"},
		{"in an archive in an archive, whose directory stands in the tail of the outer one", "a.zip", zipped(t, "b.zip", zipped(t, "c.bin", evil)), "[b.zip!c.bin]"},
		{"compressed, with a name that does not say so", "model.joblib", gzipped(evil), "[gzip]"},
		{"before an archive", "model.pkl", append(bytes.Clone(evil), zipped(t, "readme", []byte("hello"))...), "[]"},
		{"behind other pickles", "model.bin", append([]byte("\x80\x02N.\x80\x02N."), evil...), "[]"},
	} {
		t.Run(c.why, func(t *testing.T) {
			if got, _ := look(t, c.name, bytes.NewReader(c.data), int64(len(c.data))); got != c.want {
				t.Errorf("found in %s, want %s", got, c.want)
			}
		})
	}
}

func TestWhatCannotBeReadIsLeft(t *testing.T) {
	for _, c := range []struct {
		why, name string
		data      []byte
		want      string
	}{
		{"an empty pickle", "model.pkl", nil, "parse"},
		{"a pointer in place of a model", "model.pt", []byte("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"), "object-missing"},
		{"noise under the name of a model", "model.pt", []byte("\xf1\xf2\xf3 nothing"), "parse"},
		{"a wrapper that is cut", "model.joblib.gz", gzipped(listing(t, call))[:20], "parse"},
		{"an archive that is cut", "model.pt", zipped(t, "m/data.pkl", bytes.Repeat([]byte("N"), 400))[:120], "parse"},
	} {
		t.Run(c.why, func(t *testing.T) {
			_, left := look(t, c.name, bytes.NewReader(c.data), int64(len(c.data)))
			if !strings.Contains(left, c.want) {
				t.Errorf("left %q, want %s", left, c.want)
			}
		})
	}
	for _, name := range []string{"README.md", "photo.jpg", "data.csv"} {
		if _, left := look(t, name, strings.NewReader("import os; os.system"), 20); left != "" {
			t.Errorf("%s: an ordinary file is left as %s", name, left)
		}
	}
}

// counting counts the bytes that are read.
type counting struct {
	io.ReaderAt
	n int64
}

func (c *counting) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.ReaderAt.ReadAt(p, off)
	c.n += int64(n)
	return n, err
}

func TestCostDoesNotGrowWithTheBytesOfTensors(t *testing.T) {
	read := func(tensor int) int64 {
		b := zipped(t, "m/data.pkl", []byte("\x80\x02N."), "m/data/0", make([]byte, tensor), "m/version", []byte("3\n"))
		r := &counting{ReaderAt: bytes.NewReader(b)}
		look(t, "model.pt", r, int64(len(b)))
		return r.n
	}
	small, large := read(1<<20), read(64<<20)
	if small != large {
		t.Errorf("%d bytes are read of 1 MiB of tensors, %d of 64 MiB", small, large)
	}
}

// holes is a file whose head is given and whose rest is zeros.
type holes struct {
	head []byte
	size int64
}

func (h holes) ReadAt(p []byte, off int64) (int, error) {
	if off >= h.size {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), h.size-off))
	clear(p[:n])
	if off < int64(len(h.head)) {
		copy(p[:n], h.head[off:])
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func weights(tensors int64) holes {
	header := fmt.Appendf(nil, `{"w":{"dtype":"U8","shape":[%d],"data_offsets":[0,%d]}}`, tensors, tensors)
	head := append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...)
	return holes{head, int64(len(head)) + tensors}
}

func TestTwoGigabytesOfSafetensorsCostAsMuchAsTwoMegabytes(t *testing.T) {
	read := func(n int64) int64 {
		f := weights(n)
		r := &counting{ReaderAt: f}
		c := &contents{}
		c.open(&part{name: "model.safetensors", size: f.size, r: r})
		if proofOf(c) == "" {
			t.Fatalf("%d bytes of tensors are not proved: %+v, %+v", n, c.left, c.marks)
		}
		return r.n
	}
	small, large := read(2<<20), read(2<<30)
	if large > small+16 || large > 200<<10 {
		t.Errorf("%d bytes are read of 2 MiB of tensors, %d of 2 GiB", small, large)
	}
}

func BenchmarkTwoGigabytesOfSafetensors(b *testing.B) {
	f := weights(2 << 30)
	b.ReportAllocs()
	for b.Loop() {
		c := &contents{}
		c.open(&part{name: "model.safetensors", size: f.size, r: f})
	}
}

// A tar of archives ends with their directories; it is no archive of that kind itself, and each is opened as a member.
func TestArchivesInsideAContainerAreMembers(t *testing.T) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, name := range []string{"a.npz", "b.npz"} {
		data := zipped(t, "x.npy", []byte("\x93NUMPY"), "empty", []byte(nil))
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(data))}); err != nil {
			t.Fatal(err)
		}
		w.Write(data)
	}
	w.Close()
	c := &contents{}
	c.open(&part{name: "model.tar", size: int64(b.Len()), r: bytes.NewReader(b.Bytes())})
	var got []string
	for _, p := range c.parts {
		if p.zip != nil {
			got = append(got, p.member)
			if len(p.zip.Anomalies) > 0 {
				t.Errorf("%s: %+v", p.member, p.zip.Anomalies)
			}
		}
	}
	if want := []string{"a.npz", "b.npz"}; !slices.Equal(got, want) {
		t.Errorf("read as archives %q, want %q", got, want)
	}
}

// The bytes of an array may begin like a pickle by chance; that they do not go on like one leaves nothing unread.
func TestNumbersThatBeginLikeAPickleAreNoPickle(t *testing.T) {
	data, err := asm.Assemble("PROTO 4\nSHORT_BINBYTES \"\\x80\\x02N\\x87\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\"\nSTOP")
	if err != nil {
		t.Fatal(err)
	}
	if _, left := look(t, "model.pkl", bytes.NewReader(data), int64(len(data))); left != "" {
		t.Errorf("left: %s", left)
	}
}
