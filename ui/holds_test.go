package ui

import (
	"math"
	"regexp"
	"strings"
	"testing"

	"bakedin/checks"
	"bakedin/internal/posture"
)

// visit shows every screen at every size.
func visit(t *testing.T, with func(*Options), each func(t *testing.T, m *Model)) {
	t.Helper()
	for _, s := range screens {
		for _, wh := range sizes {
			t.Run(s.name+" "+number(wh[0])+"x"+number(wh[1]), func(t *testing.T) {
				m := acmeModel(t, func(o *Options) {
					if s.with != nil {
						s.with(o)
					}
					if with != nil {
						with(o)
					}
				})
				size(m, wh[0], wh[1])
				press(m, s.keys...)
				each(t, m)
			})
		}
	}
}

var claims = regexp.MustCompile(`(?i)\b(?:score|secured?|insecure|compliant|compliance|grade)\b`)

// The program gives no grade and calls nothing secure: such words come from the guideline or from the repository only.
func TestNoScreenMakesAClaim(t *testing.T) {
	visit(t, nil, func(t *testing.T, m *Model) {
		for _, l := range strings.Split(plainFrame(m), "\n") {
			if found := claims.FindString(l); found != "" && !ofTheGuideline(m, l) {
				t.Errorf("the screen says %q: %s", found, strings.TrimSpace(l))
			}
		}
	})
}

// ofTheGuideline tells whether a line shows a title of the guideline, which may be cut.
func ofTheGuideline(m *Model, line string) bool {
	for _, s := range m.store.sections {
		if strings.Contains(line, s.id+" ") || strings.Contains(line, s.id+"-") {
			return true
		}
	}
	return strings.Contains(line, "│") // beside a list or in a box: the text of a recommendation
}

// What was not read is said on every screen, whatever it shows.
func TestAnIncompleteRunSaysSoOnEveryScreen(t *testing.T) {
	visit(t, incomplete, func(t *testing.T, m *Model) {
		if !strings.Contains(plainFrame(m), "INCOMPLETE") {
			t.Errorf("no INCOMPLETE:\n%s", plainFrame(m))
		}
	})
}

// Every row with a status has its word, so that the glyph is not alone.
func TestAStatusIsAGlyphAndAWord(t *testing.T) {
	m := acmeModel(t, nil)
	size(m, 100, 30)
	press(m, "2")
	for _, sec := range m.store.sections {
		for _, c := range sec.controls {
			m.tree.set(nodeID{kind: isControl, id: m.store.controls[c].id}, true)
		}
	}
	m.rebuild()
	seen := map[string]bool{}
	for i := range m.nodes {
		n := &m.nodes[i]
		if n.kind != isRecommendation {
			continue
		}
		for _, w := range []int{36, 42, 53, 100} {
			r := newRow(newTheme(true, false, false), w)
			m.drawNode(r, n, false)
			k := m.t.status(m.store.recs[n.rec].status, m.store.recs[n.rec].basis)
			if line := r.str(); !strings.Contains(line, k.glyph) || !strings.Contains(line, k.word) {
				t.Errorf("%d wide, %s has no glyph and word: %q", w, k.word, line)
			}
			seen[k.word] = true
		}
	}
	for _, word := range []string{"proven", "attested", "gap", "needs you", "waived", "n/a"} {
		if !seen[word] {
			t.Errorf("no row was %s: the fixture is not what it was", word)
		}
	}
}

// What a colour says is also said by a word or a sign: without colours the text is the same.
func TestNothingIsSaidByColourAlone(t *testing.T) {
	for _, s := range screens {
		var frames [2]string
		for i, plain := range []bool{false, true} {
			m := acmeModel(t, func(o *Options) {
				if o.NoColor = plain; s.with != nil {
					s.with(o)
				}
			})
			size(m, 100, 30)
			press(m, s.keys...)
			frames[i] = plainFrame(m)
			if plain && strings.Contains(m.View().Content, "8;2;") {
				t.Errorf("%s has colours that were not asked for", s.name)
			}
		}
		if frames[0] != frames[1] {
			t.Errorf("%s differs without colours:\n%s\n%s", s.name, frames[0], frames[1])
		}
	}
}

