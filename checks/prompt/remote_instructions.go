package prompt

import (
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/rules"
)

var (
	fullCommit = regexp.MustCompile(`[0-9a-f]{40}`)
	manuals    = regexp.MustCompile(`(?i)\b(?:install\w*|set-?up|contribut\w*|documentation|docs|official|guide|tutorial|readme|licen[sc]e|style|formatting|migration|upgrade|build|deployment|getting started)\b|https?://(?:docs\.|www\.|[\w.-]*/docs?/)|docs\.`)
)

// remoteInstructions reports text that tells its reader to get its instructions from an address: whoever controls it
// decides what the agent does tomorrow.
func remoteInstructions(p *checks.Pass, m checks.TextMatch) {
	text := m.Group(0)
	if strings.HasPrefix(text, "hub.pull") {
		pulled(p, m)
		return
	}
	if fullCommit.MatchString(text) || manuals.MatchString(text) && !strings.HasPrefix(text, "@") || !directed(p, m.Text, m.Groups[0], m.Groups[1], guardWords) || dataForTests(p) {
		return
	}
	f := p.At(m.Groups[0], m.Groups[1], "The reader is told to take its instructions from an address.")
	f.Anchor = "remote " + strings.ToLower(strings.Join(strings.Fields(text), " "))
	f.Fixes = []checks.Fix{checks.Steps("keep-a-copy", "Keep a copy here", "Store the text in the repository, where changes to it are reviewed.", "Or name a commit with 40 digits in the address, and the sha256 of the text beside it.")}
}

var commitSuffix = regexp.MustCompile(`^:[0-9a-f]{8,}$`)

// pulled reports a prompt that is taken from the hub of LangChain by its name alone.
func pulled(p *checks.Pass, m checks.TextMatch) {
	if commitSuffix.MatchString(m.Group(2)) || p.File.InTests() {
		return
	}
	f := p.At(m.Groups[0], m.Groups[1], m.Group(1)+" is pulled by name: whoever owns the prompt can change what the model is told.")
	f.Anchor = "pull " + m.Group(1)
	f.Lower(rules.Medium, "a hub keeps the versions, and shows who changed them")
	f.Fixes = []checks.Fix{checks.Steps("pin-commit", "Pull a commit", "Look the commit up on the page of the prompt.", `Write it behind the name: hub.pull("`+m.Group(1)+`:<commit>").`, "Or keep a copy of the text here, where changes to it are reviewed.")}
}
