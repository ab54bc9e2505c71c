package agent

import (
	"context"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/shell"
	"bakedin/rules"
)

// launch is a package that a launcher downloads and runs.
type launch struct {
	kind string // npm, pypi, image, go, url
	pkg  shell.Word

	inLine bool // a part of the word at pkg.Start
}

var (
	npmExact  = regexp.MustCompile(`^(?:@[^\s@/]+/)?[^\s@/]+@v?\d+\.\d+\.\d+(?:[-+][\w.+-]+)?$`)
	pypiExact = regexp.MustCompile(`^[\w.-]+(?:\[[\w,-]+\])?(?:==|@)\d[\w.!+-]*$`)
	goExact   = regexp.MustCompile(`@v\d+\.\d+\.\d+`)
	commit    = regexp.MustCompile(`[#@][0-9a-f]{40}(?:$|[#&?])`)
	fetched   = regexp.MustCompile(`^(?:git\+|git:|https?://|github:|gitlab:|bitbucket:|gist:)|^[\w.-]+/[\w.-]+(?:#.*)?$`)
)

// mcpServerUnpinned reports servers whose launcher fetches a package in an open version, once a server.
func mcpServerUnpinned(_ context.Context, p *checks.Pass) error {
	return eachServer(p, func(s *server) {
		l, ok := launchOf(s.argv)
		if line := shellLine(s.argv); !ok && line != nil {
			l, ok = launchInLine(*line)
		}
		if !ok || pinned(l) {
			return
		}
		how := "in whatever version is newest"
		if l.kind == "image" && strings.Contains(afterSlash(l.pkg.Value), ":") {
			how = "in whatever image bears that tag then"
		}
		f := p.At(l.pkg.Start, l.pkg.End, "The server "+s.name+" fetches "+l.pkg.Value+" at every start, "+how+".")
		f.Anchor = "mcp " + s.name + " " + l.pkg.Value
		switch {
		case l.kind == "url" || fetched.MatchString(l.pkg.Value) && l.kind != "image" && l.kind != "go":
			f.Lower(rules.High, "an address or a branch is no release that anybody reviewed")
			f.Message = "The server " + safeName(s.name) + " runs what an address or a branch holds at the time of the start."
		case l.kind == "image" && (!strings.Contains(afterSlash(l.pkg.Value), ":") || strings.HasSuffix(l.pkg.Value, ":latest")):
			f.Lower(rules.High, "the newest image is another one every week")
		case l.kind == "npm" && locked(p, l) != nil:
			f.Lower(rules.Low, "a lock file names the package; it is fetched only where that is not installed")
		}
		f.Fixes = pinFixes(p, l)
	})
}

func pinFixes(p *checks.Pass, l launch) []checks.Fix {
	bare := strings.TrimSuffix(l.pkg.Value, "@latest")
	find, write, join := "npm view "+bare+" version", bare+"@<version>", "@"
	switch l.kind {
	case "pypi":
		find, write, join = "pip index versions "+bare, bare+"==<version>", "=="
	case "image":
		find, write = "docker buildx imagetools inspect "+l.pkg.Value, bare+"@sha256:<digest>"
	case "go":
		find, write = "go list -m -versions "+bare, bare+"@<version>"
	case "url":
		find, write = "git ls-remote "+strings.TrimPrefix(bare, "git+"), "the address with the 40 digits of the commit"
	}
	manual := checks.Steps("pin-server", "Pin the version of the server", "Find the version you have tried: "+find, "Write "+write+" in place of "+l.pkg.Value+".", "Raise it on purpose, after looking at what changed.")
	ecosystem := map[string]string{"npm": "npm", "pypi": "PyPI"}[l.kind]
	for _, have := range p.Repo.Packages {
		if !l.inLine && have.Ecosystem == ecosystem && have.Version != "" && strings.EqualFold(have.Name, bare) {
			text, _ := p.File.Bytes()
			quote := ""
			if l.pkg.Start < len(text) && (text[l.pkg.Start] == '"' || text[l.pkg.Start] == '\'') {
				quote = string(text[l.pkg.Start])
			}
			return []checks.Fix{{ID: "pin-to-lock", Title: "Pin to " + have.Version + ", the version of " + have.Path, Applicability: checks.Safe,
				Edits: editList(p.Replace(l.pkg.Start, l.pkg.End, quote+bare+join+have.Version+quote))}, manual}
		}
	}
	return []checks.Fix{manual}
}

// launchOf finds the package that a command line downloads. A command that starts something local is none.
func launchOf(argv []shell.Word) (launch, bool) {
	if l, ok := uvWith(argv); ok {
		return l, true
	}
	name, args := shell.ProgramOf(argv)
	name = strings.TrimSuffix(name, ".cmd")
	sub := ""
	if len(args) > 0 {
		sub = args[0].Value
	}
	if fetchesNothing(args) {
		return launch{}, false
	}
	switch {
	case name == "npx" || name == "bunx" || name == "pnpx":
		return packageArg("npm", args, "-p --package", "--registry -c --call --cache --prefix")
	case (name == "bun" && sub == "x") || (name == "pnpm" || name == "yarn") && sub == "dlx" || name == "npm" && (sub == "exec" || sub == "x"):
		return packageArg("npm", args[1:], "-p --package", "--registry -c --call")
	case name == "uvx" || name == "pipx" && sub == "run":
		return packageArg("pypi", trimRun(args), "--from --spec", "--python -p --index-url --index --default-index --with --refresh-package --env-file --pip-args")
	case name == "uv" && sub == "tool" && len(args) > 1 && args[1].Value == "run":
		return packageArg("pypi", args[2:], "--from", "--python -p --index-url --with")
	case (name == "docker" || name == "podman") && sub == "run":
		return packageArg("image", args[1:], "", dockerTakesValue)
	case name == "go" && sub == "run":
		l, ok := packageArg("go", args[1:], "", "-C -tags -mod")
		return l, ok && strings.Contains(l.pkg.Value, "@")
	case name == "deno" && sub == "run":
		l, ok := packageArg("url", args[1:], "", "--config --import-map --lock")
		return l, ok && strings.Contains(l.pkg.Value, ":")
	}
	return launch{}, false
}

