package repo

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/spf13/afero"

	"bakedin/internal/glob"
)

// walk lists a tree once: what to look at, what is left and why, what is ignored. It goes by names and types alone and
// opens nothing but folders and ignore files.
type walk struct {
	tree    *Tree
	fs      afero.Fs
	opt     Options
	exclude *glob.Set
	git     *listing // nil: our own reading of the ignore rules decides
	ignore  ignorer
	links   links
	inner   []string       // embedded repositories: git says nothing about their content
	pruned  map[string]int // base name to folders
}

// folders of dependencies and caches that are left out, unless git tracks something in them
var prunedNames = []string{"node_modules", "site-packages", "__pycache__"}

const (
	ignoreFile    = ".gitignore"
	ignoreFileMax = 1 << 20
)

func newWalk(t *Tree, fsys afero.Fs, opt Options) (*walk, error) {
	exclude, err := glob.Compile(opt.Exclude)
	if err != nil {
		return nil, err
	}
	return &walk{tree: t, fs: fsys, opt: opt, exclude: exclude, links: links{}, pruned: map[string]int{}}, nil
}

func (w *walk) run(ctx context.Context) error {
	if err := w.folder(ctx, ""); err != nil {
		return err
	}
	if w.git != nil {
		if err := w.unmet(ctx); err != nil {
			return err
		}
	}
	w.tell()
	w.tree.sort()
	w.links.tell(w.tree)
	return nil
}

// folder lists one folder, and what is in it as far as it is to be looked at.
func (w *walk) folder(ctx context.Context, dir string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	entries, err := readDir(w.fs, cmp.Or(dir, "."))
	if err != nil {
		w.tree.left(cmp.Or(dir, "."), "unreadable", reason(err)) // what was listed before it is looked at
	}
	if w.byRules(dir) {
		w.enter(dir, entries)
	}
	for _, e := range entries {
		p := path.Join(dir, e.Name())
		if !e.IsDir() {
			w.file(p, e.Type())
		} else if w.goesInto(p) {
			if err := w.folder(ctx, p); err != nil {
				return err
			}
		}
	}
	return nil
}

// readDir lists a folder by name. With an error it returns what it has.
func readDir(fsys afero.Fs, dir string) ([]fs.DirEntry, error) {
	f, err := fsys.Open(dir)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var entries []fs.DirEntry
	if d, ok := f.(fs.ReadDirFile); ok {
		entries, err = d.ReadDir(-1)
	} else {
		var infos []fs.FileInfo
		infos, err = f.Readdir(-1)
		for _, i := range infos {
			entries = append(entries, fs.FileInfoToDirEntry(i))
		}
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, err
}

// goesInto decides whether to go into a folder.
func (w *walk) goesInto(p string) bool {
	base := path.Base(p)
	switch {
	case base == ".git", p == undoDir:
		return false
	case isGitName(base):
		w.tree.left(p, "unsupported", "git's own folder under another spelling; it is not opened")
		return false
	case w.git.gitlink(p):
		w.tree.left(p, "submodule", "a submodule: scan it as a repository of its own")
		return false
	case w.git.lists(p + "/"):
		w.inner = append(w.inner, p)
		w.tree.Notes = append(w.tree.Notes, Note{Kind: "embedded-repository", Text: "a git repository inside this one was walked without git", Ref: p})
	case (slices.Contains(prunedNames, base) || w.environment(p)) && !w.git.tracks(p):
		w.pruned[base]++
		w.git.prune(p)
		w.lookForModels(p)
		return false
	}
	if w.byRules(p) && !w.opt.IncludeIgnored && w.ignore.ignored(p, true) {
		w.tree.Counts.Ignored++
		w.lookForModels(p)
		return false
	}
	return true
}

// byRules tells whether our own reading of the ignore rules decides here.
func (w *walk) byRules(p string) bool {
	return w.git == nil && w.tree.Reader != "memory" || slices.ContainsFunc(w.inner, func(d string) bool { return inside(p, d) })
}

// enter reads the ignore file of a folder. One that cannot be read, or is a link, ignores nothing.
func (w *walk) enter(dir string, entries []fs.DirEntry) {
	text := ""
	if slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == ignoreFile && e.Type().IsRegular() }) {
		if b, err := openFile(w.fs, path.Join(dir, ignoreFile)); err == nil {
			buf := make([]byte, min(b.Size(), ignoreFileMax))
			n, err := b.ReadAt(buf, 0)
			if err == nil || err == io.EOF {
				text = string(buf[:n])
			}
			b.Close()
		}
	}
	w.ignore.enter(dir, text)
}

// environment tells whether a folder is a virtual environment of Python.
func (w *walk) environment(p string) bool {
	_, err := w.fs.Stat(path.Join(p, "pyvenv.cfg"))
	return err == nil
}

func (w *walk) file(p string, mode fs.FileMode) {
	t := w.tree
	if p == ".git" || path.Base(p) == ".git" { // a submodule or a linked work tree has a file of that name
		return
	}
	t.Counts.Seen++
	if !mode.IsRegular() && mode&fs.ModeSymlink == 0 { // git lists none of these
		t.left(p, "unsupported", "a "+modeName(mode)+"; it is not opened")
		return
	}
	w.git.meet(p)
	switch {
	case w.isIgnored(p) && !w.opt.IncludeIgnored && !slices.Contains(w.opt.Only, p): // a file that is named is looked at
		t.Counts.Ignored++
		if assetLike(p) {
			t.Counts.IgnoredModelLike++
			t.Ignored = append(t.Ignored, p)
		}
	case len(w.opt.Only) > 0 && !slices.ContainsFunc(w.opt.Only, func(o string) bool { return inside(p, o) }):
	case w.exclude.Match(p):
		t.Counts.Excluded++
	case mode&fs.ModeSymlink != 0:
		w.link(p)
	default:
		w.take(p)
	}
}

// take adds a regular file to those that are looked at.
func (w *walk) take(p string) {
	info, err := w.fs.Stat(p)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		w.tree.left(p, "unreadable", "vanished during the scan")
	case err != nil:
		w.tree.left(p, "unreadable", reason(err))
	case !info.Mode().IsRegular():
		w.tree.left(p, "unreadable", "became a "+modeName(info.Mode())+" during the scan")
	default:
		w.tree.Files = append(w.tree.Files, File{Path: p, Size: info.Size()})
	}
}

func (w *walk) isIgnored(p string) bool {
	if w.byRules(p) {
		return w.ignore.ignored(p, false)
	}
	return w.git != nil && !w.git.lists(p)
}

// unmet looks for what git lists and the walk has not met: deleted, left out by a sparse checkout, or there under another
// spelling of its name, on a file system that folds them.
func (w *walk) unmet(ctx context.Context) error {
	absent := 0
	for _, p := range w.git.unmet() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if w.links.leadsThrough(p) {
			continue // a folder became a link: what it leads to is met under its own name
		}
		switch info, err := w.fs.Stat(p); {
		case err == nil && info.IsDir(): // a submodule, or a folder in the place of a file
		case err == nil || errors.Is(err, fs.ErrPermission):
			w.file(p, 0)
		default:
			absent++
		}
	}
	if absent > 0 {
		sparse, err := w.git.git.sparse()
		if err != nil {
			return err
		}
		if sparse {
			w.note("partial-run", "", "%d tracked files are not here: this is a sparse checkout", absent)
		}
	}
	return nil
}

// reason is the cause of an error without the path, which stands beside it.
func reason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return err.Error()
}
