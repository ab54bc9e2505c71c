package bom

import (
	"testing"
	"unicode/utf8"
)

func TestDecode(t *testing.T) {
	for _, c := range []struct{ name, raw, want string }{
		{"no mark", "abc", "abc"},
		{"UTF-8", "\xEF\xBB\xBFabc", "abc"},
		{"UTF-16, low byte first", "\xFF\xFEa\x00\xE4\x00", "aä"},
		{"UTF-16, high byte first", "\xFE\xFF\x00a\xD8\x3D\xDE\x00", "a😀"},
		{"half of a pair", "\xFE\xFF\xD8\x3D\x00a", "\uFFFDa"},
		{"an odd byte", "\xFF\xFEa\x00b", "a"},
		{"nothing behind the mark", "\xFF\xFE", ""},
		{"UTF-32", "\xFF\xFE\x00\x00a\x00\x00\x00", "\xFF\xFE\x00\x00a\x00\x00\x00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Decode([]byte(c.raw))
			if string(got.Bytes) != c.want {
				t.Errorf("got %q, want %q", got.Bytes, c.want)
			}
			if end := got.Offset(len(got.Bytes)); got.Recoded() && end != len(c.raw) {
				t.Errorf("the end is at %d of %d", end, len(c.raw))
			}
		})
	}
	text := Decode([]byte("\xFE\xFF\x00a\xD8\x3D\xDE\x00\x00b"))
	for i, want := range []int{2, 4, 4, 4, 4, 8, 10} {
		if got := text.Offset(i); got != want {
			t.Errorf("byte %d stood at %d, want %d", i, got, want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{"\xEF\xBB\xBFa", "\xFF\xFEa\x00", "\xFE\xFF\xD8\x3D\xDE\x00", "\xFE\xFF\xDE"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		text := Decode(raw)
		if text.Recoded() && !utf8.Valid(text.Bytes) {
			t.Fatal("not UTF-8")
		}
		last := 0
		for i := range text.Bytes {
			if off := text.Offset(i); off < last || off >= len(raw) {
				t.Fatalf("byte %d stood at %d of %d", i, off, len(raw))
			} else {
				last = off
			}
		}
	})
}
