package checks

import (
	"strconv"
	"unicode/utf16"
)

// LineHash names the fingerprint by which code-scanning hosts tell alerts apart.
const LineHash = "primaryLocationLineHash"

// What the hash of a line looks at: this many characters that are not blank, from the start of the line on.
const (
	lineHashWindow = 100
	lineHashBase   = 37
	lineHashEnd    = 0xFFFF // fed once after the text
)

// lineHashes returns the primaryLocationLineHash of every line of a text. A code-scanning host computes the same value where
// it is missing and warns where it differs, so this follows its algorithm to the letter: over UTF-16 code units, without
// spaces and tabs, with every line end as one LF, a rolling hash of the next 100 units, and a running count for equal ones.
// Source: https://github.com/github/codeql-action/blob/main/src/fingerprints.ts
func lineHashes(text []byte) []string {
	var (
		hash, oldest uint64 = 0, 1 // oldest is base^window: what the unit that leaves the window weighs
		window       [lineHashWindow]uint16
		lineAt       [lineHashWindow]int // 1-based line that began in this slot; 0: none
		index, line  int
		lineStart    = true
		afterCR      = false
		seen         = map[uint64]int{}
		out          []string
	)
	for range lineHashWindow {
		oldest *= lineHashBase
	}
	tell := func() {
		if lineAt[index] == 0 {
			return
		}
		seen[hash]++
		out = append(out, strconv.FormatUint(hash, 16)+":"+strconv.Itoa(seen[hash]))
		lineAt[index] = 0
	}
	roll := func(unit uint16) {
		hash = hash*lineHashBase + uint64(unit) - oldest*uint64(window[index])
		window[index] = unit
		index = (index + 1) % lineHashWindow
	}
	feed := func(unit uint16) {
		if unit == ' ' || unit == '\t' || afterCR && unit == '\n' {
			afterCR = false
			return
		}
		if afterCR = unit == '\r'; afterCR {
			unit = '\n'
		}
		tell()
		if lineStart {
			line++
			lineAt[index] = line
		}
		lineStart = unit == '\n'
		roll(unit)
	}
	for _, r := range string(text) {
		if hi, lo := utf16.EncodeRune(r); hi != 0xFFFD {
			feed(uint16(hi))
			feed(uint16(lo))
		} else {
			feed(uint16(r))
		}
	}
	feed(lineHashEnd)
	for range lineHashWindow {
		tell()
		roll(0)
	}
	return out
}

// lineHash of a 1-based line of the file's text; empty beyond its end.
func (f *File) lineHash(line int) string {
	if f.hashes == nil {
		text, _ := f.Bytes()
		f.hashes = lineHashes(text)
	}
	if line < 1 || line > len(f.hashes) {
		return ""
	}
	return f.hashes[line-1]
}
