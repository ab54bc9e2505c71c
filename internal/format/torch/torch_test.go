package torch

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bakedin/internal/format/peel"
	"bakedin/internal/format/sniff"
	"bakedin/internal/format/tarx"
	"bakedin/internal/format/zipx"
)

var generous = Limits{
	Zip: zipx.Limits{Entries: 10_000, Directory: 1 << 22, Name: 4096, Member: peel.Limits{Bytes: 1 << 20, Ratio: 100, Floor: 1 << 20, Keep: 1 << 20, Work: 1 << 24}},
	Tar: tarx.Limits{Entries: 1000, Record: 1 << 16}, Ops: 100_000, Text: 1 << 10, Keys: 1000,
}

// archive writes pairs of name and content, stored unless the name ends in "+".
func archive(t testing.TB, pairs ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		name, deflate := strings.CutSuffix(pairs[i], "+")
		h := &zip.FileHeader{Name: name}
		if deflate {
			h.Method = zip.Deflate
		}
		f, err := w.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(f, pairs[i+1])
	}
	w.Close()
	return b.Bytes()
}

// describe lists pickles as role:name and storages as key=size.
func describe(f *File) string {
	var out []string
	for _, p := range f.Pickles {
		out = append(out, string(p.Role)+":"+p.Name)
	}
	for _, s := range f.Storages {
		out = append(out, fmt.Sprintf("%s=%d", s.Key, s.Size))
	}
	return strings.Join(out, " ")
}

func TestZip(t *testing.T) {
	for _, c := range []struct {
		name   string
		pairs  []string
		format sniff.Format
		want   string
		notes  int
	}{
		{"what torch.save writes", []string{"m/data.pkl", "\x80\x02N.", "m/byteorder", "little", "m/data/0", "1234", "m/version", "3\n"},
			sniff.TorchZip, "object:m/data.pkl 0=4", 0},
		{"deflated members", []string{"m/data.pkl+", "\x80\x02N.", "m/data/0+", "12341234"}, sniff.TorchZip, "object:m/data.pkl 0=8", 0},
		{"TorchScript", []string{"m/data.pkl", "\x80\x02N.", "m/constants.pkl", "\x80\x02N.", "m/code/a.py", "x", "m/code/a.py.debug_pkl", "\x80\x02N."},
			sniff.TorchScript, "object:m/data.pkl constants:m/constants.pkl debug:m/code/a.py.debug_pkl", 0},
		{"a torch package", []string{"m/.data/extern_modules", "sys\nnumpy\n", "m/model/model.pkl", "\x80\x02N.", "m/net.py", "x"},
			sniff.TorchPackage, "other:m/model/model.pkl", 0},
		{"an exported program", []string{"m/archive_format", "pt2", "m/models/model.json", "{}"}, sniff.TorchExport, "", 0},
		{"record names in another case are records", []string{"m/DATA.PKL", "\x80\x02N.", "m/Data/0", "12"}, sniff.TorchZip, "object:m/DATA.PKL 0=2", 0},
		{"a key that is no text keeps its bytes", []string{"m/data.pkl", "\x80\x02N.", "m/data/\xff\xfe\xfd\xfc", "12"}, sniff.TorchZip, "object:m/data.pkl \xff\xfe\xfd\xfc=2", 0},
		{"both of two that the loader may take", []string{"m/data.pkl", "\x80\x02N.", "m/Data.pkl", "\x80\x02K\x01."},
			sniff.TorchZip, "object:m/data.pkl object:m/Data.pkl", 1},
		{"a pickle parked as a storage is a storage and a pickle", []string{"m/data.pkl", "\x80\x02N.", "m/data/0", "\x80\x04N."},
			sniff.TorchZip, "object:m/data.pkl other:m/data/0 0=4", 0},
		{"a pickle under a harmless name", []string{"m/data.pkl", "\x80\x02N.", "m/notes.txt", "cos\nsystem\n(S'id'\ntR."},
			sniff.TorchZip, "object:m/data.pkl other:m/notes.txt", 0},
		{"a member of another folder never replaces a storage", []string{"m/data.pkl", "\x80\x02N.", "x/data/0", "12"},
			sniff.TorchZip, "object:m/data.pkl", 1},
		{"no root", []string{"data.pkl", "\x80\x02N."}, sniff.TorchZip, "object:data.pkl", 1},
		{"a zip of something else", []string{"readme.txt", "hello"}, sniff.Zip, "", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := archive(t, c.pairs...)
			f, err := Parse(bytes.NewReader(b), int64(len(b)), generous)
			if err != nil {
				t.Fatal(err)
			}
			if f.Format != c.format || describe(f) != c.want || len(f.Notes) != c.notes {
				t.Errorf("%s: %q, %v; want %s: %q", f.Format, describe(f), f.Notes, c.format, c.want)
			}
			for _, p := range f.Pickles {
				r, n, err := p.Open()
				got, _ := io.ReadAll(io.NewSectionReader(r, 0, n))
				if err != nil || !slices.Contains(c.pairs, string(got)) {
					t.Errorf("pickle %s: %q, %v", p.Name, got, err)
				}
			}
		})
	}
}

