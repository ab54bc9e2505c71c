package repo

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestFoldersAreKeptOpenWithinBoundsAndForManyAtOnce(t *testing.T) {
	dir := t.TempDir()
	const n = 3 * openFolders
	for i := range n {
		d := filepath.Join(dir, fmt.Sprint(i), "deep")
		if err := os.MkdirAll(d, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(d, "a"), []byte(fmt.Sprint(i)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	_, fsys, err := openRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for i := range n {
				b, err := openFile(fsys, fmt.Sprintf("%d/deep/a", i))
				if err != nil {
					t.Error(err)
					return
				}
				got := make([]byte, b.Size())
				if _, err := b.ReadAt(got, 0); err != nil || string(got) != fmt.Sprint(i) {
					t.Errorf("file %d reads %q, %v", i, got, err)
				}
				b.Close()
			}
		})
	}
	all.Wait()
	if len(fsys.folders.open) > openFolders {
		t.Errorf("%d folders are open, more than %d", len(fsys.folders.open), openFolders)
	}
	for name, f := range fsys.folders.open {
		if f.busy != 0 {
			t.Errorf("%s is held by %d calls that are over", name, f.busy)
		}
	}
	if err := fsys.Close(); err != nil || len(fsys.folders.open) != 0 {
		t.Errorf("after Close %d folders are open, %v", len(fsys.folders.open), err)
	}
}

func TestAFolderThatLeadsOutIsNotEntered(t *testing.T) {
	dir, out := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(out, "secret"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(out, filepath.Join(dir, "way")); err != nil {
		t.Skip(err)
	}
	_, fsys, err := openRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer fsys.Close()
	if _, err := fsys.Open("way/secret"); err == nil {
		t.Error("a link led out of the root")
	}
	_, err = fsys.Open("nowhere/a/b")
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "nowhere/a/b") {
		t.Errorf("a missing folder says %v, without the whole path", err)
	}
}
