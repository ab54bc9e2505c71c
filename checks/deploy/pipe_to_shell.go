package deploy

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"bakedin/checks"
	"bakedin/internal/address"
	"bakedin/internal/lang/dockerfile"
	"bakedin/internal/lang/shell"
	"bakedin/internal/repo"
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
	if isComment(m.Text, start) || shownOnly(p, m.Text, start) {
		return
	}
	text := m.Group(0)
	if readsData.MatchString(text) || strings.HasPrefix(text, "pip") && (strings.Contains(text, "#sha256=") || fullCommit.MatchString(text)) {
		return
	}
	if checksummed.MatchString(text) || ofThisMachine(text) {
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

// shownOnly tells whether the command at a byte is a text that somebody reads, and not one that is run.
func shownOnly(p *checks.Pass, text []byte, at int) bool {
	if d, _ := Dockerfile.Of(p.File); d != nil {
		return shownInImage(d, at)
	}
	switch code := p.File.Asset(repo.Code); {
	case code != nil && code.Format == "shell":
		return onlySaid(text, at)
	case code != nil && code.Format == "make":
		for _, m := range recipe.FindAllSubmatchIndex(text, 2000) {
			if m[2] <= at && at < m[3] {
				return onlySaid(text[m[2]:m[3]], at-m[2])
			}
		}
	}
	if p.File.Is(repo.CI) {
		if root, _ := checks.Keys.Of(p.File); root != nil {
			for _, n := range runsOf(root) {
				if n.Start <= at && at < n.End {
					start, end := n.Start, n.End
					if n.Quoted && (text[start] == '"' || text[start] == '\'') {
						start, end = start+1, end-1
					}
					return onlySaid(text[start:end], at-start)
				}
			}
		}
	}
	line := bytes.LastIndexByte(text[:at], '\n') + 1
	head := strings.TrimSpace(string(text[line:at]))
	return strings.HasPrefix(head, "//") || strings.HasPrefix(head, "echo ") || strings.HasPrefix(head, "* ") || strings.Contains(head, "echo \"") || strings.Contains(head, "printf ")
}

// shownInImage is shownOnly for a Dockerfile: RUN, CMD and ENTRYPOINT run what they hold, COPY and LABEL do not.
func shownInImage(d *dockerfile.File, at int) bool {
	for i := range d.Stages {
		for _, in := range d.Stages[i].Instructions {
			if at < in.Start || at >= in.End {
				continue
			}
			if in.Name != "RUN" || strings.HasPrefix(in.Text, "[") {
				return in.Name != "CMD" && in.Name != "ENTRYPOINT" && in.Name != "ONBUILD" && in.Name != "RUN"
			}
			script := runOptions.ReplaceAllStringFunc(in.Text, func(s string) string { return strings.Repeat(" ", len(s)) })
			return !strings.HasPrefix(strings.TrimSpace(script), "<<") && onlySaid([]byte(script), at-in.ArgsStart)
		}
	}
	return true
}

// runOptions are those of RUN itself.
var runOptions = regexp.MustCompile(`^(?:--\w+(?:=\S+)?\s+)+`)

// ofThisMachine tells whether what is fetched comes from a server of the machine itself.
func ofThisMachine(command string) bool {
	urls := anyURL.FindAllString(command, 4)
	return len(urls) > 0 && !slices.ContainsFunc(urls, func(u string) bool { return !address.Loopback(u) })
}

var anyURL = regexp.MustCompile(`https?://[^\s"'|)]+`)

// onlySaid tells whether a script does not run the command at a byte but shows it: inside the quotes of another command, or
// in a text that it prints.
func onlySaid(script []byte, at int) bool {
	for _, c := range shell.Parse(string(script)) {
		if at < c.Start() || at >= c.End() {
			continue
		}
		if len(c.Args) == 0 { // kept in a variable
			name, _, _ := strings.Cut(c.Env[0].Value, "=")
			return !runsVariable(script, name)
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

// runsVariable tells whether a script runs what a variable holds: as a command, or handed to what runs text.
func runsVariable(script []byte, name string) bool {
	use := regexp.MustCompile(`^"?\$\{?` + regexp.QuoteMeta(name) + `\b`)
	for _, c := range shell.Parse(string(script)) {
		for i, w := range c.Args {
			program, _ := c.Program()
			if use.Match(script[w.Start:min(w.End, len(script))]) && (i == 0 || runners.MatchString(program)) {
				return true
			}
		}
	}
	return false
}
