package agent

import (
	"bytes"
	"path"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/dockerfile"
	"bakedin/internal/lang/keys"
	"bakedin/internal/lang/shell"
	"bakedin/internal/repo"
)

// agentsStarted are the agents that a file starts with their questions switched off, wherever commands stand in it: a
// script, a recipe, a key of a structured file, an instruction of an image, a list of arguments in code.
func agentsStarted(f *checks.File) ([]switchedOff, error) {
	text, err := f.Bytes()
	if err != nil || !mentionsAgent(text) {
		return nil, err
	}
	base, ext := path.Base(f.Path), strings.ToLower(path.Ext(f.Path))
	deploy := f.Asset(repo.Deploy)
	switch {
	case deploy != nil && deploy.Format == "dockerfile":
		return inDockerfile(text), nil
	case keys.Format(f.Path) != "":
		root, err := checks.Keys.Of(f)
		if root == nil {
			return nil, err
		}
		return inKeys(text, root), nil
	case ext == ".mk" || recipeFile.MatchString(base):
		return inScript(string(kept(text, recipeLine)), makeVariables(text)), nil
	case ext == ".service" || base == "Procfile":
		return inScript(string(kept(text, startLine)), nil), nil
	case ext == ".ps1" || ext == ".bat":
		return inScript(string(continued.ReplaceAll(text, []byte("  "))), nil), nil
	case scripts[ext]:
		return inScript(string(text), nil), nil
	}
	return inCode(f, text)
}

var (
	scripts       = map[string]bool{".sh": true, ".bash": true, ".zsh": true, ".fish": true}
	continued     = regexp.MustCompile("[`^]\r?\n") // of PowerShell and of the command line of Windows
	recipeFile    = regexp.MustCompile(`(?i)^(?:(?:GNU)?makefile|justfile)`)
	recipeLine    = regexp.MustCompile(`(?m)^[ \t]+[@+-]*([^\n]*(?:\\\n[^\n]*)*)`)
	startLine     = regexp.MustCompile(`(?m)^(?:Exec\w+=[-@:+!]*|\w+:[ \t]*)([^\n]*)`)
	makeVariable  = regexp.MustCompile(`(?m)^(?:export[ \t]+)?(\w+)[ \t]*[:?+]*=[ \t]*([^\n]*)`)
	arrayVariable = regexp.MustCompile(`(?m)(\w+)\+?=\(([^()]*)\)`)
)

// mentionsAgent is a quick look: most files name no agent.
func mentionsAgent(text []byte) bool {
	for _, name := range []string{"claude", "CLAUDE", "codex", "CODEX", "gemini", "GEMINI", "qwen", "copilot", "cursor-agent", "kiro", "q chat", "dangerously-allow-all", "aider"} {
		if bytes.Contains(text, []byte(name)) {
			return true
		}
	}
	return false
}

// kept is the text with blanks for all but the group of the expression, so that no byte moves.
func kept(text []byte, line *regexp.Regexp) []byte {
	out := bytes.Map(func(r rune) rune {
		if r == '\n' {
			return r
		}
		return ' '
	}, bytes.ToValidUTF8(text, []byte{' '}))
	if len(out) != len(text) { // characters of several bytes
		out = bytes.Repeat([]byte{' '}, len(text))
		for i, b := range text {
			if b == '\n' {
				out[i] = b
			}
		}
	}
	for _, m := range line.FindAllSubmatchIndex(text, 5000) {
		copy(out[m[2]:], text[m[2]:m[3]])
	}
	return out
}

func makeVariables(text []byte) map[string]string {
	vars := map[string]string{}
	for _, m := range makeVariable.FindAllSubmatch(text, 1000) {
		vars[string(m[1])] = string(m[2])
	}
	return vars
}

// inScript reads the commands of a script. A word that is a variable of the script stands for what was put into it.
func inScript(script string, vars map[string]string) (found []switchedOff) {
	commands := shell.Parse(script)
	if vars == nil {
		vars = map[string]string{}
	}
	held := func(w shell.Word) {
		name, value, ok := strings.Cut(w.Value, "=")
		if !ok {
			return
		}
		if strings.HasSuffix(name, "+") {
			name = strings.TrimSuffix(name, "+")
			value = vars[name] + " " + value
		}
		vars[name] = value
		for _, c := range shell.Parse(value) { // a command that is kept for later
			for _, s := range startedBy(c.Args, 0) {
				s.at.Start, s.at.End = w.Start, w.End
				found = append(found, s)
				delete(vars, name) // told here, not where it is used
			}
		}
	}
	for i := range commands {
		c := &commands[i]
		for _, w := range c.Env {
			if len(c.Args) == 0 {
				held(w)
			}
		}
		if len(c.Args) > 0 && declares[c.Args[0].Value] {
			for _, w := range c.Args[1:] {
				held(w)
			}
		}
	}
	for _, m := range arrayVariable.FindAllStringSubmatch(script, 1000) {
		vars[m[1]] += " " + m[2]
	}
	for i := range commands {
		found = append(found, startedBy(filledIn(commands[i].Args, vars), 0)...)
	}
	return found
}

var (
	declares = map[string]bool{"export": true, "alias": true, "local": true, "readonly": true, "declare": true, "typeset": true}
	variable = regexp.MustCompile(`^\$[{(]?(\w+)(?:\[[@*]\])?[)}]?$`)
)

