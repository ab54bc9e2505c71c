package deploy

import (
	"bytes"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/rules"
)

var (
	// installers whose host is that of the project they install
	knownInstallers = regexp.MustCompile(`https://(?:(?:www\.)?astral\.sh|sh\.rustup\.rs|get\.docker\.com|raw\.githubusercontent\.com/Homebrew/install|bun\.sh|(?:www\.)?deno\.land|ollama\.com|get\.pnpm\.io|deb\.nodesource\.com|rpm\.nodesource\.com|install\.python-poetry\.org|cli\.github\.com|get\.helm\.sh|raw\.githubusercontent\.com/helm/helm|raw\.githubusercontent\.com/nvm-sh/nvm|pixi\.sh|micro\.mamba\.pm|claude\.ai/install|cursor\.com/install|mise\.run|sdk\.cloud\.google\.com|aka\.ms/InstallAzureCLIDeb|packages\.microsoft\.com|nixos\.org|get\.k3s\.io)`)
	// an interpreter that is given its program, and only reads what is piped
	readsData   = regexp.MustCompile(`\|\s*(?:python3?|perl|node)\s+(?:-[a-z]*[cenpm]|-\w*m)\b|\|\s*(?:python3?|perl|node)\s+[^-\s]`)
	checksummed = regexp.MustCompile(`(?i)sha(?:256|512)sum\s+(?:-c|--check)|shasum\s+-a\s*256\s+-c|gpg\s+--verify|cosign\s+verify`)
)

// pipeToShell reports scripts that are downloaded and run in one go.
func pipeToShell(p *checks.Pass, m checks.TextMatch) {
	start, end := m.Groups[0], m.Groups[1]
	line := bytes.LastIndexByte(m.Text[:start], '\n') + 1
	head := strings.TrimSpace(string(m.Text[line:start]))
	if strings.HasPrefix(head, "#") || strings.HasPrefix(head, "//") || strings.HasPrefix(head, "echo ") || strings.HasPrefix(head, "* ") || strings.Contains(head, "echo \"") || strings.Contains(head, "printf ") {
		return
	}
	text := m.Group(0)
	if readsData.MatchString(text) || strings.HasPrefix(text, "pip") && (strings.Contains(text, "#sha256=") || fullCommit.MatchString(text)) {
		return
	}
	if checksummed.MatchString(text) || strings.Contains(text, "localhost") || strings.Contains(text, "127.0.0.1") {
		return
	}
	f := p.At(start, end, "What the address holds today is run as it comes.")
	f.Anchor = "pipe " + strings.Join(strings.Fields(text), " ")
	switch {
	case strings.Contains(text, "http://"):
		f.Lower(rules.High, "anybody on the way can change it: the address is plain HTTP")
	case knownInstallers.MatchString(text):
		f.Lower(rules.Low, "the installer of a known project, from its own host")
	}
	f.Fixes = []checks.Fix{checks.Steps("check-first", "Check before it runs", "Download a version by name into a file.", "Compare its digest: echo '<sha256>  install.sh' | sha256sum -c", "Run the file. Better: install the tool from a package with a pinned version.")}
}
