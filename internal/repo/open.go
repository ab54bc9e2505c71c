package repo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/afero"
)

// OpenFS opens a file system in memory as a tree. Nothing in it is ignored.
func OpenFS(ctx context.Context, f afero.Fs, name string, opt Options) (*Tree, error) {
	t := &Tree{Name: name, Reader: "memory", src: &files{fs: f}, partial: len(opt.Only) > 0}
	if opt.Unlisted {
		return t, nil
	}
	w, err := newWalk(t, f, opt)
	if err != nil {
		return nil, err
	}
	return t, w.run(ctx)
}

// OpenDir opens a directory as a tree. In a git repository git lists the files; where git is missing or refuses, or outside
// of one, they are walked with our own reading of the ignore rules, and the tree says so.
func OpenDir(ctx context.Context, dir string, opt Options) (*Tree, error) {
	t, fsys, err := openRoot(dir)
	if err != nil {
		return nil, err
	}
	if opt.Unlisted {
		return t, nil
	}
	t.partial = len(opt.Only) > 0
	w, err := newWalk(t, fsys, opt)
	if err == nil {
		w.git, err = t.askGit(ctx, dir, opt)
	}
	if err == nil {
		err = w.run(ctx)
	}
	if t.Why == allIgnored && len(t.Files) > 0 {
		w.note("git-fallback", "", "%s: read without git, by the ignore rules in it", allIgnored)
	}
	if err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

func openRoot(dir string) (*Tree, rootFs, error) {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, rootFs{}, fmt.Errorf("%s: there is no such folder", dir)
	case err != nil:
		return nil, rootFs{}, err
	case !info.IsDir():
		return nil, rootFs{}, fmt.Errorf("%s is a file; name the folder it lies in", dir)
	}
	name, err := nameOf(dir)
	if err != nil {
		return nil, rootFs{}, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, rootFs{}, err
	}
	fsys := rootFs{root, &folders{}}
	return &Tree{Name: name, Reader: "walk", src: &files{fs: fsys, closer: fsys}}, fsys, nil
}

// nameOf is what a directory is called when it is shown.
func nameOf(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	return filepath.Base(abs), err
}
