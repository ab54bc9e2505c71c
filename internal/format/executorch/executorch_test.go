package executorch

import (
	"bytes"
	"errors"
	"testing"

	"bakedin/internal/format/asm"
)

var limits = Limits{Tables: 1000, Text: 1024}

const (
	whole = `>root "ET12" "eh00" u32:24 u64:96 u64:96
		vt: u16:14 u16:12 u16:4 u16:0 u16:0 u16:0 u16:8 root: <vt u32:1 >segs segs: u32:1 >seg
		vs: u16:8 u16:20 u16:4 u16:12 seg: <vs u64:0 u64:16 at:96 00*16`
	outside = `>root "ET12" "eh00" u32:24 u64:96 u64:96
		vt: u16:14 u16:12 u16:4 u16:0 u16:0 u16:0 u16:8 root: <vt u32:1 >segs segs: u32:1 >seg
		vs: u16:8 u16:20 u16:4 u16:12 seg: <vs u64:8 u64:0xffffffffffffffff at:96 00*16`
)

func TestParse(t *testing.T) {
	for _, s := range []struct {
		name, listing      string
		segments, problems int
		broken             bool
	}{
		{name: "a segment", listing: whole, segments: 1},
		{name: "a segment out of the file", listing: outside, segments: 1, problems: 1},
		{name: "a program longer than the file", listing: `>root "ET12" "eh00" u32:24 u64:9999 u64:0 vt: u16:4 u16:4 root: <vt`, problems: 1},
		{name: "no identifier", listing: `00*40`, broken: true},
		{name: "a root out of the file", listing: `u32:500 "ET12" 00*30`, broken: true},
	} {
		b, err := asm.Assemble(s.listing)
		if err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		f, err := Parse(bytes.NewReader(b), int64(len(b)), limits)
		if (err != nil) != s.broken || len(f.Segments) != s.segments || len(f.Problems) != s.problems {
			t.Errorf("%s: %+v, %v", s.name, f, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{whole, outside} {
		b, err := asm.Assemble(s)
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
