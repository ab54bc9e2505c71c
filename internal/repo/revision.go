package repo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/afero"

	"bakedin/internal/git"
	"bakedin/internal/glob"
)

// revision reads the files of a commit through git, without a checkout.
type revision struct {
	blobs *git.Blobs
	ids   map[string]string // path to blob
}

// OpenRev opens the tree of a commit. The error says why when git cannot read it; there is no other way to look at one.
func OpenRev(ctx context.Context, dir, rev string, opt Options) (*Tree, error) {
	g, err := git.Open(ctx, dir, git.Options{})
	if err != nil {
		return nil, fmt.Errorf("the revision %q cannot be read: %w", rev, err)
	}
	id, err := g.Resolve(ctx, rev)
	if err != nil {
		if g.Shallow {
			err = fmt.Errorf("%w; history is shallow: deepen it", err)
		}
		return nil, err
	}
	exclude, err := glob.Compile(opt.Exclude)
	if err != nil {
		return nil, err
	}
	entries, err := g.LsTree(ctx, id)
	if err != nil {
		return nil, err
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	t := &Tree{Name: filepath.Base(abs), Reader: "rev", VCS: &VCS{Kind: "git", Commit: id, Reader: "rev"}, partial: len(opt.Only) > 0,
		fs: afero.NewReadOnlyFs(afero.NewMemMapFs()), rev: &revision{blobs: g.Blobs(ctx), ids: map[string]string{}}}
	t.VCS.Remote, _ = g.Remote(ctx) // none is no mistake
	for _, e := range entries {
		switch {
		case len(opt.Only) > 0 && !slices.ContainsFunc(opt.Only, func(o string) bool { return inside(e.Path, o) }):
			continue
		case e.Mode == git.ModeGitlink:
			t.Left = append(t.Left, Left{Path: e.Path, Kind: "submodule", Detail: "a submodule: scan it as a repository of its own"})
			continue
		case e.Mode == git.ModeLink:
			continue // its content is a path, which is not followed
		}
		t.Counts.Seen++
		switch {
		case exclude.Match(e.Path):
			t.Counts.Excluded++
		case e.Size > blobLimit:
			t.Left = append(t.Left, Left{Path: e.Path, Kind: "limit", Detail: fmt.Sprintf("%d bytes, more than the %d that are read of a revision; scan the folder", e.Size, int64(blobLimit))})
		default:
			t.rev.ids[e.Path] = e.ID
			t.Files = append(t.Files, File{Path: e.Path, Size: max(0, e.Size), Blob: e.ID})
		}
	}
	slices.SortFunc(t.Files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return t, nil
}

// open returns the content of a path of the commit.
func (r *revision) open(p string) (Blob, error) {
	id, ok := r.ids[p]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: p, Err: fs.ErrNotExist}
	}
	var content []byte
	err := r.blobs.Read(id, func(_ int64, in io.Reader) (err error) {
		content, err = io.ReadAll(in)
		return err
	})
	if errors.Is(err, git.ErrMissingObject) {
		return nil, fmt.Errorf("%s: the object is not in this clone: %w", p, fs.ErrNotExist)
	}
	if err != nil {
		return nil, err
	}
	return memory{strings.NewReader(string(content))}, nil
}

// Change is a file that differs from a base, with the content it had there.
type Change struct {
	Path   string
	Before []byte // nil: new
}

// Changed lists what differs between the merge base with a revision and what is committed or staged now. Deleted files are
// not in it. A file that was changed but not staged is not in it either: that would need git to read the working tree.
func Changed(ctx context.Context, dir, rev string) ([]Change, error) {
	g, err := git.Open(ctx, dir, git.Options{})
	if err != nil {
		return nil, fmt.Errorf("the difference to %q cannot be read: %w", rev, err)
	}
	other, err := g.Resolve(ctx, rev)
	if err != nil {
		return nil, shallow(g, err)
	}
	head, err := g.Resolve(ctx, "HEAD")
	if err != nil {
		return nil, shallow(g, err)
	}
	base, err := g.MergeBase(ctx, other, head)
	if err != nil {
		return nil, shallow(g, err)
	}
	committed, err := g.Changed(ctx, base, head)
	if err != nil {
		return nil, err
	}
	staged, err := g.Staged(ctx)
	if err != nil {
		return nil, err
	}
	before, err := g.LsTree(ctx, base)
	if err != nil {
		return nil, err
	}
	old := map[string]string{}
	for _, e := range before {
		old[e.Path] = e.ID
	}
	blobs := g.Blobs(ctx)
	defer blobs.Close()
	var out []Change
	seen := map[string]bool{}
	for _, e := range append(committed, staged...) {
		if e.Status == 'D' || seen[e.Path] || e.Mode == git.ModeGitlink || e.Mode == git.ModeLink {
			continue
		}
		seen[e.Path] = true
		c := Change{Path: e.Path}
		if id := old[e.Path]; id != "" {
			err := blobs.Read(id, func(size int64, in io.Reader) (err error) {
				if size <= blobLimit {
					c.Before, err = io.ReadAll(in)
				}
				return err
			})
			if err != nil && !errors.Is(err, git.ErrMissingObject) {
				return nil, err
			}
		}
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b Change) int { return strings.Compare(a.Path, b.Path) })
	return out, nil
}

func shallow(g *git.Repo, err error) error {
	if g.Shallow {
		return fmt.Errorf("history is shallow: deepen it: %w", err)
	}
	return err
}
