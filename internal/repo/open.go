package repo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/afero"

	"bakedin/internal/git"
)

// OpenFS opens a file system in memory as a tree. Nothing in it is ignored.
func OpenFS(ctx context.Context, f afero.Fs, name string, opt Options) (*Tree, error) {
	t := &Tree{Name: name, Reader: "memory", fs: f, partial: len(opt.Only) > 0}
	w, err := newWalk(t, afero.NewIOFS(f), opt)
	if err != nil {
		return nil, err
	}
	return t, w.run(ctx)
}

// OpenDir opens a directory as a tree. In a git repository git lists the files; where git is missing or refuses, or outside
// of one, they are walked with our own reading of the ignore rules, and the tree says so.
func OpenDir(ctx context.Context, dir string, opt Options) (*Tree, error) {
	t, root, err := openRoot(dir)
	if err != nil {
		return nil, err
	}
	t.partial = len(opt.Only) > 0
	w, err := newWalk(t, root.FS(), opt)
	if err == nil {
		w.listed, err = t.askGit(ctx, dir, opt)
	}
	if err == nil {
		err = w.run(ctx)
	}
	if err != nil {
		root.Close()
		return nil, err
	}
	return t, nil
}

func openRoot(dir string) (*Tree, *os.Root, error) {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil, fmt.Errorf("%s: there is no such folder", dir)
	case err != nil:
		return nil, nil, err
	case !info.IsDir():
		return nil, nil, fmt.Errorf("%s is a file; name the folder it lies in", dir)
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, nil, err
	}
	return &Tree{Name: filepath.Base(abs), Reader: "walk", fs: afero.FromIOFS{FS: root.FS()}, root: root}, root, nil
}

// askGit returns what git lists, or nil where we have to walk; only a cancelled context is an error.
func (t *Tree) askGit(ctx context.Context, dir string, opt Options) (map[string]bool, error) {
	names, err := func() ([]string, error) {
		g, err := git.Open(ctx, dir, git.Options{HookEnv: opt.HookEnv})
		if err != nil {
			return nil, err
		}
		names, err := g.ListFiles(ctx)
		if err != nil {
			return nil, err
		}
		t.VCS = &VCS{Kind: "git", Reader: "git"}
		if t.VCS.Commit, t.VCS.Branch, err = g.Head(ctx); err != nil {
			return nil, err
		}
		t.VCS.Remote, err = g.Remote(ctx)
		return names, err
	}()
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, git.ErrNoRepository):
		return nil, nil
	case err != nil:
		t.Why = err.Error()
		t.Notes = append(t.Notes, Note{Kind: "git-fallback", Text: "read without git: " + err.Error()})
		t.VCS = &VCS{Kind: "git", Reader: "walk"}
		return nil, nil
	}
	t.Reader = "git"
	listed := make(map[string]bool, len(names))
	for _, n := range names {
		listed[n] = true
	}
	return listed, nil
}

// Close lets go of the directory, or of git.
func (t *Tree) Close() error {
	if t.rev != nil {
		return t.rev.blobs.Close()
	}
	if t.root != nil {
		return t.root.Close()
	}
	return nil
}

// Partial tells whether only a part of the root was listed.
func (t *Tree) Partial() bool { return t.partial }

// Open opens a file of the tree. Links are not followed out of it, devices and pipes are not opened.
func (t *Tree) Open(p string) (Blob, error) {
	if b, ok := t.overlay[p]; ok {
		if b == nil {
			return nil, &fs.PathError{Op: "open", Path: p, Err: fs.ErrNotExist}
		}
		return memory{strings.NewReader(string(b))}, nil
	}
	if t.rev != nil {
		return t.rev.open(p)
	}
	info, err := t.fs.Stat(p) // before it is opened: opening a pipe would wait for its writer
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", p)
	}
	f, err := t.fs.Open(p)
	if err != nil {
		return nil, err
	}
	return opened{f, info.Size()}, nil
}

type opened struct {
	afero.File
	size int64
}

func (b opened) Size() int64 { return b.size }

type memory struct{ *strings.Reader }

func (memory) Close() error { return nil }

// ReadFile returns the whole content of a file of at most limit bytes.
func (t *Tree) ReadFile(p string, limit int64) ([]byte, error) {
	b, err := t.Open(p)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	if b.Size() > limit {
		return nil, fmt.Errorf("%s: %d bytes, more than the %d that are read", p, b.Size(), limit)
	}
	buf := make([]byte, b.Size())
	n, err := b.ReadAt(buf, 0)
	if err != nil && err != io.EOF {
		return nil, err
	}
	return buf[:n], nil
}