// fetchesNothing tells whether a launcher is told, before it is told what to start, to take only what is installed.
func fetchesNothing(args []shell.Word) bool {
	for i, a := range args {
		switch {
		case a.Value == "--no-install" || a.Value == "--no" || a.Value == "--offline":
			return true
		case i > 0 && !strings.HasPrefix(a.Value, "-"):
			return false
		}
	}
	return false
}

// locked is the package of a lock file that a launcher finds installed; nil when none names it.
func locked(p *checks.Pass, l launch) *checks.Package {
	ecosystem := map[string]string{"npm": "npm", "pypi": "PyPI"}[l.kind]
	for i := range p.Repo.Packages {
		if have := &p.Repo.Packages[i]; have.Ecosystem == ecosystem && have.Version != "" && strings.EqualFold(have.Name, l.pkg.Value) {
			return have
		}
	}
	return nil
}

// launchInLine is the first package that a line for a shell downloads. It stands somewhere in the one word of the line.
func launchInLine(line shell.Word) (launch, bool) {
	for _, c := range shell.Parse(line.Value) {
		if l, ok := launchOf(c.Args); ok && !pinned(l) {
			l.pkg.Start, l.pkg.End, l.inLine = line.Start, line.End, true
			return l, true
		}
	}
	return launch{}, false
}

// uvWith is the first package that "uv run --with" fetches in an open version.
func uvWith(argv []shell.Word) (launch, bool) {
	if len(argv) < 3 || afterSlash(argv[0].Value) != "uv" || argv[1].Value != "run" {
		return launch{}, false
	}
	for i := 2; i < len(argv); i++ {
		l := launch{kind: "pypi", pkg: argv[i]}
		if value, ok := strings.CutPrefix(argv[i].Value, "--with="); ok {
			l.pkg.Value = value
		} else if argv[i].Value == "--with" && i+1 < len(argv) {
			i++
			l.pkg = argv[i]
		} else {
			continue
		}
		if !pinned(l) {
			return l, true
		}
	}
	return launch{}, false
}

// options of docker run that take a word of their own
const dockerTakesValue = "-v --volume -e --env --env-file --name --network --net -p --publish --mount -u --user -w --workdir --entrypoint --platform --pull --memory -m --cpus -l --label --add-host --cap-add --cap-drop --security-opt --device --gpus --ipc --pid --restart --hostname -h --tmpfs --ulimit --shm-size --runtime --userns --log-driver --dns"

func trimRun(args []shell.Word) []shell.Word {
	if len(args) > 0 && args[0].Value == "run" {
		return args[1:]
	}
	return args
}

// packageArg is the value of one of the naming options, or the first word that is no option.
func packageArg(kind string, args []shell.Word, naming, takesValue string) (launch, bool) {
	var firstWord *shell.Word
	for i := 0; i < len(args); i++ {
		v := args[i].Value
		key, value, has := strings.Cut(v, "=")
		switch {
		case naming != "" && contains(naming, key) && has:
			return launch{kind: kind, pkg: shell.Word{Value: value, Start: args[i].Start, End: args[i].End}}, true
		case naming != "" && contains(naming, v) && i+1 < len(args):
			return launch{kind: kind, pkg: args[i+1]}, true
		case contains(takesValue, v):
			i++
		case strings.HasPrefix(v, "-"):
		case firstWord == nil:
			firstWord = &args[i]
			if naming == "" {
				return launch{kind: kind, pkg: args[i]}, true
			}
			i = len(args)
		}
	}
	if firstWord == nil || firstWord.Value == "" {
		return launch{}, false
	}
	return launch{kind: kind, pkg: *firstWord}, true
}

func contains(list, word string) bool { return strings.Contains(" "+list+" ", " "+word+" ") }

// pinned tells whether the launcher gets the same bytes every time, or something local that another rule looks at.
func pinned(l launch) bool {
	v := l.pkg.Value
	if strings.HasPrefix(v, ".") || strings.HasPrefix(v, "/") || strings.HasPrefix(v, "~") || strings.HasPrefix(v, "file:") || strings.Contains(v, "$") || strings.Contains(v, "{{") || v == "" {
		return true
	}
	switch l.kind {
	case "npm":
		return npmExact.MatchString(v) || commit.MatchString(v) && strings.Contains(v, "#")
	case "pypi":
		return pypiExact.MatchString(v) || strings.HasPrefix(v, "git+") && commit.MatchString(v) || strings.Contains(v, "#sha256=")
	case "image":
		return strings.Contains(v, "@sha256:")
	case "go":
		return goExact.MatchString(v)
	case "url":
		return goExact.MatchString(v) || regexp.MustCompile(`@\d+\.\d+\.\d+`).MatchString(v)
	}
	return true
}

func afterSlash(s string) string { return s[strings.LastIndexByte(s, '/')+1:] }
