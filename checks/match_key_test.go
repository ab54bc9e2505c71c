package checks

import (
	"strings"
	"testing"

	"bakedin/internal/lang/keys"
	"bakedin/rules"
)

// keyMatches lists the anchors and the places that a KeyMatch finds in a text.
func keyMatches(t *testing.T, name, text string, m rules.KeyMatch, refs ...string) []string {
	t.Helper()
	f := &File{Path: name, Size: int64(len(text))}
	f.once.Do(func() { f.text.Bytes = []byte(text) })
	p := &Pass{Rule: &rules.Rule{ID: "r", Refs: refs, Match: rules.Match{Key: []rules.KeyMatch{m}}}, File: f}
	if err := matchKeys(p); err != nil {
		return []string{"error: " + err.Error()}
	}
	var out []string
	for _, f := range p.found {
		out = append(out, f.Anchor+" @ "+text[f.Location.Start.Byte:f.Location.End.Byte])
	}
	return out
}

func TestMatchKeys(t *testing.T) {
	const settings = `{"permissions": {"allow": ["Bash(*)", "Read"], "defaultMode": "bypass"}, "chat.tools.auto": true}`
	cases := []struct {
		name, file, text string
		match            rules.KeyMatch
		want             string
	}{
		{"a key that is there", "s.json", settings, rules.KeyMatch{Path: "permissions.defaultMode"}, `key permissions.defaultMode bypass @ "defaultMode": "bypass"`},
		{"a value that matches", "s.json", settings, rules.KeyMatch{Path: "permissions.allow.*", Value: `^Bash\(\*\)$`}, `key permissions.allow.* Bash(*) @ "Bash(*)"`},
		{"a value that is excepted", "s.json", settings, rules.KeyMatch{Path: "permissions.allow.*", Value: `.`, Except: `Bash`}, `key permissions.allow.* Read @ "Read"`},
		{"a key with dots in its name", "s.json", settings, rules.KeyMatch{Path: "chat.tools.auto", Value: "^true$"}, `key chat.tools.auto true @ "chat.tools.auto": true`},
		{"any number of labels", "c.yaml", "a:\n  b:\n    - c: 1\nc: 2\n", rules.KeyMatch{Path: "**.c"}, "key a.b.*.c 1 @ c: 1\nkey c 2 @ c: 2"},
		{"a missing sibling", "c.yaml", "a: {run: x}\nb: {run: x, user: me}\n", rules.KeyMatch{Path: "*.run", Absent: "user"}, "key a.run x @ run: x"},
		{"several documents", "k.yaml", "x: 1\n---\nx: 2\n", rules.KeyMatch{Path: "x"}, "key x 1 @ x: 1\nkey x 2 @ x: 2"},
		{"another place", "k.yaml", "x: 1\n", rules.KeyMatch{Path: "x", In: []string{"deploy/**"}}, ""},
		{"a template says nothing of its value", "k.yaml", "x: {{ .y }}\n", rules.KeyMatch{Path: "x", Value: "."}, ""},
		{"an object has no value", "k.yaml", "x: {y: 1}\n", rules.KeyMatch{Path: "x", Value: "."}, ""},
		{"a format that is none", "Makefile", "x: 1\n", rules.KeyMatch{Path: "x"}, ""},
		{"a file without the label is not parsed", "b.json", "{broken", rules.KeyMatch{Path: "x"}, ""},
		{"a broken file is told", "b.json", "{x", rules.KeyMatch{Path: "x"}, "error: parse: json error at 1:2: expected a key in quotes"},
		{"a template that is no YAML is not the scan's failure", "b.yaml", "x: [{{ a\n", rules.KeyMatch{Path: "x"}, "error: unsupported"},
		{"an escape does not hide a key", "e.json", `{"\u0078": 1}`, rules.KeyMatch{Path: "x"}, `key x 1 @ "\u0078": 1`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := strings.Join(keyMatches(t, c.file, c.text, c.match), "\n")
			if got != c.want && !(strings.HasPrefix(c.want, "error") && strings.HasPrefix(got, c.want)) {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestSecretsNeverStandInAnchorOrMessage(t *testing.T) {
	secret := strings.Repeat("s3cr3tValue", 3)
	for _, got := range keyMatches(t, "s.json", `{"token": "`+secret+`"}`, rules.KeyMatch{Path: "token"}, "CWE-798") {
		if anchor, _, _ := strings.Cut(got, " @ "); strings.Contains(anchor, secret[:12]) {
			t.Errorf("the secret stands in %q", anchor)
		}
	}
}

func TestAPathOfManyStarsTakesLinearTime(t *testing.T) {
	root, err := keys.Parse("json", []byte(strings.Repeat(`{"a":`, 150)+"1"+strings.Repeat("}", 150)), keys.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	w := keyWalk{seen: map[keyStep]bool{}, found: func(_, _ *keys.Node, _ []string) { n++ }}
	w.below(root, strings.Split("**.a.**.a.**.a.**.a.**.a", "."), nil)
	if n == 0 {
		t.Error("nothing found")
	}
}
