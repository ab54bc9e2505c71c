package zipx

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
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

var generous = Limits{Entries: 1000, Directory: 1 << 20, Name: 4096,
	Member: peel.Limits{Bytes: 16 << 20, Ratio: 100, Floor: 1 << 20, Keep: 1 << 20, Work: 64 << 20}}

// entry is a member of a crafted archive; the fields of either header may be set to a lie.
type entry struct {
	name, data        string
	local             string // name in the local header, when another
	method            uint16
	localMethod       uint16
	flags, localFlags uint16
	crc               uint32 // added to the true one, in the directory
	size              uint32 // added to the true one, in the directory
	mode              uint32
	extra             string
	late              bool // sum and sizes in a descriptor, as torch writes them
	hide              bool // not in the directory
	at                int  // offset in the directory, when it is to be another entry's; -1 for none
}

type crafted struct {
	prefix, suffix, comment string
	entries                 []entry
	shift                   bool // offsets count from the start of the file, not of the archive
}

func (c crafted) bytes() []byte {
	le := binary.LittleEndian
	out := []byte(c.prefix)
	base := 0
	if !c.shift {
		base = len(c.prefix)
	}
	var dir []byte
	n := 0
	for _, e := range c.entries {
		data := []byte(e.data)
		if e.method == Deflated {
			var b bytes.Buffer
			w, _ := flate.NewWriter(&b, 9)
			w.Write(data)
			w.Close()
			data = b.Bytes()
		}
		sum := crc32.ChecksumIEEE([]byte(e.data))
		local := e.local
		if local == "" {
			local = e.name
		}
		off := len(out) - base
		if e.at > 0 {
			off = e.at
		}
		h := make([]byte, 30)
		copy(h, "PK\x03\x04")
		le.PutUint16(h[6:], e.flags|e.localFlags)
		le.PutUint16(h[8:], e.method+e.localMethod)
		if e.late {
			h[6] |= 8
		} else {
			le.PutUint32(h[14:], sum)
			le.PutUint32(h[18:], uint32(len(data)))
			le.PutUint32(h[22:], uint32(len(e.data)))
		}
		le.PutUint16(h[26:], uint16(len(local)))
		out = append(append(append(out, h...), local...), data...)
		if e.late {
			out = append(out, "PK\x07\x08"...)
			out = le.AppendUint32(out, sum)
			out = le.AppendUint32(out, uint32(len(data)))
			out = le.AppendUint32(out, uint32(len(e.data)))
		}
		if e.hide {
			continue
		}
		n++
		d := make([]byte, 46)
		copy(d, "PK\x01\x02")
		d[5] = 3
		le.PutUint16(d[8:], e.flags)
		if e.late {
			d[8] |= 8
		}
		le.PutUint16(d[10:], e.method)
		le.PutUint32(d[16:], sum+e.crc)
		le.PutUint32(d[20:], uint32(len(data)))
		le.PutUint32(d[24:], uint32(len(e.data))+e.size)
		le.PutUint16(d[28:], uint16(len(e.name)))
		le.PutUint16(d[30:], uint16(len(e.extra)))
		le.PutUint32(d[38:], e.mode<<16)
		le.PutUint32(d[42:], uint32(off))
		dir = append(append(append(dir, d...), e.name...), e.extra...)
	}
	end := make([]byte, 22)
	copy(end, "PK\x05\x06")
	le.PutUint16(end[8:], uint16(n))
	le.PutUint16(end[10:], uint16(n))
	le.PutUint32(end[12:], uint32(len(dir)))
	le.PutUint32(end[16:], uint32(len(out)-base))
	le.PutUint16(end[20:], uint16(len(c.comment)))
	return slices.Concat(out, dir, end, []byte(c.comment), []byte(c.suffix))
}

func parse(t *testing.T, b []byte) (*Archive, error) {
	t.Helper()
	return Parse(bytes.NewReader(b), int64(len(b)), generous)
}

func (a *Archive) kinds() []Kind {
	var out []Kind
	for _, n := range a.Anomalies {
		if !slices.Contains(out, n.Kind) {
			out = append(out, n.Kind)
		}
	}
	slices.Sort(out)
	return out
}

