package deploy

import (
	"bytes"
	"regexp"
	"strings"

	"bakedin/internal/address"
	"bakedin/internal/lang/keys"
	"bakedin/internal/lang/shell"
)

var (
	execStart   = regexp.MustCompile(`(?m)^ExecStart=[-@:+!]*((?:[^\n]*\\\r?\n)*[^\n]+)`)
	environLine = regexp.MustCompile(`(?m)^Environment=([^\n]+)`)
)

func ofLines(text []byte, line *regexp.Regexp) []process {
	var out []process
	for _, m := range line.FindAllSubmatchIndex(text, 2000) {
		out = append(out, ofScript(string(text[m[2]:m[3]]), m[2], nil)...)
	}
	return out
}

// ofUnit is what a unit of systemd starts, in the environment that it sets.
func ofUnit(text []byte) []process {
	env := map[string]string{}
	for _, m := range environLine.FindAllSubmatch(text, 200) {
		for _, w := range shell.Words(string(m[1])) {
			if k, v, ok := strings.Cut(w.Value, "="); ok {
				env[k] = v
			}
		}
	}
	var out []process
	for _, m := range execStart.FindAllSubmatchIndex(text, 200) {
		out = append(out, ofScript(string(text[m[2]:m[3]]), m[2], env)...)
	}
	return out
}

// ofScripts is what the scripts of a package.json start.
func ofScripts(root *keys.Node) []process {
	var out []process
	for _, n := range items(root.Child("scripts")) {
		for _, p := range ofScript(value(n), 0, nil) {
			p.at = [2]int{n.Start, n.End}
			out = append(out, p)
		}
	}
	return out
}

// ofScript reads the commands of a script that begins at an offset of the file. docker run is a process in a container.
func ofScript(script string, offset int, env map[string]string) []process {
	exports := merged(env, nil)
	var out []process
	for _, c := range shell.Commands(script) {
		if len(c.Args) == 0 || c.Args[0].Value == "export" {
			for _, w := range append(append([]shell.Word(nil), c.Env...), c.Args...) {
				if k, v, ok := strings.Cut(w.Value, "="); ok {
					exports[k] = v
				}
			}
			continue
		}
		p := process{env: merged(exports, c.Env), at: [2]int{offset + c.Start(), offset + c.End()}}
		p.name, p.args = c.Program()
		if args := runOf(p.name, p.args); args != nil {
			out = append(out, p.dockerRun(args)...)
			continue
		}
		p.finish()
		out = append(out, p)
	}
	return out
}

// runOf are the arguments behind "docker run"; nil for another command.
func runOf(name string, args []shell.Word) []shell.Word {
	if name != "docker" && name != "podman" && name != "nerdctl" || len(args) == 0 {
		return nil
	}
	if args[0].Value == "container" {
		args = args[1:]
	}
	if len(args) > 1 && (args[0].Value == "run" || args[0].Value == "create") {
		return args[1:]
	}
	return nil
}

// options of docker run without a value
var dockerFlags = map[string]bool{"-d": true, "-i": true, "-t": true, "-it": true, "-ti": true, "-dit": true, "-itd": true, "-dt": true, "-di": true, "-td": true, "-id": true, "--rm": true, "--detach": true, "--interactive": true, "--tty": true, "--privileged": true, "--init": true, "--read-only": true, "-P": true, "--publish-all": true, "--no-healthcheck": true, "--sig-proxy": true, "--oom-kill-disable": true, "--replace": true, "-q": true, "--quiet": true}

// dockerRun reads what "docker run" starts: image, environment, published ports and the command behind the image.
func (p process) dockerRun(args []shell.Word) []process {
	p.name, p.inside, p.exposure = "", true, loopback
	var entry []shell.Word
	i := 0
	for ; i < len(args); i++ {
		key, value, has := strings.Cut(args[i].Value, "=")
		if !strings.HasPrefix(key, "-") {
			break
		}
		if short := key; !has && len(short) > 2 && short[1] == 'p' && short[2] >= '0' && short[2] <= '9' { // -p8000:8000
			key, value, has = "-p", short[2:], true
		}
		if !has && !dockerFlags[key] && i+1 < len(args) {
			i++
			value = args[i].Value
		}
		switch key {
		case "-p", "--publish":
			if !address.Loopback(hostOf(value)) {
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
		case "--entrypoint":
			entry = []shell.Word{{Value: value, Start: args[i].Start, End: args[i].End, Known: true}}
		case "--network", "--net":
			if value == "host" {
				p.inside = false
			}
		}
	}
	p.args = nil
	if i < len(args) {
		p.image = args[i].Value
		args = args[i+1:]
	} else {
		args = nil
	}
	p.label = p.image
	p.replaced = replaces(entry)
	return p.running(append(entry, args...))
}

var scriptFile = regexp.MustCompile(`\.(?:sh|py)$`)

// replaces tells whether an entry point takes the place of the program of the image. A script may start that after all.
func replaces(entry []shell.Word) bool {
	name, _ := shell.ProgramOf(entry)
	return name != "" && !scriptFile.MatchString(name)
}

// isComment tells whether the line of a byte is a comment of a shell or a Dockerfile.
func isComment(text []byte, at int) bool {
	line := bytes.LastIndexByte(text[:at], '\n') + 1
	return bytes.HasPrefix(bytes.TrimSpace(text[line:at]), []byte("#"))
}
