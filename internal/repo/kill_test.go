package repo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// deadly is a workspace that kills its own process at the n-th point between two effects on the disk.
type deadly struct {
	Workspace
	left *int
}

func (d deadly) step() {
	if *d.left--; *d.left == 0 {
		p, _ := os.FindProcess(os.Getpid())
		_ = p.Kill()
		select {}
	}
}

func (d deadly) around(act func() error) error {
	d.step()
	err := act()
	d.step()
	return err
}

func (d deadly) create(p string, mode fs.FileMode, fill func(io.Writer) error) error {
	return d.around(func() error {
		return d.Workspace.create(p, mode, func(w io.Writer) error {
			var b bytes.Buffer
			if err := fill(&b); err != nil {
				return err
			}
			half := b.Len() / 2
			if _, err := w.Write(b.Bytes()[:half]); err != nil {
				return err
			}
			d.step()
			_, err := w.Write(b.Bytes()[half:])
			return err
		})
	})
}

func (d deadly) rename(from, to string) error {
	return d.around(func() error { return d.Workspace.rename(from, to) })
}

// place is link and unlink; it dies between the two as well.
func (d deadly) place(from, to string) error {
	return d.around(func() error {
		dir := string(d.Workspace.(dirSpace))
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, to)), 0o755); err != nil {
			return err
		}
		if err := os.Link(filepath.Join(dir, from), filepath.Join(dir, to)); err != nil {
			return d.Workspace.place(from, to)
		}
		d.step()
		return os.Remove(filepath.Join(dir, from))
	})
}

func (d deadly) remove(p string) error {
	return d.around(func() error { return d.Workspace.remove(p) })
}

var before = map[string]string{"edit.py": "old\n", "deep/edit.py": "deep\n", "gone.pkl": "pickle", "name.txt": "renamed"}

func everyKindOfEdit() Plan {
	return Plan{Title: "every kind of edit", Edits: []Edit{
		Write{Path: "edit.py", Base: Digest([]byte(before["edit.py"])), New: []byte("new\n")},
		Remove{Path: "gone.pkl", Base: Digest([]byte(before["gone.pkl"]))},
		Write{Path: "fresh/file.py", New: []byte("fresh\n")},
		Rename{Path: "name.txt", To: "moved/name.txt", Base: Digest([]byte(before["name.txt"]))},
		Stream{Path: "big.safetensors", Size: 7, Write: func(_ context.Context, w io.Writer) error {
			_, err := io.WriteString(w, "tensors")
			return err
		}},
		Write{Path: "deep/edit.py", Base: Digest([]byte(before["deep/edit.py"])), New: []byte("deeper\n")},
	}}
}

var after = map[string]string{"edit.py": "new\n", "deep/edit.py": "deeper\n", "fresh/file.py": "fresh\n", "moved/name.txt": "renamed", "big.safetensors": "tensors"}

// contents are all files of a folder apart from the journal.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(dir, p)
		if rel = filepath.ToSlash(rel); strings.HasPrefix(rel, undoDir) {
			return nil
		}
		b, err := os.ReadFile(p)
		out[rel] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func lay(t *testing.T, dir string) {
	t.Helper()
	for p, text := range before {
		write(t, filepath.Join(dir, p), text)
	}
	if err := os.Chmod(filepath.Join(dir, "edit.py"), 0o741); err != nil {
		t.Fatal(err)
	}
}

