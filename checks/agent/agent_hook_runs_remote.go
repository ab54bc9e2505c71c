package agent

import (
	"context"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/keys"
	"bakedin/internal/lang/shell"
	"bakedin/rules"
)

// agentHookRunsRemote reports commands that a tool runs by itself and that fetch what they run.
func agentHookRunsRemote(_ context.Context, p *checks.Pass) error {
	root, err := checks.Keys.Of(p.File)
	if root == nil {
		return err
	}
	var walk func(n *keys.Node, inHooks bool)
	walk = func(n *keys.Node, inHooks bool) {
		for _, c := range n.Items {
			hooks := inHooks || c.Key == "hooks" || c.Key == "statusLine"
			switch {
			case c.Kind != keys.Scalar && c.Key == "notify":
				var words []string
				for _, w := range c.Items {
					words = append(words, w.Value)
				}
				if len(words) > 2 && (words[1] == "-c" || words[1] == "-lc") {
					words = words[2:3] // the shell reads it as a line
				}
				hook(p, c, strings.Join(words, " "))
			case c.Kind != keys.Scalar:
				walk(c, hooks)
			case hooks && (c.Key == "command" || c.Key == "bash" || c.Key == "powershell"), selfRunning[c.Key]:
				hook(p, c, c.Value)
			}
		}
	}
	walk(root, false)
	return nil
}

func hook(p *checks.Pass, n *keys.Node, command string) {
	what, pkg := fetches(command, 0)
	if what == "" {
		return
	}
	f := p.At(n.Start, n.End, "A command that the tool runs by itself "+what+".")
	f.Anchor = "hook " + n.Key + " " + what
	switch {
	case pkg != nil && locked(p, *pkg) != nil:
		f.Lower(rules.Low, "a lock file names the package; it is fetched only where that is not installed")
	case devTool.MatchString(what) && !strings.Contains(command, " -y ") && !strings.Contains(command, "--yes"):
		f.Lower(rules.Medium, "a tool that a project has installed is not fetched")
	}
	f.Fixes = []checks.Fix{checks.Steps("keep-it-here", "Run a script of this repository", "Put what the command does into a file of the repository, such as .claude/hooks/check.sh.", "Fetch what it needs once, at a version, and check its digest.", "Name the file in the hook.")}
}

// devTool is a program that projects install among their own packages, where npx finds it.
var devTool = regexp.MustCompile(`^starts (?:prettier|eslint|tsc|typescript|jest|vitest|biome|@biomejs/biome|stylelint|mocha|tsx|ts-node|turbo|nx|lint-staged|markdownlint|markdownlint-cli2?|cspell|playwright|cypress|webpack|vite|rollup|bundlesize) in `)

var (
	outside     = regexp.MustCompile(`^(?:/|~/|\$HOME/|\$\{HOME\}/|%USERPROFILE%|\.\./|[A-Za-z]:[\\/])`)
	installed   = regexp.MustCompile(`^/(?:usr/(?:local/)?)?s?bin/|^/opt/homebrew/bin/|^/(?:proc|dev)/`)
	runsFiles   = regexp.MustCompile(`^(?:python[\d.]*|node|deno|bun|ruby|perl|php|bash|sh|zsh|dash|pwsh|source|\.)$`)
	takesCode   = map[string]bool{"-c": true, "-lc": true, "-ic": true, "-e": true, "--eval": true, "-Command": true, "/c": true}
	codeFetches = regexp.MustCompile(`\burlopen\b|\brequests\.(?:get|post)\b|\bhttpx\.|\bfetch\(|\bhttps?\.get\(|\bNet::HTTP\b|DownloadString|Invoke-WebRequest|\biwr\b`)
)

// fetches says how a command line gets what it runs from elsewhere, or "" when it does not. A launcher is told with it.
func fetches(line string, depth int) (string, *launch) {
	commands := shell.Parse(line)
	for i := range commands {
		c := &commands[i]
		name, args := c.Program()
		switch {
		case name == "curl" || name == "wget" || name == "iwr" || strings.EqualFold(name, "Invoke-WebRequest") || strings.EqualFold(name, "Invoke-RestMethod"):
			if !onlyLocal(args) {
				return "reaches out with " + name, nil
			}
		case len(c.Args) > 0 && away(c.Args[0].Value):
			return "starts a file outside of the repository", nil
		case runsFiles.MatchString(name) || shells[strings.ToLower(name)] != "":
			if what, l := interprets(args, depth); what != "" {
				return what, l
			}
		}
		if l, ok := launchOf(c.Args); ok && !pinned(l) && l.kind != "image" {
			return "starts " + l.pkg.Value + " in whatever version is newest", &l
		}
	}
	return "", nil
}

// interprets looks at what an interpreter is given: a line, code, or a file.
func interprets(args []shell.Word, depth int) (string, *launch) {
	for i, a := range args {
		switch {
		case takesCode[a.Value] && i+1 < len(args) && depth < 5:
			if codeFetches.MatchString(args[i+1].Value) && !onlyLocal(args[i+1:i+2]) {
				return "fetches from the network in a line of code", nil
			}
			return fetches(args[i+1].Value, depth+1)
		case strings.HasPrefix(a.Value, "-") || a.Value == "run":
		case away(a.Value):
			return "starts a file outside of the repository", nil
		default:
			return "", nil
		}
	}
	return "", nil
}

// away tells whether a file lies outside of the repository and of where systems keep their programs.
func away(file string) bool { return outside.MatchString(file) && !installed.MatchString(file) }

// onlyLocal tells whether every address of a command is this machine.
func onlyLocal(args []shell.Word) bool {
	seen := false
	for _, a := range args {
		if !strings.Contains(a.Value, "://") {
			continue
		}
		seen = true
		if !regexp.MustCompile(`^https?://(?:localhost|127\.|\[::1\]|host\.docker\.internal)`).MatchString(a.Value) {
			return false
		}
	}
	return seen
}
