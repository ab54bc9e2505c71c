package deploy

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"bakedin/checks"
	"bakedin/internal/address"
	"bakedin/internal/lang/keys"
	"bakedin/internal/lang/shell"
	"bakedin/internal/repo"
)

// exposure is who can reach a process, as far as its file tells.
type exposure int

const (
	unknown   exposure = iota // not said
	loopback                  // this machine, or containers beside it
	published                 // beyond this machine
)

// process is a program that a deployment file starts.
type process struct {
	name     string // through wrappers; empty when only the image is known
	args     []shell.Word
	line     string // command and arguments
	env      map[string]string
	image    string
	replaced bool // the program of the image is not what runs
	exposure exposure
	inside   bool     // in a container: listening everywhere is needed there
	ports    []port   // published by compose
	serves   []string // the ports of the container, in Kubernetes
	at       [2]int
	label    string // how a person knows it
}

// processes is the fact of what a file starts.
var processes = checks.NewFact(func(f *checks.File) ([]process, error) {
	text, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	deploy := f.Asset(repo.Deploy)
	base := path.Base(f.Path)
	switch {
	case deploy != nil && deploy.Format == "dockerfile":
		d, _ := Dockerfile.Of(f)
		return ofDockerfile(d), nil
	case deploy != nil && (deploy.Format == "compose" || deploy.Format == "kubernetes"), base == "package.json":
		root, err := checks.Keys.Of(f)
		if root == nil || err != nil {
			return nil, err
		}
		switch {
		case base == "package.json":
			return ofScripts(root), nil
		case deploy.Format == "compose":
			return ofCompose(root), nil
		}
		return ofKubernetes(root), nil
	case deploy != nil && deploy.Format == "service":
		return ofUnit(text), nil
	case base == "Procfile":
		return ofLines(text, procfile), nil
	case strings.HasPrefix(base, ".env") || f.Is(repo.CI):
		return nil, nil
	}
	code := f.Asset(repo.Code)
	switch {
	case code != nil && code.Format == "make":
		return ofLines(text, recipe), nil
	case code != nil && code.Format == "shell":
		return ofScript(string(text), 0, nil), nil
	}
	return nil, nil
})

var (
	procfile = regexp.MustCompile(`(?m)^\w+:[ \t]*([^\n]+)`)
	recipe   = regexp.MustCompile(`(?m)^[ \t]+[@-]*([^\n#](?:[^\n]*\\\r?\n)*[^\n]*)`)
)

// running is what the words of a container start: one process, or those of the script that they hand to a shell.
func (p process) running(words []shell.Word) []process {
	commands := shell.Handed(words)
	if commands == nil {
		commands = []shell.Command{{Args: words}}
	}
	var out []process
	for _, c := range commands {
		if len(c.Args) == 0 && len(commands) > 1 {
			continue
		}
		one := p
		one.env = merged(p.env, c.Env)
		one.name, one.args = c.Program()
		if strings.HasPrefix(one.name, "-") { // options for the program of the image
			one.name, one.args = "", c.Args
		}
		one.finish()
		out = append(out, one)
	}
	return out
}

// merged is an environment with the assignments in front of a command.
func merged(env map[string]string, words []shell.Word) map[string]string {
	out := make(map[string]string, len(env)+len(words))
	for k, v := range env {
		out[k] = v
	}
	for _, w := range words {
		k, v, _ := strings.Cut(w.Value, "=")
		out[k] = v
	}
	return out
}

func (p *process) finish() {
	words := []string{p.name}
	for _, a := range p.args {
		words = append(words, a.Value)
	}
	p.line = strings.TrimSpace(strings.Join(words, " "))
	if p.label == "" {
		p.label = p.name
	}
}

// option tells whether one of the options is given, and its value.
func (p *process) option(names ...string) (string, bool) {
	w, ok := shell.Option(p.args, names...)
	return w.Value, ok
}

// onlyTells tells whether the program is asked for its help or version, and serves nobody.
func (p *process) onlyTells() bool {
	return slices.ContainsFunc(p.args, func(w shell.Word) bool { return w.Value == "--help" || w.Value == "--version" })
}

// listens is who can reach the process, by its published ports or by the address it is told to listen on. Local says that it
// listens on this machine alone when it is told nothing.
func (p *process) listens(host string, given, local bool) exposure {
	_, socket := p.option("--uds")
	switch {
	case p.onlyTells() || socket:
		return loopback
	case p.inside:
		return p.exposure
	case given && address.Loopback(host), !given && local:
		return loopback
	case given && address.Everywhere(host):
		return published
	}
	return unknown
}

// hasEnv tells whether a variable is set to something.
func (p *process) hasEnv(names ...string) bool {
	for _, n := range names {
		if v, ok := p.env[n]; ok && strings.Trim(v, `"' `) != "" {
			return true
		}
	}
	return false
}

// called is what a message says of the process: a kind, and the name that people gave it where it is another.
func (p *process) called(kind string) string {
	label, _, _ := strings.Cut(p.label, "@")
	if label == "" || strings.HasPrefix(label, "-") || strings.EqualFold(label, kind) {
		return kind
	}
	return kind + " (" + label + ")"
}

// place is where a process is reported: at its published port, or where it is started.
func (p *process) place() (start, end int) {
	if len(p.ports) > 0 {
		return p.ports[0].node.Start, p.ports[0].node.End
	}
	return p.at[0], p.at[1]
}

func wordsOf(n *keys.Node) []shell.Word {
	if n == nil {
		return nil
	}
	if n.Kind == keys.Scalar {
		list := shell.Words(withDefaults(n.Value))
		for i := range list {
			list[i].Start, list[i].End = n.Start, n.End
		}
		return list
	}
	var out []shell.Word
	for _, c := range n.Items {
		out = append(out, shell.Word{Value: withDefaults(c.Value), Start: c.Start, End: c.End, Known: true})
	}
	return out
}

func items(n *keys.Node) []*keys.Node {
	if n == nil {
		return nil
	}
	return n.Items
}

func value(n *keys.Node) string {
	if n == nil || n.Kind != keys.Scalar {
		return ""
	}
	return n.Value
}
