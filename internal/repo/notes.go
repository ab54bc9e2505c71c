package repo

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"bakedin/internal/format/sniff"
)

func (w *walk) note(kind, ref, format string, args ...any) {
	w.tree.Notes = append(w.tree.Notes, Note{Kind: kind, Ref: ref, Text: fmt.Sprintf(format, args...)})
}

// lookForModels lists a folder that is left out, by name only: weights often lie where git does not look.
func (w *walk) lookForModels(dir string) {
	entries, _ := readDir(w.fs, dir) // what cannot be listed there was left out anyway
	for _, e := range entries {
		p := path.Join(dir, e.Name())
		switch {
		case e.IsDir():
			w.lookForModels(p)
		case e.Type().IsRegular() && modelLike(p):
			w.tree.Counts.IgnoredModelLike++
			w.tree.Ignored = append(w.tree.Ignored, p)
		}
	}
}

// modelLike tells whether a name promises a model.
func modelLike(p string) bool {
	return slices.ContainsFunc(sniff.Promised(path.Base(p)), func(f sniff.Format) bool { return f.Class() == sniff.Model })
}

// assetLike tells whether a name promises a model, a dataset or the configuration of an agent.
func assetLike(p string) bool {
	c := classes()
	return modelLike(p) || c.datasets.Match(p) || c.settings.Match(p) || c.servers.Match(p) || c.instructions.Match(foldName(p)) || c.skills.Match(foldName(p))
}

// most names that a notice lists
const namesShown = 3

// tell writes the notices about what was left out.
func (w *walk) tell() {
	t := w.tree
	var names []string
	for name, n := range w.pruned {
		names = append(names, fmt.Sprintf("%s (%d)", name, n))
	}
	if slices.Sort(names); len(names) > 0 {
		w.note("pruned", "", "folders of dependencies and caches were left out: %s", strings.Join(names, ", "))
	}
	if slices.Sort(t.Ignored); len(t.Ignored) > 0 {
		shown := strings.Join(t.Ignored[:min(namesShown, len(t.Ignored))], ", ")
		what := fmt.Sprintf("%d ignored files look like models, datasets", len(t.Ignored))
		if len(t.Ignored) == 1 {
			what = "1 ignored file looks like a model, a dataset"
		}
		w.note("ignored-model-like", t.Ignored[0], "%s or agent configuration: %s; --include-ignored looks at them", what, shown)
	}
}
