package tarx

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
)

var generous = Limits{Entries: 100, Record: 1 << 16}

func write(t testing.TB, format tar.Format, hs ...tar.Header) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range hs {
		h.Mode, h.Format = 0o644, format
		content := strings.Repeat("x", int(h.Size))
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, content)
	}
	w.Close()
	return b.Bytes()
}

func parse(b []byte) (*Archive, error) { return Parse(bytes.NewReader(b), int64(len(b)), generous) }

func TestEveryFormatGivesTheSameEntries(t *testing.T) {
	long := strings.Repeat("folder/", 40) + "name"
	for _, c := range []struct {
		format tar.Format
		name   string
	}{{tar.FormatUSTAR, "dir/pickle"}, {tar.FormatUSTAR, strings.Repeat("d/", 60) + "f"}, {tar.FormatGNU, long}, {tar.FormatPAX, long + "ä"}} {
		a, err := parse(write(t, c.format, tar.Header{Name: c.name, Size: 700}, tar.Header{Name: "b", Size: 3}))
		if err != nil || len(a.Entries) != 2 || len(a.Anomalies) > 0 {
			t.Errorf("%v: %+v, %v", c.format, a, err)
			continue
		}
		if e := a.Entries[0]; e.Name != c.name || e.Size != 700 || !e.IsFile() {
			t.Errorf("%v: %+v", c.format, e)
		}
		r, n := a.Entries[1].Open()
		if got, _ := io.ReadAll(io.NewSectionReader(r, 0, n)); string(got) != "xxx" {
			t.Errorf("%v: content %q", c.format, got)
		}
	}
}

func TestAnomalies(t *testing.T) {
	for _, c := range []struct {
		name string
		h    tar.Header
		want []Kind
	}{
		{"a plain file has none", tar.Header{Name: "a/b"}, nil},
		{"a path that climbs", tar.Header{Name: "a/../../b"}, []Kind{PathEscape}},
		{"an absolute path", tar.Header{Name: "/etc/x"}, []Kind{PathEscape}},
		{"a symbolic link", tar.Header{Name: "a", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}, []Kind{LinkEntry}},
		{"a hard link", tar.Header{Name: "a", Typeflag: tar.TypeLink, Linkname: "../x"}, []Kind{LinkEntry}},
		{"a device", tar.Header{Name: "a", Typeflag: tar.TypeChar}, []Kind{LinkEntry}},
		{"a name used twice", tar.Header{Name: "./first"}, []Kind{Duplicate}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := parse(write(t, tar.FormatPAX, tar.Header{Name: "first", Size: 1}, c.h))
			if err != nil {
				t.Fatal(err)
			}
			var got []Kind
			for _, n := range a.Anomalies {
				got = append(got, n.Kind)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestASizeThatTwoHeadersTellDifferently(t *testing.T) {
	record := func(s string) string { return fmt.Sprintf("%d %s\n", len(s)+4, s) }
	pax := record("size=512")
	b := write(t, tar.FormatUSTAR, tar.Header{Name: "x", Size: int64(len(pax))}, tar.Header{Name: "f", Size: 3})
	b[156] = 'x'
	copy(b[512:], pax)
	fixSum(b)
	a, err := parse(b)
	if err != nil || len(a.Entries) != 1 || a.Entries[0].Size != 512 || len(a.Anomalies) != 1 || a.Anomalies[0].Kind != Mismatch {
		t.Errorf("%+v, %v", a, err)
	}
}

func fixSum(b []byte) {
	copy(b[148:156], "        ")
	sum := 0
	for _, c := range b[:512] {
		sum += int(c)
	}
	copy(b[148:], fmt.Sprintf("%06o\x00 ", sum))
}

func TestABrokenHeaderDoesNotHideTheRest(t *testing.T) {
	b := write(t, tar.FormatUSTAR, tar.Header{Name: "a", Size: 1}, tar.Header{Name: "b", Size: 1}, tar.Header{Name: "c", Size: 1})
	b[1024] = 'X' // the name of b: its checksum no longer holds
	a, err := parse(b)
	var syntax *SyntaxError
	if !errors.As(err, &syntax) || syntax.Off != 1024 {
		t.Errorf("error %v", err)
	}
	if len(a.Entries) != 2 || a.Entries[1].Name != "c" {
		t.Errorf("entries %+v", a.Entries)
	}
}

func TestTail(t *testing.T) {
	b := write(t, tar.FormatUSTAR, tar.Header{Name: "a", Size: 1})
	a, _ := parse(append(b, "\x80\x04N."...))
	if a.End != int64(len(b)) {
		t.Errorf("the archive ends at %d, not at %d", a.End, len(b))
	}
}

func FuzzParse(f *testing.F) {
	f.Add(write(f, tar.FormatUSTAR, tar.Header{Name: "a", Size: 1}))
	f.Add(write(f, tar.FormatPAX, tar.Header{Name: strings.Repeat("ä/", 99), Size: 1}))
	f.Add(write(f, tar.FormatGNU, tar.Header{Name: strings.Repeat("n", 200), Size: 1}))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, _ := parse(b)
		for _, e := range a.Entries {
			if e.Data+e.Size > int64(len(b)) || e.Size < 0 {
				t.Errorf("%+v of %d bytes", e, len(b))
			}
		}
	})
}
