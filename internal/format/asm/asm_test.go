package asm

import (
	"encoding/hex"
	"testing"
)

func TestAssemble(t *testing.T) {
	for listing, want := range map[string]string{
		`4a4b 00*3 // comment "x"`:       "4a4b000000",
		`"a\x00" u16:258 b16:258 i32:-1`: "610002010102ffffffff",
		`u32"ab" u16{ 01 u8:2 }`:         "0200000061620200" + "0102",
		`f32:1 align:8 ff at:10`:         "0000803f00000000ff00",
		`#1=300 #2"ab" #3{#1=1}`:         "08ac021202616" + "21a020801",
		`a: >b 00 b: <a`:                 "0500000000" + "05000000",
	} {
		got, err := Assemble(listing)
		if err != nil || hex.EncodeToString(got) != want {
			t.Errorf("%s: %x, %v, want %s", listing, got, err, want)
		}
	}
	for _, listing := range []string{"xx", "u8{", `"a`, "u9:1", ">a", "#x{}", "at:0", "zip{", "00*x"} {
		if _, err := Assemble(listing); err == nil {
			t.Errorf("%s: no error", listing)
		}
	}
	if b, err := Assemble(`zip{"a/b" {"c"} "d" "e"}`); err != nil || string(b[:4]) != "PK\x03\x04" {
		t.Errorf("%x, %v", b, err)
	}
}
