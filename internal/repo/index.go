package repo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"bakedin/internal/git"
	"bakedin/internal/glob"
)

// largest staged blob that is read; a larger one is told as a limit
const blobLimit = 64 << 20

// OpenIndex opens what is staged in git as a tree: for each path the content of the index, never of the working tree. With
// paths only these are taken, and one that is not staged is read from the working tree: so the pre-commit framework asks.
func OpenIndex(ctx context.Context, dir string, paths []string, opt Options) (*Tree, error) {
	g, err := git.Open(ctx, dir, git.Options{HookEnv: opt.HookEnv})
	if err != nil {
		return nil, fmt.Errorf("the index cannot be read: %w", err)
	}
	exclude, err := glob.Compile(opt.Exclude)
	if err != nil {
		return nil, err
	}
	t, _, err := openRoot(dir)
	if err != nil {
		return nil, err
	}
	t.Reader, t.partial, t.overlay = "index", true, map[string][]byte{}
	t.VCS = &VCS{Kind: "git", Reader: "index"}
	t.VCS.Commit, t.VCS.Branch, _ = g.Head(ctx) // none yet on an unborn branch
	entries, err := g.Staged(ctx)
	if err != nil {
		t.Close()
		return nil, err
	}
	blobs := g.Blobs(ctx)
	defer blobs.Close()
	for _, e := range entries {
		switch {
		case len(paths) > 0 && !slices.Contains(paths, e.Path):
			continue
		case exclude.Match(e.Path):
			t.Counts.Excluded++
			continue
		}
		t.Counts.Seen++
		if err := t.stage(blobs, e); err != nil {
			t.Close()
			return nil, err
		}
	}
	for _, p := range paths {
		if _, staged := t.overlay[p]; staged || slices.ContainsFunc(t.Left, func(l Left) bool { return l.Path == p }) || exclude.Match(p) {
			continue
		}
		t.Counts.Seen++
		if b, err := t.Open(p); err != nil {
			t.Left = append(t.Left, Left{Path: p, Kind: "unreadable", Detail: err.Error()})
		} else {
			t.Files = append(t.Files, File{Path: p, Size: b.Size()})
			b.Close()
		}
	}
	slices.SortFunc(t.Files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return t, nil
}

func (t *Tree) stage(blobs *git.Blobs, e git.Entry) error {
	leave := func(kind, detail string) { t.Left = append(t.Left, Left{Path: e.Path, Kind: kind, Detail: detail}) }
	switch e.Mode {
	case git.ModeGitlink:
		leave("submodule", "a submodule: scan it as a repository of its own")
		return nil
	case git.ModeLink:
		return nil // its content is a path, which is not followed
	}
	err := blobs.Read(e.ID, func(size int64, r io.Reader) error {
		if size > blobLimit {
			leave("limit", fmt.Sprintf("%d bytes are staged, more than the %d that a hook reads; scan the folder", size, int64(blobLimit)))
			return nil
		}
		content, err := io.ReadAll(r)
		if err == nil {
			t.overlay[e.Path] = content
			t.Files = append(t.Files, File{Path: e.Path, Size: size, Blob: e.ID})
		}
		return err
	})
	if errors.Is(err, git.ErrMissingObject) {
		leave("object-missing", "the object is not in this clone")
		return nil
	}
	return err
}
