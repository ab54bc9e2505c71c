package repo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/afero"

	"bakedin/internal/git"
	"bakedin/internal/glob"
)

func newTree(name string, f afero.Fs) *Tree { return &Tree{Name: name, fs: f} }

// Close lets go of the directory.
func (t *Tree) Close() error {
	if t.root != nil {
		return t.root.Close()
	}
	return nil
}

// Open opens a file of the tree. Links are not followed out of it, devices are not opened.
func (t *Tree) Open(p string) (Blob, error) {
	if b, ok := t.overlay[p]; ok {
		if b == nil {
			return nil, fs.ErrNotExist
		}
		return memBlob{strings.NewReader(string(b))}, nil
	}
	f, err := t.fs.Open(p)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		f.Close()
		return nil, fmt.Errorf("%s: not a regular file", p)
	}
	return fileBlob{f, info.Size()}, nil
}

type fileBlob struct {
	afero.File
	size int64
}

func (b fileBlob) Size() int64 { return b.size }

type memBlob struct{ *strings.Reader }

func (b memBlob) Size() int64  { return b.Reader.Size() }
func (b memBlob) Close() error { return nil }

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
	if _, err := b.ReadAt(buf, 0); err != nil && err != io.EOF {
		return nil, err
	}
	return buf, nil
}

// OpenFS opens an in-memory file system as a tree.
func OpenFS(ctx context.Context, f afero.Fs, name string, opt Options) (*Tree, error) {
	t := newTree(name, f)
	t.Reader = "memory"
	return t, t.walk(ctx, opt, nil)
}

// OpenDir opens a directory as a tree, listed through git when that is possible.
func OpenDir(ctx context.Context, dir string, opt Options) (*Tree, error) {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s: there is no such directory", dir)
	case err != nil:
		return nil, err
	case !info.IsDir():
		return nil, fmt.Errorf("%s is a file; name the directory it lies in", dir)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	t := newTree(filepath.Base(abs), afero.FromIOFS{FS: root.FS()})
	t.root, t.dir = root, abs
	var listed map[string]bool
	g, err := git.Open(ctx, dir, git.Options{HookEnv: opt.HookEnv})
	if err == nil {
		var names []string
		if names, err = g.ListFiles(ctx); err == nil {
			listed = make(map[string]bool, len(names))
			for _, n := range names {
				listed[n] = true
			}
			t.Reader = "git"
			t.VCS = &VCS{Kind: "git", Reader: "git"}
			t.VCS.Commit, t.VCS.Branch, _ = g.Head(ctx)
			t.VCS.Remote, _ = g.Remote(ctx)
		}
	}
	if err != nil {
		t.Reader = "walk"
		if !errors.Is(err, git.ErrNoRepository) {
			t.Why = err.Error()
			t.Notes = append(t.Notes, Note{Kind: "git-fallback", Text: "read without git: " + err.Error()})
		}
	}
	if err := t.walk(ctx, opt, listed); err != nil {
		root.Close()
		return nil, err
	}
	return t, nil
}

// folders that are not walked, unless git tracks something in them
var pruned = []string{"node_modules", "site-packages", "__pycache__"}

func (t *Tree) walk(ctx context.Context, opt Options, listed map[string]bool) error {
	exclude, err := glob.Compile(opt.Exclude)
	if err != nil {
		return err
	}
	prunedCount := map[string]int{}
	err = afero.Walk(t.fs, ".", func(p string, info fs.FileInfo, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		p = strings.TrimPrefix(filepath.ToSlash(p), "/")
		if err != nil {
			t.Left = append(t.Left, Left{Path: p, Kind: "unreadable", Detail: err.Error()})
			return nil
		}
		if info.IsDir() {
			base := path.Base(p)
			if base == ".git" || p == ".bakedin/undo" {
				return filepath.SkipDir
			}
			if listed == nil || !hasPrefix(listed, p) {
				_, venv := statErr(t.fs, path.Join(p, "pyvenv.cfg"))
				if p != "." && (slices.Contains(pruned, base) || venv == nil) {
					prunedCount[base]++
					return filepath.SkipDir
				}
			}
			return nil
		}
		t.Counts.Seen++
		switch mode := info.Mode(); {
		case mode&fs.ModeSymlink != 0:
			t.Left = append(t.Left, Left{Path: p, Kind: "link-escapes", Detail: "a link is not followed"})
			return nil
		case !mode.IsRegular():
			t.Left = append(t.Left, Left{Path: p, Kind: "unsupported", Detail: "a device, pipe or socket is not opened"})
			return nil
		}
		if listed != nil && !listed[p] && !opt.IncludeIgnored {
			t.Counts.Ignored++
			return nil
		}
		if exclude.Match(p) || p == ".git" {
			t.Counts.Excluded++
			return nil
		}
		if len(opt.Only) > 0 && !slices.ContainsFunc(opt.Only, func(o string) bool { return p == o || strings.HasPrefix(p, o+"/") }) {
			return nil
		}
		t.Files = append(t.Files, File{Path: p, Size: info.Size()})
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortFunc(t.Files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	for name, n := range prunedCount {
		t.Notes = append(t.Notes, Note{Kind: "pruned", Text: fmt.Sprintf("%d folders named %s were not walked", n, name)})
	}
	slices.SortFunc(t.Notes, func(a, b Note) int { return strings.Compare(a.Text, b.Text) })
	return nil
}

func statErr(f afero.Fs, p string) (fs.FileInfo, error) { return f.Stat(p) }

func hasPrefix(listed map[string]bool, dir string) bool {
	for p := range listed {
		if strings.HasPrefix(p, dir+"/") {
			return true
		}
	}
	return false
}
