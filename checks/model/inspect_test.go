package model_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"bakedin/checks/model"
)

// blob is a file in memory.
type blob struct{ *bytes.Reader }

func (b blob) Size() int64  { return b.Reader.Size() }
func (b blob) Close() error { return nil }

func TestInspectAccountsForEveryByteOfGenuineFiles(t *testing.T) {
	set := ruleset(t).Set
	files, err := filepath.Glob("testdata/genuine/*.*")
	if err != nil || len(files) == 0 {
		t.Fatal("no files")
	}
	for _, path := range files {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		x, err := model.Inspect(context.Background(), set, path, blob{bytes.NewReader(b)}, model.InspectOptions{Disassemble: true})
		if err != nil {
			t.Fatal(err)
		}
		if x.Outcome != model.Clean && x.Outcome != model.WeightsOnly || !x.Complete {
			t.Errorf("%s: %s, complete %v, %+v", path, x.Outcome, x.Complete, x.Left)
		}
		for _, p := range x.Parts {
			if len(p.Extents) > 0 && len(p.Unaccounted) > 0 {
				t.Errorf("%s: %s: %v belong to nothing", path, p.Member, p.Unaccounted)
			}
		}
	}
}

func TestInspectNamesTensors(t *testing.T) {
	b, err := os.ReadFile("testdata/genuine/zip_trained.pth")
	if err != nil {
		t.Fatal(err)
	}
	x, err := model.Inspect(context.Background(), ruleset(t).Set, "m.pth", blob{bytes.NewReader(b)}, model.InspectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, p := range x.Parts {
		for _, tensor := range p.Tensors {
			got[string(tensor.Name)] = fmt.Sprintf("%s %v", tensor.DType, tensor.Shape)
		}
	}
	for name, want := range map[string]string{
		"model.0.weight": "F32 [2 1 3 3]", "model.1.num_batches_tracked": "I64 []", "optimizer.state.0.exp_avg": "F32 [2 1 3 3]", "rng": "U8 [5056]",
	} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
}
