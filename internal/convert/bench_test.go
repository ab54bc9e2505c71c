package convert

import (
	"archive/zip"
	"context"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/metrics"
	"strings"
	"testing"
	"time"
)

// heap is what the runtime holds of the system's memory.
func heap() int64 {
	s := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(s)
	return int64(s[0].Value.Uint64() - s[1].Value.Uint64())
}

// holes writes zeros as holes of a file.
type holes struct{ f *os.File }

func (h holes) Write(p []byte) (int, error) {
	for _, c := range p {
		if c != 0 {
			return h.f.Write(p)
		}
	}
	_, err := h.f.Seek(int64(len(p)), io.SeekCurrent)
	return len(p), err
}

// large writes a checkpoint of 64 tensors of n bytes each, from a source of bytes.
func large(t testing.TB, path string, n int64, source func() io.Reader) int64 {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	values := map[string]string{}
	sums := crc32.NewIEEE()
	io.CopyN(sums, source(), n)
	w := zip.NewWriter(holes{f})
	put := func(name string, sum uint32, size int64, r io.Reader) {
		e, err := w.CreateRaw(&zip.FileHeader{Name: name, CRC32: sum, CompressedSize64: uint64(size), UncompressedSize64: uint64(size)})
		if err == nil {
			_, err = io.CopyN(e, r, size)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := range 64 {
		key := fmt.Sprint(i)
		values["layer."+key] = view{class: "BFloat16Storage", key: key, elements: int(n / 2), shape: []int{int(n / 2)}, strides: []int{1}}.String()
	}
	object := string(assemble(t, "PROTO 2\n"+dictOf(values)+"STOP"))
	put("m/data.pkl", crc32.ChecksumIEEE([]byte(object)), int64(len(object)), strings.NewReader(object))
	for i := range 64 {
		put(fmt.Sprint("m/data/", i), sums.Sum32(), n, source())
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	size, err := f.Seek(0, io.SeekCurrent)
	if err != nil {
		t.Fatal(err)
	}
	return size
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// pattern is a source of bytes that no file system makes a hole of.
type pattern struct{ at uint32 }

func (s *pattern) Read(p []byte) (int, error) {
	for i := range p {
		s.at = s.at*1664525 + 1013904223
		p[i] = byte(s.at >> 24)
	}
	return len(p), nil
}

func TestMemoryDoesNotGrowWithTheFile(t *testing.T) {
	n := int64(32 << 20) // of each tensor: 2 GiB
	if testing.Short() {
		n = 4 << 20
	}
	path := filepath.Join(t.TempDir(), "model.pt")
	size := large(t, path, n, func() io.Reader { return zeros{} })
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	before, peak := heap(), int64(0)
	p, err := PlanTorch(f, size, Options{Name: "model.pt"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.WriteTo(context.Background(), io.Discard, WriteOptions{Progress: func(int64) { peak = max(peak, heap()-before) }}); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d MiB of source, peak %d KiB", size>>20, peak>>10)
	if peak > 32<<20 {
		t.Errorf("%d MiB for a source of %d MiB", peak>>20, size>>20)
	}
}

// One run tells all: cp, conversion with the checksum of the archive, and with the written file read again.
func BenchmarkAgainstCopy(b *testing.B) {
	dir := b.TempDir()
	src := filepath.Join(dir, "model.pt")
	size := large(b, src, 8<<20, func() io.Reader { return &pattern{} })
	var spent [3]time.Duration
	clock := func(i int, f func() error) {
		dst := filepath.Join(dir, "out.safetensors")
		os.Remove(dst)
		begin := time.Now()
		if err := f(); err != nil {
			b.Fatal(err)
		}
		spent[i] += time.Since(begin)
		os.Remove(dst)
	}
	convert := func(noReread bool) error {
		f, err := os.Open(src)
		if err != nil {
			return err
		}
		defer f.Close()
		p, err := PlanTorch(f, size, Options{Name: "model.pt"})
		if err != nil {
			return err
		}
		return Save(context.Background(), []*Output{{Path: filepath.Join(dir, "out.safetensors"), Plan: p}}, SaveOptions{NoReread: noReread}, nil)
	}
	for b.Loop() {
		clock(0, func() error { // with the data on the disk at its end, as the conversion has it
			return exec.Command("sh", "-c", `cp --reflink=never "$1" "$2" && sync "$2"`, "sh", src, filepath.Join(dir, "out.safetensors")).Run()
		})
		clock(1, func() error { return convert(true) })
		clock(2, func() error { return convert(false) })
	}
	b.SetBytes(size)
	b.ReportMetric(float64(spent[0])/float64(spent[1]), "x-cp-crc")
	b.ReportMetric(float64(spent[0])/float64(spent[2]), "x-cp-reread")
}

func BenchmarkGather(b *testing.B) {
	const n = 4096
	path := filepath.Join(b.TempDir(), "raw")
	if err := os.WriteFile(path, make([]byte, n*n*2), 0o600); err != nil {
		b.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	d, _ := dtypeNamed("bfloat16")
	t := &tensor{span: span{storage: &storage{dtype: d}}, dtype: d, shape: []int64{n, n}, strides: []int64{1, n}}
	g := gatherer{ctx: context.Background(), r: f}
	b.SetBytes(n * n * 2)
	for b.Loop() {
		if err := g.gather(t, func([]byte) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}
