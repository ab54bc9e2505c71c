package patch

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func numbered(n int) []string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf("line %d\n", i+1))
	}
	return out
}

func TestHunksAreNumberedBySide(t *testing.T) {
	before, after := numbered(60), numbered(60)
	after[4], after[8] = "four\nand a half\n", "" // one hunk of two edits
	after[40] = "forty\none\n"
	d := Unified("a/x", "b/x", []byte(strings.Join(before, "")), []byte(strings.Join(after, "")))
	for _, want := range []string{"@@ -2,11 +2,11 @@", "@@ -38,7 +38,8 @@"} {
		if !strings.Contains(d, want) {
			t.Errorf("no %s in\n%s", want, d)
		}
	}
}

func TestGitTakesIt(t *testing.T) {
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("there is no git on this machine")
	}
	before, after := numbered(80), numbered(80)
	after[2], after[7], after[30], after[79] = "three\n", "", "thirty\n\tand more\r\n", "the end, without a line end"
	dir := t.TempDir()
	file := filepath.Join(dir, "x")
	if err := os.WriteFile(file, []byte(strings.Join(before, "")), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(git, "apply", "--whitespace=nowarn", "-")
	cmd.Dir = dir
	cmd.Stdin = strings.NewReader(Unified("a/x", "b/x", []byte(strings.Join(before, "")), []byte(strings.Join(after, ""))))
	if out, err := cmd.CombinedOutput(); err != nil || strings.Contains(string(out), "offset") {
		t.Fatalf("%v: %s", err, out)
	}
	if got, _ := os.ReadFile(file); string(got) != strings.Join(after, "") {
		t.Errorf("git made %q", got)
	}
}

func TestAFileThatIsNew(t *testing.T) {
	if d := Unified("/dev/null", "b/x", nil, []byte("a\n")); !strings.HasPrefix(d, "--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+a\n") {
		t.Errorf("%q", d)
	}
	if d := Unified("a/x", "b/x", []byte("a\n"), []byte("a\n")); d != "" {
		t.Errorf("%q", d)
	}
}
