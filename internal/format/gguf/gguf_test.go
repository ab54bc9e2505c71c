package gguf

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"bakedin/internal/format/asm"
)

var limits = Limits{Pairs: 1 << 20, Tensors: 1 << 20, Header: 256 << 20, Text: 8 << 20, Keep: 16 << 20}

// seeds are headers by what is odd about them, with the kinds of problems that are expected and whether reading ends early.
var seeds = []struct {
	name, listing string
	want          []Kind
	broken        bool
}{
	{name: "a whole file of version 3", listing: `"GGUF" u32:3 u64:1 u64:2 u64"general.name" u32:8 u64"x" u64"general.alignment" u32:4 u32:64
		u64"w" u32:2 u64:2 u64:3 u32:0 u64:0 align:64 00*24`},
	{name: "version 2 is the same", listing: `"GGUF" u32:2 u64:0 u64:1 u64"a" u32:7 01`},
	{name: "version 1 counts in 32 bits", listing: `"GGUF" u32:1 u32:1 u32:1 u32"a" u32:9 u32:4 u32:2 00*8 u32"w" u32:1 u32:2 u32:0 u64:0 align:32 00*8`},
	{name: "the other byte order", listing: `"GGUF" b32:3 b64:0 b64:1 b64:1 "a" b32:4 b32:7`},
	{name: "every type of value", listing: `"GGUF" u32:3 u64:0 u64:13 u64"a" u32:0 01 u64"b" u32:1 ff u64"c" u32:2 u16:1 u64"d" u32:3 u16:1 u64"e" u32:4 u32:1
		u64"f" u32:5 u32:1 u64"g" u32:6 f32:1 u64"h" u32:7 00 u64"i" u32:8 u64"s" u64"j" u32:9 u32:8 u64:1 u64"t" u64"k" u32:10 u64:1 u64"l" u32:11 u64:1 u64"m" u32:12 f64:1`},
	{name: "lists in lists", listing: `"GGUF" u32:3 u64:0 u64:1 u64"a" u32:9 u32:9 u64:2 u32:0 u64:1 00 u32:4 u64:1 u32:7`},
	{name: "an unknown version", listing: `"GGUF" u32:99 u64:0 u64:0`, want: []Kind{Version}, broken: true},
	{name: "more key-values than bytes", listing: `"GGUF" u32:3 u64:0 u64:0x8000000000000000`, want: []Kind{Counts}, broken: true},
	{name: "more tensors than bytes", listing: `"GGUF" u32:3 u64:0x2000000000000000 u64:0`, want: []Kind{Counts}, broken: true},
	{name: "a list longer than the file", listing: `"GGUF" u32:3 u64:0 u64:1 u64"a" u32:9 u32:4 u64:0x4000000000000000`, want: []Kind{Counts}, broken: true},
	{name: "a string longer than the file", listing: `"GGUF" u32:3 u64:0 u64:1 u64:0x4000000000000000 "a"`, broken: true},
	{name: "a type that does not exist", listing: `"GGUF" u32:3 u64:0 u64:1 u64"a" u32:13 00*16`, broken: true},
	{name: "cut in a value", listing: `"GGUF" u32:3 u64:0 u64:1 u64"a" u32:10 00`, broken: true},
	{name: "a key twice", listing: `"GGUF" u32:3 u64:0 u64:2 u64"a" u32:0 01 u64"a" u32:0 02`, want: []Kind{KeyTwice}},
	{name: "a tensor twice", listing: `"GGUF" u32:3 u64:2 u64:0 u64"w" u32:1 u64:8 u32:0 u64:0 u64"w" u32:1 u64:8 u32:0 u64:32 align:32 00*64`, want: []Kind{KeyTwice}},
	{name: "an alignment of zero", listing: `"GGUF" u32:3 u64:0 u64:1 u64"general.alignment" u32:4 u32:0`, want: []Kind{Alignment}},
	{name: "an alignment that is a string", listing: `"GGUF" u32:3 u64:0 u64:1 u64"general.alignment" u32:8 u64"32"`, want: []Kind{Alignment}},
	{name: "a bool of two", listing: `"GGUF" u32:3 u64:0 u64:1 u64"a" u32:7 02`, want: []Kind{Bool}},
	{name: "a key that is no text", listing: `"GGUF" u32:3 u64:0 u64:1 u64{ff} u32:7 01`, want: []Kind{KeyText}},
	{name: "dimensions that overflow", listing: `"GGUF" u32:3 u64:1 u64:0 u64"w" u32:2 u64:0x100000000 u64:0x100000000 u32:0 u64:0 align:32 00*32`, want: []Kind{Shape}},
	{name: "five dimensions", listing: `"GGUF" u32:3 u64:1 u64:0 u64"w" u32:5 u64:1 u64:1 u64:1 u64:1 u64:8 u32:0 u64:0 align:32 00*32`, want: []Kind{Shape}},
	{name: "half a block", listing: `"GGUF" u32:3 u64:1 u64:0 u64"w" u32:1 u64:33 u32:2 u64:0 align:32 00*64`, want: []Kind{Shape}},
	{name: "a range past the end", listing: `"GGUF" u32:3 u64:1 u64:0 u64"w" u32:1 u64:64 u32:0 u64:0 align:32 00*32`, want: []Kind{Range}},
	{name: "an offset off the grid", listing: `"GGUF" u32:3 u64:1 u64:0 u64"w" u32:1 u64:1 u32:0 u64:4 align:32 00*32`, want: []Kind{Range}},
	{name: "two tensors on the same bytes", listing: `"GGUF" u32:3 u64:2 u64:0 u64"a" u32:1 u64:16 u32:0 u64:0 u64"b" u32:1 u64:8 u32:0 u64:32 align:32 00*64`, want: []Kind{Overlap}},
	{name: "a type from the future", listing: `"GGUF" u32:3 u64:1 u64:0 u64"w" u32:1 u64:8 u32:4000 u64:0 align:32 00*32`, want: []Kind{TensorType}},
	{name: "a type that was taken out", listing: `"GGUF" u32:3 u64:1 u64:0 u64"w" u32:1 u64:8 u32:4 u64:0 align:32 00*32`, want: []Kind{TensorType}},
}

