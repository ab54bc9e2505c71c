package agent

import (
	"context"
	"path"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/keys"
	"bakedin/internal/lang/shell"
	"bakedin/rules"
)

var (
	permission = regexp.MustCompile(`^([A-Za-z_][\w*-]*)(?:\((.*)\))?$`)
	// programs that run whatever they are given, or that reach out
	interpreters = map[string]bool{
		"python": true, "python3": true, "node": true, "deno": true, "bun": true, "ruby": true, "perl": true, "php": true, "bash": true, "sh": true, "zsh": true, "fish": true,
		"eval": true, "exec": true, "curl": true, "wget": true, "ssh": true, "scp": true, "rsync": true, "nc": true, "ncat": true, "docker": true, "docker run": true, "docker exec": true, "podman run": true, "kubectl": true, "sudo": true,
		"xargs": true, "env": true, "npx": true, "uvx": true, "bunx": true, "pnpm dlx": true, "powershell": true, "pwsh": true, "cmd": true, "cmd /c": true, "osascript": true,
		"python -c": true, "python3 -c": true, "node -e": true, "node --eval": true, "deno eval": true, "bash -c": true, "sh -c": true, "zsh -c": true, "perl -e": true, "ruby -e": true, "php -r": true,
		"uv run": true, "uv run python": true, "poetry run": true, "poetry run python": true, "source": true, ".": true, "find . -exec": true, "find * -exec": true,
	}
	// commands that change more than the project or fetch code
	farReaching = map[string]bool{
		"pip install": true, "pip3 install": true, "npm install": true, "npm i": true, "pnpm install": true, "pnpm add": true, "yarn add": true, "npm add": true, "uv add": true, "uv pip install": true, "cargo install": true, "gem install": true, "brew install": true, "apt install": true, "apt-get install": true,
		"rm": true, "rm -rf": true, "rm -r": true, "chmod": true, "chown": true, "git push": true, "git config": true, "git": true, "gh": true, "aws": true, "gcloud": true, "az": true, "terraform": true, "kill": true, "find": true, "npm publish": true, "gh api": true,
	}
)

// agentWildcardPermission reports allow entries that stand for everything: the whole shell, an interpreter with any
// arguments, files outside the project, every tool of every server. Deny wins over ask, ask over allow.
func agentWildcardPermission(_ context.Context, p *checks.Pass) error {
	root, err := checks.Keys.Of(p.File)
	if root == nil {
		return err
	}
	text, err := p.File.Bytes()
	if err != nil {
		return err
	}
	allow := root.At("permissions", "allow")
	covered := entries(root.At("permissions", "deny"))
	for e := range entries(root.At("permissions", "ask")) {
		covered[e] = true
	}
	if allow != nil {
		for _, n := range allow.Items {
			severity, why := tooWide(n.Value)
			if why == "" || covered[n.Value] || coveredBy(covered, n.Value) {
				continue
			}
			f := p.At(n.Start, n.End, n.Value+" allows "+why+".")
			f.Anchor = "allow " + n.Value
			if severity != p.Rule.Severity {
				f.Lower(severity, "what it allows needs more than one step to do harm")
			}
			f.Fixes = wildcardFixes(p, text, root, allow, n)
		}
	}
	frontMatter(p, root)
	return nil
}

// frontMatter looks at the tools that a skill, command or sub-agent brings its own permission for.
func frontMatter(p *checks.Pass, root *keys.Node) {
	if keys.Format(p.File.Path) != "front" {
		return
	}
	for _, key := range []string{"allowed-tools", "allowedTools", "tools"} {
		n := root.Child(key)
		if n == nil {
			continue
		}
		list := n.Items
		if n.Kind == keys.Scalar {
			list = []*keys.Node{n}
		}
		for _, item := range list {
			for _, word := range splitTools(item.Value) {
				severity, why := tooWide(word)
				if why == "" || key == "tools" && word != "*" { // a list of tools is no permission
					continue
				}
				f := p.At(item.Start, item.End, word+" allows "+why+" whenever this file is used.")
				f.Anchor = key + " " + word
				if severity != p.Rule.Severity {
					f.Lower(severity, "it holds while this file is in use")
				}
				f.Fixes = []checks.Fix{checks.Steps("narrow", "Name the commands", "Write the commands that the text needs, such as Bash(git status:*).", "Leave out what it does not need.")}
				return
			}
		}
	}
}

