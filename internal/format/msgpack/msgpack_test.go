package msgpack

import (
	"bytes"
	"errors"
	"testing"

	"bakedin/internal/format/asm"
)

var limits = Limits{Values: 10000, Depth: 100, Text: 256}

var seeds = []struct {
	name, listing      string
	texts, ext, values int
	broken             bool
}{
	{name: "a map of an array", listing: `81 a6 "params" 81 a1 "w" c7 04 01 01020304`, texts: 2, ext: 1, values: 5},
	{name: "every size of number, list and text", listing: `dc 0008 cc01 cd0102 d0ff cb 00*8 d9 02 "hi" c4 01 00 dd 00000000 de 0000`, texts: 1, values: 9},
	{name: "a text longer than the file", listing: `db ffffffff`, broken: true, values: 1},
	{name: "a list longer than the file", listing: `dd ffffffff`, broken: true, values: 1},
	{name: "a byte that begins nothing", listing: `c1`, broken: true, values: 1},
	{name: "cut", listing: `82 a1 "a"`, broken: true, texts: 0, values: 1},
	{name: "too deep", listing: `91*200 c0`, broken: true, values: 101},
}

func TestParse(t *testing.T) {
	for _, s := range seeds {
		b, err := asm.Assemble(s.listing)
		if err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		f, err := Parse(bytes.NewReader(b), int64(len(b)), limits)
		if (err != nil) != s.broken || len(f.Texts) != s.texts || len(f.Extensions) != s.ext || f.Values != s.values {
			t.Errorf("%s: %+v, %v", s.name, f, err)
		}
		if err == nil && f.End != int64(len(b)) {
			t.Errorf("%s: ends at %d of %d", s.name, f.End, len(b))
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range seeds {
		b, err := asm.Assemble(s.listing)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		_, err := Parse(bytes.NewReader(b), int64(len(b)), limits)
		var syntax *SyntaxError
		var limit *LimitError
		if err != nil && !errors.As(err, &syntax) && !errors.As(err, &limit) {
			t.Fatalf("an error of another kind: %v", err)
		}
	})
}
