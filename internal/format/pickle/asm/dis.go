package asm

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"math/big"
	"strconv"
	"strings"

	"bakedin/internal/format/pickle"
)

// Disassemble returns the listing of all the bytes: opcodes up to what is none, and that as .raw. Assemble makes the same
// bytes of it.
func Disassemble(b []byte) string {
	var out strings.Builder
	lim := pickle.Limits{Bytes: math.MaxInt64, Ops: math.MaxInt64}
	for at := int64(0); at < int64(len(b)); {
		end := at
		_ = pickle.Walk(bytes.NewReader(b), at, int64(len(b)), lim, func(in pickle.Instruction) bool {
			if in.Truncated {
				return false
			}
			fmt.Fprintln(&out, spell(bytes.NewReader(b), in, math.MaxInt32))
			end = in.End
			return true
		})
		if end == at || end < int64(len(b)) && b[end-1] != byte(pickle.Stop) {
			fmt.Fprintf(&out, ".raw % x\n", b[end:])
			break
		}
		at = end
	}
	return out.String()
}

// Around returns the opcode at byte off of the stream that starts at start with its neighbours: at most six lines, each
// "offset: OPCODE operand", that of off marked by ">". Long operands are cut. It is empty when nothing can be decoded there.
func Around(r io.ReaderAt, start, off, size int64) string {
	const before, after = 3, 2
	var lines []string
	seen := -1
	lim := pickle.Limits{Bytes: 64 << 20, Ops: 4 << 20}
	_ = pickle.Walk(r, start, size, lim, func(in pickle.Instruction) bool {
		switch {
		case in.At.Off < off && seen < 0:
			if len(lines) == before {
				lines = lines[1:]
			}
			lines = append(lines, "  "+place(r, in))
		case seen < 0:
			lines = append(lines, "> "+place(r, in))
			seen = 0
		default:
			seen++
			lines = append(lines, "  "+place(r, in))
		}
		return seen < after
	})
	if seen < 0 {
		return ""
	}
	return strings.Join(lines, "\n")
}

func place(r io.ReaderAt, in pickle.Instruction) string {
	return fmt.Sprintf("%d: %s", in.At.Off, spell(r, in, 60))
}

// spell writes one opcode, with at most most bytes of a payload.
func spell(r io.ReaderAt, in pickle.Instruction, most int64) string {
	op := in.At.Code
	read := func(off, n int64) string {
		b := make([]byte, min(n, most))
		k, _ := r.ReadAt(b, off)
		if n > most {
			return strconv.QuoteToASCII(string(b[:k])) + "…"
		}
		return strconv.QuoteToASCII(string(b[:k]))
	}
	switch form := op.Info().Form; form {
	case pickle.Bare:
		return op.String()
	case pickle.Line:
		return op.String() + " " + bare(read(in.Off, in.Len))
	case pickle.TwoLines:
		return op.String() + " " + read(in.Off, in.Len) + " " + read(in.Off2, in.Len2)
	case pickle.F64:
		f := math.Float64frombits(uint64(in.N))
		if math.IsNaN(f) && math.Float64bits(math.NaN()) != uint64(in.N) {
			var b [9]byte
			k, _ := r.ReadAt(b[:], in.At.Off)
			return fmt.Sprintf(".raw % x", b[:k])
		}
		return op.String() + " " + strconv.FormatFloat(f, 'g', -1, 64)
	case pickle.U64:
		return op.String() + " " + strconv.FormatInt(in.N, 10)
	default:
		if _, counted := width(form); !counted {
			return op.String() + " " + strconv.FormatInt(in.N, 10)
		}
	}
	if op.String() == "LONG1" && in.Len <= min(most, 64) {
		b := make([]byte, in.Len)
		k, _ := r.ReadAt(b, in.Off)
		if n := integer(b[:k]); bytes.Equal(twosComplement(n), b) {
			return op.String() + " " + n.String()
		}
	}
	if in.N != in.Len {
		return fmt.Sprintf("%s len=%d %s", op, in.N, read(in.Off, in.Len))
	}
	return op.String() + " " + read(in.Off, in.Len)
}

// bare drops the quotes of a word that needs none.
func bare(quoted string) string {
	word := strings.TrimSuffix(strings.TrimPrefix(quoted, `"`), `"`)
	if word == "" || strings.ContainsAny(word, "\\\"`# \t{") || strings.HasPrefix(word, "len=") {
		return quoted
	}
	return word
}

// integer reads little-endian two's complement.
func integer(b []byte) *big.Int {
	be := make([]byte, len(b))
	for i := range b {
		be[len(b)-1-i] = b[i]
	}
	n := new(big.Int).SetBytes(be)
	if len(b) > 0 && b[len(b)-1]&0x80 != 0 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	return n
}
