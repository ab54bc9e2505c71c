package convert

import (
	"bytes"
	"context"
	"errors"
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
	lim := DefaultLimits()
	lim.Pickle.Memory, lim.Pickle.Ops, lim.Walk = 16<<20, 1<<20, 1<<14
	lim.Torch.Ops = 1 << 20
	lim.Torch.Zip.Entries = 100
	lim.Torch.Zip.Member.Bytes, lim.Torch.Zip.Member.Work = 1<<20, 1<<22
	f.Fuzz(func(t *testing.T, b []byte) {
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
	})
}
