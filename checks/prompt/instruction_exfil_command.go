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

var (
	// a header that logs in with a token of a file: what a client of that service does
	ownToken = regexp.MustCompile(`(?i)^[\w-]*(?:authorization|key|token):[^$` + "`" + `]*\$\(\s*(?:cat\s+|<\s*)[^()|;&]*\)\s*$`)
	// the half of a key that is handed out
	publicKey = regexp.MustCompile(`\S*id_\w+\.pub\b`)
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
	what, severity := sends(spelledOut(m.Text, line))
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
			if ownToken.MatchString(a.Value) && !private.MatchString(a.Value) {
				continue
			}
			words += " " + a.Value
		}
		words = publicKey.ReplaceAllString(words, "")
		remote := strings.Contains(words, "://") || strings.Contains(words, "@") || strings.Contains(words, ".") || strings.Contains(words, "$")
		payload := regexp.MustCompile(`\s(?:-d|--data\S*|-F|--form|-T|--upload-file|--post-file|--post-data|-Body|-InFile)\b|\s-d@|@`).MatchString(words)
		switch {
		case !remote:
		case everything.MatchString(words):
			return "sends the environment or a private file of this machine to another host", rules.Critical
		case takesInput.MatchString(line) && private.MatchString(takesInput.FindString(line)):
			return "sends a private file of this machine to another host", rules.Critical
		case private.MatchString(words) && (payload || name == "scp" || name == "rsync" || name == "rclone" || name == "nc" || strings.Contains(words, "$(") || strings.Contains(words, "<")):
			return "sends a private file of this machine to another host", rules.Critical
		case cs[i].Piped && i > 0 && givesAway(cs, i):
			return "sends a private file or the environment of this machine to another host", rules.Critical
		}
	}
	for i := range cs {
		name, _ := cs[i].Program()
		if i > 0 && cs[i].Piped && runsInput[strings.ToLower(name)] && !local {
			if from, _ := cs[i-1].Program(); downloads[strings.ToLower(from)] && !installers.MatchString(line) {
				return "runs what an address holds today", rules.Medium
			}
		}
	}
	return "", ""
}

var (
	runsInput  = map[string]bool{"sh": true, "bash": true, "zsh": true, "iex": true, "invoke-expression": true}
	downloads  = map[string]bool{"curl": true, "wget": true, "iwr": true, "irm": true, "invoke-webrequest": true, "invoke-restmethod": true}
	takesInput = regexp.MustCompile(`<\s*[^\s<>(][^\s<>]*`)
	assigned   = regexp.MustCompile(`(?m)^[ \t]*(?:export[ \t]+|local[ \t]+)?\$?(\w+)[ \t]*=[ \t]*([^\n]+)|\bfor[ \t]+(\w+)[ \t]+in[ \t]+([^\n;]+)`)
	fileOf     = regexp.MustCompile(`[^\s"'=<(|;]+`)
)

// spelledOut is a line with the private files in place of the variables of the text that hold them, or what is read from them.
func spelledOut(text []byte, line string) string {
	if !strings.Contains(line, "$") || !private.Match(text) {
		return line
	}
	held := map[string]string{}
	fill := func(s string) string {
		for name, value := range held {
			s = regexp.MustCompile(`\$`+name+`\b|\$\{`+name+`\}`).ReplaceAllLiteralString(s, value)
		}
		return s
	}
	for _, m := range assigned.FindAllSubmatch(text, 500) {
		name, value := string(m[1])+string(m[3]), string(m[2])+string(m[4])
		value = fill(value)
		for _, file := range fileOf.FindAllString(value, 50) {
			if !private.MatchString(file) {
				continue
			}
			if len(held) < 50 {
				held[name] = file
			}
			if strings.ContainsAny(value, "(`") || strings.Contains(value, "Get-Content") {
				held[name] = "$(cat " + strings.Trim(file, "`)") + ")"
			}
			break
		}
	}
	return fill(line)
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
