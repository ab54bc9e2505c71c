package checks

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"bakedin/internal/lang/intact"
	"bakedin/internal/repo"
)

// largest text whose fixes are tried out while it is scanned; those of a larger one are tried when they are planned
const triedInScan = 4 << 20

// Intact tells which file edits would break, and how; nil when each file stays what it is but for what they name.
func Intact(tree *repo.Tree, edits []repo.TextEdit) error {
	for _, path := range paths(edits) {
		text, err := tree.ReadFile(path, maxFileSize)
		if errors.Is(err, fs.ErrNotExist) {
			continue // it is created
		}
		if err != nil {
			return err
		}
		if err := intactIn(path, text, edits); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

func paths(edits []repo.TextEdit) (out []string) {
	for _, e := range edits {
		if !slices.Contains(out, e.Path) {
			out = append(out, e.Path)
		}
	}
	return out
}

func intactIn(path string, text []byte, edits []repo.TextEdit) error {
	var changes []intact.Change
	for _, e := range edits {
		if e.Path == path {
			changes = append(changes, intact.Change{Start: e.Start, End: e.End, Text: e.Replacement})
		}
	}
	return intact.Check(path, text, changes)
}

// tryFixes takes the edits back that would break the file. What is left of such a fix is steps, unless another has them.
func (f *Finding) tryFixes(file *File) {
	if len(file.text.Bytes) > triedInScan {
		return
	}
	kept := f.Fixes[:0:0]
	for i, fix := range f.Fixes {
		if len(fix.Edits) > 0 {
			if err := intactIn(file.Path, file.text.Bytes, fix.Edits); err != nil {
				if slices.ContainsFunc(f.Fixes[i+1:], func(other Fix) bool { return other.Applicability == Manual }) {
					continue
				}
				fix.Applicability, fix.Edits = Manual, []repo.TextEdit{}
				fix.Steps = append(slices.Clone(fix.Steps), "Make the change in an editor; it is not offered because "+err.Error()+".")
			}
		}
		kept = append(kept, fix)
	}
	f.Fixes = kept
}
