package shell

import (
	"path"
	"strings"
)

// wrappers start another program. The value says which of their options take a word of their own.
var wrappers = map[string]string{
	"sudo": "-u -g", "env": "-u -C", "exec": "-a", "nohup": "", "time": "", "nice": "-n", "timeout": "-s -k", "xvfb-run": "", "tini": "", "dumb-init": "",
	"command": "", "catchsegv": "", "stdbuf": "-o -e -i", "cmd": "", "cmd.exe": "",
}

// runners are "uv run x", "poetry run x" and their kind.
var runners = map[string]bool{"uv": true, "poetry": true, "pdm": true, "hatch": true, "rye": true, "pixi": true}

// Program returns the arguments of a command from its program on, through sudo, env, timeout and the like. The program is
// the base name, "-m module" of Python becomes the module.
func (c *Command) Program() (name string, args []Word) {
	return ProgramOf(c.Args)
}

// ProgramOf is Program for a list of words from elsewhere.
func ProgramOf(words []Word) (name string, args []Word) {
	for range 6 {
		if len(words) == 0 {
			return "", nil
		}
		name = strings.TrimSuffix(path.Base(strings.ReplaceAll(words[0].Value, `\`, "/")), ".exe")
		options, wraps := wrappers[name]
		switch {
		case name == "command" && len(words) > 1 && (words[1].Value == "-v" || words[1].Value == "-V"): // asks, starts nothing
			return name, words[1:]
		case wraps:
			words = skipOptions(words[1:], options, name == "timeout", name == "cmd")
			continue
		case runners[name] && len(words) > 2 && words[1].Value == "run":
			words = skipOptions(words[2:], "--with --extra --group --python -p --env-file --project --directory", false, false)
			continue
		case (name == "conda" || name == "micromamba" || name == "mamba") && len(words) > 2 && words[1].Value == "run":
			words = skipOptions(words[2:], "-n -p --name --prefix", false, false)
			continue
		case strings.HasPrefix(name, "python") && len(words) > 2 && words[1].Value == "-m":
			return words[2].Value, words[3:]
		}
		return name, words[1:]
	}
	return name, nil
}

func skipOptions(words []Word, takesValue string, duration, slash bool) []Word {
	for len(words) > 0 {
		v := words[0].Value
		switch {
		case assignment(v):
		case slash && strings.HasPrefix(v, "/"):
		case strings.HasPrefix(v, "-") && v != "-":
			if v == "--" {
				return words[1:]
			}
			if len(words) > 1 && takesValue != "" && strings.Contains(" "+takesValue+" ", " "+v+" ") {
				words = words[1:]
			}
		case duration && v != "" && v[0] >= '0' && v[0] <= '9':
		default:
			return words
		}
		words = words[1:]
	}
	return nil
}

// Option returns the value of an option, written "--name value", "--name=value" or "--name". A dash and an underscore inside
// a name are the same. Given tells whether it is there at all.
func Option(args []Word, names ...string) (value Word, given bool) {
	for i, a := range args {
		for _, n := range names {
			key, v, has := strings.Cut(a.Value, "=")
			if strings.ReplaceAll(key, "_", "-") != n {
				continue
			}
			if has {
				return Word{Value: v, Start: a.Start, End: a.End, Known: a.Known}, true
			}
			if i+1 < len(args) && !strings.HasPrefix(args[i+1].Value, "--") {
				return args[i+1], true
			}
			return Word{Start: a.Start, End: a.End, Known: true}, true
		}
	}
	return Word{}, false
}

// Words splits one command line that stands in another file as a single value.
func Words(line string) []Word {
	var all []Word
	for _, c := range Parse(line) {
		all = append(append(all, c.Env...), c.Args...)
		break
	}
	return all
}
