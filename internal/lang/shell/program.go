package shell

import "strings"

// wrappers start another program. The value says which of their options take a word of their own.
var wrappers = map[string]string{
	"sudo": "-u -g", "env": "-u -C", "exec": "-a", "nohup": "", "time": "", "nice": "-n", "timeout": "-s -k", "xvfb-run": "", "tini": "", "dumb-init": "",
	"command": "", "catchsegv": "", "stdbuf": "-o -e -i", "cmd": "", "cmd.exe": "", "setsid": "", "ionice": "-c -n -p", "unbuffer": "", "doas": "-u -C",
	"numactl": "-N -m -C -i -p", "srun": "-n -N -c -p -w -A -t -J -o -e", "gosu": "", "su-exec": "", "taskset": "", "screen": "-S -dmS -t -L -Logfile",
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
		name = base(words[0].Value)
		options, wraps := wrappers[name]
		switch {
		case name == "command" && len(words) > 1 && (words[1].Value == "-v" || words[1].Value == "-V"): // asks, starts nothing
			return name, words[1:]
		case wraps:
			words = skipOptions(words[1:], options, name == "timeout" || name == "taskset", name == "cmd")
			if (name == "gosu" || name == "su-exec") && len(words) > 0 { // the account
				words = words[1:]
			}
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
		case assignment(v) && !strings.Contains(v, "=="):
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

// launchers fetch a package and start its program. The value says which of their options take a word, and which name the package.
var launchers = map[string]string{
	"npx": "-p --package --registry --cache --prefix", "bunx": "-p --package", "pnpx": "--package",
	"uvx": "--from --with --python -p --index-url --index --default-index --env-file", "pipx": "--spec --python --index-url --pip-args",
}

// Launched is ProgramOf through npx, uvx and their kind: the name of the program, without a version, or of its package.
func Launched(words []Word) (name string, args []Word) {
	name, args = ProgramOf(words)
	options, launches := launchers[name]
	sub := ""
	if len(args) > 0 {
		sub = args[0].Value
	}
	switch {
	case name == "pipx" && sub == "run", (name == "pnpm" || name == "yarn") && sub == "dlx", name == "npm" && sub == "exec", name == "bun" && sub == "x":
		args, launches = args[1:], true
	case name == "uv" && sub == "tool" && len(args) > 1 && args[1].Value == "run":
		args, options, launches = args[2:], launchers["uvx"], true
	case name == "pipx":
		launches = false
	}
	if !launches {
		return name, args
	}
	rest := skipOptions(args, options, false, false)
	if len(rest) == 0 {
		return name, args
	}
	name = rest[0].Value
	if i := strings.LastIndexByte(name, '@'); i > 0 {
		name = name[:i]
	}
	name, _, _ = strings.Cut(name, "==")
	return name, rest[1:]
}
