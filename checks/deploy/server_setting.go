package deploy

import (
	"path"
	"strings"

	"bakedin/checks"
	"bakedin/internal/address"
)

// opened reports a setting by which a server lets everybody in. Several of one file of settings have one cause.
func opened(p *checks.Pass, m checks.TextMatch) {
	start, end := m.Groups[0], m.Groups[1]
	if isComment(m.Text, start) || listensLocally(m.Text[start:]) {
		return
	}
	setting := strings.NewReplacer(`"`, "", "'", "").Replace(strings.Join(strings.Fields(m.Group(0)), " "))
	if strings.HasPrefix(setting, "SECRET_KEY") {
		setting = "The SECRET_KEY of the published example"
	}
	if found := p.Found(); len(found) > 0 && settingsFile[path.Ext(p.File.Path)] {
		found[0].Related = append(found[0].Related, checks.Related{Role: "same", Message: "another one", Start: checks.Position{Byte: start}, End: checks.Position{Byte: end}})
		return
	}
	f := p.At(start, end, strings.TrimPrefix(setting, "- ")+": the server lets in whoever reaches it.")
	f.Anchor = "setting " + setting
	f.Fixes = []checks.Fix{checks.Steps("ask-who-calls", "Ask who calls", "Take the setting out, or give it the value that asks for a login.", "Let the server listen on 127.0.0.1, and put a proxy with a login in front for other machines.")}
}

var settingsFile = map[string]bool{".properties": true, ".cfg": true}

// listensLocally tells whether the line is told to listen on this machine, as by --listen 127.0.0.1.
func listensLocally(text []byte) bool {
	line, _, _ := strings.Cut(string(text[:min(len(text), 400)]), "\n")
	_, rest, ok := strings.Cut(line, "--listen")
	words := strings.Fields(strings.TrimPrefix(rest, "="))
	return ok && len(words) > 0 && address.Loopback(strings.Trim(words[0], `"'`))
}
