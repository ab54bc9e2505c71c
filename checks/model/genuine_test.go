package model_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bakedin/checks"
	"bakedin/checks/checkstest"
	"bakedin/rules"
)

// quiet runs the family over a folder of honest files. It reports what speaks against one, and returns those that are proved
// to hold weights only.
func quiet(t *testing.T, dir string) (proved []string) {
	t.Helper()
	files := map[string][]byte{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if files[e.Name()], err = os.ReadFile(filepath.Join(dir, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
	res, err := checkstest.Run(context.Background(), ruleset(t), files)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range res.Findings {
		switch {
		case f.Rule == "weights-only-proved":
			proved = append(proved, f.Location.Path)
		case f.Says == rules.Gap && f.Severity != rules.Low:
			t.Errorf("%s: %s %s: %s", f.Location.Path, f.Rule, f.Severity, f.Message)
		}
	}
	for _, s := range res.Skips {
		if !notReadYet(s) {
			t.Errorf("%s: skipped: %s: %s", s.Path, s.Kind, s.Detail)
		}
	}
	slices.Sort(proved)
	return proved
}

// notReadYet tells a format that the family has no reader for.
func notReadYet(s checks.Skipped) bool {
	return s.Kind == "unsupported" && strings.Contains(s.Detail, "is not read by this build")
}

func TestGenuineFiles(t *testing.T) {
	want := []string{"legacy_tensor.pt", "legacy_views.ckpt", "zip_dtypes.bin", "zip_quantized.pt", "zip_sparse.pt", "zip_trained.pth", "zip_views.ckpt"}
	if got := quiet(t, "testdata/genuine"); !slices.Equal(got, want) {
		t.Errorf("proved to hold weights only: %v, want %v", got, want)
	}
}

// TestFreshGenuineFiles makes honest files with the libraries of this machine: about a hundred of torch, numpy, scikit-learn
// and joblib. BAKEDIN_PYTHON names an interpreter that has them; Debian has the packages python3-torch, python3-sklearn and
// python3-joblib.
func TestFreshGenuineFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("NOT RUN: takes seconds; the fixtures of TestGenuineFiles were")
	}
	python := interpreter()
	if python == "" {
		t.Skip("NOT RUN: no python3 with torch; set BAKEDIN_PYTHON, or apt-get install python3-torch python3-sklearn python3-joblib")
	}
	dir := t.TempDir()
	out, err := exec.Command(python, "../../internal/format/torch/testdata/genuine.py", dir).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if len(out) > 0 {
		t.Logf("%s", out)
	}
	proved := quiet(t, dir)
	for _, name := range proved {
		if !strings.HasPrefix(name, "zip_") && !strings.HasPrefix(name, "legacy_") && !strings.Contains(name, ".np") {
			t.Errorf("%s is proved to hold weights only, and is no such file", name)
		}
	}
	if len(proved) < 20 {
		t.Errorf("%d files are proved to hold weights only: %v", len(proved), proved)
	}
}

// interpreter finds a Python that has torch.
func interpreter() string {
	for _, p := range []string{os.Getenv("BAKEDIN_PYTHON"), "python3", "/usr/bin/python3"} {
		if p != "" && exec.Command(p, "-c", "import torch").Run() == nil {
			return p
		}
	}
	return ""
}
