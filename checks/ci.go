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

var (
	jobKey  = regexp.MustCompile(`^\s*["']?([\w.-]+)["']?:\s*(?:#.*)?$`)
	nameKey = regexp.MustCompile(`^\s*name:\s*["']?([^"'#\n]*?)["']?\s*(?:#.*)?$`)
)

// jobsAt returns the names that the job around a byte goes by in lists of required checks: its key, and the name it gives
// itself. It is empty outside of a job.
func jobsAt(text []byte, at int) []string {
	depth, body, key, title := -1, -1, "", "" // depth: of the keys of jobs; a GitLab file has them at 0
	if !bytes.HasPrefix(text, []byte("jobs:")) && !bytes.Contains(text, []byte("\njobs:")) {
		depth = 0
	}
	inJobs := depth == 0
	for start := 0; start < len(text); {
		line := lineAt(text, start)
		next := start + len(line) + 1
		trimmed, in := bytes.TrimSpace(line), indent(line)
		if len(trimmed) == 0 || trimmed[0] == '#' {
			start = next
			continue
		}
		switch {
		case depth != 0 && in == 0:
			if key != "" && start > at {
				return jobNames(key, title)
			}
			inJobs, depth, key = bytes.HasPrefix(line, []byte("jobs:")), -1, ""
		case !inJobs:
		case depth < 0 || in == depth:
			if start > at {
				return jobNames(key, title)
			}
			if depth, body, key, title = in, -1, "", ""; jobKey.Match(line) {
				key = string(jobKey.FindSubmatch(line)[1])
			}
		case body < 0 || in == body:
			body = in
			if m := nameKey.FindSubmatch(line); m != nil {
				title = string(m[1])
			}
		}
		start = next
	}
	return jobNames(key, title)
}

func jobNames(key, title string) []string {
	switch {
	case key == "":
		return nil
	case title == "" || title == key:
		return []string{key}
	}
	return []string{key, title}
}
