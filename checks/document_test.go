package checks

import (
	"strings"
	"testing"

	"bakedin/rules"
)

// own is a document's worth of text, made of sentences that differ.
var own = "The ranking model runs in the support service only. It was tested on German and English text of the year 2026. Letters of less than " +
	"eight words are often sorted wrongly, and nobody has looked at other languages yet.\nThe team that runs the service looks at the figures every " +
	"month, compares them with those of the month before, and says in the change log what was found and who decided what to do about it. Figures are kept for a year.\n"

func TestDocumentStrength(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       rules.Strength
	}{
		{"text of its own", "# Card\n\n" + own, rules.E2},
		{"the same sentence again and again", strings.Repeat("The model sorts letters by department.\n\n", 14), rules.E1},
		{"a heading and a sentence", "# Card\n\nThis is the model card of the ranking model.\n", rules.E1},
		{"an unfilled card", "# Model Card\n\n[More Information Needed]\n\n## Uses\n\n[More Information Needed]\n", rules.E0},
		{"a card with one place left open", "# Model Card\n\n" + own + "\n## Uses\n\nMore information needed\n", rules.E1},
		{"one open point among much text", own + "\nTODO: numbers for French\n" + own, rules.E2},
		{"front matter is not text", "---\n" + strings.Repeat("key: some value of many words\n", 20) + "---\nshort\n", rules.E1},
		{"an empty file", "", rules.E1},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := NewDocument("docs/a.md", []byte(c.text)).Strength(); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestDocumentAt(t *testing.T) {
	for _, c := range []struct {
		name, match, text string
		want              rules.Strength
	}{
		{"a statement", "retention period", "The retention period is 30 days.", rules.E2},
		{"there is none", "retention policy", "We have no retention policy yet.", rules.E0},
		{"it has to be agreed", "retention period", "A retention period has to be agreed with legal.", rules.E0},
		{"it is not offered", "safe harbour", "We do not offer a safe harbour.", rules.E0},
		{"it is not one", "safe harbor", "This policy is not a safe harbor.", rules.E0},
		{"the other sentence denies", "retention period", "We have no lawyers. The retention period is 30 days.", rules.E2},
		{"a refusal that is part of the match", "will not take legal", "We will not take legal action.", rules.E2},
		{"nobody looked", "prompt injection", "Phones, prompt injection and poisoning were not looked at.", rules.E0},
		{"a sentence that lists what is out of scope", "jailbreaks", "The following are out of scope and were not analysed: prompt injection, jailbreaks.", rules.E0},
		{"a list of what is out of scope", "jailbreaks", "The following are out of scope:\n\n- wrong answers\n- jailbreaks", rules.E0},
		{"a section of what is out of scope", "jailbreaks", "## Out of scope\n\n- jailbreaks", rules.E0},
		{"a cell beside it denies something", "prompt injection", "| prompt injection | not possible without a tool |", rules.E2},
		{"a heading with text", "Limitations", "## Limitations\n\nIt fails on short letters. Wet paper is read wrongly by the scanner.", rules.E2},
		{"a heading without text", "Limitations", "## Limitations\n\nTBD\n\n## More\n\n" + own, rules.E1},
		{"a heading over nothing", "Limitations", "## Limitations\n\nThere are no limitations. Enjoy the ride with us and all of our friends.", rules.E1},
		{"a heading that denies", "retention policy", "## No retention policy\n\nIt fails on short letters. Wet paper is read wrongly by the scanner.", rules.E0},
		{"in a comment", "limits", "<!-- limits -->", rules.E1},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := "# A\n\n" + own + "\n" + c.text + "\n"
			at := strings.LastIndex(text, c.match)
			if got := NewDocument("docs/a.md", []byte(text)).At(at, at+len(c.match)); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
	for front, want := range map[string]rules.Strength{
		"datasets: [acme/a]": rules.E2, "datasets: []": rules.E1, "datasets:\n- acme/a": rules.E2, "datasets:\n- unknown": rules.E1, "datasets:": rules.E1,
	} {
		text := "---\n" + front + "\nlicense: mit\n---\n" + own
		if got := NewDocument("README.md", []byte(text)).At(4, 12); got != want {
			t.Errorf("%q: got %s, want %s", front, got, want)
		}
	}
}
