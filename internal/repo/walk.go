package repo

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"bakedin/internal/format/sniff"
	"bakedin/internal/glob"
)

// walk lists a tree once: what to look at, what is left and why, what is ignored.
type walk struct {
	tree    *Tree
	fsys    fs.FS
	opt     Options
	exclude *glob.Set
	listed  map[string]bool // what git lists; nil: our own reading of the ignore rules
	folders map[string]bool // folders that hold something listed
	ignore  ignorer
	pruned  map[string]int // base name to folders
	inner   []string       // embedded repositories: git says nothing about their content
}

// folders of dependencies and caches that are left out, unless git tracks something in them
var prunedNames = []string{"node_modules", "site-packages", "__pycache__"}

func newWalk(t *Tree, fsys fs.FS, opt Options) (*walk, error) {
	exclude, err := glob.Compile(opt.Exclude)
	if err != nil {
		return nil, err
	}
	return &walk{tree: t, fsys: fsys, opt: opt, exclude: exclude, folders: map[string]bool{}, pruned: map[string]int{}}, nil
}

func (w *walk) run(ctx context.Context) error {
	for p := range w.listed {
		for d := path.Dir(p); d != "." && !w.folders[d]; d = path.Dir(d) {
			w.folders[d] = true
		}
	}
	err := fs.WalkDir(w.fsys, ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			w.left(p, "unreadable", err.Error())
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			return w.folder(p)
		}
		w.file(p, d)
		return nil
	})
	if err != nil {
		return err
	}
	w.notes()
	slices.SortFunc(w.tree.Files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	slices.SortFunc(w.tree.Left, func(a, b Left) int { return strings.Compare(a.Path, b.Path) })
	return nil
}

func (w *walk) left(p, kind, detail string) {
	w.tree.Left = append(w.tree.Left, Left{Path: p, Kind: kind, Detail: detail})
}

// folder decides whether to go into a folder.
func (w *walk) folder(p string) error {
	base := path.Base(p)
	switch {
	case p == ".":
		w.enter(p)
		return nil
	case base == ".git", p == ".bakedin/undo":
		return fs.SkipDir
	case w.listed[p]:
		w.left(p, "submodule", "a submodule: scan it as a repository of its own")
		return fs.SkipDir
	case w.listed[p+"/"]:
		w.inner = append(w.inner, p)
		w.tree.Notes = append(w.tree.Notes, Note{Kind: "embedded-repository", Text: "a git repository inside this one was walked without git", Ref: p})
	case !w.folders[p] && (slices.Contains(prunedNames, base) || w.environment(p)):
		w.pruned[base]++
		w.lookForModels(p)
		return fs.SkipDir
	}
	if w.byRules(p) && !w.opt.IncludeIgnored && w.ignore.ignored(p, true) {
		w.tree.Counts.Ignored++
		w.lookForModels(p)
		return fs.SkipDir
	}
	if w.byRules(p) {
		w.enter(p)
	}
	return nil
}

// byRules tells whether our own reading of the ignore rules decides here.
func (w *walk) byRules(p string) bool {
	return w.listed == nil && w.tree.Reader != "memory" || slices.ContainsFunc(w.inner, func(d string) bool { return inside(p, d) })
}

func (w *walk) enter(dir string) {
	if dir == "." {
		dir = ""
	}
	if w.listed != nil && dir == "" || w.tree.Reader == "memory" {
		return
	}
	text, _ := fs.ReadFile(w.fsys, path.Join(dir, ".gitignore")) // none, or one we cannot read: nothing is ignored by it
	w.ignore.enter(dir, string(text))
}

// environment tells whether a folder is a virtual environment of Python.
func (w *walk) environment(p string) bool {
	_, err := fs.Stat(w.fsys, path.Join(p, "pyvenv.cfg"))
	return err == nil
}

func (w *walk) file(p string, d fs.DirEntry) {
	t := w.tree
	t.Counts.Seen++
	switch mode := d.Type(); {
	case mode&fs.ModeSymlink != 0:
		if _, err := fs.Stat(w.fsys, p); err != nil { // one that stays inside is read where it points to
			w.left(p, "link-escapes", "a link that leads out of the tree, or nowhere; it is not followed")
		}
		return
	case !mode.IsRegular():
		w.left(p, "unsupported", "a pipe, socket or device; it is not opened")
		return
	case p == ".git":
		return
	}
	if w.isIgnored(p) && !w.opt.IncludeIgnored {
		t.Counts.Ignored++
		w.modelLike(p)
		return
	}
	if len(w.opt.Only) > 0 && !slices.ContainsFunc(w.opt.Only, func(o string) bool { return inside(p, o) }) {
		return
	}
	if w.exclude.Match(p) {
		t.Counts.Excluded++
		return
	}
	info, err := d.Info()
	if err != nil {
		w.left(p, "unreadable", "vanished during the scan")
		return
	}
	t.Files = append(t.Files, File{Path: p, Size: info.Size()})
}

func (w *walk) isIgnored(p string) bool {
	if w.byRules(p) {
		return w.ignore.ignored(p, false)
	}
	return w.listed != nil && !w.listed[p]
}

// modelLike remembers an ignored file whose name promises a model: weights usually lie where git does not look.
func (w *walk) modelLike(p string) {
	for _, f := range sniff.Promised(path.Base(p)) {
		if f.Class() == sniff.Model {
			w.tree.Counts.IgnoredModelLike++
			w.tree.Ignored = append(w.tree.Ignored, p)
			return
		}
	}
}

// lookForModels lists a folder that is left out, by name only.
func (w *walk) lookForModels(dir string) {
	_ = fs.WalkDir(w.fsys, dir, func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			w.modelLike(p)
		}
		return nil
	})
}

// most names that a notice lists
const namesShown = 3

func (w *walk) notes() {
	t := w.tree
	var names []string
	for name, n := range w.pruned {
		names = append(names, fmt.Sprintf("%s (%d)", name, n))
	}
	if slices.Sort(names); len(names) > 0 {
		t.Notes = append(t.Notes, Note{Kind: "pruned", Text: "folders of dependencies and caches were left out: " + strings.Join(names, ", ")})
	}
	if slices.Sort(t.Ignored); len(t.Ignored) > 0 {
		shown := strings.Join(t.Ignored[:min(namesShown, len(t.Ignored))], ", ")
		t.Notes = append(t.Notes, Note{Kind: "ignored-model-like", Ref: t.Ignored[0],
			Text: fmt.Sprintf("%d ignored files look like models: %s; --include-ignored looks at them", len(t.Ignored), shown)})
	}
}
