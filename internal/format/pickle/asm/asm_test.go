package asm_test

import (
	"bytes"
	"strings"
	"testing"

	"bakedin/internal/format/pickle/asm"
)

func TestAssemble(t *testing.T) {
	for _, c := range []struct{ name, listing, want string }{
		{"opcodes without operand", "MARK\nNONE\nSTOP", "(N."},
		{"comments and blank lines make nothing", "# a\n\nNONE # none\nexpect: findings\n", "N"},
		{"numbers are little-endian", "BININT 258\nBININT2 258\nBININT1 255\nBININT -1", "J\x02\x01\x00\x00M\x02\x01K\xffJ\xff\xff\xff\xff"},
		{"counted strings count themselves", `SHORT_BINUNICODE "os"`, "\x8c\x02os"},
		{"a length may lie", `BINUNICODE len=9 "os"`, "X\x09\x00\x00\x00os"},
		{"lines stand as they are", "INT 0x10\nGLOBAL os system\nSTRING \"'a b'\"", "I0x10\ncos\nsystem\nS'a b'\n"},
		{"integers of any length", "LONG1 -5\nLONG1 0\nLONG1 128\nLONG1 \"\\x01\\x00\"", "\x8a\x01\xfb\x8a\x00\x8a\x02\x80\x00\x8a\x02\x01\x00"},
		{"floats are big-endian", "BINFLOAT 1.5", "G\x3f\xf8\x00\x00\x00\x00\x00\x00"},
		{"a frame fills in its length", ".frame\nNONE\n.end", "\x95\x01\x00\x00\x00\x00\x00\x00\x00N"},
		{"a frame may lie", ".frame len=7\nNONE\n.end", "\x95\x07\x00\x00\x00\x00\x00\x00\x00N"},
		{"a payload may be a listing", "BINBYTES {\nNONE\nSTOP\n}", "B\x02\x00\x00\x00N."},
		{"repeat, raw, zeros and truncate", ".repeat 3\nNONE\n.end\n.raw ff 0a\n.zeros 2\n.truncate 1", "NNN\xff\n\x00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := asm.Assemble(c.listing)
			if err != nil || string(got) != c.want {
				t.Errorf("got %q, want %q (%v)", got, c.want, err)
			}
		})
	}
}

func TestMistakesAreToldWithTheirLine(t *testing.T) {
	for _, c := range []struct{ name, listing, want string }{
		{"an opcode that is none", "NONE\nFOO", "line 2: no opcode FOO"},
		{"an operand too many", "NONE 1", "line 1: NONE takes no operand"},
		{"an operand too few", "GLOBAL os", "line 1: GLOBAL takes 2 operand(s), not 1"},
		{"a number that does not fit", "BININT1 256", "line 1: BININT1: 256 does not fit in 1 byte(s)"},
		{"a frame without end", ".frame\nNONE", `line 2: ".end" is missing`},
		{"an end without frame", "}", `line 1: "}" closes nothing`},
		{"a directive that is none", ".foo", "line 1: no directive .foo"},
		{"a string without end", `UNICODE "a`, "line 1: a string without its end"},
		{"more than memory should hold", ".repeat 60000000\nNONE\nNONE\n.end", "line 4: more than 67108864 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := asm.Assemble(c.listing); err == nil || err.Error() != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestDisassembleIsTheInverse(t *testing.T) {
	listing := strings.Join([]string{"PROTO 4", "FRAME 10", `SHORT_BINUNICODE "o\ts"`, "LONG1 -300", "INT 0x10", `STRING "'a b'"`,
		`GLOBAL "os" "system"`, "BINFLOAT 0.1", "EXT2 700", "MARK", "STOP", "PROTO 2", "NONE", "STOP", ".raw ff 4e", ""}, "\n")
	b, err := asm.Assemble(listing)
	if err != nil {
		t.Fatal(err)
	}
	if got := asm.Disassemble(b); got != listing {
		t.Errorf("got\n%s\nwant\n%s", got, listing)
	}
}

func TestAroundShowsSixOpcodes(t *testing.T) {
	b, err := asm.Assemble("PROTO 2\nNONE\nNONE\nNONE\nGLOBAL os system\nUNICODE canary\nTUPLE1\nREDUCE\nSTOP")
	if err != nil {
		t.Fatal(err)
	}
	got := asm.Around(bytes.NewReader(b), 0, 5, int64(len(b)))
	want := "  2: NONE\n  3: NONE\n  4: NONE\n> 5: GLOBAL \"os\" \"system\"\n  16: UNICODE canary\n  24: TUPLE1"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
