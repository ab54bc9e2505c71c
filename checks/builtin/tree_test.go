package builtin

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"bakedin/checks"
	"bakedin/checks/checkstest"
	"bakedin/internal/format/pickle/asm"
	"bakedin/internal/repo"
)

func put(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Skipf("no such name here: %v", err)
	}
}

func look(t *testing.T, dir string) *checkstest.Result {
	t.Helper()
	tree, err := repo.OpenDir(t.Context(), dir, repo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	rs, err := Ruleset()
	if err != nil {
		t.Fatal(err)
	}
	r := &checkstest.Result{}
	if err := checks.Run(t.Context(), tree, rs, checks.Options{}, r); err != nil {
		t.Fatal(err)
	}
	return r
}

// What a git-lfs pointer stands for is looked at in its place. Where it is not here, nobody reads "no findings".
func TestTheModelBehindAPointerIsLookedAt(t *testing.T) {
	dir := t.TempDir()
	evil, err := asm.Assemble("PROTO 2\nGLOBAL os system\nUNICODE canary\nTUPLE1\nREDUCE\nSTOP")
	if err != nil {
		t.Fatal(err)
	}
	pointer := func(path string, content []byte, here bool) {
		sum := sha256.Sum256(content)
		oid := hex.EncodeToString(sum[:])
		put(t, filepath.Join(dir, path), fmt.Appendf(nil, "version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %d\n", oid, len(content)))
		if here {
			put(t, filepath.Join(dir, ".git/lfs/objects", oid[:2], oid[2:4], oid), content)
		}
	}
	pointer("here.pkl", evil, true)
	pointer("away.pkl", append(evil, 0), false)
	r := look(t, dir)
	found, missing := false, false
	for _, f := range r.Of("pickle-runs-code") {
		found = found || f.Location.Path == "here.pkl"
	}
	for _, s := range r.Skips {
		missing = missing || s.Path == "away.pkl" && s.Kind == "object-missing" && s.Fatal() && len(s.Rules) > 0
	}
	if !found || !missing {
		t.Errorf("found in the object: %v, told that the other is missing: %v; skipped %v", found, missing, r.Skips)
	}
}

func TestANameThatIsNotUTF8IsGivenExactly(t *testing.T) {
	dir := t.TempDir()
	name := "lo\xffad.py"
	put(t, filepath.Join(dir, name), []byte("import torch\n\n\ntorch.load(path)\n"))
	found := look(t, dir).Of("torch-load-unrestricted")
	if len(found) != 1 {
		t.Fatalf("%d findings in the file", len(found))
	}
	if exact := found[0].Location.PathBytes; exact == nil || *exact != base64.StdEncoding.EncodeToString([]byte(name)) {
		t.Errorf("path_bytes is %v", exact)
	}
}
