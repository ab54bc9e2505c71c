package safetensors

import (
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
)

var generous = Limits{Header: 1 << 20, Depth: 16}

func file(header string, data int) []byte {
	return slices.Concat(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), []byte(header), make([]byte, data))
}

func TestParse(t *testing.T) {
	const a = `"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}`
	for _, c := range []struct {
		name, header string
		data         int
		want         []Kind
	}{
		{"one tensor", `{` + a + `}`, 16, nil},
		{"padding and blanks", `{ ` + a + ` }    `, 16, nil},
		{"no tensor at all", `{}`, 0, nil},
		{"a scalar and an empty tensor", `{"s":{"dtype":"I8","shape":[],"data_offsets":[0,1]},"e":{"dtype":"F32","shape":[0,4],"data_offsets":[1,1]}}`, 1, nil},
		{"tensors in another order than their bytes", `{"b":{"dtype":"U8","shape":[4],"data_offsets":[16,20]},` + a + `}`, 20, nil},
		{"metadata", `{"__metadata__":{"format":"pt","a\"b":"\u0041"},` + a + `}`, 16, nil},
		{"metadata that is no text", `{"__metadata__":{"n":1,"x":{"y":[]}},` + a + `}`, 16, []Kind{Metadata, Metadata}},
		{"metadata that is no object", `{"__metadata__":[],` + a + `}`, 16, []Kind{Metadata}},
		{"a tensor that stands twice", `{` + a + `,` + a + `}`, 16, []Kind{KeyTwice, Overlap}},
		{"a key that stands twice by an escape", `{"a":{"dtype":"U8","d\u0074ype":"U8","shape":[1],"data_offsets":[0,1]}}`, 1, []Kind{KeyTwice}},
		{"a metadata key that stands twice", `{"__metadata__":{"x":"1","x":"2"}}`, 0, []Kind{KeyTwice}},
		{"an unknown dtype", `{"a":{"dtype":"F99","shape":[1],"data_offsets":[0,1]}}`, 1, []Kind{DType}},
		{"a dtype in lower case", `{"a":{"dtype":"u8","shape":[1],"data_offsets":[0,1]}}`, 1, []Kind{DType}},
		{"a negative dimension", `{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}`, 1, []Kind{Shape}},
		{"a dimension that is no integer", `{"a":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}}`, 1, []Kind{Shape}},
		{"a shape that overflows", `{"a":{"dtype":"U8","shape":[4294967296,4294967296,2],"data_offsets":[0,1]}}`, 1, []Kind{Shape}},
		{"half a byte", `{"a":{"dtype":"F4","shape":[1],"data_offsets":[0,0]}}`, 0, []Kind{Shape}},
		{"a range that is not the shape's", `{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`, 4, []Kind{Offsets}},
		{"a range beyond the file", `{` + a + `}`, 8, []Kind{Offsets}},
		{"a range that runs backwards", `{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}`, 0, []Kind{Offsets}},
		{"an overlap", `{` + a + `,"b":{"dtype":"U8","shape":[8],"data_offsets":[12,20]}}`, 20, []Kind{Overlap}},
		{"a hole", `{` + a + `,"b":{"dtype":"U8","shape":[1],"data_offsets":[20,21]}}`, 21, []Kind{Hole}},
		{"a hole before the first", `{"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}`, 3, []Kind{Hole}},
		{"bytes behind the last", `{` + a + `}`, 17, []Kind{Tail}},
		{"a key that is not in the format", `{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"code":"x"}}`, 1, []Kind{Header}},
		{"a key that is missing", `{"a":{"dtype":"U8","data_offsets":[0,1]}}`, 1, []Kind{Header}},
		{"a tensor that is a number", `{"a":1}`, 0, []Kind{Header}},
		{"bytes that are no UTF-8", "{\"\xff\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1, []Kind{UTF8}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := file(c.header, c.data)
			f, err := Parse(bytes.NewReader(b), int64(len(b)), generous)
			if err != nil {
				t.Fatal(err)
			}
			var got []Kind
			for _, p := range f.Problems {
				got = append(got, p.Kind)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("problems %q, want %q: %v", got, c.want, f.Problems)
			}
		})
	}
}