func TestAnomalies(t *testing.T) {
	a, b := entry{name: "m/data.pkl", data: "N."}, entry{name: "m/version", data: "3\n"}
	for _, c := range []struct {
		name string
		zip  crafted
		want []Kind
	}{
		{"an honest archive has none", crafted{entries: []entry{a, b}}, nil},
		{"what torch writes has none", crafted{entries: []entry{{name: "m/data.pkl", data: "N.", late: true}, {name: "m/data/0", data: "1234", late: true}}}, nil},
		{"empty entries with their sizes behind them have none", crafted{entries: []entry{{name: "m/a", late: true}, {name: "m/b", late: true, method: 8}, b, {name: "m/c", late: true}}}, nil},
		{"an empty archive has none", crafted{}, nil},
		{"a comment is no tail", crafted{entries: []entry{a}, comment: "hello"}, nil},
		{"a name used twice", crafted{entries: []entry{a, b, a}}, []Kind{Duplicate}},
		{"names that differ in case", crafted{entries: []entry{a, {name: "m/DATA.PKL", data: "x"}}}, []Kind{CaseAlias}},
		{"names that differ in a dot segment", crafted{entries: []entry{a, {name: "m/./data.pkl"}}}, []Kind{CaseAlias}},
		{"a name that ends at a NUL to some readers", crafted{entries: []entry{a, {name: "m/data.pkl\x00.txt"}}}, []Kind{CaseAlias, PathEscape}},
		{"a second name in an extra field", crafted{entries: []entry{a, {name: "m/x", extra: "\x75\x70\x0f\x00\x01crc4m/data.pkl"}}}, []Kind{CaseAlias}},
		{"two names in the two headers", crafted{entries: []entry{{name: "m/data.pkl", local: "m/data.txt"}}}, []Kind{Mismatch}},
		{"two methods in the two headers", crafted{entries: []entry{{name: "a", data: "aaaa", localMethod: 8}}}, []Kind{Mismatch}},
		{"a wrong checksum in the directory", crafted{entries: []entry{{name: "a", data: "aaaa", crc: 1}}}, []Kind{Checksum}},
		{"a wrong size in the directory", crafted{entries: []entry{{name: "a", data: "aaaa", size: 1}}}, []Kind{Mismatch}},
		{"an encryption flag on both headers", crafted{entries: []entry{{name: "a", data: "N.", flags: 1}}}, []Kind{FlagBits}},
		{"an encryption flag on one header", crafted{entries: []entry{{name: "a", data: "N.", localFlags: 1}}}, []Kind{Mismatch, FlagBits}},
		{"an unknown method", crafted{entries: []entry{{name: "a", data: "N.", method: 97}}}, []Kind{Unreadable}},
		{"a method and a claim of a bomb", crafted{entries: []entry{{name: "a", data: "N.", method: 8, size: 1 << 30}}}, []Kind{Bomb, Mismatch}},
		{"a path that climbs", crafted{entries: []entry{{name: "m/../../x"}}}, []Kind{PathEscape}},
		{"an absolute path", crafted{entries: []entry{{name: "/etc/x"}}}, []Kind{PathEscape}},
		{"a drive", crafted{entries: []entry{{name: `C:\x`}}}, []Kind{PathEscape}},
		{"a backslash", crafted{entries: []entry{{name: `m\x`}}}, []Kind{PathEscape}},
		{"a symbolic link", crafted{entries: []entry{{name: "a", data: "/etc", mode: 0o120777}}}, []Kind{LinkEntry}},
		{"an entry that only has a local header", crafted{entries: []entry{a, {name: "m/evil.pkl", data: "N.", hide: true}, b}}, []Kind{Hidden}},
		{"a hidden entry with its sizes behind it", crafted{entries: []entry{a, {name: "m/evil.pkl", data: "N.", hide: true, late: true}, b}}, []Kind{Hidden}},
		{"a hidden deflated entry with its sizes behind it", crafted{entries: []entry{a, {name: "m/evil.pkl", data: "N.", hide: true, late: true, method: 8}, b}}, []Kind{Hidden}},
		{"two entries on one body", crafted{entries: []entry{{name: "pad"}, a, {name: "m/other", at: 33}}}, []Kind{Mismatch, Checksum, Overlap, Hidden, Duplicate}},
		{"an offset that leads nowhere", crafted{entries: []entry{a, {name: "b", data: "xx", at: 7}}}, []Kind{Mismatch, Hidden, Duplicate}},
		{"something before the archive, offsets as they were", crafted{prefix: "#!/bin/sh\n", entries: []entry{a, b}}, []Kind{Prefix}},
		{"something before the archive, offsets moved", crafted{prefix: "#!/bin/sh\n", shift: true, entries: []entry{a, b}}, []Kind{Prefix}},
		{"something behind the archive", crafted{entries: []entry{a}, suffix: "\x80\x04N."}, []Kind{Tail}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := parse(t, c.zip.bytes())
			if err != nil {
				t.Fatal(err)
			}
			slices.Sort(c.want)
			if k := got.kinds(); !slices.Equal(k, c.want) {
				t.Errorf("anomalies %q, want %q: %+v", k, c.want, got.Anomalies)
			}
		})
	}
}

