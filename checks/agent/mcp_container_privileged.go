package agent

import (
	"context"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/shell"
)

// mcpContainerPrivileged reports servers whose container has the rights of the host.
func mcpContainerPrivileged(_ context.Context, p *checks.Pass) error {
	return eachServer(p, func(s *server) {
		name, args := shell.ProgramOf(s.argv)
		if name != "docker" && name != "podman" {
			return
		}
		for i, a := range args {
			next := ""
			if i+1 < len(args) {
				next = args[i+1].Value
			}
			key, value, has := strings.Cut(a.Value, "=")
			if !has {
				value = next
			}
			what := ""
			switch {
			case a.Value == "--privileged" || a.Value == "--privileged=true":
				what = "runs privileged"
			case (key == "--network" || key == "--net" || key == "--pid" || key == "--ipc") && value == "host":
				what = "shares the " + strings.TrimPrefix(key, "--") + " of the host"
			case key == "--cap-add" && (strings.EqualFold(value, "ALL") || strings.EqualFold(value, "SYS_ADMIN")):
				what = "has every capability of the kernel"
			case (key == "-v" || key == "--volume" || key == "--mount") && strings.Contains(value, sockets):
				what = "holds the socket of the container engine, which is the host"
			}
			if what == "" {
				continue
			}
			start, end := a.Start, a.End
			if !has && what != "runs privileged" && i+1 < len(args) {
				end = args[i+1].End
			}
			f := p.At(start, end, "The container of the server "+s.name+" "+what+".")
			f.Anchor = "mcp " + s.name + " privileged " + key
			f.Fixes = []checks.Fix{checks.Steps("drop-rights", "Take the option out", "Remove the option, start the server and see whether it misses anything.", "Give it the one device, port or capability that it misses, by name.")}
			return
		}
	})
}
