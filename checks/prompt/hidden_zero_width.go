package prompt

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"bakedin/checks"
	"bakedin/internal/repo"
	"bakedin/internal/safe"
	"bakedin/rules"
)

// a run this long, or this many of two kinds in one paragraph, is a message and no typesetting; three times as many in a
// text that nobody wrote for a model, where copies from the web have some
const (
	longRun     = 4
	channelSize = 8
)

// hiddenZeroWidth reports characters without width outside of the scripts and emoji that need them, and reads what they
// spell when two kinds of them stand for bits.
func hiddenZeroWidth(_ context.Context, p *checks.Pass) error {
	text, err := Chars.Of(p.File)
	if text == nil {
		return err
	}
	var quiet []int // of low severity: told once a file
	source := (p.File.Is(repo.Code) || p.File.Is(repo.CI) || p.File.Is(repo.Deploy)) && p.File.Place == repo.Product && !strings.HasSuffix(p.File.Path, ".min.js")
	for _, par := range paragraphs(text) {
		var hits []int
		kinds := map[rune]int{}
		for i := par[0]; i < par[1]; i++ {
			if r := text[i].r; isZeroWidth(r) && !allowedZeroWidth(text, i) {
				hits = append(hits, i)
				if r == 0x200B || r == 0x200C || r == 0x200D || r == 0x2060 || r == 0xFEFF {
					kinds[r]++
				}
			}
		}
		if len(hits) == 0 {
			continue
		}
		channel, machine := 0, forModel(p, text[hits[0]].start())
		for _, n := range kinds {
			channel += n
		}
		if hidden := spelled(text, hits, kinds); len(kinds) >= 2 && channel >= channelSize && (hidden != "" || machine || channel >= 3*channelSize) {
			message := fmt.Sprintf("%d characters without width, of %d kinds, stand for bits in this paragraph.", channel, len(kinds))
			if hidden != "" {
				message = fmt.Sprintf("%d characters without width spell text that nobody sees: \"%s\"", channel, hidden)
			}
			reportRun(p, text, hits, message, "")
			continue
		}
		for len(hits) > 0 {
			n := 1
			for n < len(hits) && hits[n] == hits[n-1]+1 {
				n++
			}
			run := hits[:n]
			hits = hits[n:]
			inWord := unicode.IsLetter(at(text, run[0]-1)) && unicode.IsLetter(at(text, run[n-1]+1)) && text[run[0]].r != 0x200C
			switch {
			case n >= longRun && (machine || n >= 4*longRun || mixed(text, run)):
				reportRun(p, text, run, fmt.Sprintf("%d characters without width stand in a row.", n), "")
			case machine && inWord:
				reportRun(p, text, run, "A character without width splits a word that a model reads.", "")
			case machine && text[run[0]].r != 0x200C && text[run[0]].r != 0xFEFF:
				reportRun(p, text, run, "A character without width stands in text for a model.", rules.Medium)
			case source && filler(text[run[0]].r):
				reportRun(p, text, run, "A letter that is not seen stands in code: a Hangul filler can be a name.", "")
			case source && inWord:
				reportRun(p, text, run, "A character without width splits a word of the source: it is another word than the one you read.", rules.Medium)
			default:
				quiet = append(quiet, run...)
			}
		}
	}
	if len(quiet) > 0 {
		reportRun(p, text, quiet, counted(len(quiet), "character without width stands", "characters without width stand")+" in the text.", rules.Low)
	}
	return nil
}

// filler tells whether a character is a letter to a compiler and nothing to a person.
func filler(r rune) bool { return r == 0x3164 || r == 0xFFA0 || r == 0x115F || r == 0x1160 }

// mixed tells whether a run has characters of two kinds: one and the same again and again is what copying leaves.
func mixed(text []char, run []int) bool {
	return slices.ContainsFunc(run, func(i int) bool { return text[i].r != text[run[0]].r })
}

func reportRun(p *checks.Pass, text []char, run []int, message string, severity rules.Severity) {
	f := p.At(text[run[0]].start(), text[run[len(run)-1]].end(), message)
	f.Anchor = fmt.Sprintf("zero width %d", len(p.Found()))
	switch severity {
	case rules.Medium:
		f.Lower(severity, "one of them alone carries no message")
	case rules.Low:
		f.Lower(severity, "the file is not one that is written for a model, or they part nothing")
	}
	fix := checks.Fix{ID: "remove-hidden", Title: "Remove the hidden characters", Applicability: checks.Safe}
	for _, i := range run {
		fix.Edits = append(fix.Edits, p.Replace(text[i].start(), text[i].end(), ""))
	}
	f.Fixes = []checks.Fix{fix}
}

// paragraphs are the ranges between empty lines.
func paragraphs(text []char) [][2]int {
	var out [][2]int
	start, blank := 0, false
	for i, c := range text {
		switch {
		case c.r == '\n' && blank:
			out = append(out, [2]int{start, i})
			start = i + 1
		case c.r == '\n':
			blank = true
		case c.r != ' ' && c.r != '\t' && c.r != '\r':
			blank = false
		}
	}
	return append(out, [2]int{start, len(text)})
}

// spelled reads the two most frequent kinds as 0 and 1, in groups of eight and of seven; empty when that is no text.
func spelled(text []char, hits []int, kinds map[rune]int) string {
	var zero, one rune
	for r, n := range kinds {
		switch {
		case zero == 0 || n > kinds[zero] || n == kinds[zero] && r < zero:
			zero, one = r, zero
		case one == 0 || n > kinds[one] || n == kinds[one] && r < one:
			one = r
		}
	}
	for _, pair := range [][2]rune{{zero, one}, {one, zero}} {
		for _, width := range []int{8, 7} {
			if s := bits(text, hits, pair, width); s != "" {
				return string(safe.Line(checks.MaskSecrets(s[:min(len(s), shownHidden)])))
			}
		}
	}
	return ""
}

func bits(text []char, hits []int, pair [2]rune, width int) string {
	var b strings.Builder
	n, v, printable := 0, 0, 0
	for _, i := range hits {
		switch text[i].r {
		case pair[0]:
			v <<= 1
		case pair[1]:
			v = v<<1 | 1
		default:
			continue
		}
		if n++; n%width == 0 {
			if v >= ' ' && v < 0x7F || v == '\n' {
				printable++
			}
			b.WriteByte(byte(v))
			v = 0
		}
	}
	if b.Len() < 2 || printable*10 < b.Len()*8 {
		return ""
	}
	return b.String()
}
