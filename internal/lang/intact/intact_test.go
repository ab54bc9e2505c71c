package intact_test

import (
	"strings"
	"testing"

	"bakedin/internal/lang/intact"
)

func TestCheck(t *testing.T) {
	cases := []struct {
		name, file, before, old, new string
		broken                       string // part of the reason; empty: whole
	}{
		{"a keyword more", "a.py", "x = f(p)\ny = 1\n", "(p)", "(p, safe=True)", ""},
		{"a statement less at the end", "a.py", "a = 1\nf()\n", "f()\n", "", ""},
		{"the only statement of a block", "a.py", "if a:\n    f()\nb = 1\n", "    f()\n", "", "block"},
		{"a bare generator beside a keyword", "a.py", "f(x for x in y)\n", "y)", "y, safe=True)", "arguments"},
		{"a keyword twice", "a.py", "f(safe=a)\n", "a)", "a, safe=True)", "arguments"},
		{"the quote of an f-string in its field", "a.py", "f\"{f(a=1)}\"\n", "a=1", "a=\"x\"", "field"},
		{"another quote in the field", "a.py", "f\"{f(a=1)}\"\n", "a=1", "a='x'", ""},
		{"two names that become one", "a.py", "a = b if c else d\n", " if c else ", "", "more"},
		{"a bracket left open", "a.py", "f(a)\n", "a)", "a", "read"},
		{"a hidden character in a name", "a.py", "ab\u200b(1)\n", "\u200b", "", ""},
		{"a file that was broken before", "a.py", "f(a\n", "a", "b", ""},
		{"a key less", "a.json", "{\"a\": 1, \"b\": [2]}", ", \"b\": [2]", "", ""},
		{"a comma left", "a.json", "{\"a\": 1, \"b\": 2}", "\"b\": 2", "", "read"},
		{"a key twice", "a.json", "{\"a\": 1}", "{", "{\"a\": 2, ", "twice"},
		{"the anchor of an alias", "a.yaml", "a: &x 1\nb: *x\n", "a: &x 1\n", "", "read"},
		{"an alias", "a.yaml", "a: &x 1\nb: *x\n", "*x", "2", "anchor"},
		{"a value that others take over", "a.yaml", "a: &x\n  k: 1\nb: *x\n", "k: 1", "k: 2", "more"},
		{"the only key of a map", "a.yaml", "a:\n  k: 1\nb: 2\n", "  k: 1\n", "", "more"},
		{"a block of text", "a.yaml", "a:\n- >-\n  x\n", ">-\n  x", "\"y\"", "block"},
		{"a line in a block of text", "a.yaml", "a: |\n  x\n  y\n", "x", "z", ""},
		{"an expression in a tag", "a.jsx", "const a = <C key=\"k\" />;\n", "\"k\"", "process.env.K", "braces"},
		{"an expression in braces", "a.jsx", "const a = <C key=\"k\" />;\n", "\"k\"", "{process.env.K}", ""},
		{"the name of a property", "a.ts", "const a = { \"k\": 1 };\n", "\"k\"", "process.env.K", "property"},
		{"an instruction more", "Dockerfile", "FROM a\nCMD b\n", "CMD", "USER c\nCMD", ""},
		{"a continued instruction", "Dockerfile", "FROM a\nRUN x \\\n y\nCMD b\n", " y\n", "", "more"},
		{"a kind that is not read", "a.txt", "( x\n", "x", "y", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			at := strings.Index(c.before, c.old)
			err := intact.Check(c.file, []byte(c.before), []intact.Change{{Start: at, End: at + len(c.old), Text: c.new}})
			switch {
			case c.broken == "" && err != nil:
				t.Errorf("refused: %v", err)
			case c.broken != "" && (err == nil || !strings.Contains(err.Error(), c.broken)):
				t.Errorf("got %v, want a reason with %q", err, c.broken)
			}
		})
	}
}
