package agent

import (
	"context"
	"path"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/keys"
)

// launchers download a package and run it. Each value says how an exact version is written behind a name.
var launchers = map[string]*regexp.Regexp{
	"npx": npmExact, "bunx": npmExact, "pnpx": npmExact, "uvx": pypiExact, "pipx": pypiExact,
}

var (
	npmExact  = regexp.MustCompile(`^(?:@[\w.-]+/)?[\w.-]+@v?\d+\.\d+\.\d+(?:[-+][\w.+-]+)?$`)
	pypiExact = regexp.MustCompile(`^[\w.-]+(?:\[[\w,-]+\])?(?:==|@)\d[\w.!+-]*$`)
	// options of the launchers that take a value
	takesValue = map[string]bool{"-p": true, "--package": true, "--python": true, "--registry": true, "--index-url": true, "--with": true}
)

// mcpServerUnpinned reports servers whose launcher fetches a package without an exact version, once a server.
func mcpServerUnpinned(_ context.Context, p *checks.Pass) error {
	root, err := checks.Keys.Of(p.File)
	if root == nil {
		return err
	}
	for _, table := range []string{"mcpServers", "servers", "mcp_servers", "context_servers"} {
		for _, holder := range []*keys.Node{root, root.Child("mcp"), root.Child("amp")} {
			if servers := holder.Child(table); servers != nil {
				for _, s := range servers.Items {
					server(p, s)
				}
			}
		}
	}
	return err
}

func server(p *checks.Pass, s *keys.Node) {
	command, args := s.Child("command"), s.Child("args")
	if command == nil || args == nil {
		return
	}
	name := strings.TrimSuffix(path.Base(command.Value), ".cmd")
	exact := launchers[name]
	pkg := packageOf(name, args)
	if exact == nil || pkg == nil || exact.MatchString(pkg.Value) || local(pkg.Value) {
		return
	}
	f := p.At(pkg.Start, pkg.End, "The server "+s.Key+" fetches "+pkg.Value+" at every start, in whatever version is newest.")
	f.Anchor = "mcp " + s.Key + " " + pkg.Value
	f.Fixes = []checks.Fix{{ID: "pin-server", Title: "Pin the version of the server", Applicability: checks.Manual, Steps: pinSteps(name, pkg.Value)}}
}

func pinSteps(launcher, pkg string) []string {
	bare := strings.TrimSuffix(pkg, "@latest")
	find, write := "npm view "+bare+" version", bare+"@<version>"
	if launcher == "uvx" || launcher == "pipx" {
		find, write = "pip index versions "+bare, bare+"==<version>"
	}
	return []string{"Find the version you have tried: " + find, "Write " + write + " in place of " + pkg + ".", "Raise it on purpose, after looking at what changed."}
}

// packageOf finds the argument that names the package: the first that is no option, or the value of --package or --from.
func packageOf(launcher string, args *keys.Node) *keys.Node {
	for i := 0; i < len(args.Items); i++ {
		a := args.Items[i]
		switch {
		case a.Kind != keys.Scalar:
		case (a.Value == "--package" || a.Value == "-p" || a.Value == "--from") && i+1 < len(args.Items):
			return args.Items[i+1]
		case takesValue[a.Value]:
			i++
		case strings.HasPrefix(a.Value, "-"), launcher == "pipx" && a.Value == "run":
		default:
			return a
		}
	}
	return nil
}

// local tells whether the package is a path, an address with a commit, or a variable: other rules look at those.
func local(pkg string) bool {
	return strings.HasPrefix(pkg, ".") || strings.HasPrefix(pkg, "/") || strings.HasPrefix(pkg, "~") || strings.Contains(pkg, "$") || strings.Contains(pkg, "://") ||
		strings.HasPrefix(pkg, "git+")
}