func TestZipRecords(t *testing.T) {
	b := archive(t, "m/data.pkl", "\x80\x02N.", "m/byteorder", "big", "m/version", "3\n", "m/.data/extern_modules", "sys\nnumpy\n")
	f, _ := ParseZip(bytes.NewReader(b), int64(len(b)), generous)
	if f.Root != "m" || f.ByteOrder != "big" || f.Version != "3" || !slices.Equal(f.Extern, []string{"sys", "numpy"}) {
		t.Errorf("root %q, order %q, version %q, extern %q", f.Root, f.ByteOrder, f.Version, f.Extern)
	}
}

const (
	magicPickle = "\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."
	protocol    = "\x80\x02M\xe9\x03."
	sysInfo     = "\x80\x02}q\x00(X\x10\x00\x00\x00protocol_versionq\x01M\xe9\x03X\x0d\x00\x00\x00little_endianq\x02\x88u."
	object      = "\x80\x02}q\x00."
	keys        = "\x80\x02]q\x00(X\x01\x00\x00\x00aq\x01X\x01\x00\x00\x00bq\x02e."
)

func count(n uint64) string { return string(binary.LittleEndian.AppendUint64(nil, n)) }

func TestLegacy(t *testing.T) {
	elem := func(key string) int64 { return map[string]int64{"a": 4, "b": 8}[key] }
	stack := magicPickle + protocol + sysInfo + object + keys
	for _, c := range []struct {
		name, bytes string
		pickles     int
		storages    string
		failed      bool
		notes       int
	}{
		{"a whole stack", stack + count(2) + "12345678" + count(1) + "12345678", 5, "a=8 b=8", false, 0},
		{"bytes behind the last storage", stack + count(0) + count(0) + "tail", 5, "a=0 b=0", false, 1},
		{"a count beyond the file", stack + count(1<<60) + "1234", 5, "", true, 0},
		{"a negative count", stack + count(1<<63), 5, "", true, 0},
		{"a storage that is cut off", stack + count(2) + "12345678" + count(3) + "1234", 5, "a=8", true, 0},
		{"a magic number that is computed hides nothing", "\x80\x02cbuiltins\nint\n(K\x01tR." + protocol + sysInfo + object + keys + count(0) + count(0), 5, "a=0 b=0", false, 1},
		{"a stack that ends after its second pickle", magicPickle + protocol, 2, "", true, 0},
		{"keys that are computed", magicPickle + protocol + sysInfo + object + "\x80\x02cos\nx\n.", 5, "", true, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := Parse(strings.NewReader(c.bytes), int64(len(c.bytes)), generous)
			if err == nil {
				err = f.Place(elem)
			}
			var storages []string
			for _, s := range f.Storages {
				storages = append(storages, fmt.Sprintf("%s=%d", s.Key, s.Size))
			}
			if len(f.Pickles) != c.pickles || strings.Join(storages, " ") != c.storages || (err != nil) != c.failed || len(f.Notes) != c.notes {
				t.Errorf("%d pickles, storages %q, notes %v, %v", len(f.Pickles), storages, f.Notes, err)
			}
			if c.pickles == 5 && f.ByteOrder != "little" {
				t.Errorf("byte order %q", f.ByteOrder)
			}
			var syntax *SyntaxError
			if c.failed && !errors.As(err, &syntax) {
				t.Errorf("the error gives no place: %v", err)
			}
		})
	}
}

