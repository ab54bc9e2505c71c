package needle_test

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"testing"

	"bakedin/internal/needle"
	"bakedin/rules"
)

func led(l *needle.Lead, re *regexp.Regexp, text []byte) (out [][]int) {
	folded := needle.Fold(text)
	for at := l.Next(folded, 0, len(text)); at >= 0; {
		next := at + 1
		if m := re.FindSubmatchIndex(text[at:]); m != nil {
			for i := range m {
				if m[i] >= 0 {
					m[i] += at
				}
			}
			out = append(out, m)
			next = max(next, m[1])
		}
		at = l.Next(folded, next, len(text))
	}
	return out
}

func TestALeadFindsWhatASearchFinds(t *testing.T) {
	for _, c := range []struct {
		expr, text string
		lead       bool
	}{
		{`\b(?:do not|don.t|never)\s+(?:tell|show)`, "xnever tell; don't show, never\ntell, do  not tell", true},
		{`(?i)<\s*/?(?:important|system)\s*>`, "<IMPORTANT> < /system>", true},
		{`(?m)^\s*foo`, "foo\n  foo", false},
		{`(?m)^foo`, "foo\nxfoo\nfoo", true},
		{`x?\bfoo`, "xfoo foo", false},
		{`foo\b|bar`, "foobar foo bar", true},
		{`a+b`, "aaab ab", true},
		{`.foo`, "xfoo", false},
		{`(a)(b)?c|(ad)`, "abc ac ad", true},
		{`(?:ab|a)(?:c|bcd)(?:d*)`, "abcd", true},
	} {
		re, l := regexp.MustCompile(c.expr), needle.LeadOf(c.expr)
		if (l != nil) != c.lead {
			t.Errorf("%q: a lead: %v", c.expr, l != nil)
		}
		if l == nil {
			continue
		}
		want, got := re.FindAllSubmatchIndex([]byte(c.text), -1), led(l, regexp.MustCompile(l.Rest()), []byte(c.text))
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%q in %q: %v, want %v", c.expr, c.text, got, want)
		}
	}
}

// The rules themselves are the text: they hold an example of everything that they look for.
func TestTheLeadsOfAllRules(t *testing.T) {
	set, err := rules.Load()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("../../rules/*/*.toml")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	var texts [][]byte
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, b)
	}
	leads, all, found := 0, 0, 0
	for _, r := range set.Rules {
		for _, m := range r.Match.Text {
			all++
			l := needle.LeadOf(m.RE2)
			if l == nil {
				continue
			}
			leads++
			re, bound := regexp.MustCompile(m.RE2), regexp.MustCompile(l.Rest())
			for i, text := range texts {
				want, got := re.FindAllSubmatchIndex(text, -1), led(l, bound, text)
				if found += len(want); !reflect.DeepEqual(got, want) {
					t.Errorf("%s, %q in %s: %v, want %v", r.ID, m.RE2, files[i], got, want)
				}
			}
		}
	}
	t.Logf("%d of %d expressions have a lead; %d matches", leads, all, found)
	if leads < all/3 || found == 0 {
		t.Errorf("%d of %d expressions have a lead, %d matches", leads, all, found)
	}
}