func TestFacts(t *testing.T) {
	b := file(`{"__metadata__":{"format":"pt"},"w":{"dtype":"BF16","shape":[2,3],"data_offsets":[0,12]}}`, 12)
	f, err := Parse(bytes.NewReader(b), int64(len(b)), generous)
	if err != nil || len(f.Tensors) != 1 || len(f.Metadata) != 1 {
		t.Fatalf("%+v, %v", f, err)
	}
	w, m := f.Tensors[0], f.Metadata[0]
	if w.Name != "w" || w.DType != "BF16" || !slices.Equal(w.Shape, []int64{2, 3}) || w.End != 12 || string(b[w.Off:w.Off+3]) != `"w"` {
		t.Errorf("tensor %+v", w)
	}
	if m.Key != "format" || m.Value != "pt" || string(b[m.Off:m.Off+4]) != `"pt"` {
		t.Errorf("metadata %+v", m)
	}
}

func TestSyntax(t *testing.T) {
	for _, c := range []struct {
		name  string
		bytes []byte
		off   int64
	}{
		{"too short", []byte("abc"), 0},
		{"a header beyond the file", binary.LittleEndian.AppendUint64(nil, 1<<62), 0},
		{"no object", file(`[]`, 0), 8},
		{"a blank before the object", file(` {}`, 0), 8},
		{"an object that does not end", file(`{"a":{"dtype":"F32"`, 0), 27},
		{"a second object", file(`{}{}`, 0), 10},
		{"a string that does not end", file(`{"a`, 0), 11},
		{"a comma too many", file(`{"a":1,}`, 0), 15},
	} {
		_, err := Parse(bytes.NewReader(c.bytes), int64(len(c.bytes)), generous)
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || syntax.Off != c.off {
			t.Errorf("%s: %v, want byte %d", c.name, err, c.off)
		}
	}
	for name, b := range map[string][]byte{
		"header": file(strings.Repeat(" ", 1<<21), 0),
		"depth":  file(`{"a":`+strings.Repeat("[", 100), 0),
	} {
		_, err := Parse(bytes.NewReader(b), int64(len(b)), generous)
		var limit *LimitError
		if !errors.As(err, &limit) || limit.Limit != name {
			t.Errorf("limit %s: %v", name, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"__metadata__":{"a":"b"},"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}`), 1)
	f.Add([]byte(`{"a":[{"b":-1e5},null]}`), 0)
	f.Fuzz(func(t *testing.T, header []byte, data int) {
		b := file(string(header), data&0xfff)
		got, err := Parse(bytes.NewReader(b), int64(len(b)), generous)
		for _, h := range got.Holes {
			if h.Len <= 0 || h.Off+h.Len > int64(len(b)) {
				t.Errorf("hole %+v of %d bytes", h, len(b))
			}
		}
		if err == nil && len(got.Problems) == 0 {
			var sum int64
			for _, x := range got.Tensors {
				sum += x.End - x.Begin
			}
			if got.Data+sum != int64(len(b)) {
				t.Errorf("%d bytes of tensors do not fill the file", sum)
			}
		}
	})
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

// sparse writes a file of 10,000 tensors of that many bytes each, all holes.
func sparse(t testing.TB, each int64) (*os.File, int64) {
	f, err := os.Create(filepath.Join(t.TempDir(), "m.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	var h strings.Builder
	for i := range int64(10_000) {
		fmt.Fprintf(&h, `%c"model.layers.%05d.weight":{"dtype":"U8","shape":[%9d],"data_offsets":[%12d,%12d]}`, ",{"[min(1, max(0, 1-i))], i, each, i*each, (i+1)*each)
	}
	h.WriteByte('}')
	f.Write(file(h.String(), 0))
	size := int64(8+h.Len()) + 10_000*each
	f.Truncate(size)
	return f, size
}

func TestCostDoesNotGrowWithTensors(t *testing.T) {
	var first int64
	for _, each := range []int64{10, 1000, 200_000} {
		r, size := sparse(t, each)
		c := &counting{r: r}
		f, err := Parse(c, size, Limits{Header: maxHeader, Depth: 16})
		if err != nil || len(f.Tensors) != 10_000 || len(f.Problems) > 0 {
			t.Fatalf("%d tensors, %v, %v", len(f.Tensors), f.Problems, err)
		}
		if first == 0 {
			first = c.n
		}
		if c.n != first || c.n != f.Header+8 {
			t.Errorf("tensors of %d bytes: %d bytes read of a header of %d", each, c.n, f.Header)
		}
	}
}

func BenchmarkParseTwoGigabytes(b *testing.B) {
	r, size := sparse(b, 200_000)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(r, size, Limits{Header: maxHeader, Depth: 16}); err != nil {
			b.Fatal(err)
		}
	}
}
