package repo

import (
	"context"
	"fmt"
	"slices"

	"bakedin/internal/git"
	"bakedin/internal/glob"
)

// OpenRev opens the tree of a commit. Only git can read one: the error says why when it cannot.
func OpenRev(ctx context.Context, dir, rev string, opt Options) (*Tree, error) {
	g, err := git.Open(ctx, dir, git.Options{HookEnv: opt.HookEnv})
	if err != nil {
		return nil, fmt.Errorf("the revision %q cannot be read: %w", rev, err)
	}
	exclude, err := glob.Compile(opt.Exclude)
	if err != nil {
		return nil, err
	}
	id, err := g.Resolve(ctx, rev)
	if err != nil {
		return nil, shallow(g, err)
	}
	entries, err := g.LsTree(ctx, id)
	if err != nil {
		return nil, err
	}
	if len(opt.Only) > 0 {
		entries = slices.DeleteFunc(entries, func(e git.Entry) bool {
			return !slices.ContainsFunc(opt.Only, func(o string) bool { return inside(e.Path, o) })
		})
	}
	if err := g.WithSizes(ctx, entries); err != nil {
		return nil, err
	}
	t := &Tree{Reader: "rev", VCS: &VCS{Kind: "git", Commit: id, Reader: "rev"}, partial: len(opt.Only) > 0}
	if t.Name, err = nameOf(dir); err != nil {
		return nil, err
	}
	if t.VCS.Remote, err = g.Remote(ctx); err != nil {
		return nil, err
	}
	src := newObjects(ctx, g, nil)
	src.lfs = &files{git: g.Common}
	t.src = src
	t.list(src, entries, exclude)
	t.sort()
	return t, nil
}

// shallow adds what to do about a revision or ancestor that a shallow clone does not have.
func shallow(g *git.Repo, err error) error {
	if g.Shallow {
		return fmt.Errorf("%w; history is shallow: git fetch --unshallow gets the rest", err)
	}
	return err
}
