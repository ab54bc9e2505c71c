package prompt

import (
	"context"
	"fmt"
	"unicode"
	"unicode/utf8"

	"bakedin/checks"
	"bakedin/rules"
)

// Ranges of characters that are not seen. Source: the Unicode character database.
const (
	tagFirst, tagLast = 0xE0000, 0xE007F // tag characters: a hidden copy of ASCII
	blackFlag         = 0x1F3F4          // begins the flag of a region, which is spelled in tag characters
	cancelTag         = 0xE007F
)

// longest run of invisible characters that typesetting explains
const explained = 2

// hiddenText reports runs of characters that people do not see and machines read. Guards: a byte order mark at the start,
// joiners between the parts of an emoji or in scripts that need them, flags of regions, and direction marks beside letters
// that are written from the right.
func hiddenText(_ context.Context, p *checks.Pass) error {
	text, err := p.File.Bytes()
	if err != nil {
		return err
	}
	rightToLeft := hasRightToLeft(text)
	var before rune
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError || r < 0x80 || i == 0 && r == 0xFEFF {
			before, i = r, i+n
			continue
		}
		start := i
		switch {
		case isTag(r):
			end, runes := run(text, i, isTag)
			last, _ := utf8.DecodeLastRune(text[:end])
			if before != blackFlag || last != cancelTag || runes > 7 {
				report(p, start, end, fmt.Sprintf("%d tag characters spell text that nobody sees.", runes), rules.Critical)
			}
			i = end
		case isBidi(r):
			end, runes := run(text, i, isBidi)
			if !rightToLeft {
				report(p, start, end, fmt.Sprintf("%d characters turn the direction of the text, beside no letter that needs it.", runes), "")
			}
			i = end
		case isInvisible(r):
			end, runes := run(text, i, isInvisible)
			if runes > explained {
				report(p, start, end, fmt.Sprintf("%d invisible characters in a row.", runes), "")
			}
			i = end
		default:
			i += n
		}
		before = r
	}
	return nil
}

func report(p *checks.Pass, start, end int, message string, severity rules.Severity) {
	f := p.At(start, end, message)
	f.Severity = severity
	if severity != "" {
		reason := "tag characters have no honest use in text for a machine"
		f.SeverityReason = &reason
	}
	f.Fixes = []checks.Fix{{ID: "remove-hidden", Title: "Remove the hidden characters", Applicability: checks.Unsafe,
		Edits:  editOut(p, start, end),
		Breaks: "If a person put them there for a reason, it is lost: look at who changed the line."}}
}

func run(text []byte, i int, is func(rune) bool) (end, runes int) {
	for i < len(text) {
		r, n := utf8.DecodeRune(text[i:])
		if !is(r) {
			break
		}
		i, runes = i+n, runes+1
	}
	return i, runes
}

func isTag(r rune) bool  { return r >= tagFirst && r <= tagLast }
func isBidi(r rune) bool { return r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 }
func isInvisible(r rune) bool {
	return r == 0x200B || r == 0x200C || r == 0x200D || r == 0x2060 || r == 0xFEFF || r >= 0x2061 && r <= 0x2064
}

func hasRightToLeft(text []byte) bool {
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		if r >= 0x590 && unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana, unicode.Nko) {
			return true
		}
		i += n
	}
	return false
}
