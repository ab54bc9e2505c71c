package model_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"bakedin/checks/checkstest"
)

// TestEvasions runs the vectors of testdata/evasion: one file for each way in which hostile files are known to slip past
// scanners, numbered as the classes that they stand for. The comment of a vector says what the trick is and what is expected:
//
//	expect: model.pkl pickle-runs-code critical     the rule matches that file, at that severity
//	expect: model.pkl skipped parse                 the file is told as not read, by that kind
//	reject: model.pkl weights-only-proved           the rule does not match
//
// Sections are texts that a writer makes bytes of (see builder_test.go): "model.pkl = asm". One that begins with $ is an
// ingredient of others and is not scanned.
func TestEvasions(t *testing.T) {
	vectors, err := filepath.Glob("testdata/evasion/*.txtar")
	if err != nil || len(vectors) == 0 {
		t.Fatalf("no vectors: %v", err)
	}
	rs := ruleset(t)
	for _, path := range vectors {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			vector := txtar.Parse(text)
			files, err := build(vector)
			if err != nil {
				t.Fatal(err)
			}
			res, err := checkstest.Run(context.Background(), rs, files)
			if err != nil {
				t.Fatal(err)
			}
			var seen []string
			for _, f := range res.Findings {
				seen = append(seen, fmt.Sprintf("%s %s %s", f.Location.Path, f.Rule, f.Severity))
			}
			for _, s := range res.Skips {
				seen = append(seen, fmt.Sprintf("%s skipped %s", s.Path, s.Kind))
			}
			expected := 0
			for line := range strings.Lines(string(vector.Comment)) {
				word, rest, _ := strings.Cut(strings.TrimSpace(line), ": ")
				switch rest = strings.Join(strings.Fields(rest), " "); word {
				case "expect":
					if expected++; !slices.Contains(seen, rest) {
						t.Errorf("missing: %s", rest)
					}
				case "reject":
					if slices.ContainsFunc(seen, func(s string) bool { return strings.HasPrefix(s, rest) }) {
						t.Errorf("unwanted: %s", rest)
					}
				}
			}
			if expected == 0 {
				t.Error("the vector expects nothing")
			}
			if t.Failed() {
				slices.Sort(seen)
				t.Logf("seen:\n%s", strings.Join(slices.Compact(seen), "\n"))
			}
		})
	}
}

// TestEveryClassHasAVector holds the numbers of the vectors against the classes of hostile files that are known.
func TestEveryClassHasAVector(t *testing.T) {
	vectors, err := filepath.Glob("testdata/evasion/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]bool{}
	for _, v := range vectors {
		for _, n := range regexp.MustCompile(`\d+`).FindAllString(strings.SplitN(filepath.Base(v), ".", 2)[0], -1) {
			have[n] = true
		}
	}
	for n := 1; n <= 73; n++ {
		if !have[fmt.Sprintf("%02d", n)] {
			t.Errorf("class %02d has no vector in testdata/evasion", n)
		}
	}
}
