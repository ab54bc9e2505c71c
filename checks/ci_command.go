package checks

import (
	"bytes"
	"path"
	"regexp"
	"strings"

	"bakedin/internal/lang/keys"
	"bakedin/internal/lang/shell"
	"bakedin/internal/repo"
	"bakedin/rules"
)

// runs judges what stands at [start, end) of a step: E1 where it is an argument, an echo, an installation or a look at the
// help; E2 where it runs and its failure is let pass; E3 where the failure of the command fails the step.
func (s *ciStep) runs(start, end int) rules.Strength {
	key, leaf := s.key(), s.leaf()
	if !scriptKeys[key] {
		if inputs := s.path[len(s.path)-2].Child("with"); tellsAction.MatchString(leaf.Value) && scalar(inputs.Child("exit-code")) == "" {
			return rules.E2
		}
		return rules.E3
	}
	if key == "after_script" {
		return rules.E2
	}
	options := shell.Options{Errexit: true, Pipefail: key != "run" || s.asksForBash()}
	return commandStrength(scriptOf(s.text, leaf), start-leaf.Start, end-leaf.Start, options)
}

// asksForBash tells whether a step of a workflow, its job or the workflow sets the shell: only then a pipe fails with any of
// its commands.
func (s *ciStep) asksForBash() bool {
	for _, n := range s.path {
		if strings.Contains(scalar(n.Child("shell"))+scalar(n.At("defaults", "run", "shell")), "bash") {
			return true
		}
	}
	return false
}

// scriptOf is the script of a scalar as it stands in the file, so that positions hold: quotes and the head of a block are
// blank, and the line ends that YAML folds are spaces.
func scriptOf(text []byte, n *keys.Node) string {
	s := bytes.Clone(text[n.Start:n.End])
	switch {
	case len(s) == 0:
	case s[0] == '|' || s[0] == '>':
		folded := s[0] == '>'
		for i := 0; i < len(s) && s[i] != '\n'; i++ {
			s[i] = ' '
		}
		if folded {
			s = bytes.ReplaceAll(s, []byte("\n"), []byte(" "))
		}
	default:
		s = bytes.ReplaceAll(s, []byte("\n"), []byte(" "))
		if q := s[0]; (q == '"' || q == '\'') && len(s) > 1 && s[len(s)-1] == q && n.Quoted {
			s[0], s[len(s)-1] = ' ', ' '
			if q == '"' {
				s = bytes.ReplaceAll(s, []byte(`\"`), []byte(` "`))
			}
		}
	}
	return string(s)
}

// longest script, in bytes, that is read for what its commands do
const scriptLength = 64 << 10

// commandStrength judges the command of a script around [start, end).
func commandStrength(script string, start, end int, options shell.Options) rules.Strength {
	if len(script) > scriptLength {
		return rules.E1
	}
	cs := shell.Parse(script)
	at := -1
	for i := range cs {
		if cs[i].Start() <= start && start < cs[i].End() && len(cs[i].Args) > 0 {
			at = i
			if program := programWord(cs[i].Args); program != nil && program.Start < end && start < program.End {
				break
			}
		}
	}
	if at < 0 {
		return rules.E1
	}
	words := cs[at].Args
	program := programWord(words)
	if inner, ok := handedScript(words); ok && start >= inner.Start { // sh -c '…'
		return commandStrength(strings.Trim(script[inner.Start:inner.End], `"'`), start-inner.Start-1, end-inner.Start-1, options)
	}
	switch {
	case program == nil, program.Start >= end, start >= program.End, installs.MatchString(line(words)), onlyAsks(words, program):
		return rules.E1
	case toleratesFailure(program, words), !shell.Fails(cs, at, options):
		return rules.E2
	}
	return rules.E3
}

// installs is a command that brings programs in, and starts none of them.
var installs = regexp.MustCompile(`^(?:\S*/)?(?:sudo (?:-\S+ )*)?(?:python[\d.]* -m )?(?:pip[\d.]*|pipx|npm|pnpm|yarn|bun|uv|uv pip|uv tool|poetry|brew|apt|apt-get|apk|dnf|yum|go|cargo|gem|conda|mamba|choco|winget) (?:-\S+ )*(?:\w+ )?(?:install|add|i|get|ci|sync)\b`)

func line(words []shell.Word) string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = w.Value
	}
	return strings.Join(list, " ")
}

// launcher starts the program that an argument names.
type launcher struct {
	verbs   string // of which one comes first; empty: none is needed
	bare    bool   // works without a verb too
	options string // that take a word of their own
	named   bool   // the word before the program is the place where it runs
}

var (
	container = launcher{verbs: "run", options: "-v --volume -e --env -w --workdir -u --user --name --network --entrypoint --platform --mount --env-file"}
	launchers = map[string]launcher{
		"npx": {options: "-p --package"}, "bunx": {}, "pnpx": {}, "uvx": {options: "--from --with --python -p"}, "xargs": {options: "-n -I -P -d -L"},
		"pipx": {verbs: "run", options: "--spec --python"}, "bundle": {verbs: "exec"}, "mise": {verbs: "exec x"}, "npm": {verbs: "exec x"},
		"pnpm": {verbs: "dlx exec", bare: true}, "yarn": {verbs: "dlx exec run", bare: true}, "coverage": {verbs: "run", options: "--source --rcfile -m"},
		"docker": container, "podman": container,
		"docker exec": {options: container.options, named: true}, "docker-compose": {verbs: "run exec", options: container.options, named: true},
	}
)

