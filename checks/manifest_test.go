package checks_test

import (
	"testing"

	"bakedin/checks/builtin"
	"bakedin/checks/checkstest"
)

func TestABrokenManifestIsToldOnceAndATemplateOfOneIsNoFailure(t *testing.T) {
	for name, c := range map[string]struct {
		text     string
		kind     string
		complete bool
	}{
		"a broken manifest":      {"[project\nname = 1\n", "parse", false},
		"a template of one":      {"[project]\nname = \"x\"\n{% if torch %}\ndependencies = [\"torch\"]\n{% endif %}\n", "unsupported", true},
		"a manifest that parses": {"[project]\nname = \"x\"\n", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			rs, err := builtin.Ruleset()
			if err != nil {
				t.Fatal(err)
			}
			r, err := checkstest.Run(t.Context(), rs, map[string][]byte{"pyproject.toml": []byte(c.text)})
			if err != nil {
				t.Fatal(err)
			}
			if c.kind == "" && len(r.Skips) != 0 || c.kind != "" && (len(r.Skips) != 1 || r.Skips[0].Kind != c.kind) {
				t.Errorf("skipped %+v, want one of kind %q", r.Skips, c.kind)
			}
			if r.Ended.Complete != c.complete {
				t.Errorf("complete is %v", r.Ended.Complete)
			}
		})
	}
}
