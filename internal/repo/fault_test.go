package repo

import (
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// full is a workspace whose disk has no room from the n-th file on: half of that one is written, and no later one can be made.
// Names can still be moved and removed, as on a full disk.
type full struct {
	Workspace
	left *int
}

func (f full) create(p string, mode fs.FileMode, fill func(io.Writer) error) error {
	if *f.left--; *f.left > 0 {
		return f.Workspace.create(p, mode, fill)
	}
	return f.Workspace.create(p, mode, func(w io.Writer) error {
		if _, err := io.WriteString(w, "ha"); err != nil {
			return err
		}
		return syscall.ENOSPC
	})
}

// unlucky is a workspace in which one effect fails: the n-th, whatever it is.
type unlucky struct {
	Workspace
	left *int
}

var errUnlucky = errors.New("input/output error")

func (u unlucky) fails() bool { *u.left--; return *u.left == 0 }

func (u unlucky) create(p string, mode fs.FileMode, fill func(io.Writer) error) error {
	if u.fails() {
		return errUnlucky
	}
	return u.Workspace.create(p, mode, fill)
}

func (u unlucky) rename(from, to string) error {
	if u.fails() {
		return errUnlucky
	}
	return u.Workspace.rename(from, to)
}

func (u unlucky) place(from, to string) error {
	if u.fails() {
		return errUnlucky
	}
	return u.Workspace.place(from, to)
}

func TestAFullDiskOrAFailingOneLeavesTheOldTree(t *testing.T) {
	for name, make := range map[string]func(dir string, left *int) Workspace{
		"full":    func(dir string, left *int) Workspace { return full{DirWorkspace(dir), left} },
		"failing": func(dir string, left *int) Workspace { return unlucky{DirWorkspace(dir), left} },
	} {
		t.Run(name, func(t *testing.T) {
			failed := 0
			for n := 1; ; n++ {
				dir := t.TempDir()
				lay(t, dir)
				left := n
				_, err := Apply(t.Context(), make(dir, &left), everyKindOfEdit())
				if left > 0 {
					if err != nil || !maps.Equal(contents(t, dir), after) {
						t.Errorf("nothing failed, and yet: %v", err)
					}
					break
				}
				failed++
				if err == nil {
					t.Fatalf("at %d: the failure went unseen", n)
				}
				if !errors.Is(err, syscall.ENOSPC) && !errors.Is(err, errUnlucky) {
					t.Errorf("at %d: the error does not tell why: %v", n, err)
				}
				if got := contents(t, dir); !maps.Equal(got, before) {
					t.Errorf("at %d: %q is not the old tree (%v)", n, got, err)
				}
				if list, err := Undos(DirWorkspace(dir)); err != nil || len(list) != 0 {
					t.Errorf("at %d: the journal holds %v, %v", n, list, err)
				}
			}
			if failed < 8 {
				t.Errorf("only %d places failed", failed)
			}
		})
	}
}

// A tree that may only be read is told to be so, and stays as it is. Root may write anywhere, so another account tries.
func TestATreeThatMayOnlyBeReadIsLeftAlone(t *testing.T) {
	dir, err := os.MkdirTemp("", "readonly")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error { return errors.Join(err, os.Chmod(p, 0o755)) })
		os.RemoveAll(dir)
	})
	tree := filepath.Join(dir, "tree")
	lay(t, tree)
	program := filepath.Join(dir, "program")
	self, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(program, self, 0o755); err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		mode := fs.FileMode(0o555)
		if err == nil && !d.IsDir() && p != program {
			mode = 0o444
		}
		return errors.Join(err, os.Chmod(p, mode))
	})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "BAKEDIN_TEST_DO=apply", "BAKEDIN_TEST_DIR="+tree, "BAKEDIN_TEST_KILL=100000")
	if os.Getuid() == 0 && !asNobody(cmd) {
		t.Skip("skipped: root may write anywhere, and this system has no way to be another account")
	}
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "permission denied") || !strings.Contains(string(out), ".bakedin") {
		t.Errorf("%v: %s", err, out)
	}
	if got := contents(t, tree); !maps.Equal(got, before) {
		t.Errorf("the tree became %q", got)
	}
}
