package ui

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"bakedin/internal/posture"
	"bakedin/internal/report"
)

var update = flag.Bool("update", false, "write the golden screens anew")

// stored is a saved report: screens need no scan.
func stored(t testing.TB) *posture.Report {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := report.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// the screens, and the keys that lead there
var screens = []struct {
	name string
	keys []string
}{
	{"overview", nil},
	{"actions", []string{"G", "enter"}},
	{"checklist", []string{"2", "j", "j", "j", "l", "j", "j", "j", "j", "j", "j", "j", "j", "l", "j"}},
	{"filter", []string{"/", "r", "u", "l", "e", ":", "t", "o", "r", "c", "h"}},
	{"recommendation", []string{"2", "j", "j", "l", "j", "enter"}},
	{"finding-code", []string{"/", "r", "u", "l", "e", ":", "t", "o", "r", "c", "h", "enter", "G", "enter"}},
	{"finding-model", []string{"/", "r", "u", "l", "e", ":", "r", "u", "n", "s", "enter", "G", "enter"}},
	{"assets", []string{"3", "j"}},
	{"asset", []string{"3", "enter"}},
	{"fixes", []string{"4", "space"}},
	{"fix", []string{"4", "enter"}},
	{"fix-manual", []string{"4", "G", "enter"}},
	{"log", []string{"5"}},
	{"help", []string{"?"}},
	{"commands", []string{":", "f", "i", "x"}},
	{"attest", []string{"2", "j", "j", "l", "j", "a"}},
}

var sizes = [][2]int{{120, 40}, {100, 30}, {80, 24}, {60, 15}, {40, 10}}

// One file a screen, with every size: read like pages.
func TestScreensLookAsTheyDid(t *testing.T) {
	for _, s := range screens {
		t.Run(s.name, func(t *testing.T) {
			var out strings.Builder
			for _, wh := range sizes {
				r := stored(t)
				m := sample(t, Options{Report: r, Fixer: &pretender{report: r}})
				size(m, wh[0], wh[1])
				press(m, s.keys...)
				if why := wrongWith(m); why != "" {
					t.Errorf("%dx%d: %s", wh[0], wh[1], why)
				}
				holds(t, m)
				fmt.Fprintf(&out, "== %dx%d\n", wh[0], wh[1])
				for _, l := range strings.Split(plainFrame(m), "\n") {
					out.WriteString(strings.TrimRight(l, " ") + "\n")
				}
			}
			golden(t, s.name+".golden", out.String())
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		a, b := strings.Split(string(want), "\n"), strings.Split(got, "\n")
		for i := range min(len(a), len(b)) {
			if a[i] != b[i] {
				t.Fatalf("%s, line %d\n was %s\n  is %s\nlook at all of it, then: go test ./ui -update", path, i+1, a[i], b[i])
			}
		}
		t.Fatalf("%s has another number of lines; look at it, then: go test ./ui -update", path)
	}
}

var claims = regexp.MustCompile(`(?i)\b(?:score|secure[ds]?|compliant|compliance|grade)\b`)

// holds says what every screen owes its reader.
func holds(t *testing.T, m *Model) {
	t.Helper()
	frame := plainFrame(m)
	if p := m.store.report.Posture; p != nil {
		if n := wholeShares(p.Shares); n.proven+n.attested+n.gap+n.open != 100 {
			t.Errorf("the shares are %+v", n)
		}
	}
	chrome := frame
	for i := range m.store.recs { // titles of the guideline use such words, and so may the repository
		chrome = strings.ReplaceAll(chrome, m.store.recs[i].title, "")
	}
	for _, l := range strings.Split(chrome, "\n") {
		if found := claims.FindString(l); found != "" && !ofTheGuideline(m, l) {
			t.Errorf("the screen says %q: %s", found, strings.TrimSpace(l))
		}
	}
}

// ofTheGuideline tells whether a line shows words of the guideline, which may be cut.
func ofTheGuideline(m *Model, line string) bool {
	for i := range m.store.recs {
		if r := &m.store.recs[i]; strings.Contains(line, r.id) {
			return true
		}
	}
	for i := range m.store.controls {
		if c := &m.store.controls[i]; strings.Contains(line, c.id) {
			return true
		}
	}
	for _, s := range m.store.sections {
		if strings.Contains(line, s.id+" ") {
			return true
		}
	}
	return strings.Contains(line, "SECURITY.md") || strings.Contains(line, "│")
}

// What a colour says is also said by a word or a sign: without colours the text is the same.
func TestNothingIsSaidByColourAlone(t *testing.T) {
	for _, s := range screens {
		r := stored(t)
		with := sample(t, Options{Report: r, Fixer: &pretender{report: r}})
		without := sample(t, Options{Report: r, Fixer: &pretender{report: r}, NoColor: true})
		for _, m := range []*Model{with, without} {
			size(m, 100, 30)
			press(m, s.keys...)
		}
		if a, b := plainFrame(with), plainFrame(without); a != b {
			t.Errorf("%s differs without colours:\n%s\n%s", s.name, a, b)
		}
		if strings.Contains(without.View().Content, "38;2") {
			t.Errorf("%s has colours that were not asked for", s.name)
		}
	}
}

func TestASCIIMeansASCII(t *testing.T) {
	for _, s := range screens {
		r := stored(t)
		m := sample(t, Options{Report: r, ASCII: true, Fixer: &pretender{report: r}})
		size(m, 100, 30)
		press(m, s.keys...)
		for _, c := range plainFrame(m) {
			if c > 0x7e {
				t.Errorf("%s shows %q", s.name, c)
				break
			}
		}
	}
}
