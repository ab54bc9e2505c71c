package checks

import (
	"path"
	"regexp"
)

// agentFolder holds scripts that an agent starts: of hooks, commands, plugins and skills.
var agentFolder = regexp.MustCompile(`(?:^|/)\.(?:claude|agents|codex|cursor|gemini|opencode|kiro)/(?:skills|hooks|commands|agents|plugins)/`)

// StartedByAgent tells whether an agent starts the script of that path by itself: it lies in a folder of scripts of an agent, or
// below that of a skill.
func (r *Repo) StartedByAgent(file string) bool {
	if agentFolder.MatchString(file) {
		return true
	}
	for d := path.Dir(file); d != "." && d != "/"; d = path.Dir(d) {
		if r.Has(d + "/SKILL.md") {
			return true
		}
	}
	return false
}
