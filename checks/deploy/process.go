package deploy

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/dockerfile"
	"bakedin/internal/lang/keys"
	"bakedin/internal/lang/shell"
	"bakedin/internal/repo"
)

// exposure is who can reach a process, as far as its file tells.
type exposure int

const (
	unknown   exposure = iota // inside a container, or not said
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
	exposure exposure
	inside   bool // in a container: listening everywhere is needed there
	ports    []port
	at       [2]int
	label    string // how a person knows it
}

// port is a published port of compose.
type port struct {
	node *keys.Node
	host string // the address it is published on; empty: all
}

// Dockerfile is the fact of a Dockerfile; nil for other files.
var Dockerfile = checks.NewFact(func(f *checks.File) (*dockerfile.File, error) {
	if a := f.Asset(repo.Deploy); a == nil || a.Format != "dockerfile" {
		return nil, nil
	}
	text, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	return dockerfile.Parse(text), nil
})

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
	case deploy != nil && (deploy.Format == "compose" || deploy.Format == "kubernetes"):
		root, err := checks.Keys.Of(f)
		if root == nil || err != nil {
			return nil, err
		}
		if deploy.Format == "compose" {
			return ofCompose(root), nil
		}
		return ofKubernetes(root), nil
	case deploy != nil && deploy.Format == "service":
		return ofLines(text, execStart), nil
	case base == "Procfile":
		return ofLines(text, procfile), nil
	case strings.HasPrefix(base, ".env") || f.Is(repo.CI):
		return nil, nil
	case base == "Makefile" || base == "justfile":
		return ofLines(text, recipe), nil
	}
	if code := f.Asset(repo.Code); code != nil && code.Format == "shell" {
		return ofScript(string(text), 0), nil
	}
	return nil, nil
})

var (
	execStart = regexp.MustCompile(`(?m)^ExecStart=[-@:+!]*([^\n]+)`)
	procfile  = regexp.MustCompile(`(?m)^\w+:[ \t]*([^\n]+)`)
	recipe    = regexp.MustCompile(`(?m)^[ \t]+[@-]*([^\n#][^\n]*)`)
)

func ofLines(text []byte, line *regexp.Regexp) []process {
	var out []process
	for _, m := range line.FindAllSubmatchIndex(text, 2000) {
		out = append(out, ofScript(string(text[m[2]:m[3]]), m[2])...)
	}
	return out
}

// ofScript reads the commands of a script that begins at an offset of the file. docker run is a process in a container.
func ofScript(script string, offset int) []process {
	exports := map[string]string{}
	var out []process
	for _, c := range shell.Parse(script) {
		if len(c.Args) == 0 || c.Args[0].Value == "export" {
			for _, w := range append(append([]shell.Word(nil), c.Env...), c.Args...) {
				if k, v, ok := strings.Cut(w.Value, "="); ok {
					exports[k] = v
				}
			}
			continue
		}
		p := process{env: map[string]string{}, at: [2]int{offset + c.Start(), offset + c.End()}}
		for k, v := range exports {
			p.env[k] = v
		}
		for _, w := range c.Env {
			k, v, _ := strings.Cut(w.Value, "=")
			p.env[k] = v
		}
		p.name, p.args = c.Program()
		if (p.name == "docker" || p.name == "podman" || p.name == "nerdctl") && len(p.args) > 0 && p.args[0].Value == "run" {
			p.dockerRun()
		}
		p.finish()
		out = append(out, p)
	}
	return out
}

// options of docker run without a value
var dockerFlags = map[string]bool{"-d": true, "-i": true, "-t": true, "-it": true, "-ti": true, "-dit": true, "-itd": true, "--rm": true, "--detach": true, "--interactive": true, "--tty": true, "--privileged": true, "--init": true, "--read-only": true, "-P": true, "--publish-all": true}