func TestASCIIMeansASCII(t *testing.T) {
	visit(t, func(o *Options) { o.ASCII = true }, func(t *testing.T, m *Model) {
		for _, c := range plainFrame(m) {
			if c > 0x7e {
				t.Fatalf("shows %q", c)
			}
		}
		if why := wrongWith(m); why != "" {
			t.Error(why)
		}
	})
}

// Each text colour can be read on the usual backgrounds: a contrast of 4.5 to 1 or more.
// Source: WCAG 2.2, success criterion 1.4.3.
func TestColoursCanBeRead(t *testing.T) {
	for name, c := range map[string]struct {
		of colours
		on []int
	}{
		"dark":  {darkColours, []int{0x000000, 0x1E1E1E, 0x282C34, darkColours.selected}},
		"light": {lightColours, []int{0xFFFFFF, 0xFDF6E3, 0xF5F5F5, lightColours.selected}},
	} {
		for role, rgb := range map[string]int{"dim": c.of.dim, "accent": c.of.accent, "bad": c.of.bad, "warn": c.of.warn, "good": c.of.good, "vouched": c.of.vouched, "off": c.of.off} {
			for _, on := range c.on {
				if r := contrast(rgb, on); r < 4.5 {
					t.Errorf("%s %s on %06X: %.1f to 1", name, role, on, r)
				}
			}
		}
	}
}

// contrast is the ratio of two colours. Source: WCAG 2.2, "contrast ratio" and "relative luminance".
func contrast(a, b int) float64 {
	x, y := luminance(a), luminance(b)
	if x < y {
		x, y = y, x
	}
	return (x + 0.05) / (y + 0.05)
}

func luminance(rgb int) float64 {
	channel := func(v int) float64 {
		c := float64(v&255) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*channel(rgb>>16) + 0.7152*channel(rgb>>8) + 0.0722*channel(rgb)
}

// Names and texts that try to steer a terminal, on every screen and at every size.
func TestHostileTextsStayTextOnEveryScreen(t *testing.T) {
	hostile := []string{
		"a\x1b[2Jb", "\x1b]0;owned\x07", "\u202egnp.elif", "zero\u200bwidth", "\x9b31m", "line\nbreak\r\x08", strings.Repeat("long/", 400), "\xff\xfe\xfd", "日本語/モデル.pt", "👩‍👩‍👧‍👦🇩🇪",
		"tab\there", "\x1b]8;;http://example.org\x1b\\link", "", " ", "../../etc", strings.Repeat("ẁ́̂", 200),
	}
	for n, bad := range hostile {
		poison := func(o *Options) {
			r := *o.Report
			r.Findings = append([]checks.Finding{}, r.Findings...)
			for i := range r.Findings {
				f := &r.Findings[i]
				l := *f.Location
				l.Path = bad
				f.Location, f.Title, f.Rule = &l, bad, bad
			}
			for i := range r.Assets {
				r.Assets[i].ID, r.Assets[i].Path, r.Assets[i].Format, r.Assets[i].Meta = bad, bad, bad, map[string]string{bad: bad}
			}
			r.Recommendations = append([]posture.Recommendation{}, r.Recommendations...)
			for i := range r.Recommendations {
				r.Recommendations[i].Reasons = []posture.Reason{{Code: bad, Text: bad}}
			}
			r.Skipped = []checks.Skipped{{Path: bad, Kind: bad, Detail: bad}}
			r.Notices = []checks.Notice{{Kind: bad, Text: bad}}
			r.Policy.Source, r.Run.StartedAt = bad, bad
			o.Report, o.Title, o.Subtitle = &r, bad, bad
			o.Fixer = &pretender{report: &r}
		}
		for _, s := range screens {
			for _, wh := range [][2]int{{100, 30}, {40, 10}} {
				m := acmeModel(t, poison)
				size(m, wh[0], wh[1])
				press(m, s.keys...)
				if why := wrongWith(m); why != "" {
					t.Fatalf("text %d on %s at %v: %s", n, s.name, wh, why)
				}
			}
		}
	}
}
