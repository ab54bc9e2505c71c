package convert

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"bakedin/internal/format/safetensors"
)

// genuine is a checkpoint that torch wrote, and what torch.load made of it.
type genuine struct {
	File    string
	Level   Level
	Refuse  Code
	Tensors map[string][3]any // dtype, shape, sha256
}

// withTorch finds an interpreter that has torch.
func withTorch() string {
	for _, name := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(name, "-c", "import torch").Run() == nil {
			return name
		}
	}
	return ""
}

// Every tensor of every checkpoint that a real torch writes is, byte for byte, what torch.load builds.
func TestConversionIsWhatTorchLoads(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED, NOT PASSED: run without -short to hold conversions against torch.load")
	}
	python := withTorch()
	if python == "" {
		t.Skip("SKIPPED, NOT PASSED: no python3 with torch is here, so that nothing was held against torch.load; install python3-torch")
	}
	dir := t.TempDir()
	out, err := exec.Command(python, "-W", "ignore", "testdata/checkpoints.py", dir).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
	if n := hold(t, dir); n < 300 {
		t.Errorf("only %d checkpoints", n)
	}
}

// The same for a few small checkpoints of a real torch that are kept, with the digests that torch.load gave.
func TestGoldenCheckpoints(t *testing.T) {
	if n := hold(t, "testdata/golden"); n < 30 {
		t.Errorf("only %d checkpoints", n)
	}
}

// hold converts every checkpoint of a manifest and returns how many there are.
func hold(t *testing.T, dir string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []genuine
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	tensors, refused := 0, 0
	for _, c := range cases {
		b, err := os.ReadFile(filepath.Join(dir, c.File))
		if err != nil {
			t.Fatal(err)
		}
		plan, err := PlanTorch(bytes.NewReader(b), int64(len(b)), Options{Name: c.File, Level: c.Level, Keep: All, AllowGrowth: true})
		if c.Refuse != "" {
			if !errors.Is(err, c.Refuse) {
				t.Errorf("%s: %v, want it refused as %s", c.File, err, c.Refuse)
			}
			refused++
			continue
		}
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		var w bytes.Buffer
		if _, err := plan.WriteTo(context.Background(), &w, WriteOptions{}); err != nil {
			t.Errorf("%v", err)
			continue
		}
		tensors += compare(t, c, w.Bytes())
	}
	t.Logf("%d checkpoints, %d tensors equal to torch.load, %d refused as they must be", len(cases), tensors, refused)
	return len(cases)
}

func compare(t *testing.T, c genuine, b []byte) (equal int) {
	f, err := safetensors.Parse(bytes.NewReader(b), int64(len(b)), safetensors.Limits{Header: 1 << 20, Depth: 8})
	if err != nil || len(f.Problems) > 0 {
		t.Errorf("%s: %v %v", c.File, err, f.Problems)
		return 0
	}
	if len(f.Tensors) != len(c.Tensors) {
		t.Errorf("%s: %d tensors, torch loads %d", c.File, len(f.Tensors), len(c.Tensors))
	}
	for _, got := range f.Tensors {
		want, ok := c.Tensors[got.Name]
		if !ok {
			t.Errorf("%s: torch loads no tensor %q", c.File, got.Name)
			continue
		}
		var shape []int64
		for _, n := range want[1].([]any) {
			shape = append(shape, int64(n.(float64)))
		}
		sum := sha256.Sum256(b[f.Data+got.Begin : f.Data+got.End])
		if got.DType != want[0] || !slices.Equal(got.Shape, shape) || hex.EncodeToString(sum[:]) != want[2] {
			t.Errorf("%s: %q is %s %v %x, torch loads %v", c.File, got.Name, got.DType, got.Shape, sum, want)
			continue
		}
		equal++
	}
	return equal
}

// A reader in another language, of a few lines, sees the same bytes: neither our writer nor our reader is asked.
func TestAnotherReaderSeesTheSame(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("SKIPPED, NOT PASSED: no python3 is here to read with")
	}
	text, err := os.ReadFile("testdata/golden/manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []genuine
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	n := 0
	for _, c := range cases {
		if c.Refuse != "" {
			continue
		}
		src, err := OpenSource(filepath.Join("testdata/golden", c.File))
		if err != nil {
			t.Fatal(err)
		}
		j, err := NewJob(src, filepath.Join(dir, c.File+".safetensors"), Options{Name: c.File, Level: c.Level, Keep: All, AllowGrowth: true})
		if err == nil {
			err = j.Save(context.Background(), SaveOptions{}, "")
		}
		src.Close()
		if err != nil {
			t.Errorf("%s: %v", c.File, err)
		}
		n++
	}
	out, err := exec.Command(python, "testdata/read.py", "testdata/golden/manifest.json", dir).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if want := fmt.Sprintf("%d files agree\n", n); string(out) != want {
		t.Errorf("it says %q, want %q", out, want)
	}
}
