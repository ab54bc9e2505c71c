package sevenz

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bakedin/internal/format/peel"
)

var generous = Limits{Entries: 1000, Header: 1 << 20,
	Member: peel.Limits{Bytes: 1 << 24, Ratio: 10_000, Floor: 1 << 20, Window: 64 << 20, Keep: 1 << 20, Work: 1 << 26}}

func read(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The archives were written by 7-Zip 25.01 from a text, 200,000 zeros and two pickles, one in a folder.
func TestMembersOfEachMethod(t *testing.T) {
	for _, method := range []string{"lzma", "lzma2", "bzip2", "deflate"} {
		t.Run(method, func(t *testing.T) {
			b := read(t, method+".7z")
			a, err := Parse(bytes.NewReader(b), int64(len(b)), generous)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range a.Entries {
				if e.Dir {
					got = append(got, e.Name+"/")
					continue
				}
				r, n, err := e.Open()
				if err != nil {
					t.Fatal(err)
				}
				text, _ := io.ReadAll(io.NewSectionReader(r, 0, n))
				if len(text) > 20 {
					text = fmt.Appendf(nil, "%d zeros", bytes.Count(text, []byte{0}))
				}
				got = append(got, fmt.Sprintf("%s=%q", e.Name, text))
			}
			slices.Sort(got)
			want := `a.txt="hello model" m.pkl="\x80\x02N." sub/ sub/n.pkl="\x80\x02N." zeros.bin="200000 zeros"`
			if strings.Join(got, " ") != want {
				t.Errorf("got  %s\nwant %s", strings.Join(got, " "), want)
			}
			if a.End != int64(len(b)) {
				t.Errorf("ends at %d of %d", a.End, len(b))
			}
		})
	}
}

func TestWhatIsNotUnpackedIsNamed(t *testing.T) {
	for _, c := range []struct {
		name    string
		entries int
		want    error
	}{
		{"ppmd", 5, ErrMethod}, {"aes", 1, ErrEncrypted}, {"aeshe", 0, ErrEncrypted},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := read(t, c.name+".7z")
			a, err := Parse(bytes.NewReader(b), int64(len(b)), generous)
			for _, e := range a.Entries {
				if _, _, oerr := e.Open(); err == nil {
					err = oerr
				}
			}
			if len(a.Entries) != c.entries || !errors.Is(err, c.want) {
				t.Errorf("%d entries, %v; want %d, %v", len(a.Entries), err, c.entries, c.want)
			}
		})
	}
}

// The filter of branches is undone: the archives were written by 7-Zip, with -m0=BCJ -m1=LZMA2, from a text, and from 6,000
// bytes that are mostly calls and jumps.
func TestTheFilterOfBranchesIsUndone(t *testing.T) {
	for name, want := range map[string]map[string]uint32{
		"bcj":      {"a.txt": crc32.ChecksumIEEE([]byte("hello model"))},
		"bcj-code": {"code.bin": 0xab8bb926, "m.pkl": crc32.ChecksumIEEE([]byte("\x80\x02N."))},
	} {
		b := read(t, name+".7z")
		a, err := Parse(bytes.NewReader(b), int64(len(b)), generous)
		if err != nil || len(a.Entries) != len(want) {
			t.Fatalf("%s: %d entries, %v", name, len(a.Entries), err)
		}
		for _, e := range a.Entries {
			r, n, err := e.Open()
			if err != nil {
				t.Fatal(err)
			}
			got, _ := io.ReadAll(io.NewSectionReader(r, 0, n))
			if sum := crc32.ChecksumIEEE(got); sum != want[e.Name] {
				t.Errorf("%s in %s: checksum %08x, want %08x", e.Name, name, sum, want[e.Name])
			}
		}
	}
}

// stored is an archive of one file that is not packed, written by hand.
func stored(name, content string) []byte {
	var header []byte
	header = append(header, 1, 4, 6, 0, 1, 9, byte(len(content)), 0)
	header = append(header, 7, 0x0b, 1, 0, 1, 1, 0, 0x0c, byte(len(content)), 0, 8, 0, 0)
	header = append(header, 5, 1, 0x11, byte(3+2*len(name)), 0)
	for _, c := range []byte(name) {
		header = append(header, c, 0)
	}
	header = append(header, 0, 0, 0, 0)
	b := []byte("7z\xbc\xaf\x27\x1c\x00\x04\x00\x00\x00\x00")
	for _, n := range []int{len(content), len(header)} {
		b = append(b, byte(n), 0, 0, 0, 0, 0, 0, 0)
	}
	sum := crc32.ChecksumIEEE(header)
	b = append(b, byte(sum), byte(sum>>8), byte(sum>>16), byte(sum>>24))
	return append(append(b, content...), header...)
}

func TestStored(t *testing.T) {
	b := stored("m.pkl", "\x80\x02N.")
	a, err := Parse(bytes.NewReader(b), int64(len(b)), generous)
	if err != nil || len(a.Entries) != 1 || a.Entries[0].Name != "m.pkl" || a.Entries[0].Methods() != "copy" {
		t.Fatalf("%+v, %v", a.Entries, err)
	}
	r, n, err := a.Entries[0].Open()
	got, _ := io.ReadAll(io.NewSectionReader(r, 0, n))
	if string(got) != "\x80\x02N." || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

func TestBrokenArchivesSayWhere(t *testing.T) {
	good := stored("m.pkl", "\x80\x02N.")
	for name, b := range map[string][]byte{
		"cut off":                         good[:40],
		"a header that is changed":        append(slices.Clone(good[:len(good)-1]), 1),
		"only the signature":              good[:6],
		"a header behind the file":        append(slices.Clone(good[:12]), slices.Concat([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}, good[20:])...),
		"something else":                  []byte("hello"),
		"a header of more than the limit": slices.Concat(good[:20], []byte{0, 0, 0, 0, 1}, good[25:]),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse(bytes.NewReader(b), int64(len(b)), generous)
			if err == nil || !strings.HasPrefix(err.Error(), "byte ") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add(stored("m.pkl", "\x80\x02N."))
	for _, name := range []string{"lzma", "lzma2", "bzip2", "deflate", "ppmd", "aes", "aeshe", "bcj"} {
		if b, err := os.ReadFile("testdata/" + name + ".7z"); err == nil {
			f.Add(b)
		}
	}
	lim := generous
	lim.Member.Window, lim.Member.Bytes = 1<<20, 1<<20
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 32 { // the checksum would keep the fuzzer out
			if n := int(b[20]); b[12] == 0 && 32+n <= len(b) {
				sum := crc32.ChecksumIEEE(b[32 : 32+n])
				b = slices.Clone(b)
				b[28], b[29], b[30], b[31] = byte(sum), byte(sum>>8), byte(sum>>16), byte(sum>>24)
			}
		}
		a, _ := Parse(bytes.NewReader(b), int64(len(b)), lim)
		for _, e := range a.Entries {
			r, n, _ := e.Open()
			buf := make([]byte, min(n, 64))
			_, _ = r.ReadAt(buf, 0)
		}
	})
}
