package prompt

import (
	"path"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/rules"
)

var (
	agentFolder = regexp.MustCompile(`(?:^|/)\.(?:claude|agents|codex|cursor|gemini|opencode|kiro)/(?:skills|hooks|commands|agents|plugins)/`)
	sendsCall   = regexp.MustCompile(`\b(?:requests|httpx|session|client)\.(?:post|put|patch|request)\(|\burlopen\(|\bhttp\.client\b|\bsmtplib\b|\bsocket\.(?:socket|create_connection)\(|\bfetch\(|\baxios(?:\.post|\.put)?\(|\bhttps?\.request\(|\bcurl\s`)
)

// agentScriptSendsPrivate reports scripts that an agent starts by itself (of a skill, a hook, a command) and that send away
// what only this machine should know. What a script of the project does is the project's own business.
func agentScriptSendsPrivate(p *checks.Pass, m checks.TextMatch) {
	if !agentFolder.MatchString(p.File.Path) && !inSkill(p) || attackFolder.MatchString(p.File.Path) || len(p.Found()) > 0 {
		return
	}
	what := "sends a private file or the environment of this machine to another host"
	switch path.Ext(p.File.Path) {
	case ".py", ".js", ".mjs", ".cjs", ".ts", ".mts":
		if !sendsCall.Match(m.Text) {
			return
		}
	default:
		start, end := commandAround(m)
		said, severity := sends(strings.TrimSpace(string(m.Text[start:end])))
		if severity != rules.Critical {
			return
		}
		what = said
	}
	f := p.At(m.Groups[0], m.Groups[1], "The script, which an agent starts, "+what+".")
	f.Anchor = "script exfil"
	f.Fixes = []checks.Fix{checks.Steps("drop-script", "Take the script out",
		"Find out who wrote it, and what else came with it: git log -S with a piece of the line.",
		"Take the script out, or the line that reads the private file.",
		"Where an agent has run it, rotate the keys and tokens that it could read.")}
}

// inSkill tells whether a folder above the file is that of a skill.
func inSkill(p *checks.Pass) bool {
	for d := path.Dir(p.File.Path); d != "." && d != "/"; d = path.Dir(d) {
		if p.Repo.Has(d + "/SKILL.md") {
			return true
		}
	}
	return false
}