func TestParse(t *testing.T) {
	for _, s := range seeds {
		b, err := asm.Assemble(s.listing)
		if err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		f, err := Parse(bytes.NewReader(b), int64(len(b)), limits)
		if (err != nil) != s.broken {
			t.Errorf("%s: %v", s.name, err)
		}
		var got []Kind
		for _, p := range f.Problems {
			got = append(got, p.Kind)
		}
		if len(got) != len(s.want) || len(got) > 0 && got[0] != s.want[0] {
			t.Errorf("%s: %+v, want %v", s.name, f.Problems, s.want)
		}
		if len(s.want) == 0 && len(f.Holes) > 0 {
			t.Errorf("%s: holes %v", s.name, f.Holes)
		}
	}
}

func TestTextsOfLongListsAreKeptWhenTheyMayBeTemplates(t *testing.T) {
	b, err := asm.Assemble(`"GGUF" u32:3 u64:0 u64:1 u64"tokens" u32:9 u32:8 u64:101 00*800 u64"{% a template in a vocabulary %}"`)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Parse(bytes.NewReader(b), int64(len(b)), limits)
	if err != nil || len(f.Strings) != 1 {
		t.Errorf("%v, %d texts", err, len(f.Strings))
	}
}

func TestBytesBehindTheLastTensorAreAHole(t *testing.T) {
	b, err := asm.Assemble(`"GGUF" u32:3 u64:1 u64:0 u64"w" u32:1 u64:8 u32:0 u64:0 align:32 00*32 01*100`)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Parse(bytes.NewReader(b), int64(len(b)), limits)
	if err != nil || len(f.Holes) != 1 || f.Holes[0].Len != 100 {
		t.Errorf("%v, holes %v", err, f.Holes)
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
		file, err := Parse(bytes.NewReader(b), int64(len(b)), limits)
		var syntax *SyntaxError
		var limit *LimitError
		if err != nil && !errors.As(err, &syntax) && !errors.As(err, &limit) {
			t.Fatalf("an error of another kind: %v", err)
		}
		for _, h := range file.Holes {
			if h.Off < 0 || h.Len < 0 || h.Off+h.Len > int64(len(b)) {
				t.Fatalf("hole %+v of %d bytes", h, len(b))
			}
		}
		for _, s := range file.Strings {
			if s.Off < 0 || s.Off+int64(len(s.Text)) > int64(len(b)) {
				t.Fatalf("text at %d", s.Off)
			}
		}
	})
}

// counter counts the bytes that are read.
type counter struct {
	io.ReaderAt
	n int64
}

func (c *counter) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.ReaderAt.ReadAt(p, off)
	c.n += int64(n)
	return n, err
}

// sparse writes a file with a vocabulary of 256,000 words and tensors of so many bytes, which are holes.
func sparse(tb testing.TB, tensor int64) (*os.File, int64) {
	head, err := asm.Assemble(`"GGUF" u32:3 u64:1 u64:1 u64"tokenizer.ggml.tokens" u32:9 u32:8 u64:256000`)
	if err != nil {
		tb.Fatal(err)
	}
	word, _ := asm.Assemble(`u64"▁word"`)
	info, err := asm.Assemble(`u64"w" u32:1 u64:` + strconv.FormatInt(tensor/4, 10) + ` u32:0 u64:0`)
	if err != nil {
		tb.Fatal(err)
	}
	b := append(append(head, bytes.Repeat(word, 256000)...), info...)
	f, err := os.Create(filepath.Join(tb.TempDir(), "m.gguf"))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { f.Close() })
	size := (int64(len(b))+31)/32*32 + tensor
	if _, err := f.Write(b); err != nil {
		tb.Fatal(err)
	}
	if err := f.Truncate(size); err != nil {
		tb.Fatal(err)
	}
	return f, size
}

func TestReadingDoesNotGrowWithTheTensors(t *testing.T) {
	var read []int64
	for _, tensor := range []int64{1 << 20, 100 << 20, 2 << 30} {
		f, size := sparse(t, tensor)
		c := &counter{ReaderAt: f}
		file, err := Parse(c, size, limits)
		if err != nil || len(file.Problems) > 0 {
			t.Fatalf("%v %v", err, file.Problems)
		}
		read = append(read, c.n)
	}
	if d := read[2] - read[0]; d < -window || d > window {
		t.Errorf("bytes read: %v", read)
	}
}

func BenchmarkParse2GB(b *testing.B) {
	f, size := sparse(b, 2<<30)
	for b.Loop() {
		if _, err := Parse(f, size, limits); err != nil {
			b.Fatal(err)
		}
	}
}
