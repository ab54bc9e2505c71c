package git

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// shell runs the git of this machine, unhardened, in a folder that the test made.
func shell(t *testing.T, dir string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not on this machine: nothing of this package is tested")
	}
	cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=A Person", "-c", "user.email=person@example.org",
		"-c", "protocol.file.allow=always", "-c", "init.defaultBranch=main", "-c", "core.hooksPath=/dev/null"}, args...)...)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_SYSTEM="+os.DevNull)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return string(out)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// history is two commits, a staged change, an unstaged one and an untracked file.
func history(t *testing.T, dir string, initArgs ...string) {
	t.Helper()
	shell(t, dir, append([]string{"init", "-q"}, initArgs...)...)
	write(t, filepath.Join(dir, "a.py"), "one\n")
	write(t, filepath.Join(dir, "sub/b.py"), "b\n")
	write(t, filepath.Join(dir, "gone.py"), "gone\n")
	shell(t, dir, "add", ".")
	shell(t, dir, "commit", "-qm", "first")
	write(t, filepath.Join(dir, "a.py"), "two\n")
	shell(t, dir, "rm", "-q", "gone.py")
	shell(t, dir, "add", ".")
	shell(t, dir, "commit", "-qm", "second")
	change(t, dir)
}

func change(t *testing.T, dir string) {
	t.Helper()
	write(t, filepath.Join(dir, "a.py"), "staged\n")
	shell(t, dir, "add", "a.py")
	write(t, filepath.Join(dir, "a.py"), "not staged\n")
	write(t, filepath.Join(dir, "new.py"), "untracked\n")
}

// kind is a shape that a repository can have on disk.
type kind struct {
	name   string
	format string // sha1 unless it says so
	first  bool   // has its first commit
	make   func(t *testing.T, dir string)
}

var kinds = []kind{
	{"a plain repository", "sha1", true, func(t *testing.T, dir string) { history(t, dir) }},
	{"a linked work tree", "sha1", true, func(t *testing.T, dir string) {
		main := filepath.Join(t.TempDir(), "main")
		mkdir(t, main)
		history(t, main)
		shell(t, main, "worktree", "add", "-q", "-f", "--detach", dir, "HEAD")
		change(t, dir)
	}},
	{"a split index", "sha1", true, func(t *testing.T, dir string) {
		history(t, dir)
		shell(t, dir, "update-index", "--split-index")
	}},
	{"a sparse checkout", "sha1", true, func(t *testing.T, dir string) {
		history(t, dir)
		shell(t, dir, "sparse-checkout", "set", "--no-cone", "/a.py", "/new.py")
	}},
	{"a repository of SHA-256", "sha256", true, func(t *testing.T, dir string) { history(t, dir, "--object-format=sha256") }},
	{"a shallow clone", "sha1", false, func(t *testing.T, dir string) {
		main := filepath.Join(t.TempDir(), "main")
		mkdir(t, main)
		history(t, main)
		shell(t, dir, "clone", "-q", "--depth", "1", "file://"+filepath.ToSlash(main), ".")
		change(t, dir)
	}},
}

func mkdir(t *testing.T, dir string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
}

// each runs a test on every kind of repository.
func each(t *testing.T, test func(t *testing.T, dir string, k kind)) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			dir := t.TempDir()
			k.make(t, dir)
			test(t, dir, k)
		})
	}
}

func open(t *testing.T, dir string, opt Options) *Repo {
	t.Helper()
	r, err := Open(t.Context(), dir, opt)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
