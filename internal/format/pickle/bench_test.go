package pickle_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"bakedin/internal/format/pickle"
	"bakedin/internal/format/pickle/asm"
)

// BenchmarkParse measures opcodes as checkpoints have them: a state dict of tensors, and a list of records.
func BenchmarkParse(b *testing.B) {
	var state strings.Builder
	state.WriteString("PROTO 2\nEMPTY_DICT\nBINPUT 0\nMARK\n")
	for i := range 4000 {
		fmt.Fprintf(&state, `BINUNICODE "model.layers.%d.self_attn.q_proj.weight"
LONG_BINPUT %d
GLOBAL "torch._utils" "_rebuild_tensor_v2"
BINPUT 1
MARK
MARK
BINUNICODE "storage"
BINGET 1
GLOBAL "torch" "FloatStorage"
BINUNICODE "%d"
BINUNICODE "cpu"
BININT 4096
TUPLE
BINPERSID
BININT1 0
BININT1 64
BININT1 64
TUPLE2
BININT1 64
BININT1 1
TUPLE2
NEWFALSE
GLOBAL "collections" "OrderedDict"
EMPTY_TUPLE
REDUCE
TUPLE
REDUCE
`, i, 2+i, i)
	}
	state.WriteString("SETITEMS\nSTOP\n")
	var records strings.Builder
	records.WriteString("PROTO 4\nEMPTY_LIST\nMEMOIZE\nMARK\n")
	for i := range 20000 {
		if i%1000 == 999 { // as picklers do
			records.WriteString("APPENDS\nMARK\n")
		}
		fmt.Fprintf(&records, "EMPTY_DICT\nMEMOIZE\nMARK\nBINGET 0\nBININT2 %d\nBINGET 1\nSHORT_BINUNICODE \"record number %d\"\nMEMOIZE\nBINGET 0\nBINFLOAT 0.5\nSETITEMS\n", i, i)
	}
	records.WriteString("APPENDS\nSTOP\n")
	numbers := "PROTO 4\nEMPTY_LIST\nMEMOIZE\n.repeat 500\nMARK\n.repeat 1000\nBININT2 700\n.end\nAPPENDS\n.end\nSTOP"
	for name, listing := range map[string]string{"state-dict": state.String(), "records": records.String(), "numbers": numbers} {
		data, err := asm.Assemble(listing)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := pickle.Parse(bytes.NewReader(data), int64(len(data)), limits); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
