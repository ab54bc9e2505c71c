package checks

import (
	"strings"
	"testing"

	"bakedin/rules"
)

func TestDocumentStrength(t *testing.T) {
	own := strings.Repeat("The ranking model runs in the support service only and was tested on German text.\n", 6)
	for _, c := range []struct {
		name, text string
		want       rules.Strength
	}{
		{"text of its own", "# Card\n\n" + own, rules.E2},
		{"a heading and a sentence", "# Card\n\nThis is the model card of the ranking model.\n", rules.E1},
		{"an unfilled card", "# Model Card\n\n[More Information Needed]\n\n## Uses\n\n[More Information Needed]\n", rules.E0},
		{"one open point among much text", own + "\nTODO: numbers for French\n" + own, rules.E2},
		{"front matter is not text", "---\n" + strings.Repeat("key: some value of many words\n", 20) + "---\nshort\n", rules.E1},
		{"an empty file", "", rules.E1},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := documentStrength([]byte(c.text)); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestCIStrength(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       rules.Strength
	}{
		{"a step that can fail", "steps:\n  - run: pip-audit\n  - run: pytest || true\n", rules.E3},
		{"its exit code is thrown away", "steps:\n  - run: pip-audit || true\n", rules.E2},
		{"it may fail", "steps:\n  - name: audit\n    run: pip-audit\n    continue-on-error: true\n  - run: x\n", rules.E2},
		{"the step before may fail, this one not", "steps:\n  - run: x\n    continue-on-error: true\n  - run: pip-audit\n", rules.E3},
		{"it is commented out", "steps:\n  # - run: pip-audit\n", rules.E0},
		{"a script block of several lines", "steps:\n  - run: |\n      pip install pip-audit\n      pip-audit\n", rules.E3},
		{"it is only installed", "steps:\n  - run: pip install -q pip-audit\n", rules.E1},
		{"a script whose last line forgives", "steps:\n  - run: |\n      pip-audit \\\n        || exit 0\n", rules.E2},
	} {
		t.Run(c.name, func(t *testing.T) {
			at := strings.LastIndex(c.text, "pip-audit")
			if got := ciStrength([]byte(c.text), at); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}
