package builtin_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/afero"

	"bakedin/checks"
	"bakedin/checks/builtin"
	"bakedin/checks/checkstest"
	"bakedin/internal/repo"
	"bakedin/rules"
)

// TestEveryFixOfEveryExample applies each fix that is a list of edits to the bad example it comes from: as it is written,
// with the line ends of another system, and without the last line end.
func TestEveryFixOfEveryExample(t *testing.T) {
	rs, err := builtin.Ruleset()
	if err != nil {
		t.Fatal(err)
	}
	variants := map[string]func([]byte) []byte{
		"as written": func(b []byte) []byte { return b },
		"CRLF":       func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n")) },
		"no newline": func(b []byte) []byte { return bytes.TrimRight(b, "\n") },
	}
	for _, r := range rs.Set.Rules {
		for i, e := range r.Examples {
			if r.Says != rules.Gap || e.Bad == nil || e.Bad.Pickle != "" || e.Bad.Hex != "" || e.Bad.Binary != "" {
				continue
			}
			for name, variant := range variants {
				files, err := checkstest.Files(e.Bad)
				if err != nil {
					t.Fatal(err)
				}
				if strings.HasSuffix(e.Bad.Path, ".sh") && name == "CRLF" {
					continue // no shell reads that
				}
				for p, b := range files {
					files[p] = variant(b)
				}
				t.Run(fmt.Sprintf("%s/%d/%s", r.ID, i+1, name), func(t *testing.T) {
					fixes(t, checkstest.Only(rs, r.ID), r, files)
					if name == "as written" && !t.Failed() {
						fixes(t, rs, r, files) // with all rules, so that one that begins to speak is seen
					}
				})
			}
		}
	}
}

// reveals are rules that are silent at a place as long as another one speaks there (one finding a cause).
var reveals = map[string]string{"trust-remote-code": "model-revision-unpinned"}

func fixes(t *testing.T, rs *checks.Ruleset, r *rules.Rule, files map[string][]byte) {
	if alone := scan(t, checkstest.Only(rs, r.ID), files); !slices.ContainsFunc(alone.Findings, func(f checks.Finding) bool { return len(f.Fixes) > 0 }) {
		return
	}
	before := scan(t, rs, files)
	for _, f := range before.Of(r.ID) {
		for _, fix := range f.Fixes {
			if fix.Applicability == checks.Manual {
				if len(fix.Steps) == 0 && len(fix.Commands) == 0 {
					t.Errorf("%s: the steps of %s are missing", r.ID, fix.ID)
				}
				continue
			}
			if len(fix.Edits) == 0 {
				continue // planned by a Planner, which has tests of its own
			}
			if fix.Applicability == checks.Unsafe && fix.Breaks == "" {
				t.Errorf("%s: the fix %s does not say what it can break", r.ID, fix.ID)
			}
			fixed(t, rs, before, f, fix, files)
		}
	}
}

func fixed(t *testing.T, rs *checks.Ruleset, before *checkstest.Result, f checks.Finding, fix checks.Fix, files map[string][]byte) {
	ctx := context.Background()
	mem := afero.NewMemMapFs()
	for p, b := range files {
		if err := afero.WriteFile(mem, p, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	tree, err := repo.OpenFS(ctx, mem, "test", repo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	plan, err := checks.PlanFix(ctx, tree, rs, f, fix.ID)
	if err != nil {
		t.Fatalf("fix %s: %v", fix.ID, err)
	}
	entry, err := repo.Apply(ctx, repo.MemWorkspace(mem), plan)
	if err != nil {
		t.Fatalf("fix %s: %v", fix.ID, err)
	}
	changed := map[string][]byte{}
	for p := range files {
		if changed[p], err = afero.ReadFile(mem, p); err != nil {
			delete(changed, p)
		}
	}
	for _, p := range entry.Paths() {
		if b, err := afero.ReadFile(mem, p); err == nil {
			changed[p] = b
		}
	}
	after := scan(t, rs, changed)
	if a, b := len(after.Of(f.Rule)), len(before.Of(f.Rule)); a >= b {
		t.Errorf("fix %s: %d findings of %s before, %d after:\n%s", fix.ID, b, f.Rule, a, changed[f.Location.Path])
	}
	for _, x := range after.Findings {
		if x.Says == rules.Gap && reveals[f.Rule] != x.Rule && len(after.Of(x.Rule)) > len(before.Of(x.Rule)) {
			t.Errorf("fix %s: %s is new: %s\n%s", fix.ID, x.Rule, x.Message, changed[x.Location.Path])
		}
	}
	for _, x := range after.Of(f.Rule) {
		if x.ID == f.ID {
			t.Errorf("fix %s: the same finding is offered again", fix.ID)
		}
	}
	for _, s := range after.Skips {
		if len(before.Skips) == 0 {
			t.Errorf("fix %s: %s cannot be read any more: %s", fix.ID, s.Path, s.Detail)
		}
	}
	if err := repo.Undo(ctx, repo.MemWorkspace(mem), entry.ID); err != nil {
		t.Fatal(err)
	}
	for p, want := range files {
		if got, _ := afero.ReadFile(mem, p); !bytes.Equal(got, want) {
			t.Errorf("fix %s: undo left %q in %s", fix.ID, got, p)
		}
	}
}

func scan(t *testing.T, rs *checks.Ruleset, files map[string][]byte) *checkstest.Result {
	t.Helper()
	r, err := checkstest.Run(t.Context(), rs, files)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
