package coreml

import (
	"bytes"
	"errors"
	"testing"

	"bakedin/internal/format/asm"
)

var limits = Limits{Fields: 1 << 20, Depth: 64, Text: 4096}

var seeds = []struct {
	name, listing          string
	classes, linked, blobs int
}{
	{name: "a network", listing: `#1=4 #2{#100{#1"about"}} #500{#1{#1"relu" #2"x" #3"y"}}`},
	{name: "a custom layer in a pipeline", listing: `#1=4 #2{} #200{#1{#1{#1=4 #403{#1{#1"c" #500{#10"MyLayer"}}}}}}`, classes: 1},
	{name: "a custom model", listing: `#1=4 #2{} #555{#10"Evil" #40"a note"}`, classes: 1},
	{name: "a linked model", listing: `#1=4 #2{} #556{#1{#1{#1"other"} #2{#1"/tmp"}}}`, linked: 2},
	{name: "weights of a program", listing: `#1=7 #2{} #502{#2{#1"main" #2{#3{#1"CoreML5" #2{#3{#1"const" #5{#1"val" #2{#5{#1"@model_path/weights/weight.bin"}}}}}}}}}`, blobs: 1},
}

func TestParse(t *testing.T) {
	for _, s := range seeds {
		b, err := asm.Assemble(s.listing)
		if err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		f, err := Parse(bytes.NewReader(b), int64(len(b)), limits)
		if err != nil || len(f.Classes) != s.classes || len(f.Linked) != s.linked || len(f.Blobs) != s.blobs {
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
		_, err := Parse(bytes.NewReader(b), int64(len(b)), limits)
		var syntax *SyntaxError
		var limit *LimitError
		if err != nil && !errors.As(err, &syntax) && !errors.As(err, &limit) {
			t.Fatalf("an error of another kind: %v", err)
		}
	})
}
