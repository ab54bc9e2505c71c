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
