package deploy

import (
	"bytes"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/shell"
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
	if strings.HasSuffix(p.File.Path, "sh") && onlySaid(m.Text, start) {
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

// runners take a command as a text of theirs.
var (
	runners      = regexp.MustCompile(`^(?:(?:ba|z|da|k|fi)?sh|eval|ssh|su|sudo|doas|wsl|docker|podman|kubectl|exec|xargs|watch|tmux|screen|nohup|script|timeout|chroot|lxc|vagrant|multipass|gcloud|run|pwsh|powershell)(?:\.exe)?$`)
	runsDocument = regexp.MustCompile(`\b(?:(?:ba|z|da)?sh|ssh|sudo|su|docker|RUN|tee|cat\s*>)\b?[^\n]*<<`)
)

// onlySaid tells whether a script does not run the command at a byte but shows it: inside the quotes of another command, or
// in a text that it prints.
func onlySaid(script []byte, at int) bool {
	for _, c := range shell.Parse(string(script)) {
		if len(c.Args) == 0 || at < c.Start() || at >= c.End() {
			continue
		}
		name, _ := c.Program()
		for _, w := range c.Args {
			if w.Start <= at && at < w.End {
				quoted := script[w.Start] == '"' || script[w.Start] == '\''
				return quoted && !runners.MatchString(name)
			}
		}
		return false
	}
	document := bytes.LastIndex(script[:at], []byte("<<"))
	if document < 0 {
		return false
	}
	line := bytes.LastIndexByte(script[:document], '\n') + 1
	return !runsDocument.Match(script[line : document+2])
}
