package convert

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// objects is an .npy of dtype O: listings of members.
func objects(t testing.TB, shape string, count int, members ...string) []byte {
	text := fmt.Sprintf("{'descr': '|O', 'fortran_order': False, 'shape': %s, }\n", shape)
	out := append(binary.LittleEndian.AppendUint16([]byte(npyMagic+"\x01\x00"), uint16(len(text))), text...)
	return append(out, assemble(t, `PROTO 2
GLOBAL "numpy.core.multiarray" "_reconstruct"
GLOBAL "numpy" "ndarray"
BININT1 0
TUPLE1
GLOBAL "_codecs" "encode"
BINUNICODE "b"
BINUNICODE "latin1"
TUPLE2
REDUCE
TUPLE3
REDUCE
MARK
BININT1 1
BININT1 `+fmt.Sprint(count)+`
TUPLE1
GLOBAL "numpy" "dtype"
BINUNICODE "O8"
NEWFALSE
NEWTRUE
TUPLE3
REDUCE
NEWFALSE
EMPTY_LIST
MARK
`+strings.Join(members, "\n")+`
APPENDS
TUPLE
BUILD
STOP`)...)
}

func arrayOf(b []byte, level Level) (*Array, error) {
	return plainArray(bytes.NewReader(b), int64(len(b)), "", Options{Name: "a.npy", Level: level, Limits: DefaultLimits()})
}

func TestObjectArraysBecomePlain(t *testing.T) {
	for _, c := range []struct {
		name    string
		members []string
		level   Level
		dtype   string
		data    string
	}{
		{"floats", []string{"BINFLOAT 1", "BINFLOAT 2"}, Strict, "<f8", "\x00\x00\x00\x00\x00\x00\xf0\x3f\x00\x00\x00\x00\x00\x00\x00\x40"},
		{"integers", []string{"BININT1 1", "BININT -2"}, Strict, "<i8", "\x01\x00\x00\x00\x00\x00\x00\x00\xfe\xff\xff\xff\xff\xff\xff\xff"},
		{"truth values", []string{"NEWTRUE", "NEWFALSE"}, Strict, "|b1", "\x01\x00"},
		{"texts", []string{`BINUNICODE "ü"`, `BINUNICODE "ab"`}, Strict, "<U2", "\xfc\x00\x00\x00\x00\x00\x00\x00a\x00\x00\x00b\x00\x00\x00"},
		{"integers and floats, when a person accepts it", []string{"BININT1 1", "BINFLOAT 2"}, Rescue, "<f8", "\x00\x00\x00\x00\x00\x00\xf0\x3f\x00\x00\x00\x00\x00\x00\x00\x40"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := arrayOf(objects(t, "(2,)", 2, c.members...), c.level)
			if err != nil {
				t.Fatal(err)
			}
			head := 10 + int(binary.LittleEndian.Uint16(a.npy[8:]))
			if a.DType != c.dtype || string(a.npy[head:]) != c.data || head%64 != 0 {
				t.Errorf("%s %x", a.DType, a.npy[head:])
			}
		})
	}
}

func TestObjectArraysThatStayWhatTheyAre(t *testing.T) {
	for _, c := range []struct {
		name    string
		members []string
		level   Level
		code    Code
	}{
		{"None among numbers", []string{"BININT1 1", "NONE"}, Strict, ErrObjectArray},
		{"a dict", []string{"EMPTY_DICT", "EMPTY_DICT"}, Strict, ErrObjectArray},
		{"integers and floats, unasked", []string{"BININT1 1", "BINFLOAT 2"}, Strict, ErrObjectArray},
		{"an integer that no float is", []string{"LONG1 9007199254740993", "BINFLOAT 2"}, Rescue, ErrObjectArray},
		{"an integer beyond 64 bits", []string{"LONG1 18446744073709551616", "BININT1 2"}, Strict, ErrObjectArray},
		{"texts and numbers", []string{`BINUNICODE "a"`, "BININT1 2"}, Strict, ErrObjectArray},
		{"a text with a zero at its end, which numpy drops", []string{`BINUNICODE "a\x00"`, `BINUNICODE "b"`}, Strict, ErrObjectArray},
		{"code, in strict", []string{system, "BININT1 2"}, Strict, ErrCode},
		{"code, in rescue", []string{system, "BININT1 2"}, Rescue, ErrCode},
		{"fewer members than the shape", []string{"BININT1 2"}, Strict, ErrObjectArray},
		{"one very long text among short ones", []string{`BINUNICODE "` + strings.Repeat("x", 4000) + `"`, `BINUNICODE "y"`}, Strict, ErrBlowup},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := arrayOf(objects(t, "(2,)", 2, c.members...), c.level)
			if !errors.Is(err, c.code) {
				t.Errorf("error %v, want %s", err, c.code)
			}
		})
	}
}