// filledIn replaces the words that are variables of the script by the words that these hold.
func filledIn(words []shell.Word, vars map[string]string) []shell.Word {
	var out []shell.Word
	for _, w := range words {
		m := variable.FindStringSubmatch(w.Value)
		if m == nil || vars[m[1]] == "" {
			out = append(out, w)
			continue
		}
		for _, v := range shell.Words(vars[m[1]]) {
			out = append(out, shell.Word{Value: v.Value, Start: w.Start, End: w.End})
		}
	}
	return out
}

// inDockerfile reads what an image runs while it is built and when it is started, in both forms.
func inDockerfile(text []byte) (found []switchedOff) {
	for _, s := range dockerfile.Parse(text).Stages {
		var start []shell.Word
		for i := range s.Instructions {
			in := &s.Instructions[i]
			switch words := in.Exec(); {
			case in.Name != "RUN" && in.Name != "CMD" && in.Name != "ENTRYPOINT":
			case words != nil:
				start = append(start, placed(in.Text, in.ArgsStart, words)...)
			default:
				for _, off := range inScript(in.Text, nil) {
					off.at.Start += in.ArgsStart
					off.at.End += in.ArgsStart
					found = append(found, off)
				}
			}
		}
		found = append(found, startedBy(start, 0)...)
	}
	return found
}

// placed finds where the words of a list are written.
func placed(raw string, offset int, words []string) (out []shell.Word) {
	at := 0
	for _, w := range words {
		start, end := 0, len(raw)
		if i := strings.Index(raw[at:], w); i >= 0 {
			start, end = at+i, at+i+len(w)
			at = end
		}
		out = append(out, shell.Word{Value: w, Start: offset + start, End: offset + end, Known: true})
	}
	return out
}

// Keys whose value is one command, in words or as a line, and keys whose values are lines.
var (
	oneCommand = map[string]bool{"command": true, "entrypoint": true, "args": true, "cmd": true, "entry": true, "exec": true, "initializeCommand": true, "onCreateCommand": true, "updateContentCommand": true, "postCreateCommand": true, "postStartCommand": true, "postAttachCommand": true}
	manyLines  = map[string]bool{"run": true, "script": true, "scripts": true, "before_script": true, "after_script": true, "commands": true, "cmds": true, "bash": true, "pwsh": true, "powershell": true, "inlineScript": true}
	agentArgs  = regexp.MustCompile(`(?i)^(claude|codex|gemini|copilot)[_-]?(?:cli[_-])?args$`) // an input of an action
)

// inKeys reads the commands of a structured file.
func inKeys(text []byte, n *keys.Node) (found []switchedOff) {
	add := func(list []switchedOff, alone bool) {
		if network := n.Child("network_mode"); alone && network != nil && network.Value == "none" {
			list = withoutNetwork(list, []shell.Word{{Value: "--network=none"}})
		}
		found = append(found, list...)
	}
	line := func(c *keys.Node) {
		for _, off := range inScript(c.Value, nil) {
			off.at.Start, off.at.End = inNode(text, c, off)
			add([]switchedOff{off}, true)
		}
	}
	var argv []shell.Word
	for _, key := range []string{"entrypoint", "command", "args"} {
		switch c := n.Child(key); {
		case c == nil:
		case c.Kind == keys.Array:
			for _, w := range c.Items {
				argv = append(argv, shell.Word{Value: w.Value, Start: w.Start, End: w.End, Known: true})
			}
		case c.Kind == keys.Scalar && !strings.Contains(c.Value, "\n"):
			for _, w := range shell.Words(c.Value) {
				argv = append(argv, shell.Word{Value: w.Value, Start: c.Start, End: c.End})
			}
		}
	}
	add(startedBy(argv, 0), true)
	for _, c := range n.Items {
		switch m := agentArgs.FindStringSubmatch(c.Key); {
		case m != nil && c.Kind == keys.Scalar:
			for _, off := range agentNamed(strings.ToLower(m[1])).off(shell.Words(strings.Join(strings.Fields(c.Value), " "))) {
				off.at.Start, off.at.End = inNode(text, c, off)
				add([]switchedOff{off}, false)
			}
		case c.Kind == keys.Scalar && (manyLines[c.Key] || oneCommand[c.Key] && (len(argv) == 0 || strings.ContainsAny(c.Value, "\n;&|"))):
			line(c)
		case manyLines[c.Key]: // a list of lines, or lines by name
			for _, item := range flat(c) {
				line(item)
			}
		case oneCommand[c.Key] && c.Kind == keys.Array && len(argv) == 0:
			var words []shell.Word
			for _, w := range c.Items {
				words = append(words, shell.Word{Value: w.Value, Start: w.Start, End: w.End})
			}
			add(startedBy(words, 0), true)
		case oneCommand[c.Key] && c.Kind == keys.Object:
			for _, item := range flat(c) {
				line(item)
			}
		default:
			found = append(found, inKeys(text, c)...)
		}
	}
	return found
}

// inNode is where an option stands in the text of a value, or the value.
func inNode(text []byte, n *keys.Node, off switchedOff) (start, end int) {
	word, _, _ := strings.Cut(off.how, " ")
	raw := text[n.Start:n.End]
	from := 0 // the line of the command: a line before it can name the option too
	lines := strings.Count(n.Value[:min(off.at.Start, len(n.Value))], "\n")
	if len(raw) > 0 && (raw[0] == '|' || raw[0] == '>') {
		lines++
	}
	for ; lines > 0; lines-- {
		if i := bytes.IndexByte(raw[from:], '\n'); i >= 0 {
			from += i + 1
		}
	}
	if i := bytes.Index(raw[from:], []byte(word)); i >= 0 {
		return n.Start + from + i, n.Start + from + i + len(word)
	}
	return n.Start, n.End
}
