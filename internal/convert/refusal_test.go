package convert

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func planOf(b []byte, opt Options) (*Plan, error) {
	if opt.Name == "" {
		opt.Name = "model.pt"
	}
	return PlanTorch(bytes.NewReader(b), int64(len(b)), opt)
}

const system = "GLOBAL \"posix\" \"system\"\nBINUNICODE \"id\"\nTUPLE1\nREDUCE\n"

func TestRefusals(t *testing.T) {
	zip := func(m made) func(t *testing.T) []byte { return func(t *testing.T) []byte { return m.zip(t) } }
	legacy := func(m made) func(t *testing.T) []byte { return func(t *testing.T) []byte { return m.legacy(t) } }
	raw := func(s string) func(t *testing.T) []byte { return func(t *testing.T) []byte { return []byte(s) } }
	with := func(m made, change func(m *made)) made { change(&m); return m }
	dict := func(more ...string) made {
		values := map[string]string{"w": plain.String()}
		for i := 0; i < len(more); i += 2 {
			values[more[i]] = more[i+1]
		}
		m := one(plain)
		m.object = dictOf(values)
		return m
	}
	cut := func(m made, n int) func(t *testing.T) []byte {
		return func(t *testing.T) []byte { b := m.legacy(t); return b[:len(b)-n] }
	}
	for _, c := range []struct {
		name string
		file func(t *testing.T) []byte
		code Code
		says string
	}{
		{"a call in the value of a dict", zip(dict("x", system)), ErrCode, "m/data.pkl: byte"},
		{"a call whose result is thrown away", zip(with(dict(), func(m *made) { m.object = system + "POP\n" + m.object })), ErrCode, `posix.system is called with ("id")`},
		{"a call in the place of a key", zip(dict("x", "EMPTY_DICT\n"+system+"NONE\nSETITEM\n")), ErrCode, "posix.system"},
		{"a call in the state of an object", zip(dict("x", "GLOBAL \"collections\" \"OrderedDict\"\nEMPTY_TUPLE\nREDUCE\nEMPTY_DICT\nBINUNICODE \"a\"\n"+system+"SETITEM\nBUILD\n")), ErrCode, "posix.system"},
		{"a call in a persistent id", zip(with(dict(), func(m *made) { m.object = system + "BINPERSID\nPOP\n" + m.object })), ErrCode, "persistent id"},
		{"a call in the arguments of a rebuild function", zip(dict("x", "GLOBAL \"torch._utils\" \"_rebuild_tensor_v2\"\n"+system+"TUPLE1\nREDUCE\n")), ErrCode, "posix.system"},
		{"a function that is kept and not called", zip(dict("x", "GLOBAL \"os\" \"system\"\n")), ErrCode, "os.system is imported"},
		{"a name that is made at load time", zip(dict("x", "BINUNICODE \"os\"\nGLOBAL \"builtins\" \"str\"\nBINUNICODE \"system\"\nTUPLE1\nREDUCE\nSTACK_GLOBAL\n")), ErrCode, "made at load time"},
		{"a state that is put on an imported class", zip(dict("x", "GLOBAL \"torch\" \"Size\"\nEMPTY_DICT\nBUILD\n")), ErrCode, "in the process that loads"},
		{"a storage class of a stranger", zip(with(one(view{class: "evil.FloatStorage", key: "0", elements: 6, shape: []int{6}, strides: []int{1}}), func(*made) {})), ErrCode, "evil.FloatStorage"},
		{"a module, in strict", zip(dict("x", "GLOBAL \"torch.nn.modules.linear\" \"Linear\"\nEMPTY_TUPLE\nNEWOBJ\n")), ErrCode, "--rescue"},

		{"keywords for a function of tensors", zip(dict("x", "GLOBAL \"torch\" \"Size\"\nEMPTY_TUPLE\nEMPTY_DICT\nNEWOBJ_EX\n")), ErrCode, "torch.Size is constructed"},
		{"a state that plants a method", zip(dict("x", "GLOBAL \"collections\" \"OrderedDict\"\nEMPTY_TUPLE\nREDUCE\nEMPTY_DICT\nBINUNICODE \"__setstate__\"\nNONE\nSETITEM\nBUILD\n")), ErrCode, "__setstate__"},
		{"a tensor class that is called", zip(dict("x", "GLOBAL \"torch\" \"Tensor\"\nEMPTY_TUPLE\nREDUCE\n")), ErrTensor, "torch.Tensor is called"},
		{"INST", zip(dict("x", "MARK\nINST \"torch\" \"Size\"\n")), ErrOpcode, "INST"},
		{"an extension code", zip(dict("x", "EXT1 5\n")), ErrOpcode, "EXT1"},
		{"an operand across the end of its frame", zip(with(dict(), func(m *made) { m.object = ".frame len=3\nBINUNICODE \"abcd\"\n.end\nPOP\n" + m.object })), ErrOpcode, "frame"},
		{"a memo entry that was never put", zip(dict("x", "BINGET 77\n")), ErrOpcode, "memo"},
		{"bytes behind the end of the pickle", zip(with(dict(), func(m *made) { m.object += "STOP\nNONE\n" })), ErrLayout, "behind the end of the pickle"},
		{"a pickle that is cut", zip(with(dict(), func(m *made) { m.object += "BINUNICODE len=4000 \"a\"\n" })), ErrOpcode, "ends behind the file"},
		{"a list that is built into a dict", zip(dict("x", "EMPTY_LIST\nEMPTY_DICT\nBUILD\n")), ErrOpcode, "plain container"},
		{"a key that stands twice", zip(with(dict(), func(m *made) {
			m.object = "EMPTY_DICT\nMARK\nBINUNICODE \"w\"\n" + plain.String() + "BINUNICODE \"w\"\nNONE\nSETITEMS\n"
		})), ErrNameClash, `"w" stands twice`},
		{"two names that become one", zip(dict("a.b", plain.String(), "a", dictOf(map[string]string{"b": plain.String()}))), ErrNameClash, `"a.b"`},
		{"a state on a tensor, which could change its data", zip(dict("x", plain.String()+"EMPTY_TUPLE\nBUILD\n")), ErrTensor, "state is put on a tensor"},
		{"a tensor without a storage", zip(dict("x", "GLOBAL \"torch._utils\" \"_rebuild_tensor_v2\"\nMARK\nNONE\nNONE\nNONE\nNONE\nNONE\nNONE\nTUPLE\nREDUCE\n")), ErrTensor, "something else than a storage"},

		{"a tensor that reaches beyond its storage", zip(one(view{key: "0", elements: 6, shape: []int{7}, strides: []int{1}})), ErrOutOfBounds, "reaches element 6"},
		{"an offset beyond the storage", zip(one(view{key: "0", elements: 6, offset: 6, shape: []int{1}, strides: []int{1}})), ErrOutOfBounds, "element 6"},
		{"a shape that overflows", zip(one(view{key: "0", elements: 6, shape: []int{1 << 40, 1 << 40}, strides: []int{0, 0}})), ErrOutOfBounds, "overflows"},
		{"strides that overflow", zip(one(view{key: "0", elements: 6, shape: []int{3, 3}, strides: []int{1 << 62, 1 << 62}})), ErrOutOfBounds, "overflows"},
		{"a negative stride", zip(one(view{key: "0", elements: 6, offset: 5, shape: []int{3}, strides: []int{-1}})), ErrNegative, "strides [-1]"},
		{"a negative size", zip(one(view{key: "0", elements: 6, shape: []int{-3}, strides: []int{1}})), ErrNegative, "shape [-3]"},
		{"a storage of a negative size", zip(one(view{key: "0", elements: -6, shape: []int{0}, strides: []int{1}})), ErrNegative, "-6 elements"},
		{"a tensor that repeats its bytes without end", zip(one(view{key: "0", elements: 6, shape: []int{1 << 30}, strides: []int{0}})), ErrBlowup, `"w" repeats its bytes`},
		{"a rank without its strides", zip(one(view{key: "0", elements: 6, shape: []int{2, 3}, strides: []int{1}})), ErrTensor, "2 dimensions with 1 strides"},
		{"a type that safetensors does not have", zip(one(view{class: "ComplexDoubleStorage", key: "0", elements: 1, shape: []int{1}, strides: []int{1}})), ErrDtype, "complex128"},

		{"a storage that is shorter than declared", zip(one(view{key: "0", elements: 7, shape: []int{6}, strides: []int{1}})), ErrStorageSize, "declared as 28 bytes and has 24"},
		{"a storage that is longer than declared", zip(one(view{key: "0", elements: 5, shape: []int{5}, strides: []int{1}})), ErrStorageSize, "declared as 20 bytes"},
		{"a storage that is declared twice and differently", zip(dict("x", view{class: "IntStorage", key: "0", elements: 6, shape: []int{6}, strides: []int{1}}.String())), ErrStorageRedeclared, "torch.IntStorage"},
		{"a storage that is not there", zip(one(view{key: "9", elements: 6, shape: []int{6}, strides: []int{1}})), ErrMissingStorage, `storage "9"`},
		{"an entry of the same base name elsewhere does not stand for a storage", zip(with(one(view{key: "9", elements: 6, shape: []int{6}, strides: []int{1}}), func(m *made) {
			m.members = [][2]string{{"m/other/9", floats(6)}}
		})), ErrMissingStorage, `storage "9"`},
		{"a stale checksum of the object", zip(with(dict(), func(m *made) { m.stale = "m/data.pkl" })), ErrChecksum, "m/data.pkl"},
		{"two entries of one name", zip(with(dict(), func(m *made) { m.members = [][2]string{{"m/data/0", floats(6)}} })), ErrDuplicateEntry, "twice"},
		{"two entries that differ by case", zip(with(dict(), func(m *made) { m.members = [][2]string{{"m/DATA.PKL", "N."}} })), ErrDuplicateEntry, "folds case"},
		{"two roots", zip(with(dict(), func(m *made) { m.members = [][2]string{{"n/data/0", floats(6)}} })), ErrLayout, "outside of the root"},
		{"bytes before the archive", func(t *testing.T) []byte { return append([]byte("junk"), dict().zip(t)...) }, ErrZipMismatch, "before the archive"},
		{"bytes behind the archive", func(t *testing.T) []byte { return append(dict().zip(t), "junk"...) }, ErrZipMismatch, "behind the archive"},
		{"TorchScript", zip(with(dict(), func(m *made) { m.members = [][2]string{{"m/constants.pkl", "N."}, {"m/code/a.py", "x"}} })), ErrTorchScript, "contains code"},

		{"a stack with a wrong count", legacy(with(dict(), func(m *made) { m.storages[0][1] = floats(5) })), ErrStorageSize, "declared as 24 bytes and has 20"},
		{"a stack with bytes behind it", func(t *testing.T) []byte { return append(dict().legacy(t), 0) }, ErrLayout, "behind the last storage"},
		{"a stack that is cut", cut(dict(), 1), ErrStorageSize, "more than the file holds"},
		{"a stack with a storage that nothing declares", legacy(with(dict(), func(m *made) { m.storages = append(m.storages, [2]string{"7", floats(1)}) })), ErrStorageSize, `storage "7"`},

		{"no tensor at all", zip(with(dict(), func(m *made) { m.object = "EMPTY_DICT\n" })), ErrNoTensors, "no tensor to write"},
		{"an empty file", raw(""), ErrNotCheckpoint, "an empty file"},
		{"a plain pickle", raw("\x80\x02}."), ErrNotCheckpoint, "a plain pickle"},
		{"safetensors", raw("\x08\x00\x00\x00\x00\x00\x00\x00{}      "), ErrNotCheckpoint, "nothing to do"},
		{"a pointer of git-lfs", raw("version https://git-lfs.github.com/spec/v1\noid sha256:" + strings.Repeat("a", 64) + "\nsize 5\n"), ErrNotCheckpoint, "git lfs pull"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := planOf(c.file(t), Options{})
			if !errors.Is(err, c.code) {
				t.Fatalf("error %v, want %s", err, c.code)
			}
			if !strings.HasPrefix(err.Error(), "model.pt: ") || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %q does not say %q", err, c.says)
			}
		})
	}
}

