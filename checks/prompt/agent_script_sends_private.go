package prompt

import (
	"path"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/rules"
)

var (
	mcpServer = regexp.MustCompile(`(?m)^(?:from|import)\s+(?:mcp|fastmcp)\b`)
	backShell = regexp.MustCompile(`^/dev/(?:tcp|udp)/`)
	sendsCall = regexp.MustCompile(`\b(?:requests|httpx|session|client)\.(?:post|put|patch|request)\(|\burlopen\(|\bhttp\.client\b|\bsmtplib\b|\bsocket\.(?:socket|create_connection)\(|\bfetch\(|\baxios(?:\.post|\.put)?\(|\bhttps?\.request\(|\bcurl\s`)
)

var keyFile = regexp.MustCompile(`\bid_\w+\b`)

var script = map[string]bool{".py": true, ".js": true, ".mjs": true, ".cjs": true, ".ts": true, ".mts": true}

// agentScriptSendsPrivate reports scripts that an agent starts by itself (of a skill, a hook, a command) and that send away
// what only this machine should know. What a script of the project does is the project's own business.
func agentScriptSendsPrivate(p *checks.Pass, m checks.TextMatch) {
	if line := lineOf(m.Text, m.Groups[0]); len(publicKey.FindAllString(line, -1)) > 0 && len(publicKey.FindAllString(line, -1)) == len(keyFile.FindAllString(line, -1)) {
		return
	}
	shell := backShell.MatchString(m.Group(0))
	if !p.Repo.StartedByAgent(p.File.Path) && !(shell && mcpServer.Match(m.Text)) || attackFolder.MatchString(p.File.Path) || len(p.Found()) > 0 {
		return
	}
	what := "sends a private file or the environment of this machine to another host"
	unseen := false
	switch ext := path.Ext(p.File.Path); {
	case shell:
		what = "connects a shell of this machine to another host"
	case script[ext]:
		if !sendsCall.Match(m.Text) {
			return
		}
		what, unseen = "names a private file of this machine, and sends something to another host", true
	default:
		start, end := commandAround(m)
		said, severity := sends(spelledOut(m.Text, strings.TrimSpace(string(m.Text[start:end]))))
		if severity != rules.Critical {
			return
		}
		what = said
	}
	f := p.At(m.Groups[0], m.Groups[1], "The script, which an agent starts, "+what+".")
	f.Anchor = "script exfil"
	if unseen {
		f.Lower(rules.High, "the way from the file to what is sent is not followed")
	}
	f.Fixes = []checks.Fix{checks.Steps("drop-script", "Take the script out",
		"Find out who wrote it, and what else came with it: git log -S with a piece of the line.",
		"Take the script out, or the line that reads the private file.",
		"Where an agent has run it, rotate the keys and tokens that it could read.")}
}
