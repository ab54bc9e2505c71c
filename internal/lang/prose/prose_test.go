package prose

import (
	"strings"
	"testing"
)

const document = `---
title: x
---
# Policy

We answer within e.g. three days. Write to us!
We keep it short.

Not covered:

- prompt injection. Really.
- jailbreaks

<!-- ## Hidden

nothing. -->

Scope
-----

| Threat | Decision |
|---|---|
| injection | mitigate |

**Out of scope**

Source: the shop
Licence: CC0

` + "```\n# code\n```\n"

func TestParse(t *testing.T) {
	d := Parse([]byte(document))
	var titles []string
	for _, s := range d.Sections {
		titles = append(titles, s.Title)
	}
	if got := strings.Join(titles, "; "); got != "Policy; Scope; Out of scope" {
		t.Errorf("sections: %s", got)
	}
	var said []string
	for _, s := range d.Statements {
		lead := ""
		if s.Lead >= 0 {
			lead = " < " + string(d.Say(d.Statements[s.Lead]))
		}
		said = append(said, string(d.Say(s))+lead)
	}
	want := `We answer within e.g. three days.
Write to us!
We keep it short.
Not covered:
prompt injection. Really. < Not covered:
jailbreaks < Not covered:
| Threat | Decision |
| injection | mitigate | < | Threat | Decision |
Source: the shop
Licence: CC0`
	if got := strings.Join(said, "\n"); got != want {
		t.Errorf("got\n%s", got)
	}
	if n := len(d.Below(0)); n != len(d.Statements) {
		t.Errorf("%d statements below the first heading", n)
	}
	at := strings.Index(document, "Out of scope")
	if d.Heading(at) != 2 || d.StatementAt(at) != -1 {
		t.Error("a line in bold is no heading")
	}
}

func TestSentences(t *testing.T) {
	for text, want := range map[string]int{"": 0, "One": 1, "One. Two, i.e. more. Three": 3, "只有一句。还有一句。": 2} {
		if got := Sentences([]byte(text)); got != want {
			t.Errorf("%q: %d", text, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(document))
	f.Add([]byte("---\n"))
	f.Add([]byte("a\n===\n- b\n|c|\n|-|"))
	f.Fuzz(func(t *testing.T, text []byte) {
		d := Parse(text)
		for _, s := range d.Statements {
			d.Say(s)
		}
		for i, s := range d.Sections {
			if s.End < s.Body && s.End < len(text) && s.End < s.Start {
				t.Fatal("a section that ends before it begins")
			}
			d.Below(i)
		}
		for i := 0; i < len(text); i += 7 {
			d.Heading(i)
			d.StatementAt(i)
		}
	})
}
