package repo

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
)

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// ErrChanged is wrapped when a file is no longer what a plan was made from.
var ErrChanged = errors.New("the file changed since the plan; plan again")

// Writes makes a plan of text edits.
func Writes(t *Tree, edits []TextEdit) (Plan, error) {
	byPath := map[string][]TextEdit{}
	var paths []string
	for _, e := range edits {
		if byPath[e.Path] == nil {
			paths = append(paths, e.Path)
		}
		byPath[e.Path] = append(byPath[e.Path], e)
	}
	var plan Plan
	for _, p := range paths {
		old, err := t.ReadFile(p, 32<<20)
		base := ""
		if err == nil {
			base = digest(old)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return plan, err
		}
		es := byPath[p]
		slices.SortFunc(es, func(a, b TextEdit) int { return b.Start - a.Start })
		text := string(old)
		for i, e := range es {
			if e.Base != base {
				return plan, fmt.Errorf("%s: %w", p, ErrChanged)
			}
			if e.Start < 0 || e.End < e.Start || e.End > len(old) || i > 0 && e.End > es[i-1].Start {
				return plan, fmt.Errorf("%s: edits overlap or lie outside the file", p)
			}
			text = text[:e.Start] + e.Replacement + text[e.End:]
		}
		plan.Edits = append(plan.Edits, Write{Path: p, Base: base, New: []byte(text)})
	}
	return plan, nil
}

// Preview is the tree as it would be after the plan.
func Preview(t *Tree, plan Plan) (*Tree, error) {
	out := *t
	out.root = nil // the directory is the original's to close
	out.overlay = maps.Clone(t.overlay)
	if out.overlay == nil {
		out.overlay = map[string][]byte{}
	}
	out.Files = slices.Clone(t.Files)
	for _, e := range plan.Edits {
		switch e := e.(type) {
		case Write:
			out.put(e.Path, e.New)
		case Remove:
			out.put(e.Path, nil)
		case Rename:
			content, err := t.ReadFile(e.Path, renameLimit)
			if err != nil {
				return nil, err
			}
			out.put(e.Path, nil)
			out.put(e.To, content)
		case Stream: // what it writes is made when it is applied; the preview shows its table
		}
	}
	return &out, nil
}

// largest file that a preview moves in memory
const renameLimit = 64 << 20

// put sets the content of a path, or removes it.
func (t *Tree) put(p string, content []byte) {
	t.overlay[p] = content
	i, found := slices.BinarySearchFunc(t.Files, p, func(f File, p string) int { return strings.Compare(f.Path, p) })
	switch {
	case content == nil && found:
		t.Files = slices.Delete(t.Files, i, i+1)
	case found:
		t.Files[i].Size = int64(len(content))
	case content != nil:
		t.Files = slices.Insert(t.Files, i, File{Path: p, Size: int64(len(content))})
	}
}