func TestEveryEntryIsReadWhateverItsHeadersSay(t *testing.T) {
	const evil = "cos\nsystem\n."
	for _, c := range []struct {
		name string
		e    entry
	}{
		{"stored", entry{}},
		{"deflated", entry{method: 8}},
		{"flagged as encrypted", entry{flags: 1}},
		{"with another name in its local header", entry{local: "x"}},
		{"with a wrong checksum", entry{crc: 7}},
		{"hidden from the directory", entry{hide: true}},
		{"hidden, deflated, with its size behind it", entry{hide: true, late: true, method: 8}},
		{"hidden, stored, with its size behind it", entry{hide: true, late: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.e.name, c.e.data = "m/data.pkl", evil
			b := crafted{entries: []entry{{name: "m/a", data: "first"}, c.e, {name: "m/z", data: "last"}}}.bytes()
			a, err := parse(t, b)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range a.Entries {
				if e.Name != "m/data.pkl" {
					continue
				}
				r, n, err := e.Open()
				got, _ := io.ReadAll(io.NewSectionReader(r, 0, n))
				if string(got) != evil || err != nil {
					t.Errorf("%q, %v", got, err)
				}
				if head, err := e.Head(3); string(head) != evil[:3] || err != nil {
					t.Errorf("head %q, %v", head, err)
				}
				if ok, err := e.Sum(r, n); err != nil || ok != (c.e.crc == 0) {
					t.Errorf("checksum %v, %v", ok, err)
				}
				return
			}
			t.Error("the entry was not found")
		})
	}
}

func TestBothMethodsAreReadings(t *testing.T) {
	// Stored to the directory, deflated to the local header.
	b := crafted{entries: []entry{{name: "a", data: "plain", localMethod: 8}}}.bytes()
	a, _ := parse(t, b)
	rs := a.Entries[0].Readings()
	if len(rs) != 2 || rs[0].Method != Stored || rs[1].Method != Deflated {
		t.Fatalf("readings %+v", rs)
	}
	if _, _, err := a.Entries[0].OpenAs(rs[1]); err == nil {
		t.Error("plain bytes inflate without an error")
	}
}

func TestTwoDirectoriesAreAmbiguousAndBothRead(t *testing.T) {
	inner := crafted{entries: []entry{{name: "good", data: "1"}}}.bytes()
	outer := crafted{entries: []entry{{name: "evil", data: "2"}}}.bytes()
	a, err := parse(t, append(outer, inner...))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range a.Entries {
		names = append(names, e.Name)
	}
	if !a.Has(Ambiguous) || !slices.Contains(names, "good") || !slices.Contains(names, "evil") {
		t.Errorf("entries %q, anomalies %+v", names, a.Anomalies)
	}
}

func TestAnArchiveWithoutDirectoryShowsItsLocalEntries(t *testing.T) {
	whole := crafted{entries: []entry{{name: "a", data: "1"}, {name: "b", data: "2"}}}.bytes()
	cut := whole[:bytes.Index(whole, []byte("PK\x01\x02"))+10]
	a, err := parse(t, cut)
	var syntax *SyntaxError
	if !errors.As(err, &syntax) || len(a.Entries) != 2 {
		t.Errorf("%d entries, %v", len(a.Entries), err)
	}
}

func TestLimits(t *testing.T) {
	var many []entry
	for i := range 50 {
		many = append(many, entry{name: fmt.Sprint(i), data: "x"})
	}
	b := crafted{entries: many}.bytes()
	lim := generous
	lim.Entries = 10
	a, err := Parse(bytes.NewReader(b), int64(len(b)), lim)
	var limit *LimitError
	if !errors.As(err, &limit) || limit.Limit != "entries" || len(a.Entries) != 10 {
		t.Errorf("%d entries, %v", len(a.Entries), err)
	}
	lim = generous
	lim.Member.Bytes = 1000
	b = crafted{entries: []entry{{name: "a", data: strings.Repeat("x", 5000), method: 8}}}.bytes()
	a, err = Parse(bytes.NewReader(b), int64(len(b)), lim)
	if err != nil {
		t.Fatal(err)
	}
	_, n, err := a.Entries[0].Open()
	var over *peel.LimitError
	if !errors.As(err, &over) || n != 1000 {
		t.Errorf("%d bytes, %v", n, err)
	}
}

