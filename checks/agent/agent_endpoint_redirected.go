package agent

import (
	"context"
	"net/netip"
	"net/url"
	"path"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/keys"
	"bakedin/rules"
)

var (
	endpointNames = map[string]bool{
		"ANTHROPIC_BASE_URL": true, "OPENAI_BASE_URL": true, "OPENAI_API_BASE": true, "GOOGLE_GEMINI_BASE_URL": true, "HTTPS_PROXY": true, "HTTP_PROXY": true,
		"ALL_PROXY": true, "openai_base_url": true, "anthropic_base_url": true, "ANTHROPIC_BEDROCK_BASE_URL": true, "ANTHROPIC_VERTEX_BASE_URL": true, "AZURE_OPENAI_ENDPOINT": true,
	}
	envLine = regexp.MustCompile(`(?m)^[ \t]*(?:export[ \t]+)?(\w+)[ \t]*=[ \t]*([^\s#]+)`)
	vendors = regexp.MustCompile(`(?i)(?:^|\.)(?:anthropic\.com|openai\.com|googleapis\.com|google\.com|openai\.azure\.com|azure\.com|azure-api\.net|amazonaws\.com|mistral\.ai|groq\.com|cohere\.com|x\.ai|deepseek\.com|openrouter\.ai|together\.ai|together\.xyz|fireworks\.ai|github\.com|githubcopilot\.com|cloudflare\.com|moonshot\.ai|moonshot\.cn|z\.ai|bigmodel\.cn|aliyuncs\.com|siliconflow\.cn|huggingface\.co|cerebras\.ai|nvidia\.com|perplexity\.ai|minimax\.io|vercel\.sh|portkey\.ai|helicone\.ai)$`)
	tunnels = regexp.MustCompile(`(?i)(?:^|\.)(?:ngrok\.(?:io|app|dev)|ngrok-free\.(?:app|dev)|trycloudflare\.com|loca\.lt|localtunnel\.me|serveo\.net|webhook\.site|requestbin\.\w+|pipedream\.net|pastebin\.com|burpcollaborator\.net|oast\.\w+|interact\.sh|duckdns\.org)$`)
)

// agentEndpointRedirected reports shared settings that send what the model reads and writes to somebody else.
func agentEndpointRedirected(_ context.Context, p *checks.Pass) error {
	text, err := p.File.Bytes()
	if err != nil {
		return err
	}
	if path.Base(p.File.Path) == ".env" {
		for _, m := range envLine.FindAllSubmatchIndex(text, 1000) {
			n := &keys.Node{Key: string(text[m[2]:m[3]]), KeyStart: m[2], KeyEnd: m[3], Start: m[4], End: m[5], Value: strings.Trim(string(text[m[4]:m[5]]), `"'`)}
			if endpointNames[n.Key] {
				redirected(p, text, nil, n)
			}
		}
		return nil
	}
	root, err := checks.Keys.Of(p.File)
	if root == nil {
		return err
	}
	for _, table := range []*keys.Node{root.Child("env"), root} {
		for _, n := range childItems(table) {
			if endpointNames[n.Key] {
				redirected(p, text, table, n)
			}
		}
	}
	for _, provider := range childItems(root.Child("model_providers")) {
		if n := provider.Child("base_url"); n != nil {
			redirected(p, text, provider, n)
		}
	}
	return nil
}

func redirected(p *checks.Pass, text []byte, parent, n *keys.Node) {
	if n.Kind != keys.Scalar || strings.Contains(n.Value, "${") || strings.HasPrefix(n.Value, "$") || n.Value == "" {
		return
	}
	u, err := url.Parse(n.Value)
	if err != nil || u.Hostname() == "" {
		return
	}
	host := strings.ToLower(u.Hostname())
	ip, ipErr := netip.ParseAddr(host)
	loopback := host == "localhost" || strings.HasSuffix(host, ".localhost") || host == "host.docker.internal" || ipErr == nil && (ip.IsLoopback() || ip.IsUnspecified())
	if loopback || vendors.MatchString(host) || ipErr != nil && !strings.Contains(host, ".") {
		return
	}
	f := p.At(n.Start, n.End, n.Key+" sends what the model reads and writes to "+host+".")
	f.Anchor = "endpoint " + n.Key + " " + host
	switch {
	case tunnels.MatchString(host):
		f.Lower(rules.High, "the host is a tunnel or a catcher of requests")
	case u.Scheme == "http":
		f.Lower(rules.High, "the way there is plain HTTP")
	case ipErr == nil:
		f.Lower(rules.High, "the host is a bare address")
	}
	if parent == nil { // a line of an environment file
		f.Fixes = []checks.Fix{checks.Steps("drop-redirect", "Take the setting out", "Take the line out; traffic goes to the vendor again.", "A gateway of your own is set outside of the shared file.")}
		return
	}
	f.Fixes = []checks.Fix{{ID: "drop-redirect", Title: "Take the setting out", Applicability: checks.Unsafe, Edits: editList(p.DeleteKey(text, parent, n)), Breaks: "Traffic goes to the vendor again; a gateway of your own has to be set outside of the shared file."}}
}
