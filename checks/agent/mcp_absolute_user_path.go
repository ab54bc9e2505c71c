package agent

import (
	"context"
	"regexp"

	"bakedin/checks"
)

var userPath = regexp.MustCompile(`(?:^|=|:)(?:/Users/|/home/|[A-Za-z]:[\\/]+Users[\\/]+)([A-Za-z0-9][\w.-]*)`)

// mcpAbsoluteUserPath reports the home folder of a person in a file that others share.
func mcpAbsoluteUserPath(_ context.Context, p *checks.Pass) error {
	return eachServer(p, func(s *server) {
		for _, a := range s.argv {
			m := userPath.FindStringSubmatch(a.Value)
			if m == nil || m[1] == "user" || m[1] == "username" || m[1] == "you" || m[1] == "USER" || m[1] == "node" || m[1] == "YOUR_USERNAME" || m[1] == "your-username" {
				continue
			}
			f := p.At(a.Start, a.End, "The server "+s.name+" is started with a path in the home of one person.")
			f.Anchor = "mcp " + s.name + " home"
			f.Fixes = []checks.Fix{checks.Steps("relative-path", "Write a path that holds for all", "Use ${workspaceFolder} or a path relative to the project.", "Keep what is yours alone in the settings of your own client.")}
			return
		}
	})
}