// splitTools splits at commas outside of parentheses.
func splitTools(s string) []string {
	var out []string
	depth, start := 0, 0
	for i, r := range s + "," {
		switch r {
		case '(':
			depth++
		case ')':
			depth--
		case ',':
			if depth <= 0 {
				out = append(out, strings.TrimSpace(s[start:i]))
				start = i + 1
			}
		}
	}
	return out
}

// tooWide says what an entry allows when that is more than one kind of thing.
func tooWide(entry string) (rules.Severity, string) {
	if entry == "*" || entry == "mcp__*" {
		return rules.High, "every tool"
	}
	m := permission.FindStringSubmatch(entry)
	if m == nil {
		return "", ""
	}
	tool, pattern, bare := m[1], strings.TrimSpace(m[2]), !strings.Contains(entry, "(")
	any := bare || pattern == "" || strings.Trim(pattern, "*: ") == ""
	switch tool {
	case "Bash", "Shell", "PowerShell", "Terminal", "shell", "bash":
		if any {
			return rules.High, "every command"
		}
		return wideCommand(pattern)
	case "Write", "Edit", "MultiEdit", "NotebookEdit":
		if pattern == "*" && !bare || pattern == "**" || strings.HasPrefix(pattern, "//**") || strings.HasPrefix(pattern, "~/**") || strings.HasPrefix(pattern, "//*") {
			return rules.Medium, "writing to every file"
		}
	case "Read":
		if strings.HasPrefix(pattern, "//**") || strings.HasPrefix(pattern, "~/**") || pattern == "~/*" || pattern == "/**" {
			return rules.Medium, "reading every file of the machine or the home"
		}
	case "WebFetch":
		if any || pattern == "domain:*" {
			return rules.Medium, "fetching any address, with what it read in the query"
		}
	}
	return "", ""
}

func wideCommand(pattern string) (rules.Severity, string) {
	command := strings.TrimRight(pattern, "*")
	if command == pattern {
		return "", "" // one exact command
	}
	command = strings.TrimRight(command, ": ")
	if strings.Contains(command, "*") && strings.Contains(command, "-exec") {
		command = "find * -exec"
	}
	words := strings.Fields(command)
	if len(words) == 0 {
		return rules.High, "every command"
	}
	words[0] = path.Base(words[0])
	command = strings.Join(words, " ")
	if inner := withoutWrappers(command); inner != "" && !interpreters[command] {
		command = inner
	}
	switch {
	case interpreters[command]:
		return rules.High, "whatever " + command + " is given"
	case farReaching[command]:
		return rules.Medium, command + " with any arguments"
	}
	return "", ""
}

// withoutWrappers is a command without the variables and the programs such as timeout that stand before it.
func withoutWrappers(command string) string {
	commands := shell.Parse(command)
	if len(commands) == 0 {
		return ""
	}
	name, args := commands[0].Program()
	for _, a := range args {
		name += " " + a.Value
	}
	return name
}

func entries(n *keys.Node) map[string]bool {
	out := map[string]bool{}
	if n != nil {
		for _, c := range n.Items {
			out[c.Value] = true
		}
	}
	return out
}

// coveredBy tells whether a deny or ask entry is at least as wide.
func coveredBy(entries map[string]bool, entry string) bool {
	tool, _, _ := strings.Cut(entry, "(")
	return entries["*"] || entries[tool] || entries[tool+"(*)"] || entries[tool+"(:*)"]
}

func wildcardFixes(p *checks.Pass, text []byte, root, allow, n *keys.Node) []checks.Fix {
	remove := checks.Fix{ID: "remove-entry", Title: "Take the entry out: the agent asks again", Applicability: checks.Unsafe,
		Edits: editList(p.DeleteKey(text, allow, n)), Breaks: "The agent stops and asks where it ran on before."}
	return []checks.Fix{remove, checks.Steps("narrow", "Name the commands", "Look up which commands the agent really ran.", "Allow those by name, such as Bash(npm run test:*), and leave the rest to be asked for.", `Deny what must never happen: Read(./.env*), Read(~/.ssh/**), Read(~/.aws/**), Bash(curl:*).`)}
}
