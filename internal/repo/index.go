package repo

import (
	"context"
	"fmt"
	"slices"

	"bakedin/internal/git"
	"bakedin/internal/glob"
)

// OpenIndex opens what is staged in git as a tree: for each path the content of the index, never of the working tree. With
// paths only these are taken, and one that is not staged is read from the working tree: so the pre-commit framework asks.
func OpenIndex(ctx context.Context, dir string, paths []string, opt Options) (*Tree, error) {
	g, err := git.Open(ctx, dir, git.Options{HookEnv: opt.HookEnv})
	if err != nil {
		return nil, fmt.Errorf("the index cannot be read: %w", err)
	}
	t, _, err := openRoot(dir)
	if err != nil {
		return nil, err
	}
	folder := t.src.(*files)
	folder.git = g.Common
	src := newObjects(ctx, g, folder)
	t.Reader, t.partial, t.src = "index", true, src
	if err := t.stage(ctx, g, src, paths, opt); err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

func (t *Tree) stage(ctx context.Context, g *git.Repo, src *objects, paths []string, opt Options) error {
	exclude, err := glob.Compile(opt.Exclude)
	if err != nil {
		return err
	}
	t.VCS = &VCS{Kind: "git", Reader: "index"}
	if t.VCS.Commit, t.VCS.Branch, err = g.Head(ctx); err != nil {
		return err
	}
	staged, err := g.Staged(ctx)
	if err != nil {
		return err
	}
	named := map[string]bool{}
	for _, p := range paths {
		named[p] = true
	}
	entries := staged[:0]
	for _, e := range staged {
		if len(paths) == 0 || named[e.Path] {
			entries = append(entries, e)
			delete(named, e.Path)
		}
	}
	if err := g.WithSizes(ctx, entries); err != nil {
		return err
	}
	t.list(src, entries, exclude)
	for _, p := range slices.Compact(slices.Sorted(slices.Values(paths))) {
		if !named[p] {
			continue
		}
		t.Counts.Seen++
		if exclude.Match(p) {
			t.Counts.Excluded++
		} else if b, err := t.Open(p); err != nil {
			t.left(p, "unreadable", reason(err))
		} else {
			t.Files = append(t.Files, File{Path: p, Size: b.Size()})
			b.Close()
		}
	}
	t.sort()
	return nil
}

// list adds entries of an index or a revision to the tree.
func (t *Tree) list(src *objects, entries []git.Entry, exclude *glob.Set) {
	for _, e := range entries {
		if e.Mode == git.ModeGitlink {
			t.left(e.Path, "submodule", "a submodule: scan it as a repository of its own")
			continue
		}
		t.Counts.Seen++
		switch {
		case exclude.Match(e.Path):
			t.Counts.Excluded++
		case e.Mode == git.ModeLink: // its content is a path, which is not followed
		case checkPath(e.Path) != nil:
			t.left(e.Path, "unreadable", "not a path that a work tree can have")
		case e.Size < 0:
			t.left(e.Path, "object-missing", ErrMissingObject.Error())
		case e.Size > blobOnDisk:
			t.left(e.Path, "limit", fmt.Sprintf("%d bytes in git, at most %d are read; scan the folder", e.Size, int64(blobOnDisk)))
		default:
			src.ids[e.Path] = e.ID
			t.Files = append(t.Files, File{Path: e.Path, Size: e.Size, Blob: e.ID})
		}
	}
}
