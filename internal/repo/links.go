package repo

import (
	"errors"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// links are the symbolic links of a tree by path. None is followed: what a link inside the tree points to is looked at
// under its own name. So a link is told when what it points to is not looked at.
type links map[string]string

func (w *walk) link(p string) {
	s, ok := w.fs.(rootFs)
	if !ok {
		return // a file system in memory has none
	}
	target, err := s.root.Readlink(p)
	if err != nil {
		w.tree.left(p, "unreadable", reason(err))
		return
	}
	w.links[p] = filepath.ToSlash(target)
	switch _, err := s.root.Stat(p); {
	case errors.Is(err, fs.ErrNotExist):
		w.tree.left(p, "link-escapes", "a link to something that is not there")
	case err != nil:
		w.tree.left(p, "link-escapes", "a link that leads out of the tree, or in a circle; it is not followed")
	}
}

// most links on the way to a file, as in Linux
const linkHops = 40

// resolve returns where a path leads to, all links on the way replaced.
func (l links) resolve(p string) (string, bool) {
	for range linkHops {
		i, ok := l.first(p)
		if !ok {
			return p, true
		}
		p = path.Join(path.Dir(p[:i]), l[p[:i]], p[i:])
		if path.IsAbs(p) || p == ".." || strings.HasPrefix(p, "../") {
			return "", false
		}
	}
	return "", false
}

// first returns the length of the shortest prefix of p that is a link.
func (l links) first(p string) (int, bool) {
	for i := range len(p) + 1 {
		if i == len(p) || p[i] == '/' {
			if _, ok := l[p[:i]]; ok {
				return i, true
			}
		}
	}
	return 0, false
}

// leadsThrough tells whether a folder on the way to p is a link.
func (l links) leadsThrough(p string) bool {
	i, ok := l.first(p)
	return ok && i < len(p)
}

// tell names the links that stay inside and still lead to what is not looked at: an ignored file, a pruned folder, .git. The
// files of the tree are sorted.
func (l links) tell(t *Tree) {
	if t.partial {
		return // most files are not looked at
	}
	for p := range l {
		if slices.ContainsFunc(t.Left, func(x Left) bool { return x.Path == p }) {
			continue
		}
		to, ok := l.resolve(p)
		if !ok || to == "." {
			continue
		}
		i, found := t.find(to)
		if !found && !(i < len(t.Files) && inside(t.Files[i].Path, to)) {
			t.left(p, "link-escapes", "a link to what is not looked at: "+to)
		}
	}
	t.sort()
}
