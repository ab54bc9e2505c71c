package agent

import (
	"context"
	"strings"

	"bakedin/checks"
)

// documentation servers that anybody may ask
var openServers = []string{"mcp.context7.com", "mcp.deepwiki.com", "learn.microsoft.com", "docs.", "knowledge-mcp.global.api.aws", "huggingface.co/mcp", "gitmcp.io"}

// mcpRemoteWithoutAuth reports remote servers for which the configuration holds no credential at all. Servers with OAuth
// need none, so this says little.
func mcpRemoteWithoutAuth(_ context.Context, p *checks.Pass) error {
	return eachServer(p, func(s *server) {
		if s.url == nil || s.headers != nil || strings.Contains(s.url.Value, "$") {
			return
		}
		if _, plain := plainHost(s.url.Value); !plain && !strings.HasPrefix(s.url.Value, "https://") {
			return
		}
		for _, key := range []string{"bearer_token_env_var", "env_http_headers", "oauth", "auth", "authorization", "authProviderType", "requestOptions"} {
			if s.node.Child(key) != nil {
				return
			}
		}
		for _, open := range openServers {
			if strings.Contains(s.url.Value, open) {
				return
			}
		}
		f := p.At(s.url.Start, s.url.End, "The server "+s.name+" is asked without a credential: either it logs in by itself, or it answers everybody.")
		f.Anchor = "mcp " + s.name + " without auth"
		f.Fixes = []checks.Fix{checks.Steps("demand-login", "Make sure that the server asks who calls",
			"Call the address without a token: if it answers, so it does to everybody.",
			"Demand a token or OAuth on the server, and read the token from the environment in the configuration.")}
	})
}
