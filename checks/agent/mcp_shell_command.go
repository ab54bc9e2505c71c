package agent

import (
	"context"
	"path"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/shell"
)

var (
	shells = map[string]string{
		"sh": "-c -lc -ic", "bash": "-c -lc -ic", "zsh": "-c -lc -ic", "dash": "-c", "fish": "-c", "cmd": "/c /C", "cmd.exe": "/c /C",
		"powershell": "-c -Command -enc -EncodedCommand", "powershell.exe": "-c -Command -enc -EncodedCommand", "pwsh": "-c -Command -enc -EncodedCommand",
	}
	// options of servers that switch their own guards off
	unsafeOptions = []string{"--allow-all", "--unsafe", "--disable-security", "--no-sandbox", "--dangerously", "--disable-auth", "--no-auth"}
)

// mcpShellCommand reports servers that are started through a shell with a line of its own, or with their guards switched
// off. "cmd /c npx …" is how Windows starts a script: what it starts is judged instead.
func mcpShellCommand(_ context.Context, p *checks.Pass) error {
	return eachServer(p, func(s *server) {
		if len(s.argv) == 0 {
			return
		}
		name := path.Base(strings.ReplaceAll(s.argv[0].Value, `\`, "/"))
		if options, isShell := shells[strings.ToLower(name)]; isShell {
			for i, a := range s.argv[1:] {
				if !contains(options, a.Value) {
					continue
				}
				rest := s.argv[i+2:]
				if len(rest) == 0 || strings.HasPrefix(strings.ToLower(name), "cmd") && plain(rest) {
					return
				}
				report(p, s, rest[0].Start, rest[len(rest)-1].End, "The server "+s.name+" is a line of "+name+": whatever is added to it runs too.")
				return
			}
		}
		for _, a := range s.argv[1:] {
			for _, o := range unsafeOptions {
				option, _, _ := strings.Cut(a.Value, "=")
				if a.Value == o || strings.HasPrefix(a.Value, o+"-") || strings.HasPrefix(a.Value, o+"=true") {
					report(p, s, a.Start, a.End, "The server "+s.name+" is started with "+option+": its own guard is off.")
					return
				}
			}
			if strings.Contains(a.Value, "$(") || strings.Contains(a.Value, " | ") || strings.Contains(a.Value, " && ") {
				report(p, s, a.Start, a.End, "An argument of the server "+s.name+" is a piece of a shell script.")
				return
			}
		}
	})
}

// shellLine is the line that a server gives to a shell, nil when it gives none.
func shellLine(argv []shell.Word) *shell.Word {
	if len(argv) < 3 {
		return nil
	}
	options := shells[strings.ToLower(path.Base(argv[0].Value))]
	if options == "" || !contains(options, argv[1].Value) {
		return nil
	}
	return &argv[2]
}

// plain tells whether the words are a program and its arguments, without operators of a shell.
func plain(args []shell.Word) bool {
	for _, a := range args {
		if strings.ContainsAny(a.Value, "|&;<>`") {
			return false
		}
	}
	return true
}

func report(p *checks.Pass, s *server, start, end int, message string) {
	f := p.At(start, end, message)
	f.Anchor = "mcp " + s.name + " shell"
	f.Fixes = []checks.Fix{checks.Steps("name-the-program", "Start the program itself",
		"Write the program as command and each argument as an entry of args.",
		"Put what the line prepares (a folder, a variable) into cwd and env.",
		"Leave out options that switch guards off.")}
}