// programWord is the word that names what a command runs, through sudo, uv run, npx, docker run and their kind; nil when
// the words hold none.
func programWord(words []shell.Word) *shell.Word {
	for range 4 {
		name, args := shell.ProgramOf(words)
		if name == "" {
			return nil
		}
		rest, launches := started(name, args)
		if !launches {
			return &words[len(words)-len(args)-1]
		}
		words = rest
	}
	return nil
}

// started returns the words from the one that a launcher starts on.
func started(name string, args []shell.Word) (rest []shell.Word, launches bool) {
	second := ""
	if len(args) > 0 {
		second = args[0].Value
	}
	switch {
	case name == "docker" && second == "compose":
		name, args = "docker-compose", args[1:]
	case name == "docker" && second == "exec":
		name, args = "docker exec", args[1:]
	case name == "uv" && second == "tool" && len(args) > 1 && args[1].Value == "run":
		name, args = "uvx", args[2:]
	case name == "coverage" && second == "run":
		for i := range args[:max(len(args)-1, 0)] {
			if args[i].Value == "-m" {
				return args[i+1:], true
			}
		}
	}
	l, ok := launchers[name]
	if !ok || len(args) == 0 {
		return nil, false
	}
	if l.verbs != "" {
		if strings.Contains(" "+l.verbs+" ", " "+args[0].Value+" ") {
			args = args[1:]
		} else if !l.bare {
			return nil, false
		}
	}
	args = pastOptions(args, l.options)
	if l.named && len(args) > 0 {
		args = args[1:]
	}
	return args, true
}

func pastOptions(words []shell.Word, takesValue string) []shell.Word {
	for len(words) > 0 && strings.HasPrefix(words[0].Value, "-") {
		if words[0].Value == "--" {
			return words[1:]
		}
		if strings.Contains(" "+takesValue+" ", " "+words[0].Value+" ") && len(words) > 1 {
			words = words[1:]
		}
		words = words[1:]
	}
	return words
}

// handedScript is the script of "sh -c".
func handedScript(words []shell.Word) (*shell.Word, bool) {
	name, args := shell.ProgramOf(words)
	if (name == "sh" || name == "bash" || name == "zsh" || name == "dash") && len(args) > 1 && strings.HasPrefix(args[0].Value, "-") && strings.HasSuffix(args[0].Value, "c") {
		return &args[1], true
	}
	return nil, false
}

var (
	asking     = regexp.MustCompile(`^(?:--help|--version|--collect-only|--co|--dry-run|--list(?:-\w+)?|--show-config)$`)
	askingVerb = regexp.MustCompile(`^(?:version|help|login|logout|init|config|completion)$`)
	tolerant   = regexp.MustCompile(`(?:^| )(?:--exit-zero|--exit-code[= ]0|--no-error|--no-fail\S*|--soft-fail|--exit-zero-always)(?: |$)`)
)

// onlyAsks tells whether a command asks a program for its help, its version or its list, or sets it up.
func onlyAsks(words []shell.Word, program *shell.Word) bool {
	first := true
	for i := range words {
		w := &words[i]
		if w.Start <= program.Start {
			continue
		}
		if asking.MatchString(w.Value) || first && askingVerb.MatchString(w.Value) {
			return true
		}
		first = false
	}
	return len(words) > 0 && (words[len(words)-1].Value == "-V" || words[len(words)-1].Value == "-h")
}

// tells are programs that end well whatever they found, unless an option says otherwise.
var tells = map[string]*regexp.Regexp{
	"trivy":      regexp.MustCompile(`--exit-code[= ][1-9]`),
	"grype":      regexp.MustCompile(`(?:^| )(?:-f|--fail-on)\b`),
	"trufflehog": regexp.MustCompile(`--fail\b`),
	"semgrep":    regexp.MustCompile(`(?:^| )(?:--error|--strict|ci)(?: |$)`),
}

var tellsAction = regexp.MustCompile(`^aquasecurity/trivy-action@`)

// toleratesFailure tells whether the options of a program keep it from failing.
func toleratesFailure(program *shell.Word, words []shell.Word) bool {
	said := line(words)
	needed := tells[path.Base(program.Value)]
	return tolerant.MatchString(said) || needed != nil && !needed.MatchString(said)
}

var jenkinsStep = regexp.MustCompile(`\b(?:sh|bat|powershell|pwsh)[ \t]*\(?[ \t]*(?:script:[ \t]*)?('''|"""|'|")`)

// jenkinsStrength judges a Jenkinsfile: the scripts of its sh steps run, and fail the build.
func jenkinsStrength(text []byte, start, end int) rules.Strength {
	for _, m := range jenkinsStep.FindAllSubmatchIndex(text, 500) {
		quote := text[m[2]:m[3]]
		length := bytes.Index(text[m[1]:], quote)
		if length < 0 || start < m[1] || start >= m[1]+length {
			continue
		}
		return commandStrength(string(text[m[1]:m[1]+length]), start-m[1], end-m[1], shell.Options{Errexit: true})
	}
	return rules.E1
}

func isShell(f *File) bool {
	code := f.Asset(repo.Code)
	return code != nil && code.Format == "shell"
}

// entryStrength judges a command of a shell script. A script enforces nothing by itself, unless it is an entry point: it
// hands over to the service with exec, and does not get there when the command fails.
func entryStrength(script string, start, end int) rules.Strength {
	if commandStrength(script, start, end, shell.Options{}) < rules.E3 {
		return rules.E1
	}
	cs := shell.Parse(script)
	if last := &cs[len(cs)-1]; len(last.Args) > 1 && last.Args[0].Value == "exec" && last.Start() > end {
		return rules.E3
	}
	return rules.E1
}
