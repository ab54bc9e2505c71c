package agent

import (
	"context"
	"regexp"
	"strings"

	"bakedin/checks"
)

var (
	fileServer = regexp.MustCompile(`(?:^|[/@_-])(?:server-filesystem|filesystem|mcp-server-filesystem|filesystem-mcp[\w-]*|mcp-server-git|desktop-commander)(?:$|@|==|:|\b)`)
	// places that hold more than a project
	wide    = regexp.MustCompile(`^(?:/|~/?|\$\{?HOME\}?/?|\$\{env:HOME\}/?|\$\{userHome\}/?|%USERPROFILE%\\?|[A-Za-z]:[\\/]*|/(?:Users|home)(?:/[^/]+)?/?|[A-Za-z]:[\\/]+Users(?:[\\/]+[^\\/]+)?[\\/]*|\.\./?|/root/?|/etc/?|/var/?)$`)
	sockets = "/var/run/docker.sock"
)

// mcpFilesystemRoot reports servers that hand the agent a whole machine or home where a project would do.
func mcpFilesystemRoot(_ context.Context, p *checks.Pass) error {
	return eachServer(p, func(s *server) {
		isFiles := fileServer.MatchString(strings.ToLower(s.name))
		for _, a := range s.argv {
			isFiles = isFiles || fileServer.MatchString(a.Value)
		}
		for i, a := range s.argv {
			v := a.Value
			mount := false
			if i > 0 && (s.argv[i-1].Value == "-v" || s.argv[i-1].Value == "--volume") {
				v, mount = hostSide(v), true
			} else if _, after, ok := strings.Cut(v, "src="); ok && (strings.HasPrefix(v, "type=bind") || i > 0 && s.argv[i-1].Value == "--mount") {
				v, _, _ = strings.Cut(after, ",")
				mount = true
			}
			if i == 0 || !mount && !isFiles || mount && v == sockets {
				continue // the socket is mcp-container-privileged
			}
			if !wide.MatchString(v) {
				continue
			}
			below := v
			if strings.HasPrefix(v, "..") {
				below = "the folder above it"
			}
			f := p.At(a.Start, a.End, "The server "+s.name+" may read and write everything below "+below+".")
			f.Anchor = "mcp " + s.name + " root " + v
			manual := checks.Steps("narrow-root", "Give the server one folder",
				"Name the folder that the agent works in, read-only where reading is enough.",
				"Start the agent again and see what it misses, before widening it.")
			f.Fixes = []checks.Fix{manual}
			if strings.HasSuffix(p.File.Path, ".vscode/mcp.json") && !mount {
				f.Fixes = []checks.Fix{{ID: "workspace-only", Title: "Give it the workspace", Applicability: checks.Unsafe, Breaks: "Files outside the workspace can no longer be reached.",
					Edits: editList(p.Replace(a.Start, a.End, `"${workspaceFolder}"`))}, manual}
			}
			return
		}
	})
}

// hostSide is the part of a volume that lies on the host.
func hostSide(v string) string {
	if len(v) > 2 && v[1] == ':' && (v[2] == '\\' || v[2] == '/') && v[0] != '/' && v[0] != '.' {
		return v[:2+strings.IndexAny(v[2:]+":", ":")]
	}
	host, _, _ := strings.Cut(v, ":")
	return host
}
