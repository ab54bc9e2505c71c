package cli

import (
	"bytes"
	"context"
	"os"
	"regexp"
	"strings"
	"testing"
)

// Every command and flag that the pages for people name is there.
func TestThePagesNameCommandsAndFlagsThatExist(t *testing.T) {
	a := &app{streams: Streams{In: strings.NewReader(""), Out: &bytes.Buffer{}, Err: &bytes.Buffer{}}, env: func(string) (string, bool) { return "", false }}
	span := regexp.MustCompile("(?m)`((?:go run \\.|bakedin)[^`]*)`|^    ((?:go run \\.|bakedin) [^#\n]*)|^(?: *entry:) (bakedin [^\n]*)")
	for _, page := range []string{"README.md", "CONTRIBUTING.md", ".pre-commit-hooks.yaml"} {
		text, err := os.ReadFile("../../" + page)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, m := range span.FindAllStringSubmatch(string(text), -1) {
			typed := strings.Join(strings.Fields(m[1]+m[2]+m[3]), " ")
			words := strings.Fields(strings.TrimPrefix(strings.TrimPrefix(typed, "go run ."), "bakedin"))
			n++
			root := a.command()
			root.SetContext(context.Background())
			root.InitDefaultCompletionCmd()
			cmd, rest, err := root.Find(words)
			if err != nil {
				t.Errorf("%s: %q: %v", page, typed, err)
				continue
			}
			if len(words) > 0 && cmd == root && regexp.MustCompile(`^[a-z]+$`).MatchString(words[0]) {
				t.Errorf("%s: %q: there is no command %s", page, typed, words[0])
			}
			for _, w := range rest {
				name, _, _ := strings.Cut(w, "=")
				long, isLong := strings.CutPrefix(name, "--")
				switch {
				case isLong && long != "" && cmd.Flags().Lookup(long) == nil && long != "help" && long != "version":
					t.Errorf("%s: %q: there is no flag %s", page, typed, name)
				case !isLong && len(name) == 2 && name[0] == '-' && cmd.Flags().ShorthandLookup(name[1:]) == nil:
					t.Errorf("%s: %q: there is no flag %s", page, typed, name)
				}
			}
		}
		if n < 1 {
			t.Errorf("%s: only %d commands were found; does the test still read it?", page, n)
		}
		for _, flag := range regexp.MustCompile("`(--[a-z-]+)").FindAllStringSubmatch(string(text), -1) { // alone: of check
			check, _, _ := a.command().Find([]string{"check"})
			if check.Flags().Lookup(strings.TrimPrefix(flag[1], "--")) == nil {
				t.Errorf("%s: check has no flag %s", page, flag[1])
			}
		}
	}
}

// The screen that the README shows is the demo's: its counts, gaps and shares.
func TestTheScreenOfTheReadmeIsTheDemos(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```text\n")
	shown, _, _ := strings.Cut(rest, "```")
	p := sitAtTheDemo(t, 100, 30)
	p.sees("Posture between", "F fixes")
	date := regexp.MustCompile(`\d{4}-\d{2}-\d{2}`)
	lines := func(screen string) []string {
		all := strings.Split(strings.TrimRight(date.ReplaceAllString(screen, "DATE"), " \n"), "\n")[1:] // the first holds the time
		for i := range all {
			all[i] = strings.TrimRight(all[i], " ")
		}
		return all
	}
	want, got := lines(p.screen.String()), lines(shown)
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("README.md shows\n%s\nthe demo shows\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	p.leaves()
}
