package model

import (
	"bytes"
	"testing"
)

const tensor = `PROTO 2
GLOBAL torch._utils _rebuild_tensor_v2
MARK
MARK
BINUNICODE "storage"
GLOBAL torch FloatStorage
BINUNICODE "0"
BINUNICODE "cpu"
BININT1 1
TUPLE
BINPERSID
BININT1 0
BININT1 1
TUPLE1
BININT1 1
TUPLE1
NEWFALSE
GLOBAL collections OrderedDict
EMPTY_TUPLE
REDUCE
TUPLE
REDUCE
`

func TestOnlyWholeFilesAreProved(t *testing.T) {
	four, version := []byte{0, 0, 0x80, 0x3f}, []byte("3\n")
	good := listing(t, tensor+"STOP")
	for _, c := range []struct {
		why  string
		data []byte
		want bool
	}{
		{"a tensor with its storage", zipped(t, "m/data.pkl", good, "m/data/0", four, "m/version", version), true},
		{"a storage that is not there", zipped(t, "m/data.pkl", good, "m/version", version), false},
		{"a storage that is too long", zipped(t, "m/data.pkl", good, "m/data/0", append(four, four...)), false},
		{"a storage that nobody names", zipped(t, "m/data.pkl", good, "m/data/0", four, "m/data/1", four), false},
		{"a pickle in place of a storage", zipped(t, "m/data.pkl", good, "m/data/0", four, "m/x.pkl", good), false},
		{"an opcode that the loader refuses", zipped(t, "m/data.pkl", listing(t, tensor+"DUP\nPOP\nSTOP"), "m/data/0", four), false},
		{"a class of torch that it refuses", zipped(t, "m/data.pkl", listing(t, "PROTO 2\nGLOBAL torch.nn.modules.linear Linear\nEMPTY_TUPLE\nNEWOBJ\nSTOP")), false},
		{"a dtype that is called", zipped(t, "m/data.pkl", listing(t, "PROTO 2\nGLOBAL torch float32\nEMPTY_TUPLE\nREDUCE\nSTOP")), false},
		{"bytes before the archive", append([]byte("#!/bin/sh\n"), zipped(t, "m/data.pkl", good, "m/data/0", four)...), false},
		{"two objects", zipped(t, "m/data.pkl", good, "n/data.pkl", good, "m/data/0", four), false},
	} {
		t.Run(c.why, func(t *testing.T) {
			o := &contents{}
			o.open(&part{name: "model.pt", size: int64(len(c.data)), r: bytes.NewReader(c.data)})
			for _, p := range o.parts {
				if p.pickle != nil {
					p.verdict = o.judgePickle(p)
				}
			}
			if got := proved(o); got != c.want {
				t.Errorf("proved is %v, want %v", got, c.want)
			}
		})
	}
}
