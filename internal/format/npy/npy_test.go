package npy

import (
	"bytes"
	"errors"
	"testing"

	"bakedin/internal/format/asm"
)

var limits = Limits{Header: 1 << 20, Depth: 32}

var seeds = []struct {
	name, listing string
	item, bytes   int64
	object        bool
	problems      int
	broken        bool
}{
	{name: "floats", listing: `93 "NUMPY" 01 00 u16"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }" 00*24`, item: 4, bytes: 24},
	{name: "a scalar", listing: `93 "NUMPY" 01 00 u16"{'descr': '<f8', 'fortran_order': False, 'shape': (), }" 00*8`, item: 8, bytes: 8},
	{name: "version 3, fields, a field of fields", listing: `93 "NUMPY" 03 00 u32"{'descr': [('a', '<i4'), ('b', [('c', '|S3', (2,))])], 'fortran_order': True, 'shape': (2,), }" 00*20`, item: 10, bytes: 20},
	{name: "python 2", listing: `93 "NUMPY" 01 00 u16"{'descr': '<M8[ns]', 'fortran_order': False, 'shape': (2L,), }" 00*16`, item: 8, bytes: 16},
	{name: "objects", listing: `93 "NUMPY" 01 00 u16"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }" 80 04 4e 2e`, object: true, bytes: -1},
	{name: "an object among fields", listing: `93 "NUMPY" 01 00 u16"{'descr': [('a', '<i4'), ('b', [('c', '|O8')])], 'fortran_order': False, 'shape': (1,), }"`, object: true, bytes: -1},
	{name: "an object in a comma type", listing: `93 "NUMPY" 01 00 u16"{'descr': 'i4,O', 'fortran_order': False, 'shape': (1,), }"`, object: true, bytes: -1},
	{name: "an object by name, escaped", listing: `93 "NUMPY" 01 00 u16"{'descr': '\\x6fbject', 'fortran_order': False, 'shape': (1,), }"`, object: true, bytes: -1},
	{name: "an object in a dictionary", listing: `93 "NUMPY" 01 00 u16"{'descr': {'names': ['a'], 'formats': ['O']}, 'fortran_order': False, 'shape': (1,), }"`, object: true, bytes: -1},
	{name: "code", listing: `93 "NUMPY" 01 00 u16"{'descr': __import__('os'), 'fortran_order': False, 'shape': (1,), }"`, broken: true, bytes: -1},
	{name: "a header past the end", listing: `93 "NUMPY" 01 00 u16:500 "{"`, broken: true, bytes: -1},
	{name: "a version of the future", listing: `93 "NUMPY" 09 00 u16"{}"`, broken: true, bytes: -1},
	{name: "a shape past the end", listing: `93 "NUMPY" 01 00 u16"{'descr': '<f4', 'fortran_order': False, 'shape': (99999999,), }" 00*24`, item: 4, bytes: -1, problems: 1},
	{name: "a shape that overflows", listing: `93 "NUMPY" 01 00 u16"{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 9), }"`, item: 4, bytes: -1, problems: 1},
	{name: "a key too many", listing: `93 "NUMPY" 01 00 u16"{'descr': '|b1', 'fortran_order': False, 'shape': (0,), 'x': 1}"`, item: 1, problems: 1},
	{name: "a key twice", listing: `93 "NUMPY" 01 00 u16"{'descr': '|b1', 'descr': '|b1', 'fortran_order': False, 'shape': (0,)}"`, item: 1, problems: 1},
}

func TestParse(t *testing.T) {
	for _, s := range seeds {
		b, err := asm.Assemble(s.listing)
		if err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		f, err := Parse(bytes.NewReader(b), int64(len(b)), limits)
		if (err != nil) != s.broken || f.Item != s.item || f.Bytes != s.bytes || f.Object != s.object || len(f.Problems) != s.problems {
			t.Errorf("%s: %+v, %v", s.name, f, err)
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
		file, err := Parse(bytes.NewReader(b), int64(len(b)), limits)
		var syntax *SyntaxError
		var limit *LimitError
		if err != nil && !errors.As(err, &syntax) && !errors.As(err, &limit) {
			t.Fatalf("an error of another kind: %v", err)
		}
		if err == nil && (file.Data > int64(len(b)) || file.Bytes > int64(len(b))-file.Data) {
			t.Fatalf("%+v of %d bytes", file, len(b))
		}
	})
}
