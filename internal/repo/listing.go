package repo

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"bakedin/internal/git"
)

// listing is what git says the files of a work tree are. A nil listing lists nothing.
type listing struct {
	files map[string]bool // tracked, or untracked and not ignored; true once the walk met it
	git   questions
	index *index // nil until it is asked about
}

// index is what the index says beyond names.
type index struct {
	err      error
	folders  map[string]bool // folders that hold something tracked
	gitlinks map[string]bool
}

// questions are those of git that most trees never have to ask.
type questions struct {
	tracked func() ([]git.Entry, error)
	sparse  func() (bool, error)
}

func newListing(names []string, ask questions) *listing {
	l := &listing{files: make(map[string]bool, len(names)), git: ask}
	for _, n := range names {
		l.files[n] = false
	}
	return l
}

func (l *listing) lists(p string) bool {
	if l == nil {
		return false
	}
	_, ok := l.files[p]
	return ok
}

func (l *listing) meet(p string) {
	if l.lists(p) {
		l.files[p] = true
	}
}

// prune takes what lies in a folder out of the list, so that nobody misses it.
func (l *listing) prune(dir string) {
	if l == nil {
		return
	}
	for p := range l.files {
		if inside(p, dir) {
			l.files[p] = true
		}
	}
}

// tracks tells whether git tracks something in a folder.
func (l *listing) tracks(dir string) bool {
	if l == nil {
		return false
	}
	x := l.read()
	return x.err != nil || x.folders[dir] // rather look into it than leave it out
}

// gitlink tells whether a folder is a submodule. A folder that took the place of a tracked file is listed like one.
func (l *listing) gitlink(dir string) bool { return l.lists(dir) && l.read().gitlinks[dir] }

func (l *listing) read() *index {
	if l.index != nil {
		return l.index
	}
	l.index = &index{folders: map[string]bool{}, gitlinks: map[string]bool{}}
	var entries []git.Entry
	entries, l.index.err = l.git.tracked()
	for _, e := range entries {
		if e.Mode == git.ModeGitlink {
			l.index.gitlinks[e.Path] = true
		}
		for d := path.Dir(e.Path); d != "." && !l.index.folders[d]; d = path.Dir(d) {
			l.index.folders[d] = true
		}
	}
	return l.index
}

// unmet returns the files that the walk has not met, sorted.
func (l *listing) unmet() []string {
	var out []string
	for p, met := range l.files {
		if !met && !strings.HasSuffix(p, "/") {
			out = append(out, p)
		}
	}
	slices.Sort(out)
	return out
}

// askGit returns what git lists, or nil where we have to walk; only a cancelled context is an error.
func (t *Tree) askGit(ctx context.Context, dir string, opt Options) (*listing, error) {
	g, l, err := func() (*git.Repo, *listing, error) {
		g, err := git.Open(ctx, dir, git.Options{HookEnv: opt.HookEnv})
		if err != nil {
			return nil, nil, err
		}
		names, err := g.ListFiles(ctx)
		if err != nil {
			return nil, nil, err
		}
		return g, newListing(names, questions{
			tracked: func() ([]git.Entry, error) { return g.Tracked(ctx) },
			sparse:  func() (bool, error) { return g.Sparse(ctx) },
		}), nil
	}()
	if err == nil {
		t.VCS, err = describe(ctx, g, "git")
	}
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err == nil && len(l.files) == 0 && !isTop(dir):
		t.src.(*files).git, t.VCS.Reader, t.Why = g.Common, "walk", allIgnored
		return nil, nil
	case err == nil:
		t.Reader = "git"
		t.src.(*files).git = g.Common
		return l, nil
	}
	if info, err := os.Lstat(filepath.Join(dir, ".git")); err == nil && info.IsDir() {
		t.src.(*files).git = filepath.Join(dir, ".git") // for git-lfs objects
	}
	if errors.Is(err, git.ErrNoRepository) || errors.Is(err, git.ErrNoGit) && !underGit(dir) {
		return nil, nil
	}
	t.Why = err.Error()
	t.VCS = &VCS{Kind: "git", Reader: "walk"}
	t.Notes = append(t.Notes, Note{Kind: "git-fallback", Text: "read without git, by our own reading of the ignore rules: " + t.Why})
	return nil, nil
}

// allIgnored says why a folder that was named is walked: nobody names one to have nothing looked at.
const allIgnored = "git ignores all of this folder, which was named"

// isTop tells whether a folder is the top of a work tree.
func isTop(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, ".git"))
	return err == nil
}

// describe says which commit is looked at.
func describe(ctx context.Context, g *git.Repo, reader string) (*VCS, error) {
	v := &VCS{Kind: "git", Reader: reader}
	var err error
	if v.Commit, v.Branch, err = g.Head(ctx); err != nil {
		return nil, err
	}
	v.Remote, err = g.Remote(ctx)
	return v, err
}

// underGit tells whether a folder lies in what looks like a git work tree.
func underGit(dir string) bool {
	dir, err := filepath.Abs(dir)
	for err == nil {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); !errors.Is(err, fs.ErrNotExist) {
			return true
		}
		up := filepath.Dir(dir)
		if up == dir {
			break
		}
		dir = up
	}
	return false
}
