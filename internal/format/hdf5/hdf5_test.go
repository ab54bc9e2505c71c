package hdf5

import (
	"bytes"
	"errors"
	"testing"

	"bakedin/internal/format/asm"
)

var limits = Limits{Objects: 1000, Messages: 100_000, Text: 1 << 20, Keep: 4 << 20}

const (
	// superblock 0, a root of version 1 with a symbol table, one child with an attribute
	symbols = `89 "HDF\r\n\x1a\n" 00*5 08 08 00 u16:4 u16:16 u32:0 u64:0 ff*8 u64:344 ff*8  u64:0 u64:96 00*24
		01 00 u16:1 u32:1 u32:24 00*4  u16:0x11 u16:16 00*4 u64:136 u64:184
		"TREE" 00 00 u16:1 ff*16 u64:0 u64:232 u64:8
		"HEAP" 00*4 u64:16 ff*8 u64:216  00*8 "child" 00*3
		"SNOD" 01 00 u16:1 u64:8 u64:280 00*24
		01 00 u16:1 u32:1 u32:48 00*4  u16:0x0c u16:40 00*4  01 00 u16:2 u16:8 u16:8 "a" 00*7 13 00*3 u32:2 01 00*7 "hi" 00*6`
	// superblock 2, a root of version 2 with an external and a soft link
	links = `89 "HDF\r\n\x1a\n" 02 08 08 00 u64:0 ff*8 u64:100 u64:48 00*4
		"OHDR" 02 00 u8:41 06 u16:15 00 01 08 40 u8:1 "e" u16:8 00 "/f\x00" "/t\x00" 00
		06 u16:18 00 01 08 01 u8:1 "s" u16:11 "/other/path" 00*4`
	// a text of variable length in the global heap
	variable = `89 "HDF\r\n\x1a\n" 02 08 08 00 u64:0 ff*8 u64:160 u64:48 00*4
		"OHDR" 02 00 u8:42 0c u16:38 00 03 00 u16:2 u16:8 u16:3 00 "v\x00" 19 01 00 00 u32:16 02 00 00 u32:5 u64:104 u32:1 00*5
		at:104 "GCOL" 01 00*3 u64:56 u16:1 u16:1 00*4 u64:5 "hello" 00*3 u16:0 00*14`
	// an object header that continues in itself
	loop = `89 "HDF\r\n\x1a\n" 02 08 08 00 u64:0 ff*8 u64:79 u64:48 00*4 "OHDR" 02 00 u8:20 10 u16:16 00 u64:55 u64:20 00*4`
)

func parse(tb testing.TB, listing string) (*File, error) {
	b, err := asm.Assemble(listing)
	if err != nil {
		tb.Fatal(err)
	}
	return Parse(bytes.NewReader(b), int64(len(b)), limits)
}

func TestSymbolTable(t *testing.T) {
	f, err := parse(t, symbols)
	if err != nil || f.Objects != 2 || len(f.Attributes) != 1 || f.Attributes[0].Object != "/child" || f.Attributes[0].Texts[0] != "hi" {
		t.Errorf("%+v, %v", f, err)
	}
}

func TestLinksThatLeadElsewhere(t *testing.T) {
	f, err := parse(t, links)
	if err != nil || len(f.Links) != 2 {
		t.Fatalf("%+v, %v", f, err)
	}
	if l := f.Links[0]; !l.External || l.File != "/f" || l.Target != "/t" {
		t.Errorf("%+v", l)
	}
	if l := f.Links[1]; l.External || l.Target != "/other/path" {
		t.Errorf("%+v", l)
	}
}

func TestTextsOfVariableLength(t *testing.T) {
	f, err := parse(t, variable)
	if err != nil || len(f.Attributes) != 1 || len(f.Attributes[0].Texts) != 1 || f.Attributes[0].Texts[0] != "hello" {
		t.Errorf("%+v, %v", f, err)
	}
}

func TestBrokenFilesAreNeverQuiet(t *testing.T) {
	for name, listing := range map[string]string{
		"no signature":                      `"hello" 00*600`,
		"a header that continues in itself": loop,
		"an unknown superblock":             `89 "HDF\r\n\x1a\n" 09 00*40`,
		"a root that is nothing":            `89 "HDF\r\n\x1a\n" 02 08 08 00 u64:0 ff*8 u64:200 u64:100 00*4 00*160`,
	} {
		if f, err := parse(t, listing); err == nil {
			t.Errorf("%s: no error: %+v", name, f)
		}
	}
	b, err := asm.Assemble(symbols)
	if err != nil {
		t.Fatal(err)
	}
	for n := range b {
		if f, err := Parse(bytes.NewReader(b[:n]), int64(n), limits); err == nil {
			t.Fatalf("cut at %d: no error: %+v", n, f)
		}
	}
}

func TestFeaturesThatAreNotKnownAreNamed(t *testing.T) {
	f, err := parse(t, `89 "HDF\r\n\x1a\n" 02 08 08 00 u64:0 ff*8 u64:70 u64:48 00*4 "OHDR" 02 00 u8:11 06 u16:7 00 01 08 50 u8:1 "e" 00*2 00*4`)
	if err != nil || len(f.Unread) != 1 {
		t.Errorf("%+v, %v", f, err)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{symbols, links, variable, loop} {
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
