package prompt

import (
	"bytes"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/shell"
	"bakedin/rules"
)

var (
	senders    = map[string]bool{"curl": true, "wget": true, "nc": true, "ncat": true, "scp": true, "rsync": true, "rclone": true, "ftp": true, "sftp": true, "iwr": true, "irm": true, "invoke-webrequest": true, "invoke-restmethod": true, "dig": true, "nslookup": true, "http": true, "https": true}
	private    = regexp.MustCompile(`(?i)(?:~|\$HOME|\$\{HOME\}|/root|/home/\w+)?/?\.(?:ssh|aws|gnupg|kube|docker/config|config/gcloud|netrc|npmrc|pypirc|git-credentials|azure|claude\.json|codex/auth)\b|(?:^|[\s/"'@=<(])\.env\b(?:\.\w+)?|id_rsa|id_ed25519|/etc/(?:passwd|shadow)|credentials(?:\.json)?\b|\bkeychain\b|find-generic-password|Login Data|cookies\.sqlite|\.bash_history|\.zsh_history|wallet\.dat|\bmcp\.json`)
	everything = regexp.MustCompile("(?:\\$\\(|`)\\s*(?:env|printenv|set|export -p|cat\\s+[^)]*\\.env|history|security\\s|gpg\\s|git config|cat ~|cat /etc)")
	toolLoop   = regexp.MustCompile(`(?i)localhost|127\.0\.0\.1|\[::1\]|host\.docker\.internal`)
	installers = regexp.MustCompile(`https://(?:(?:www\.)?astral\.sh|sh\.rustup\.rs|get\.docker\.com|raw\.githubusercontent\.com/Homebrew|bun\.sh|(?:www\.)?deno\.land|ollama\.com|get\.pnpm\.io|install\.python-poetry\.org|claude\.ai/install|mise\.run|cli\.github\.com|pixi\.sh|raw\.githubusercontent\.com/nvm-sh)`)
)

var codeSpan = regexp.MustCompile("`([^`]+)`")

// instructionExfilCommand reports commands, in text that an agent follows, that send away what only this machine should
// know, or run what an address holds.
func instructionExfilCommand(p *checks.Pass, m checks.TextMatch) {
	if attackFolder.MatchString(p.File.Path) || dataForTests(p) {
		return
	}
	start, end := commandAround(m)
	for _, f := range p.Found() {
		if f.Location.Start.Byte < end && start < f.Location.End.Byte {
			return
		}
	}
	line := strings.TrimSpace(string(m.Text[start:end]))
	for _, span := range codeSpan.FindAllStringSubmatch(line, 10) { // a command in a sentence
		if mentionsSender(span[1]) {
			line = span[1]
			break
		}
	}
	line = strings.TrimLeft(line, "-*$>!+ ")
	what, severity := sends(line)
	if what == "" {
		return
	}
	if d, _ := Blocks.Of(p.File); d != nil && guardHeading.MatchString(d.Heading(m.Groups[0])) || guardWords.Match(m.Text[max(sentenceStart(m.Text, m.Groups[0]), m.Groups[0]-guardReach):m.Groups[0]]) {
		return
	}
	f := p.At(m.Groups[0], min(end, m.Groups[0]+300), "An agent that follows this "+what+".")
	f.Anchor = "exfil " + strings.Join(strings.Fields(line), " ")
	if severity != p.Rule.Severity {
		f.Lower(severity, "what comes back is not known, but nothing is sent")
	}
	f.Fixes = []checks.Fix{lookWho("drop-command", "Take the command out")}
}

// commandAround is the line of a match, with the lines that it is continued on.
func commandAround(m checks.TextMatch) (start, end int) {
	start = bytes.LastIndexByte(m.Text[:m.Groups[0]], '\n') + 1
	end = m.Groups[1]
	if i := bytes.IndexByte(m.Text[end:], '\n'); i >= 0 {
		end += i
	} else {
		end = len(m.Text)
	}
	for end < len(m.Text) && bytes.HasSuffix(bytes.TrimRight(m.Text[start:end], "\r"), []byte(`\`)) { // continuation lines
		next := bytes.IndexByte(m.Text[end+1:], '\n')
		if next < 0 {
			end = len(m.Text)
			break
		}
		end += 1 + next
	}
	return start, end
}

func mentionsSender(s string) bool {
	for _, w := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '|' || r == ';' || r == '&' || r == '(' }) {
		if senders[strings.ToLower(w)] {
			return true
		}
	}
	return false
}

// sends says what a line gives away, or what it runs.
func sends(line string) (what string, severity rules.Severity) {
	cs := shell.Parse(line)
	local := toolLoop.MatchString(line)
	for i := range cs {
		name, args := cs[i].Program()
		name = strings.ToLower(name)
		if !senders[name] || local {
			continue
		}
		words := ""
		for _, a := range args {
			words += " " + a.Value
		}
		remote := strings.Contains(words, "://") || strings.Contains(words, "@") || strings.Contains(words, ".") || strings.Contains(words, "$")
		payload := regexp.MustCompile(`\s(?:-d|--data\S*|-F|--form|-T|--upload-file|--post-file|--post-data|-Body|-InFile)\b|\s-d@|@`).MatchString(words)
		switch {
		case !remote:
		case everything.MatchString(words):
			return "sends the environment or a private file of this machine to another host", rules.Critical
		case private.MatchString(words) && (payload || name == "scp" || name == "rsync" || name == "rclone" || name == "nc" || strings.Contains(words, "$(") || strings.Contains(words, "<")):
			return "sends a private file of this machine to another host", rules.Critical
		case cs[i].Piped && i > 0 && givesAway(cs, i):
			return "sends a private file or the environment of this machine to another host", rules.Critical
		}
	}
	for i := range cs {
		name, _ := cs[i].Program()
		if i > 0 && cs[i].Piped && (name == "sh" || name == "bash" || name == "zsh") && !local {
			if from, _ := cs[i-1].Program(); (from == "curl" || from == "wget") && !installers.MatchString(line) {
				return "runs what an address holds today", rules.Medium
			}
		}
	}
	return "", ""
}

// givesAway tells whether the commands piped into a sender read something private.
func givesAway(cs []shell.Command, at int) bool {
	for j := at - 1; j >= 0; j-- {
		name, args := cs[j].Program()
		words := name
		for _, a := range args {
			words += " " + a.Value
		}
		if name == "env" || name == "printenv" || name == "history" || len(cs[j].Args) == 1 && cs[j].Args[0].Value == "env" || private.MatchString(words) {
			return true
		}
		if !cs[j].Piped {
			break
		}
	}
	return false
}
