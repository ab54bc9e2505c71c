package cli_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"bakedin/internal/format/pickle/asm"
)

// tensorListing is the pickle of a tensor of floats over a whole storage.
func tensorListing(key string, shape, strides string, n int) string {
	return fmt.Sprintf(`GLOBAL "torch._utils" "_rebuild_tensor_v2"
MARK
MARK
BINUNICODE "storage"
GLOBAL "torch" "FloatStorage"
BINUNICODE %q
BINUNICODE "cpu"
BININT1 %d
TUPLE
BINPERSID
BININT1 0
%s
%s
NEWFALSE
GLOBAL "collections" "OrderedDict"
EMPTY_TUPLE
REDUCE
TUPLE
REDUCE
`, key, n, shape, strides)
}

var checkpoints = map[string]struct {
	listing  string
	storages map[string]int // key to number of floats
}{
	"plain": {"EMPTY_DICT\nMARK\nBINUNICODE \"layer.weight\"\n" + tensorListing("0", "BININT1 2\nBININT1 3\nTUPLE2", "BININT1 3\nBININT1 1\nTUPLE2", 6) +
		"BINUNICODE \"layer.bias\"\n" + tensorListing("1", "BININT1 2\nTUPLE1", "BININT1 1\nTUPLE1", 2) + "BINUNICODE \"epoch\"\nBININT1 3\nSETITEMS\n",
		map[string]int{"0": 6, "1": 2}},
	"second": {"EMPTY_DICT\nBINUNICODE \"head\"\n" + tensorListing("0", "BININT1 3\nTUPLE1", "BININT1 1\nTUPLE1", 3) + "SETITEM\n", map[string]int{"0": 3}},
	"hostile": {"EMPTY_DICT\nMARK\nBINUNICODE \"w\"\n" + tensorListing("0", "BININT1 3\nTUPLE1", "BININT1 1\nTUPLE1", 3) +
		"BINUNICODE \"x\"\nGLOBAL \"posix\" \"system\"\nBINUNICODE \"id\"\nTUPLE1\nREDUCE\nSETITEMS\n", map[string]int{"0": 3}},
}

// checkpoint FILE KIND writes a checkpoint of torch, assembled from text.
func checkpoint(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: checkpoint FILE KIND")
	}
	of, ok := checkpoints[args[1]]
	if !ok {
		ts.Fatalf("no checkpoint is called %s", args[1])
	}
	object, err := asm.Assemble("PROTO 2\n" + of.listing + "STOP")
	ts.Check(err)
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	put := func(name, content string) {
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		ts.Check(err)
		_, err = io.WriteString(f, content)
		ts.Check(err)
	}
	put("m/data.pkl", string(object))
	for _, key := range []string{"0", "1"} {
		if n := of.storages[key]; n > 0 {
			put("m/data/"+key, strings.Repeat("\x00\x00\x80\x3f", n))
		}
	}
	put("m/version", "3\n")
	ts.Check(w.Close())
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o644))
}
