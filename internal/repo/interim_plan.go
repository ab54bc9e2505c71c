package repo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
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
	out.root = nil
	out.overlay = map[string][]byte{}
	out.Files = slices.Clone(t.Files)
	for _, e := range plan.Edits {
		w, ok := e.(Write)
		if !ok {
			return nil, fmt.Errorf("%s: no preview of this edit", e.Target())
		}
		out.overlay[w.Path] = w.New
		i, found := slices.BinarySearchFunc(out.Files, w.Path, func(f File, p string) int { return strings.Compare(f.Path, p) })
		if found {
			out.Files[i].Size = int64(len(w.New))
		} else {
			out.Files = slices.Insert(out.Files, i, File{Path: w.Path, Size: int64(len(w.New))})
		}
	}
	return &out, nil
}

var _ = context.Background

// Workspace is where plans are written: a directory or a file system in memory.
type Workspace interface {
	read(path string) ([]byte, error)
	write(path string, data []byte) error
	remove(path string) error
}

// UndoEntry is a change that can be taken back.
type UndoEntry struct {
	ID    string
	Title string
}

// DirWorkspace writes below a directory.
func DirWorkspace(dir string) Workspace { return nil }

// Apply writes a plan.
func Apply(ctx context.Context, w Workspace, plan Plan) (UndoEntry, error) {
	return UndoEntry{}, errors.New("interim")
}

// Undo takes a change back.
func Undo(ctx context.Context, w Workspace, id string) error { return errors.New("interim") }

// Undos lists what can be taken back.
func Undos(w Workspace) ([]UndoEntry, error) { return nil, nil }

// MemWorkspace writes to memory.
func MemWorkspace(f any) Workspace { return nil }

// OpenIndex opens staged content.
func OpenIndex(ctx context.Context, dir string, paths []string, opt Options) (*Tree, error) {
	return nil, errors.New("interim")
}

// Partial tells whether only a part of the root was listed.
func (t *Tree) Partial() bool { return false }
