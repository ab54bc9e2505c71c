package repo

import (
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/repo"
)

var warns = regexp.MustCompile(`(?i)\b(?:never|do not|don.t|must not|avoid|instead of|not)\b`)

// browserExposedKey reports a key of a model provider under a name that bundlers ship to every browser.
func browserExposedKey(p *checks.Pass, m checks.TextMatch) {
	name := m.Group(0)
	if p.File.Is(repo.Doc) || p.File.InTests() {
		return
	}
	line := lineAround(m.Text, m.Groups[0])
	trimmed := strings.TrimSpace(line)
	comment := strings.HasPrefix(trimmed, "#") || strings.HasPrefix(trimmed, "//") || strings.HasPrefix(trimmed, "*")
	if comment && (warns.MatchString(line) || !strings.Contains(line, "=")) || warns.MatchString(line) && comment {
		return
	}
	for _, f := range p.Found() {
		if f.Anchor == "browser "+name {
			return
		}
	}
	f := p.At(m.Groups[0], m.Groups[1], name+" is built into the page: everybody who opens it has the key.")
	f.Anchor = "browser " + name
	f.Fixes = []checks.Fix{checks.Steps("move-to-server", "Call the model from the server",
		"Make the key invalid if a page with it was ever served.",
		"Move the call to a route of your server, and read the key there from a name without the prefix.",
		"Ask who calls that route, and limit how often.")}
}

func lineAround(text []byte, at int) string {
	start := strings.LastIndexByte(string(text[:at]), '\n') + 1
	end := strings.IndexByte(string(text[at:]), '\n')
	if end < 0 {
		return string(text[start:])
	}
	return string(text[start : at+end])
}
