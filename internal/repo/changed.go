package repo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"bakedin/internal/git"
)

// beforeMax is the largest old content that is compared.
const beforeMax = 64 << 20

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
				if size <= beforeMax {
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

// ChangedBetween lists the paths that a commit changes since its merge base with another, without those it deletes. The
// error wraps git.ErrNoRevision when one of them is not in this clone.
func ChangedBetween(ctx context.Context, dir, from, to string) ([]string, error) {
	g, err := git.Open(ctx, dir, git.Options{})
	if err != nil {
		return nil, err
	}
	for _, id := range []*string{&from, &to} {
		if *id, err = g.Resolve(ctx, *id); err != nil {
			return nil, err
		}
	}
	base, err := g.MergeBase(ctx, from, to)
	if err != nil {
		return nil, shallow(g, err)
	}
	entries, err := g.Changed(ctx, base, to)
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, e := range entries {
		if e.Status != 'D' {
			paths = append(paths, e.Path)
		}
	}
	return paths, nil
}