// dockerRun reads what "docker run" starts: image, environment, published ports and the command behind the image.
func (p *process) dockerRun() {
	args := p.args[1:]
	p.name, p.inside, p.exposure = "", true, unknown
	i := 0
	for ; i < len(args); i++ {
		key, value, has := strings.Cut(args[i].Value, "=")
		if !strings.HasPrefix(key, "-") {
			break
		}
		if !has && !dockerFlags[key] && i+1 < len(args) {
			i++
			value = args[i].Value
		}
		switch key {
		case "-p", "--publish":
			if isLoopback(hostOf(value)) {
				p.exposure = max(p.exposure, loopback)
			} else {
				p.exposure = published
			}
		case "-P", "--publish-all":
			p.exposure = published
		case "-e", "--env":
			k, v, given := strings.Cut(value, "=")
			if !given {
				v = "$" + k
			}
			p.env[k] = v
		case "--network", "--net":
			if value == "host" {
				p.inside = false
			}
		}
	}
	if i < len(args) {
		p.image = args[i].Value
		p.name, p.args = shell.ProgramOf(args[i+1:])
	} else {
		p.args = nil
	}
	p.label = p.image
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

// publishes tells whether one of these ports of the container is published by compose.
func (p *process) publishes(container ...string) bool {
	for _, port := range p.ports {
		v := withDefaults(port.node.Value)
		if n := port.node.Child("target"); n != nil {
			v = n.Value
		}
		v, _, _ = strings.Cut(v[strings.LastIndexByte(v, ':')+1:], "/")
		if slices.Contains(container, v) {
			return true
		}
	}
	return false
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

// ofDockerfile is what the image starts: ENTRYPOINT and CMD as one line.
func ofDockerfile(d *dockerfile.File) []process {
	if d == nil || d.Last() == nil {
		return nil
	}
	s := d.Last()
	p := process{env: map[string]string{}, inside: true, image: s.Root().Image}
	var entry, cmd *dockerfile.Instruction
	for i := range s.Instructions {
		switch in := &s.Instructions[i]; in.Name {
		case "ENTRYPOINT":
			entry = in
		case "CMD":
			cmd = in
		case "ENV":
			for _, w := range in.Fields() {
				if k, v, ok := strings.Cut(w, "="); ok {
					p.env[k] = v
				}
			}
		}
	}
	var words []shell.Word
	for _, in := range []*dockerfile.Instruction{entry, cmd} {
		if in == nil {
			continue
		}
		if p.at[1] == 0 {
			p.at[0] = in.Start
		}
		p.at[1] = in.End
		if exec := in.Exec(); exec != nil {
			for _, w := range exec {
				words = append(words, shell.Word{Value: w, Start: in.Start, End: in.End, Known: true})
			}
			continue
		}
		if cs := shell.Parse(in.Text); len(cs) > 0 {
			words = append(words, cs[len(cs)-1].Args...)
		}
	}
	if p.at[1] == 0 {
		return nil
	}
	if len(words) > 2 && (words[0].Value == "sh" || words[0].Value == "bash" || words[0].Value == "/bin/sh" || words[0].Value == "/bin/bash") && words[1].Value == "-c" {
		if cs := shell.Parse(words[2].Value); len(cs) > 0 {
			words = cs[len(cs)-1].Args
		}
	}
	p.name, p.args = shell.ProgramOf(words)
	p.finish()
	return []process{p}
}

// withDefaults fills the defaults of variables in: ${PORT:-8000}.
var variable = regexp.MustCompile(`\$\{\w+:?-([^}]*)\}`)

func withDefaults(s string) string { return variable.ReplaceAllString(s, "$1") }

func isLoopback(host string) bool {
	return strings.HasPrefix(host, "127.") || host == "localhost" || host == "[::1]" || host == "::1"
}

// hostOf is the address of a short port such as "127.0.0.1:8000:8000"; empty when it has none.
func hostOf(short string) string {
	short = strings.Trim(withDefaults(short), `"'`)
	if strings.HasPrefix(short, "[") {
		if i := strings.IndexByte(short, ']'); i > 0 {
			return short[:i+1]
		}
	}
	parts := strings.Split(short, ":")
	if len(parts) < 3 {
		return ""
	}
	return strings.Join(parts[:len(parts)-2], ":")
}

// ofCompose is one process a service.
func ofCompose(root *keys.Node) []process {
	var out []process
	for _, s := range items(root.Child("services")) {
		if s.Kind != keys.Object {
			continue
		}
		p := process{label: s.Key, inside: true, exposure: loopback, env: environment(s.Child("environment")), image: withDefaults(value(s.Child("image"))), at: [2]int{s.KeyStart, s.KeyEnd}}
		if mode := value(s.Child("network_mode")); mode == "host" {
			p.inside, p.exposure = false, unknown
		}
		for _, n := range items(s.Child("ports")) {
			host := hostOf(n.Value)
			if n.Kind == keys.Object {
				host = withDefaults(value(n.Child("host_ip")))
				if n.Child("published") == nil {
					continue
				}
			}
			if n.Template || isLoopback(host) {
				continue
			}
			p.ports = append(p.ports, port{n, host})
			p.exposure = published
		}
		words := append(wordsOf(s.Child("entrypoint")), wordsOf(s.Child("command"))...)
		if len(words) > 2 && (path.Base(words[0].Value) == "sh" || path.Base(words[0].Value) == "bash") && strings.HasSuffix(words[1].Value, "c") {
			if cs := shell.Parse(words[2].Value); len(cs) > 0 {
				words = cs[len(cs)-1].Args
			}
		}
		p.name, p.args = shell.ProgramOf(words)
		if strings.HasPrefix(p.name, "-") { // options for the entry point of the image
			p.name, p.args = "", words
		}
		p.finish()
		p.label = s.Key
		out = append(out, p)
	}
	return out
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

func environment(n *keys.Node) map[string]string {
	out := map[string]string{}
	for _, c := range items(n) {
		if n.Kind == keys.Array {
			k, v, ok := strings.Cut(c.Value, "=")
			if !ok {
				v = "$" + k // taken from the environment of compose
			}
			out[k] = v
			continue
		}
		out[c.Key] = c.Value
	}
	return out
}

// ofKubernetes is one process a container. A Service of type LoadBalancer or NodePort, or an Ingress in the same file,
// publishes.
func ofKubernetes(root *keys.Node) []process {
	docs := []*keys.Node{root}
	if root.Kind == keys.Stream {
		docs = root.Items
	}
	reach := loopback
	for _, d := range docs {
		kind, service := value(d.Child("kind")), value(d.At("spec", "type"))
		if kind == "Ingress" || kind == "Service" && (service == "LoadBalancer" || service == "NodePort") {
			reach = published
		}
	}
	var out []process
	for _, d := range docs {
		for _, c := range containersOf(d, 0) {
			p := process{label: value(c.Child("name")), inside: true, exposure: reach, env: map[string]string{}, image: value(c.Child("image")), at: [2]int{c.Start, c.Start + 1}}
			if n := c.Child("name"); n != nil {
				p.at = [2]int{n.Start, n.End}
			}
			for _, e := range items(c.Child("env")) {
				v := value(e.Child("value"))
				if e.Child("valueFrom") != nil {
					v = "$"
				}
				p.env[value(e.Child("name"))] = v
			}
			words := append(wordsOf(c.Child("command")), wordsOf(c.Child("args"))...)
			p.name, p.args = shell.ProgramOf(words)
			if strings.HasPrefix(p.name, "-") {
				p.name, p.args = "", words
			}
			label := p.label
			p.finish()
			p.label = label
			out = append(out, p)
		}
	}
	return out
}

// containersOf finds the containers of a document, wherever its kind keeps its pod.
func containersOf(n *keys.Node, depth int) []*keys.Node {
	if n == nil || depth > 12 {
		return nil
	}
	var out []*keys.Node
	for _, c := range n.Items {
		if (c.Key == "containers" || c.Key == "initContainers") && c.Kind == keys.Array {
			out = append(out, c.Items...)
			continue
		}
		out = append(out, containersOf(c, depth+1)...)
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