// TestMain lets the test binary be the process that is killed.
func TestMain(m *testing.M) {
	what, dir := os.Getenv("BAKEDIN_TEST_DO"), os.Getenv("BAKEDIN_TEST_DIR")
	if what == "" {
		os.Exit(m.Run())
	}
	left, err := strconv.Atoi(os.Getenv("BAKEDIN_TEST_KILL"))
	if err == nil {
		w := deadly{DirWorkspace(dir), &left}
		if what == "undo" {
			err = Undo(context.Background(), w, "1")
		} else {
			_, err = Apply(context.Background(), w, everyKindOfEdit())
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

// A process is killed at every point between two effects of an apply, and of an undo. Each file is then the old or the new
// one, and the next call leaves the old tree or the new one, whole, and no other file.
func TestAKillLeavesTheOldTreeOrTheNew(t *testing.T) {
	for _, what := range []string{"apply", "undo"} {
		t.Run(what, func(t *testing.T) {
			stride := 1
			if testing.Short() {
				stride = 7
			}
			outcomes := map[string]int{}
			for n := 1; ; n += stride {
				dir := t.TempDir()
				lay(t, dir)
				if what == "undo" {
					if _, err := Apply(t.Context(), DirWorkspace(dir), everyKindOfEdit()); err != nil {
						t.Fatal(err)
					}
				}
				cmd := exec.Command(os.Args[0])
				cmd.Env = append(os.Environ(), "BAKEDIN_TEST_DO="+what, "BAKEDIN_TEST_DIR="+dir, "BAKEDIN_TEST_KILL="+strconv.Itoa(n))
				out, err := cmd.CombinedOutput()
				finished := err == nil
				if err != nil && len(out) > 0 {
					t.Fatalf("at %d: %v: %s", n, err, out)
				}
				for p, text := range contents(t, dir) {
					if !strings.Contains(p, ".bakedin-") && text != before[p] && text != after[p] {
						t.Errorf("killed at %d: %s is %q, neither old nor new", n, p, text)
					}
				}
				if _, err := Undos(DirWorkspace(dir)); err != nil {
					t.Fatalf("killed at %d: %v", n, err)
				}
				got := contents(t, dir)
				switch {
				case maps.Equal(got, before):
					outcomes["old"]++
				case maps.Equal(got, after):
					outcomes["new"]++
				default:
					t.Errorf("killed at %d, then settled: %q is neither the old tree nor the new", n, got)
				}
				if info, err := os.Stat(filepath.Join(dir, "edit.py")); err != nil || info.Mode().Perm() != 0o741 {
					t.Errorf("killed at %d: the mode became %v", n, info.Mode())
				}
				left, err := os.ReadDir(filepath.Join(dir, undoDir))
				if err != nil && !errors.Is(err, fs.ErrNotExist) {
					t.Fatal(err)
				}
				if maps.Equal(got, before) {
					for _, e := range left {
						if e.Name() != ".gitignore" && e.Name() != "lock" && !strings.HasSuffix(e.Name(), ".tmp") {
							t.Errorf("killed at %d: %s is left in the journal", n, e.Name())
						}
					}
				}
				if finished {
					if n < 30 {
						t.Fatalf("it was finished after %d steps: they are not counted", n)
					}
					break
				}
			}
			if outcomes["old"] == 0 || outcomes["new"] == 0 {
				t.Errorf("outcomes %v: both were expected", outcomes)
			}
		})
	}
}

func TestTwoProcessesDoNotWriteAtTheSameTime(t *testing.T) {
	dir := t.TempDir()
	lay(t, dir)
	release, err := DirWorkspace(dir).lock()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Apply(t.Context(), DirWorkspace(dir), everyKindOfEdit()); !errors.Is(err, ErrBusy) {
		t.Errorf("a second apply: %v", err)
	}
	if err := Undo(t.Context(), DirWorkspace(dir), "1"); !errors.Is(err, ErrBusy) {
		t.Errorf("an undo meanwhile: %v", err)
	}
	if !maps.Equal(contents(t, dir), before) {
		t.Error("something was written")
	}
	release()
	if _, err := Apply(t.Context(), DirWorkspace(dir), everyKindOfEdit()); err != nil {
		t.Errorf("after the lock was let go: %v", err)
	}
}

func TestNoByteOfAPersonIsLostWhenSettling(t *testing.T) {
	dir := t.TempDir()
	lay(t, dir)
	w := DirWorkspace(dir)
	e, err := Apply(t.Context(), w, everyKindOfEdit())
	if err != nil {
		t.Fatal(err)
	}
	e.State = applying // as if it had been killed
	if err := e.write(w); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "edit.py"), "a person's work\n")
	if _, err := Undos(w); err == nil || !strings.Contains(err.Error(), "somebody changed it") {
		t.Errorf("got %v", err)
	}
	want := maps.Clone(before)
	want["edit.py"] = "a person's work\n"
	if got := contents(t, dir); !maps.Equal(got, want) {
		t.Errorf("the tree is %q", got)
	}
	if b, err := os.ReadFile(filepath.Join(dir, e.kept(0))); err != nil || string(b) != before["edit.py"] {
		t.Errorf("the old content is gone: %q (%v)", b, err)
	}
	if _, err := Undos(w); err != nil {
		t.Errorf("it is told again and again: %v", err)
	}
}

func TestTheJournalIgnoresItselfAndCannotLeadAstray(t *testing.T) {
	dir := t.TempDir()
	lay(t, dir)
	gitIn(t, dir, "init", "-q")
	if _, err := Apply(t.Context(), DirWorkspace(dir), everyKindOfEdit()); err != nil {
		t.Fatal(err)
	}
	tree := open(t, dir, Options{})
	if got := paths(tree); slices.ContainsFunc(got, func(p string) bool { return strings.HasPrefix(p, ".bakedin") }) || len(got) != len(after) {
		t.Errorf("listed %q", got)
	}
	write(t, filepath.Join(dir, undoDir, "000009.json"), `{"id":"9","state":"applying","files":[{"path":".git/config","before_sha256":"","after_sha256":"`+
		Digest([]byte("x"))+`"}]}`)
	if _, err := Undos(DirWorkspace(dir)); err == nil || !strings.Contains(err.Error(), "000009.json") {
		t.Errorf("a forged journal: %v", err)
	}

	trap := t.TempDir()
	lay(t, trap)
	gitIn(t, trap, "init", "-q")
	if err := os.Symlink(".git/hooks", filepath.Join(trap, ".bakedin")); err != nil {
		t.Skipf("no links here: %v", err)
	}
	if _, err := Apply(t.Context(), DirWorkspace(trap), everyKindOfEdit()); err == nil || !strings.Contains(err.Error(), "no folder") {
		t.Errorf("through a link into .git: %v", err)
	}
	if _, err := os.Stat(filepath.Join(trap, ".git/hooks/undo")); err == nil {
		t.Error("the journal was written into .git")
	}
}
