package rules

import (
	"strings"
	"testing"
)

func TestTheEmbeddedRulesAreValid(t *testing.T) {
	set, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	if err := set.Validate(); err != nil {
		t.Error(err)
	}
}

func TestValidateSaysFileKeyAndReason(t *testing.T) {
	good := `id = "a-rule"
title = "t"
says = "gap"
supports = ["SD-1.1"]
severity = "high"
confidence = "high"
audience = "standard"
why = "w"
remedy = "r"
[match]
[[match.text]]
re2 = 'x'
[[example]]
bad = { path = "a", text = "x" }
good = { path = "a", text = "y" }
`
	for _, c := range []struct{ name, old, new, want string }{
		{"as it should be", "", "", ""},
		{"severity", `severity = "high"`, `severity = "grave"`, `repo/a-rule.toml: severity: "grave" is not one of`},
		{"an unknown recommendation", "SD-1.1", "SD-9.9", "supports: there is no recommendation SD-9.9"},
		{"an expression", "'x'", "'('", "match.text[0].re2: error parsing regexp"},
		{"no way to match", "[[match.text]]\nre2 = 'x'\n", "", "match: there is no way to match"},
		{"no good example", "good = { path = \"a\", text = \"y\" }\n", "", "example: a rule needs a bad and a good one"},
		{"a fix without steps", "[match]\n", "[[fix]]\nid = \"f\"\ntitle = \"t\"\napplicability = \"manual\"\n[match]\n", "fix[0]: without an edit it is manual, with steps"},
		{"a fix of no key", "[match]\n", "[[fix]]\nid = \"f\"\ntitle = \"t\"\napplicability = \"safe\"\ndelete_key = true\n[match]\n", "fix[0].delete_key: the rule matches no key"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := Parse("repo/a-rule.toml", []byte(strings.Replace(good, c.old, c.new, 1)))
			if err != nil {
				t.Fatal(err)
			}
			set := &Set{Rules: []*Rule{r}, Guideline: &Guideline{Recommendations: []Recommendation{{ID: "SD-1.1"}}}}
			err = set.Validate()
			if got := ""; err != nil {
				got = err.Error()
				if c.want == "" || !strings.Contains(got, c.want) {
					t.Errorf("%q, want %q", got, c.want)
				}
			} else if c.want != "" {
				t.Errorf("no error, want %q", c.want)
			}
		})
	}
}
