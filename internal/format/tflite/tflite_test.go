package tflite

import (
	"bytes"
	"errors"
	"testing"

	"bakedin/internal/format/asm"
)

var limits = Limits{Tables: 1000, Text: 1024}

// custom is a model with one custom operator.
const custom = `>root "TFL3"
vt: u16:8 u16:12 u16:4 u16:8
root: <vt u32:3 >codes
codes: u32:1 >code
vc: u16:8 u16:12 u16:8 u16:4
code: <vc >name u8:32 00*3
name: u32"MyOp" 00*4`

func TestParse(t *testing.T) {
	for _, s := range []struct {
		name, listing string
		ops, problems int
		broken        bool
	}{
		{name: "a custom operator", listing: custom, ops: 1},
		{name: "no identifier", listing: `>root "XXXX" root: 00*8`, broken: true},
		{name: "a root out of the file", listing: `u32:5000 "TFL3" 00*20`, broken: true},
		{name: "a list longer than the file", listing: `>root "TFL3" vt: u16:8 u16:12 u16:0 u16:4 root: <vt >codes 00*4 codes: u32:0x40000000`, broken: true},
		{name: "a buffer out of the file", listing: `>root "TFL3" vt: u16:14 u16:8 u16:0 u16:0 u16:0 u16:0 u16:4 root: <vt >bufs bufs: u32:1 >buf
			vb: u16:10 u16:20 u16:0 u16:4 u16:12 buf: <vb u64:5000 u64:8`, problems: 1},
	} {
		b, err := asm.Assemble(s.listing)
		if err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		f, err := Parse(bytes.NewReader(b), int64(len(b)), limits)
		if (err != nil) != s.broken || len(f.Ops) != s.ops || len(f.Problems) != s.problems {
			t.Errorf("%s: %+v, %v", s.name, f, err)
		}
		if s.ops > 0 && (f.Ops[0].Code != Custom || f.Ops[0].Name != "MyOp") {
			t.Errorf("%s: %+v", s.name, f.Ops[0])
		}
	}
}

func FuzzParse(f *testing.F) {
	b, err := asm.Assemble(custom)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		_, err := Parse(bytes.NewReader(b), int64(len(b)), limits)
		var syntax *SyntaxError
		var limit *LimitError
		if err != nil && !errors.As(err, &syntax) && !errors.As(err, &limit) {
			t.Fatalf("an error of another kind: %v", err)
		}
	})
}
