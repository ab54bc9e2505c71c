package markdown

import (
	"strings"
	"testing"
)

func TestWhatHoldsAPlace(t *testing.T) {
	src := "---\nname: FRONT\n---\n# Rules\nplain `SPAN` text\n> QUOTED\n\n```sh\nFENCED\n```\n\n| TABLE | b |\n\n    INDENTED\n\n- item\n\n    PARAGRAPH of a list\n<!-- COMMENT\nMORE -->\n## Examples\nLAST\n"
	d := Parse([]byte(src))
	for word, want := range map[string]Context{
		"FRONT": Front, "plain": 0, "SPAN": Code, "QUOTED": Quote, "FENCED": Code, "TABLE": Table, "INDENTED": Code, "COMMENT": Comment, "MORE": Comment, "LAST": 0,
	} {
		if got := d.At(strings.Index(src, word)); got != want {
			t.Errorf("%s: %b, want %b", word, got, want)
		}
	}
	if h := d.Heading(strings.Index(src, "LAST")); h != "Examples" {
		t.Errorf("heading %q", h)
	}
	if len(d.Comments()) != 1 {
		t.Errorf("comments %v", d.Comments())
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"```\na\n```", "<!-- a", "`a``b`", "---\n", "> > a\n| b | c |", "    x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d := Parse([]byte(s))
		for i := 0; i <= len(s); i++ {
			d.At(i)
			d.Heading(i)
		}
	})
}
