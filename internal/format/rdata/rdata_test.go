package rdata

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bakedin/internal/format/asm"
)

var limits = Limits{Values: 100_000, Depth: 200, Text: 256, Facts: 100}

const head = `"X\n" b32:3 b32:263170 b32:197888 b32:5 "UTF-8" `

var listings = []struct {
	name, listing, want string
}{
	{"an integer", head + `b32:13 b32:2 b32:1 b32:2`, "integer"},
	{"a promise in place of an object", head + `b32:5 b32:252 b32:254`, "promise; promise ready=false frame=false"},
	{"a promise with its value", head + `b32:1029 b32:253 b32:13 b32:1 b32:7 b32:254`, "promise; promise ready=true frame=false"},
	{"a call of another package", head + `b32:6 b32:6 b32:1 b32:262153 b32:2 "::" b32:2 b32:1 b32:262153 b32:4 "base" b32:2 b32:1 b32:262153 b32:6 "system" b32:254 b32:254`,
		`language; data base::system []`},
	{"a symbol that is met again", head + `b32:6 b32:1 b32:262153 b32:1 "f" b32:2 b32:511 b32:254`, `language; data f [f]`},
	{"a vector of more than 2^31 values, cut", head + `b32:24 ff*4 b32:1 b32:0`, `byte 39: 4294967296 values of 1 bytes, the file has 0 left`},
	{"more strings than bytes", head + `b32:16 b32:2000000000`, `byte 27: 2000000000 items, the file has 0 bytes left`},
	{"a string of negative length", head + `b32:9 b32:-7`, `byte 27: a string of -7 bytes`},
	{"a reference to nothing", head + `b32:511`, `byte 23: a reference to object 1 of 0`},
	{"a type that does not exist", head + `b32:99`, `byte 23: an item of type 99, which does not exist`},
	{"too deep", head + strings.Repeat(`b32:19 b32:1 `, 300) + `b32:254`, `byte 1631: limit depth reached; what follows was not read`},
	{"a version of tomorrow", `"X\n" b32:4 b32:1 b32:1`, `byte 7: version 4 of the format, which is neither 2 nor 3`},
	{"an encoding that does not exist", `"Q\n" b32:3`, `byte 0: an encoding that does not exist, "Q\n"`},
	{"empty", ``, `byte 0: the file ends inside a value`},
}

func story(f *File, err error) string {
	var out []string
	for _, o := range f.Objects {
		out = append(out, strings.TrimSpace(o.Name+" "+o.Type+" "+o.Class))
	}
	for _, p := range f.Promises {
		out = append(out, fmt.Sprintf("promise ready=%v frame=%v", p.Ready, p.Frame))
	}
	for _, a := range f.Actives {
		out = append(out, "active "+a.Name)
	}
	for _, c := range f.Calls {
		out = append(out, fmt.Sprint([]string{"data", "body", "lazy"}[c.In], " ", c.Name, " ", c.Args))
	}
	if err != nil {
		return err.Error()
	}
	return strings.Join(out, "; ")
}

func TestParse(t *testing.T) {
	for _, c := range listings {
		b, err := asm.Assemble(c.listing)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		f, err := Parse(bytes.NewReader(b), int64(len(b)), limits)
		if got := story(f, err); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
		if err == nil && f.End != int64(len(b)) {
			t.Errorf("%s: ends at %d of %d", c.name, f.End, len(b))
		}
	}
}

// The files in testdata were written by R 4.2.
func genuine(t testing.TB) map[string][]byte {
	names, _ := filepath.Glob("testdata/*.*")
	if len(names) == 0 {
		t.Fatal("no genuine file")
	}
	out := map[string][]byte{}
	for _, n := range names {
		b, err := os.ReadFile(n)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(n)] = b
	}
	return out
}

func TestGenuineFiles(t *testing.T) {
	want := map[string][]string{
		"lm.rds":          {"list lm", "data lm []", "data ~ [mpg wt]"},
		"list.rds":        {"list", "active now", "lazy Sys.time []", "data stats::sd [y]"},
		"native.rds":      {"list", "data ~ [y x]"},
		"workspace.RData": {"clos closure", "comp closure", "l list", "promise ready=false frame=true", "body sin [i]", "body stats::sd []", "active now"},
	}
	for name, b := range genuine(t) {
		f, err := Parse(bytes.NewReader(b), int64(len(b)), Limits{Values: 1e6, Depth: 1000, Text: 1 << 10, Facts: 1000})
		got := strings.Split(story(f, err), "; ")
		if err != nil || f.End != int64(len(b)) || f.Writer != "4.2.2" {
			t.Errorf("%s: %v, written by %s, ends at %d of %d", name, err, f.Writer, f.End, len(b))
		}
		for _, w := range want[name] {
			if !slices.Contains(got, w) {
				t.Errorf("%s: no %q in\n%s", name, w, strings.Join(got, "\n"))
			}
		}
	}
}

func TestCutFilesSaySo(t *testing.T) {
	for name, b := range genuine(t) {
		for n := range len(b) - 1 {
			f, err := Parse(bytes.NewReader(b[:n]), int64(n), limits)
			if err == nil && f.End > int64(n) || err == nil && f.Encoding != "ascii" {
				t.Fatalf("%s cut at %d: no error", name, n)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, c := range listings {
		b, err := asm.Assemble(c.listing)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	for _, b := range genuine(f) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := Parse(bytes.NewReader(b), int64(len(b)), limits)
		var syntax *SyntaxError
		var limit *LimitError
		if err != nil && !errors.As(err, &syntax) && !errors.As(err, &limit) {
			t.Fatalf("an error of another kind: %v", err)
		}
		if file.End > int64(len(b)) {
			t.Fatalf("ends at %d of %d", file.End, len(b))
		}
	})
}

func BenchmarkParse(b *testing.B) {
	data, err := os.ReadFile("testdata/workspace.RData")
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := Parse(bytes.NewReader(data), int64(len(data)), limits); err != nil {
			b.Fatal(err)
		}
	}
}
