package ui

import (
	"fmt"

	"bakedin/internal/posture"
	"bakedin/rules"
)

// ink is a set of SGR parameters such as "1;38;2;255;0;0": what a piece of text is drawn with.
// Source: ECMA-48, section 8.3.117.
type ink string

// inks are the roles that colours play. Nothing is said by colour alone: each role also has a glyph, a word or a weight.
type inks struct {
	bold, dim, line               ink // line: rules and dividers, which say nothing
	title, accent, key            ink
	bad, warn, good, vouched, off ink
	added, removed                ink
	selected                      ink // background of the row under the cursor
}

// theme fixes everything a frame's look depends on besides its size.
type theme struct {
	inks
	glyphs
	dark, colour, ascii bool
}

func newTheme(dark, colour, ascii bool) *theme {
	t := &theme{dark: dark, colour: colour, ascii: ascii, glyphs: unicodeGlyphs}
	if ascii {
		t.glyphs = asciiGlyphs
	}
	switch {
	case !colour:
		t.inks = inks{bold: "1", title: "1", accent: "1", key: "1", bad: "1", added: "1", selected: "7"}
	case dark:
		t.inks = paint(darkColours)
	default:
		t.inks = paint(lightColours)
	}
	return t
}

// colours of a theme as 0xRRGGBB. Each text colour has a contrast of 4.5:1 or more against the usual backgrounds.
type colours struct{ dim, line, accent, bad, warn, good, vouched, off, selected int }

var (
	darkColours  = colours{dim: 0xA3A9B5, line: 0x4B5263, accent: 0x8AB8FF, bad: 0xFF9089, warn: 0xE8BC6A, good: 0x86CF98, vouched: 0x79C7CC, off: 0xC3A9F0, selected: 0x2B3445}
	lightColours = colours{dim: 0x565C66, line: 0xB9C0CA, accent: 0x0B4FB3, bad: 0xAB1E1A, warn: 0x7A4B00, good: 0x1A6633, vouched: 0x0A5F66, off: 0x6336A8, selected: 0xDFE8F6}
)

func paint(c colours) inks {
	fg := func(rgb int) ink { return ink(fmt.Sprintf("38;2;%d;%d;%d", rgb>>16, rgb>>8&255, rgb&255)) }
	return inks{
		bold: "1", dim: fg(c.dim), line: fg(c.line), title: "1;" + fg(c.accent), accent: fg(c.accent), key: "1;" + fg(c.accent),
		bad: fg(c.bad), warn: fg(c.warn), good: fg(c.good), vouched: fg(c.vouched), off: fg(c.off),
		added: fg(c.good), removed: fg(c.bad),
		selected: "48" + fg(c.selected)[2:],
	}
}

// glyphs is one alphabet of the program. Every glyph of the first has a twin in the second.
type glyphs struct {
	proven, attested, gap, ask, waived, none, unknown, scanning string // statuses
	known, ignored                                              string // of findings
	cursor, open, closed, rule, divider, dot, more, into        string
	barProven, barAttested, barGap, barOpen, done, todo         string
	boxTL, boxTR, boxBL, boxBR, boxH, boxV                      string
	statusWidth                                                 int
}

var unicodeGlyphs = glyphs{
	proven: "✓", attested: "◐", gap: "✗", ask: "?", waived: "~", none: "–", unknown: "!", scanning: "…",
	known: "=", ignored: "#",
	cursor: "❯", open: "▾", closed: "▸", rule: "─", divider: "│", dot: "·", more: "…", into: " › ",
	barProven: "█", barAttested: "▓", barGap: "╳", barOpen: "░", done: "█", todo: "░",
	boxTL: "╭", boxTR: "╮", boxBL: "╰", boxBR: "╯", boxH: "─", boxV: "│",
	statusWidth: 1,
}

var asciiGlyphs = glyphs{
	proven: "[ok]", attested: "[at]", gap: "[XX]", ask: "[??]", waived: "[wv]", none: "[--]", unknown: "[!!]", scanning: "[..]",
	known: "[==]", ignored: "[##]",
	cursor: ">", open: "v", closed: ">", rule: "-", divider: "|", dot: "-", more: "~", into: " > ",
	barProven: "#", barAttested: "+", barGap: "x", barOpen: ".", done: "#", todo: ".",
	boxTL: "+", boxTR: "+", boxBL: "+", boxBR: "+", boxH: "-", boxV: "|",
	statusWidth: 4,
}

// mark is how a status is shown: glyph, word and colour, always together or at least the first two.
type mark struct {
	glyph, word string
	ink         ink
}

// status shows the status of a recommendation.
func (t *theme) status(s posture.Status, b posture.Basis) mark {
	switch s {
	case posture.Pass:
		if b == posture.Proven {
			return mark{t.proven, "proven", t.good}
		}
		return mark{t.attested, "attested", t.vouched}
	case posture.Gap:
		return mark{t.gap, "gap", t.bad}
	case posture.NeedsYou:
		return mark{t.ask, "needs you", t.warn}
	case posture.Waived:
		return mark{t.waived, "waived", t.off}
	case posture.NotApplicable:
		return mark{t.none, "n/a", t.dim}
	case scanningStatus:
		return mark{t.scanning, "scanning", t.dim}
	}
	return mark{t.unknown, "unknown", t.warn}
}

// severity is the colour that goes with a word.
func (t *theme) severity(s rules.Severity) ink {
	switch s {
	case rules.Critical:
		return t.both(t.bold, t.bad)
	case rules.High:
		return t.bad
	case rules.Medium:
		return t.warn
	}
	return t.dim
}

func (t *theme) both(a, b ink) ink {
	switch {
	case a == "" || a == b:
		return b
	case b == "":
		return a
	}
	return a + ";" + b
}

func shortSeverity(s rules.Severity) string {
	switch s {
	case rules.Critical:
		return "crit"
	case rules.Medium:
		return "med"
	}
	return text(string(s))
}
