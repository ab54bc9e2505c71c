package convert

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"bakedin/internal/format/safetensors"
)

func FuzzConvert(f *testing.F) {
	v := func(v view) string { return v.String() }
	for _, m := range []made{
		one(plain), one(view{key: "0", elements: 6, shape: []int{3, 2}, strides: []int{1, 3}}),
		{storages: [][2]string{{"0", floats(6)}}, object: dictOf(map[string]string{"a": v(plain), "b": v(plain), "x": system})},
		{storages: [][2]string{{"0", floats(6)}}, object: linear("my.Net", "")},
	} {
		f.Add(m.zip(f))
		f.Add(m.legacy(f))
	}
	f.Fuzz(fuzzed)
}

// FuzzObject changes the object pickle alone, inside of an archive whose checksums are right.
func FuzzObject(f *testing.F) {
	for _, listing := range []string{
		dictOf(map[string]string{"w": plain.String()}),
		dictOf(map[string]string{"a": plain.String(), "b": view{key: "0", elements: 6, shape: []int{3, 2}, strides: []int{1, 3}}.String(), "x": system}),
		dictOf(map[string]string{"model": linear("my.Net", ""), "n": "LONG1 1180591620717411303424"}),
		"GLOBAL \"collections\" \"OrderedDict\"\nEMPTY_TUPLE\nREDUCE\nBINUNICODE \"w\"\n" + plain.String() + "SETITEM\nEMPTY_DICT\nBINUNICODE \"_metadata\"\nNONE\nSETITEM\nBUILD\n",
	} {
		f.Add(assemble(f, "PROTO 2\n"+listing+"STOP"))
	}
	for _, name := range []string{"quantised-zip-p2.pt", "sparse-zip-p2.pt", "module-shared-zip-p4.pt", "protocols-zip-p5.pt", "trainer-sgd-zip-p2.pt"} {
		z, err := zip.OpenReader("testdata/golden/" + name)
		if err != nil {
			f.Fatal(err)
		}
		for _, e := range z.File {
			if strings.HasSuffix(e.Name, "data.pkl") {
				r, err := e.Open()
				if err != nil {
					f.Fatal(err)
				}
				b, _ := io.ReadAll(r)
				f.Add(b)
			}
		}
		z.Close()
	}
	f.Fuzz(func(t *testing.T, object []byte) {
		m := made{raw: object, storages: [][2]string{{"0", floats(6)}, {"1", "\x01\x00\x01"}, {"2", floats(16)}}}
		fuzzed(t, m.zip(t))
	})
}

// fuzzed holds any file to the promises of the package.
func fuzzed(t *testing.T, b []byte) {
	lim := DefaultLimits()
	lim.Pickle.Memory, lim.Pickle.Ops, lim.Walk = 16<<20, 1<<20, 1<<14
	lim.Torch.Ops = 1 << 20
	lim.Torch.Zip.Entries = 100
	lim.Torch.Zip.Member.Bytes, lim.Torch.Zip.Member.Work = 1<<20, 1<<22
	for _, level := range []Level{Strict, Rescue} {
		p, err := PlanTorch(bytes.NewReader(b), int64(len(b)), Options{Name: "f", Level: level, Limits: lim})
		if err != nil {
			if r := (*Refusal)(nil); !errors.As(err, &r) || len(r.Problems) == 0 || strings.ContainsAny(r.Error(), "\x00\x1b\r") {
				t.Fatalf("an error that is no refusal, or is not fit to be shown: %q", err)
			}
			continue
		}
		if level == Strict && len(p.Dropped) > 0 {
			t.Fatal("strict plans a file that holds code")
		}
		var out bytes.Buffer
		if _, err := p.WriteTo(context.Background(), &out, WriteOptions{}); err != nil {
			continue
		}
		if int64(out.Len()) != p.Size {
			t.Fatalf("%d bytes, %d planned", out.Len(), p.Size)
		}
		file, err := safetensors.Parse(bytes.NewReader(out.Bytes()), p.Size, safetensors.Limits{Header: 1 << 24, Depth: 8})
		if err != nil || len(file.Problems) > 0 {
			t.Fatalf("the strict reader refuses what was written: %v %v", err, file.Problems)
		}
		if len(file.Tensors) != len(p.Tensors) {
			t.Fatalf("%d tensors, %d planned", len(file.Tensors), len(p.Tensors))
		}
	}
}
