package onnx

import (
	"bytes"
	"errors"
	"testing"

	"bakedin/internal/format/asm"
)

var limits = Limits{Fields: 1 << 20, Depth: 64, Text: 64 << 10, Tensors: 1000}

var seeds = []struct {
	name, listing string
	ops           []string
	locations     []string
	problems      int
	broken        bool
}{
	{name: "a node", listing: `#1=8 #2"bakedin" #7{#1{#1"x" #2"y" #4"Relu"}} #8{#1"" #2=17}`, ops: []string{":Relu"}},
	{name: "a graph in an attribute of a graph", listing: `#1=8 #7{#1{#4"If" #5{#1"then" #6{#1{#4"Op" #7"other"}}}}}`, ops: []string{"other:Op", ":If"}},
	{name: "a function", listing: `#1=8 #7{#1{#4"F" #7"mine"}} #25{#1"F" #10"mine" #7{#4"PyOp"}}`, ops: []string{"mine:F", ":PyOp"}},
	{name: "a training graph", listing: `#1=8 #7{} #20{#2{#1{#4"Loss"}}}`, ops: []string{":Loss"}},
	{name: "raw data", listing: `#1=8 #7{#5{#1=2 #2=1 #8"w" #9{00*8}}}`},
	{name: "packed dims", listing: `#1=8 #7{#5{#1{02 03} #2=2 #8"w" #9{00*6}}}`},
	{name: "external data", listing: `#1=8 #7{#5{#1=2 #2=1 #8"w" #14=1 #13{#1"location" #2"w.bin"} #13{#1"offset" #2"0"}}}`, locations: []string{"w.bin"}},
	{name: "external data in an attribute and in a sparse tensor", listing: `#1=8 #7{#1{#4"Constant" #5{#5{#13{#1"location" #2"a"}}}} #15{#1{#13{#1"location" #2"b"}}}}`, ops: []string{":Constant"}, locations: []string{"a", "b"}},
	{name: "data too short", listing: `#1=8 #7{#5{#1=3 #2=1 #8"w" #9{00*8}}}`, problems: 1},
	{name: "dims that overflow", listing: `#1=8 #7{#5{#1=0x7fffffffffffffff #1=9 #2=1}}`, problems: 1},
	{name: "a negative dim", listing: `#1=8 #7{#5{#1=-1 #2=1}}`, problems: 1},
	{name: "two types", listing: `#1=8 #7{#1{#4"PyOp" #4"Relu"}}`, ops: []string{":PyOp", ":Relu"}, problems: 1},
	{name: "an offset that is none", listing: `#1=8 #7{#5{#13{#1"location" #2"a"} #13{#1"offset" #2"-5"}}}`, locations: []string{"a"}, problems: 1},
	{name: "cut short", listing: `#1=8 3a 7f 0a 02`, broken: true},
}

func TestParse(t *testing.T) {
	for _, s := range seeds {
		b, err := asm.Assemble(s.listing)
		if err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		f, err := Parse(bytes.NewReader(b), int64(len(b)), limits)
		if (err != nil) != s.broken || len(f.Problems) != s.problems || len(f.Ops) != len(s.ops) || len(f.Externals) != len(s.locations) {
			t.Errorf("%s: %+v, %v", s.name, f, err)
			continue
		}
		for i, op := range f.Ops {
			if op.Domain+":"+op.Type != s.ops[i] {
				t.Errorf("%s: op %d is %+v", s.name, i, op)
			}
		}
		for i, x := range f.Externals {
			if x.Location != s.locations[i] {
				t.Errorf("%s: external data %+v", s.name, x)
			}
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