// One text in a thousand places, and lists of lists of it: small files that would become large ones.
func TestBombs(t *testing.T) {
	lim := DefaultLimits()
	lim.Text, lim.Walk = 1<<20, 1<<16
	long := "BINUNICODE \"" + strings.Repeat("x", 4000) + "\"\nBINPUT 7\nPOP\n"
	lists := "EMPTY_LIST\nBINPUT 0\nMARK\n.repeat 10\nBINGET 7\n.end\nAPPENDS\n"
	for i := range 12 {
		lists += "POP\nEMPTY_LIST\nMARK\n.repeat 10\nBINGET " + string(rune('0'+i%2)) + "\n.end\nAPPENDS\nBINPUT " + string(rune('0'+(i+1)%2)) + "\n"
	}
	deep := strings.Repeat("EMPTY_LIST\n", 3000) + strings.Repeat("APPEND\n", 2999)
	for name, object := range map[string]string{
		"texts":        dictOf(map[string]string{"w": plain.String(), "x": "EMPTY_LIST\nMARK\n.repeat 1000\nBINGET 7\n.end\nAPPENDS"}),
		"names":        dictOf(map[string]string{"w": plain.String() + "BINPUT 8\n", "x": "EMPTY_LIST\nMARK\n.repeat 1000\nEMPTY_DICT\nBINGET 7\nBINGET 8\nSETITEM\n.end\nAPPENDS"}),
		"shared lists": dictOf(map[string]string{"w": plain.String(), "x": lists}),
		"depth":        dictOf(map[string]string{"w": plain.String(), "x": deep}),
	} {
		m := made{object: long + object, storages: [][2]string{{"0", floats(6)}}}
		if _, err := planOf(m.zip(t), Options{Limits: lim}); !errors.Is(err, ErrLimit) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