func TestAPlainPickleUnderTheNameOfACheckpoint(t *testing.T) {
	f, err := Parse(strings.NewReader(object), int64(len(object)), generous)
	if err != nil || f.Format != sniff.Pickle || describe(f) != "object:" {
		t.Errorf("%s: %q, %v", f.Format, describe(f), err)
	}
}

func TestOldTar(t *testing.T) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, m := range [][2]string{{"sys_info", sysInfo}, {"storages", "\x80\x02K\x07."}, {"pickle", object}, {"tensors", "\x80\x02K\x00."}, {"other", "x"}} {
		w.WriteHeader(&tar.Header{Name: m[0], Size: int64(len(m[1])), Mode: 0o644})
		io.WriteString(w, m[1])
	}
	w.Close()
	f, err := Parse(bytes.NewReader(b.Bytes()), int64(b.Len()), generous)
	if err != nil || f.Format != sniff.TorchTar || describe(f) != "header:sys_info other:storages object:pickle other:tensors" {
		t.Fatalf("%s: %q, %v", f.Format, describe(f), err)
	}
	if n, ok := f.Counts(f.Pickles[1]); n != 7 || !ok {
		t.Errorf("%d storages, %v; want 7", n, ok)
	}
}

func TestWhatIsNoTorchFile(t *testing.T) {
	for _, s := range []string{"", "hello", "PYTORCH1...."} {
		if _, err := Parse(strings.NewReader(s), int64(len(s)), generous); !errors.Is(err, ErrNotTorch) {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(magicPickle + protocol + sysInfo + object + keys + count(1) + "1234"))
	f.Add(archive(f, "m/data.pkl", "\x80\x02N.", "m/data/0", "1234"))
	f.Add(archive(f, "m/data.pkl+", "\x80\x02N.", "m/version", "3"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, parse := range []func(io.ReaderAt, int64, Limits) (*File, error){Parse, ParseZip, ParseLegacy, ParseTar} {
			file, _ := parse(bytes.NewReader(b), int64(len(b)), generous)
			file.Place(func(string) int64 { return 4 })
			for _, p := range file.Pickles {
				p.Open()
				file.StorageKeys()
			}
			for _, s := range file.Storages {
				if s.Plain && s.Off+s.Size > int64(len(b)) {
					t.Errorf("storage %+v of %d bytes", s, len(b))
				}
			}
		}
	})
}

// sparse writes a stack whose one storage is a hole of that many bytes.
func sparse(t testing.TB, n int64) (*os.File, int64) {
	f, err := os.Create(filepath.Join(t.TempDir(), "m.pt"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	head := magicPickle + protocol + sysInfo + object + "\x80\x02]X\x01\x00\x00\x00aa." + count(uint64(n))
	f.WriteString(head)
	f.Truncate(int64(len(head)) + n)
	return f, int64(len(head)) + n
}

type counting struct {
	r io.ReaderAt
	n int64
}

func (c *counting) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.r.ReadAt(p, off)
	c.n += int64(n)
	return n, err
}

func TestCostDoesNotGrowWithStorages(t *testing.T) {
	var first int64
	for _, n := range []int64{1 << 20, 1 << 24, 2 << 30} {
		file, size := sparse(t, n)
		c := &counting{r: file}
		f, err := ParseLegacy(c, size, generous)
		if err == nil {
			err = f.Place(func(string) int64 { return 1 })
		}
		if err != nil || len(f.Storages) != 1 || f.Storages[0].Size != n {
			t.Fatalf("%+v, %v", f.Storages, err)
		}
		if first == 0 {
			first = c.n
		}
		if c.n != first || c.n > 1<<20 {
			t.Errorf("%d bytes of storage: %d bytes read, %d for the smallest", n, c.n, first)
		}
	}
}

func BenchmarkParseTwoGigabytes(b *testing.B) {
	file, size := sparse(b, 2<<30)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(file, size, generous); err != nil {
			b.Fatal(err)
		}
	}
}
