package repo

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"slices"
)

// Digest is the sha256 (hex) by which a plan knows a content.
func Digest(b []byte) string {
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
			base = Digest(old)
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