// The standard library is the reference for what honest writers and readers agree on.
func TestAgainstTheStandardLibrary(t *testing.T) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i, name := range []string{"m/data.pkl", "m/data/0", "m/ä.txt", "m/dir/"} {
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: uint16(i % 2 * 8)})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(name, "/") {
			fmt.Fprintf(f, "content of %s", name)
		}
	}
	w.SetComment("comment")
	w.Close()
	a, err := parse(t, b.Bytes())
	if err != nil || len(a.Anomalies) > 0 || len(a.Gaps) > 0 {
		t.Fatalf("%v, %+v, gaps %v", err, a.Anomalies, a.Gaps)
	}
	ref, _ := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	for i, f := range ref.File {
		e := a.Entries[i]
		off, _ := f.DataOffset()
		if e.Name != f.Name || e.Data != off || e.Central.Size != int64(f.UncompressedSize64) {
			t.Errorf("%+v, the standard library says %+v", e, f.FileHeader)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(crafted{entries: []entry{{name: "m/data.pkl", data: "N."}}}.bytes())
	f.Add(crafted{prefix: "x", entries: []entry{{name: "a", data: "aaaa", method: 8, late: true}, {name: "b", hide: true, late: true}}}.bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		lim := generous
		lim.Entries, lim.Member.Bytes = 50, 1<<16
		a, _ := Parse(bytes.NewReader(b), int64(len(b)), lim)
		for _, g := range a.Gaps {
			if g.Off < 0 || g.Len <= 0 || g.Off+g.Len > int64(len(b)) {
				t.Errorf("gap %+v of %d bytes", g, len(b))
			}
		}
		for _, e := range a.Entries {
			if e.Local != nil && (e.Data > int64(len(b)) || e.End > int64(len(b)) || e.End < e.Data) {
				t.Errorf("entry %q lies at %d to %d of %d", e.Name, e.Data, e.End, len(b))
			}
			e.Head(16)
			for _, r := range e.Readings() {
				e.OpenAs(r)
			}
		}
	})
}

// counting counts the bytes that are read.
type counting struct {
	r io.ReaderAt
	n int64
}

func (c *counting) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.r.ReadAt(p, off)
	c.n += int64(n)
	return n, err
}

// sparse writes an archive of n stored entries of that many bytes each, all holes.
func sparse(t testing.TB, n int, each int64) (*os.File, int64) {
	f, err := os.Create(filepath.Join(t.TempDir(), "m.zip"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	le := binary.LittleEndian
	var dir []byte
	off := int64(0)
	for i := range n {
		name := fmt.Sprintf("m/data/%d", i)
		h := make([]byte, 30)
		copy(h, "PK\x03\x04")
		le.PutUint32(h[18:], uint32(each))
		le.PutUint32(h[22:], uint32(each))
		le.PutUint16(h[26:], uint16(len(name)))
		f.WriteAt(append(h, name...), off)
		d := make([]byte, 46)
		copy(d, "PK\x01\x02")
		le.PutUint32(d[20:], uint32(each))
		le.PutUint32(d[24:], uint32(each))
		le.PutUint16(d[28:], uint16(len(name)))
		le.PutUint32(d[42:], uint32(off))
		dir = append(append(dir, d...), name...)
		off += int64(30+len(name)) + each
	}
	end := make([]byte, 22)
	copy(end, "PK\x05\x06")
	le.PutUint16(end[8:], uint16(n))
	le.PutUint16(end[10:], uint16(n))
	le.PutUint32(end[12:], uint32(len(dir)))
	le.PutUint32(end[16:], uint32(off))
	f.WriteAt(append(dir, end...), off)
	return f, off + int64(len(dir)+len(end))
}

func TestCostDoesNotGrowWithTheDataOfMembers(t *testing.T) {
	var first int64
	for _, each := range []int64{1000, 10_000, 2_000_000} {
		f, size := sparse(t, 1000, each)
		c := &counting{r: f}
		lim := generous
		lim.Entries = 100_000
		a, err := Parse(c, size, lim)
		if err != nil || len(a.Entries) != 1000 || len(a.Anomalies) > 0 {
			t.Fatalf("%d entries, %v, %v", len(a.Entries), err, a.Anomalies[:min(3, len(a.Anomalies))])
		}
		if first == 0 {
			first = c.n
		}
		if c.n > first || c.n > 1<<20 {
			t.Errorf("members of %d bytes: %d bytes read, %d for the smallest", each, c.n, first)
		}
	}
}

func BenchmarkParseTwoGigabytes(b *testing.B) {
	f, size := sparse(b, 1000, 2_000_000)
	lim := generous
	lim.Entries = 100_000
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(f, size, lim); err != nil {
			b.Fatal(err)
		}
	}
}
