package cli

import (
	"slices"
	"testing"

	"bakedin/internal/repo"
)

func TestEqualEditsOfTwoFixesAreOne(t *testing.T) {
	imports := repo.TextEdit{Path: "a.py", Replacement: "import os\n"}
	first := []repo.TextEdit{imports, {Path: "a.py", Start: 10, End: 20, Replacement: "x"}}
	second := []repo.TextEdit{imports, {Path: "a.py", Start: 30, End: 40, Replacement: "y"}}
	if overlaps(first, second) {
		t.Error("an import that both need keeps them apart")
	}
	if got := merged(slices.Clone(first), second); len(got) != 3 {
		t.Errorf("%d edits, not 3", len(got))
	}
	other := []repo.TextEdit{{Path: "a.py", Replacement: "import sys\n"}}
	if !overlaps(first, other) {
		t.Error("two insertions at one place have no order")
	}
}
