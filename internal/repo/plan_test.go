package repo

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/afero"
)

func edit(path, old string, start, end int, text string) TextEdit {
	return TextEdit{Path: path, Start: start, End: end, Replacement: text, Base: Digest([]byte(old))}
}

func TestAFixIsAppliedAndTakenBackByteForByte(t *testing.T) {
	dir := t.TempDir()
	old := "import torch\r\ntorch.load(p)\r\n"
	write(t, filepath.Join(dir, "a/load.py"), old)
	if err := os.Chmod(filepath.Join(dir, "a/load.py"), 0o750); err != nil {
		t.Fatal(err)
	}
	tree, err := OpenDir(t.Context(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	plan, err := Writes(tree, []TextEdit{
		edit("a/load.py", old, 26, 26, ", weights_only=True"),
		{Path: ".gitattributes", Replacement: "*.pt filter=lfs\n"},
	})
	if err != nil {
		t.Fatal(err)
	}
	after, err := Preview(t.Context(), tree, plan)
	if err != nil {
		t.Fatal(err)
	}
	previewed, _ := after.ReadFile("a/load.py", 1000)
	space := DirWorkspace(dir)
	entry, err := Apply(t.Context(), space, plan)
	if err != nil {
		t.Fatal(err)
	}
	written, err := os.ReadFile(filepath.Join(dir, "a/load.py"))
	if err != nil || string(written) != string(previewed) || !strings.Contains(string(written), "(p, weights_only=True)\r\n") {
		t.Errorf("written %q, previewed %q, %v", written, previewed, err)
	}
	if info, _ := os.Stat(filepath.Join(dir, "a/load.py")); info.Mode().Perm() != 0o750 {
		t.Errorf("the mode became %v", info.Mode())
	}
	if got := entry.Paths(); !slices.Equal(got, []string{"a/load.py", ".gitattributes"}) {
		t.Errorf("touched %v", got)
	}
	if err := Undo(t.Context(), space, entry.ID); err != nil {
		t.Fatal(err)
	}
	back, _ := os.ReadFile(filepath.Join(dir, "a/load.py"))
	if string(back) != old {
		t.Errorf("after the undo: %q", back)
	}
	if _, err := os.Stat(filepath.Join(dir, ".gitattributes")); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the new file is still there")
	}
	if left, _ := Undos(space); len(left) != 0 {
		t.Errorf("%d changes left to take back", len(left))
	}
}

func TestNothingIsWrittenWhenAFileMovedOn(t *testing.T) {
	for name, space := range map[string]func(t *testing.T) (Workspace, afero.Fs){
		"in a folder": func(t *testing.T) (Workspace, afero.Fs) {
			dir := t.TempDir()
			return DirWorkspace(dir), afero.NewBasePathFs(afero.NewOsFs(), dir)
		},
		"in memory": func(*testing.T) (Workspace, afero.Fs) { m := afero.NewMemMapFs(); return MemWorkspace(m), m },
	} {
		t.Run(name, func(t *testing.T) {
			w, files := space(t)
			put := func(p, text string) {
				if err := afero.WriteFile(files, p, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			put("one.txt", "1")
			put("two.txt", "changed")
			plan := Plan{Title: "both", Edits: []Edit{
				Write{Path: "one.txt", Base: Digest([]byte("1")), New: []byte("11")},
				Write{Path: "two.txt", Base: Digest([]byte("2")), New: []byte("22")},
			}}
			if _, err := Apply(t.Context(), w, plan); !errors.Is(err, ErrChanged) {
				t.Fatalf("got %v", err)
			}
			if b, _ := afero.ReadFile(files, "one.txt"); string(b) != "1" {
				t.Errorf("one.txt is %q: half of a plan was written", b)
			}
			entries, _ := afero.ReadDir(files, ".")
			for _, e := range entries {
				if strings.HasPrefix(e.Name(), ".bakedin-") {
					t.Errorf("%s was left behind", e.Name())
				}
			}
			put("two.txt", "2")
			entry, err := Apply(t.Context(), w, plan)
			if err != nil {
				t.Fatal(err)
			}
			put("one.txt", "edited by hand")
			if err := Undo(t.Context(), w, entry.ID); !errors.Is(err, ErrChanged) {
				t.Errorf("undo over an edit by hand: %v", err)
			}
			if b, _ := afero.ReadFile(files, "two.txt"); string(b) != "22" {
				t.Errorf("two.txt is %q: half of an undo was written", b)
			}
		})
	}
}

func TestPlansStayInsideTheRepository(t *testing.T) {
	dir := t.TempDir()
	for _, p := range []string{"../out.txt", "/etc/x", ".git/config", "a/.GIT/hooks/x", "", ".", "a\x00b"} {
		if _, err := Apply(t.Context(), DirWorkspace(dir), Plan{Edits: []Edit{Write{Path: p, New: []byte("x")}}}); err == nil {
			t.Errorf("%q was written", p)
		}
	}
	outside := filepath.Join(t.TempDir(), "victim")
	write(t, outside, "safe")
	if err := os.Symlink(outside, filepath.Join(dir, "link")); err != nil {
		t.Skip("no symbolic links here")
	}
	_, err := Apply(t.Context(), DirWorkspace(dir), Plan{Edits: []Edit{Write{Path: "link", Base: Digest([]byte("safe")), New: []byte("x")}}})
	if b, _ := os.ReadFile(outside); err == nil || string(b) != "safe" {
		t.Errorf("a link was followed: %q %v", b, err)
	}
}

func TestEditsThatOverlapAreRefused(t *testing.T) {
	m := afero.NewMemMapFs()
	if err := afero.WriteFile(m, "a", []byte("0123456789"), 0o644); err != nil {
		t.Fatal(err)
	}
	tree, err := OpenFS(t.Context(), m, "x", Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, edits := range [][]TextEdit{
		{edit("a", "0123456789", 2, 5, "x"), edit("a", "0123456789", 4, 6, "y")},
		{edit("a", "0123456789", 2, 50, "x")},
		{edit("a", "0123456789", -1, 2, "x")},
		{edit("a", "something else", 0, 1, "x")},
	} {
		if _, err := Writes(tree, edits); err == nil {
			t.Errorf("%v was accepted", edits)
		}
	}
}

func TestRemoveRenameAndStreamAreTakenBackToo(t *testing.T) {
	m := afero.NewMemMapFs()
	for p, text := range map[string]string{"old.bin": "old", "gone.txt": "gone"} {
		if err := afero.WriteFile(m, p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	w := MemWorkspace(m)
	entry, err := Apply(t.Context(), w, Plan{Title: "all kinds", Edits: []Edit{
		Rename{Path: "old.bin", To: "new.bin", Base: Digest([]byte("old"))},
		Remove{Path: "gone.txt", Base: Digest([]byte("gone"))},
		Stream{Path: "big.bin", Size: 4, Write: func(_ context.Context, w io.Writer) error {
			_, err := w.Write([]byte("data"))
			return err
		}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	has := func(p string) bool { ok, _ := afero.Exists(m, p); return ok }
	if has("old.bin") || has("gone.txt") || !has("new.bin") || !has("big.bin") {
		t.Error("the plan was not carried out")
	}
	if err := Undo(t.Context(), w, entry.ID); err != nil {
		t.Fatal(err)
	}
	if !has("old.bin") || !has("gone.txt") || has("new.bin") || has("big.bin") {
		t.Error("the plan was not taken back")
	}
}
