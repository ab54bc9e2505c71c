package checks

import (
	"bytes"
	"regexp"

	"bakedin/rules"
)

// A document is substantive when it has this many words of its own, and at most this share of template lines.
const (
	minDocumentWords = 60
	maxTemplateShare = 0.3
)

// text that a template leaves for its author
var templateLine = regexp.MustCompile(`(?i)\[more information needed\]|\[(?:insert|your|add|todo|tbd|name of)[^\]\n]*\]|\b(?:TODO|TBD|FIXME|lorem ipsum)\b|<(?:insert|your)[^>\n]*>|\{\{[^}\n]*\}\}|use this section to (?:tell|provide)|tell them where to go, how often`)

// unwritten is the marker that bakedin leaves in a document it started (internal/draft). With one left, a file is present and
// proves nothing more.
var unwritten = []byte("[WRITE: ")

// documentStrength is E2 for a document with text of its own, E1 for one that is only there, E0 for an unfilled template.
func documentStrength(text []byte) rules.Strength {
	words, lines, template := 0, 0, 0
	front := bytes.HasPrefix(text, []byte("---\n"))
	for i, line := range bytes.Split(text, []byte("\n")) {
		line = bytes.TrimSpace(line)
		if front {
			front = i == 0 || !bytes.Equal(line, []byte("---"))
			continue
		}
		if len(line) == 0 {
			continue
		}
		lines++
		if templateLine.Match(line) {
			template++
			continue
		}
		if line[0] == '#' || line[0] == '<' || line[0] == '!' { // headings, markup and pictures are no text
			continue
		}
		words += len(bytes.Fields(line))
	}
	switch {
	case lines > 0 && float64(template) > maxTemplateShare*float64(lines):
		return rules.E0
	case words >= minDocumentWords:
		return rules.E2
	}
	return rules.E1
}
