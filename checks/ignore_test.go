package checks

import (
	"fmt"
	"testing"
)

func TestAnIgnoreStandsInARealCommentAndNamesItsRules(t *testing.T) {
	for _, c := range []struct {
		name, path, text string
		want             string
	}{
		{"at the end of a line", "a.py", "x = 1\nload(p)  # bakedin: ignore[rule-a, rule-b] -- only what we built\n", "2 about 2 [rule-a rule-b] only what we built"},
		{"on the line above", "a.py", "# bakedin: ignore[rule-a] -- why\nload(p)\n", "1 about 2 [rule-a] why"},
		{"two above one another", "a.py", "# bakedin: ignore[rule-a] -- why\n# bakedin: ignore[rule-b] -- so\nload(p)\n", "1 about 3 [rule-a] why|2 about 3 [rule-b] so"},
		{"the whole file", "a.py", "# bakedin: ignore-file[rule-a] -- why\n", "1 about 0 [rule-a] why"},
		{"in a string", "a.py", "x = '# bakedin: ignore[rule-a] -- why'\n", ""},
		{"in a quoted value", "a.yaml", "x: '# bakedin: ignore[rule-a] -- why'\n", ""},
		{"in YAML", "a.yaml", "x: y # bakedin: ignore[rule-a] -- why\n", "1 about 1 [rule-a] why"},
		{"a sharp inside a word is no comment", "requirements.txt", "torch#bakedin: ignore[rule-a] -- why\n", ""},
		{"in requirements", "requirements.txt", "torch # bakedin: ignore[rule-a] -- why\n", "1 about 1 [rule-a] why"},
		{"in Markdown", "a.md", "text <!-- bakedin: ignore[rule-a] -- why -->\n", "1 about 1 [rule-a] why"},
		{"in Jinja", "a.j2", "{# bakedin: ignore[rule-a] -- why #}\n{{ x }}\n", "1 about 2 [rule-a] why"},
		{"in JSON there are none", "a.json", "{} // bakedin: ignore[rule-a] -- why\n", ""},
		{"blanket", "a.py", "x # bakedin: ignore -- why\n", "1 about 1 [] why !it names no rule, so it silences nothing"},
		{"without a reason", "a.py", "x # bakedin: ignore[rule-a]\n", "1 about 1 [rule-a]  !it gives no reason after --"},
		{"no date", "a.py", "x # bakedin: ignore[rule-a] until=soon -- why\n", "1 about 1 [rule-a] why !until is no date such as 2027-01-31"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := []byte(c.text)
			f := &File{Path: c.path, lines: newLineIndex(text)}
			got := ""
			for _, g := range ignoresOf(f, text) {
				if got != "" {
					got += "|"
				}
				got += fmt.Sprintf("%d about %d %v %s", g.Line, g.About, g.Rules, g.Reason)
				if g.Problem != "" {
					got += " !" + g.Problem
				}
			}
			if got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func FuzzIgnores(f *testing.F) {
	for _, name := range []string{"a.py", "a.yaml", "a.md", "a.j2", "a.go"} {
		f.Add(name, []byte("x # bakedin: ignore[a,b] until=2027-01-31 -- why <!-- bakedin: ignore -->\n"))
	}
	f.Fuzz(func(t *testing.T, name string, text []byte) {
		for _, g := range ignoresOf(&File{Path: name, lines: newLineIndex(text)}, text) {
			if g.Line < 1 || g.About < 0 {
				t.Fatalf("%+v", g)
			}
		}
	})
}