func TestArchiveOfArrays(t *testing.T) {
	dir := t.TempDir()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	kept := append(npyHead("<f8", []int64{1}), "12345678"...)
	for _, m := range []struct {
		name string
		data []byte
	}{{"first.npy", kept}, {"second.npy", objects(t, "(2,)", 2, "BININT1 1", "BININT1 2")}, {"third.npy", kept}} {
		f, _ := w.Create(m.name)
		f.Write(m.data)
	}
	w.Close()
	path := filepath.Join(dir, "a.npz")
	os.WriteFile(path, b.Bytes(), 0o644)
	src, err := OpenSource(path)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	j, err := NewJob(src, "", Options{Name: "a.npz"})
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Save(context.Background(), SaveOptions{}, ""); err != nil {
		t.Fatal(err)
	}
	out, err := zip.OpenReader(filepath.Join(dir, "a.plain.npz"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	var got []string
	for _, f := range out.File {
		got = append(got, f.Name)
	}
	if strings.Join(got, " ") != "first.npy second.npy third.npy" || len(j.Arrays.Members) != 1 {
		t.Errorf("%v, %v", got, j.Arrays.Members)
	}
}

// numpy itself writes the arrays, and reads what became of them with allow_pickle=False.
const numpyOracle = `
import sys, numpy as np
folder, what = sys.argv[1:]
def obj(items, shape=None):
    a = np.empty(len(items), dtype=object)
    for i, x in enumerate(items): a[i] = x
    return a.reshape(shape) if shape else a
cases = {
    "floats": obj([1.5, float("nan"), -0.0]), "ints": obj([1, -2**63, 2**63-1]), "bools": obj([True, False]),
    "texts": obj(["a", "größe", ""]), "square": obj([1.0, 2.0, 3.0, 4.0], (2, 2)), "arrays": obj([np.arange(3), np.arange(3, 6)]),
    "float32s": obj([np.ones((2, 2), "f4"), np.zeros((2, 2), "f4")]),
}
for name, a in cases.items():
    if what == "write":
        np.save(folder + "/" + name + ".npy", a, allow_pickle=True)
    else:
        b = np.load(folder + "/" + name + ".plain.npy", allow_pickle=False)
        want = np.stack(list(a)) if isinstance(a.flat[0], np.ndarray) else np.array(a.tolist())
        assert b.dtype == want.dtype and b.shape == want.shape and b.tobytes() == want.tobytes(), (name, b, want)
if what == "write": print(" ".join(cases))
`

func TestArraysAreWhatNumpyReads(t *testing.T) {
	python := ""
	for _, name := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(name, "-c", "import numpy").Run() == nil {
			python = name
		}
	}
	if python == "" {
		t.Skip("SKIPPED, NOT PASSED: no python3 with numpy is here")
	}
	dir := t.TempDir()
	out, err := exec.Command(python, "-c", numpyOracle, dir, "write").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range strings.Fields(string(out)) {
		src, err := OpenSource(filepath.Join(dir, name+".npy"))
		if err != nil {
			t.Fatal(err)
		}
		defer src.Close()
		j, err := NewJob(src, "", Options{Name: src.Name()})
		if err == nil {
			err = j.Save(context.Background(), SaveOptions{}, "")
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if out, err := exec.Command(python, "-c", numpyOracle, dir, "read").CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
