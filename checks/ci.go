package checks

import (
	"bytes"
	"regexp"

	"bakedin/rules"
)

var (
	stepStart  = regexp.MustCompile(`^\s*-\s`)
	installing = regexp.MustCompile(`\b(?:pip3?|pipx|npm|pnpm|yarn|bun|uv|poetry|brew|apt(?:-get)?|go|cargo|gem)\s+(?:\w+\s+)?(?:install|add|i|get)\b`)
	cannotFail = regexp.MustCompile(`\|\|\s*(?:true|:|exit 0)\b|^\s*-?\s*(?:continue-on-error|allow_failure):\s*true\b|--exit-zero\b`)
)

// ciStrength looks at the step of a CI file that holds the byte: E0 when it stands in a comment, E2 when the step is there,
// E3 when nothing keeps it from failing the build.
func ciStrength(text []byte, at int) rules.Strength {
	lineStart := bytes.LastIndexByte(text[:at], '\n') + 1
	prefix := bytes.TrimSpace(text[lineStart:at])
	if bytes.HasPrefix(prefix, []byte("#")) {
		return rules.E0
	}
	if installing.Match(prefix) { // a tool that is installed has not run
		return rules.E1
	}
	if cannotFail.Match(stepAround(text, lineStart)) {
		return rules.E2
	}
	for _, line := range bytes.Split(stepAround(text, lineStart), []byte("\n")) {
		if cannotFail.Match(line) {
			return rules.E2
		}
	}
	return rules.E3
}

// stepAround returns the list item that a line belongs to: from the nearest "- " at its indentation or above it, to the
// next line that is not deeper than that dash.
func stepAround(text []byte, lineStart int) []byte {
	start := lineStart
	for start > 0 && !stepStart.Match(lineAt(text, start)) {
		start = bytes.LastIndexByte(text[:start-1], '\n') + 1
	}
	dash := indent(lineAt(text, start))
	end := start + len(lineAt(text, start)) + 1
	for end < len(text) {
		line := lineAt(text, end)
		if len(bytes.TrimSpace(line)) > 0 && indent(line) <= dash {
			break
		}
		end += len(line) + 1
	}
	return text[start:min(end, len(text))]
}

func lineAt(text []byte, start int) []byte {
	if i := bytes.IndexByte(text[start:], '\n'); i >= 0 {
		return text[start : start+i]
	}
	return text[start:]
}

func indent(line []byte) int { return len(line) - len(bytes.TrimLeft(line, " \t")) }
