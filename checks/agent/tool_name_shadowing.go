package agent

import (
	"context"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/keys"
	"bakedin/rules"
)

// tool is a tool or server with what it says about itself to the model.
type tool struct {
	name, owner string // owner: the server it belongs to, "" for a server
	node        *keys.Node
	description *keys.Node
}

// words that send the model from one tool to another
var redirects = regexp.MustCompile(`(?i)\binstead of\b|\brather than\b|\bin place of\b|\b(?:do not|don't|never|no longer) (?:use|call)\b|\b(?:prefer|always use) (?:this|it)\b|\bbefore (?:using|calling|you (?:use|call))\b|\bafter (?:using|calling)\b|\b(?:deprecated|replaces|supersedes|overrides?)\b`)

// names so plain that a description may hold them without meaning the tool
var plainName = regexp.MustCompile(`(?i)^(?:search|read|write|query|list|get|fetch|run|add|create|update|delete|send|open|files?|git|time|memory|web|data|tools?|server|test|main|api)$`)

// toolNameShadowing reports tools that take the place of others: a description that names another server's tool and says when
// to use which, a tool that two servers offer, and a package that is named almost like a well-known server.
func toolNameShadowing(_ context.Context, p *checks.Pass) error {
	list, err := servers.Of(p.File)
	if err != nil && len(list) == 0 {
		return err
	}
	tools := toolsOf(list)
	for i := range tools {
		t := &tools[i]
		for k := range tools {
			o := &tools[k]
			if t.owner == o.owner && t.owner != "" || t.name == o.name && t.owner == "" || k == i {
				continue
			}
			if t.owner != "" && o.owner != "" && t.name == o.name && k < i && !plainName.MatchString(t.name) {
				f := p.At(t.node.Start, t.node.End, "The servers "+o.owner+" and "+t.owner+" both offer a tool named "+t.name+": which one the model calls is chance.")
				f.Anchor = "twice " + t.name
				f.Lower(rules.Medium, "the same name may be meant")
				f.Fixes = []checks.Fix{checks.Steps("one-of-them", "Let only one server offer the tool", "Find out which of the two is meant.", "Exclude the tool from the other server, or drop that server.")}
			}
			if redirectsTo(t, o) {
				f := p.At(t.description.Start, t.description.End, "The description of "+t.name+" tells the model when to use it in place of "+o.name+", which belongs to another server.")
				f.Anchor = "shadow " + t.name + " " + o.name
				f.Fixes = []checks.Fix{checks.Steps("own-words", "Let a description speak of its own tool only", "Find out who wrote the description.", "Take out what it says about "+o.name+", or drop the server.")}
			}
		}
	}
	for i := range list {
		almostKnown(p, &list[i])
	}
	return nil
}

func redirectsTo(t, o *tool) bool {
	if t.description == nil || t.owner == o.name || len(o.name) < 4 || plainName.MatchString(o.name) {
		return false
	}
	text := t.description.Value
	at := indexWord(text, o.name)
	return at >= 0 && redirects.MatchString(text[max(0, at-120):min(len(text), at+len(o.name)+120)])
}

// indexWord finds a name that is not part of a longer one.
func indexWord(text, name string) int {
	for from := 0; ; {
		i := strings.Index(text[from:], name)
		if i < 0 {
			return -1
		}
		i += from
		end := i + len(name)
		if (i == 0 || !nameByte(text[i-1])) && (end == len(text) || !nameByte(text[end])) {
			return i
		}
		from = i + 1
	}
}

func nameByte(c byte) bool {
	return c == '_' || c == '-' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// toolsOf lists the servers of a configuration and the tools that it describes for each.
func toolsOf(list []server) []tool {
	var out []tool
	for i := range list {
		s := &list[i]
		out = append(out, tool{s.name, "", s.node, scalar(s.node, "description", "instructions")})
		t := s.node.Child("tools")
		if t == nil {
			continue
		}
		for _, n := range t.Items {
			name, description := n.Key, scalar(n, "description")
			if c := scalar(n, "name"); c != nil {
				name = c.Value
			}
			if name != "" && n.Kind == keys.Object && description != nil {
				out = append(out, tool{name, s.name, n, description})
			}
		}
	}
	return out
}

func scalar(n *keys.Node, names ...string) *keys.Node {
	if c := first(n, names...); c != nil && c.Kind == keys.Scalar {
		return c
	}
	return nil
}

// knownServers are packages of MCP servers that many configurations name.
var knownServers = strings.Fields(`@modelcontextprotocol/server-filesystem @modelcontextprotocol/server-github @modelcontextprotocol/server-gitlab @modelcontextprotocol/server-memory
@modelcontextprotocol/server-postgres @modelcontextprotocol/server-puppeteer @modelcontextprotocol/server-slack @modelcontextprotocol/server-sequential-thinking @modelcontextprotocol/server-everything
@modelcontextprotocol/server-brave-search @modelcontextprotocol/server-google-maps @modelcontextprotocol/server-gdrive @modelcontextprotocol/server-redis @modelcontextprotocol/server-everart
@playwright/mcp @upstash/context7-mcp @supabase/mcp-server-supabase @notionhq/notion-mcp-server @stripe/mcp @sentry/mcp-server @azure/mcp @browsermcp/mcp @21st-dev/magic @executeautomation/playwright-mcp-server
@cloudflare/mcp-server-cloudflare @wonderwhy-er/desktop-commander @smithery/cli @hubspot/mcp-server @elastic/mcp-server-elasticsearch @heroku/mcp-server @benborla29/mcp-server-mysql @brave/brave-search-mcp-server
firecrawl-mcp tavily-mcp exa-mcp-server figma-developer-mcp chrome-devtools-mcp mcp-remote n8n-mcp mongodb-mcp-server supergateway
mcp-server-fetch mcp-server-git mcp-server-time mcp-server-sqlite mcp-server-sentry mcp-server-qdrant mcp-atlassian mcp-obsidian postgres-mcp duckduckgo-mcp-server mcp-server-motherduck mcp-proxy`)

// almostKnown reports a package whose name is one slip away from that of a well-known server, or has lost its scope.
func almostKnown(p *checks.Pass, s *server) {
	l, ok := launchOf(s.argv)
	if !ok || l.kind != "npm" && l.kind != "pypi" {
		return
	}
	name := strings.ToLower(bareName(l.pkg.Value))
	meant := ""
	for _, k := range knownServers {
		scope, rest, scoped := strings.Cut(k, "/")
		switch {
		case name == k:
			return
		case scoped && name == rest && strings.HasPrefix(rest, "server-"), scoped && name == strings.TrimPrefix(scope, "@")+"-"+rest, len(name) > 8 && slip(name, k):
			meant = k
		}
	}
	if meant == "" {
		return
	}
	f := p.At(l.pkg.Start, l.pkg.End, "The server "+s.name+" runs "+name+", which is named almost like "+meant+".")
	f.Anchor = "almost " + name
	f.Lower(rules.Medium, "it may be another package of its own right")
	f.Fixes = []checks.Fix{checks.Steps("real-name", "Check the name of the package", "Look up who publishes "+name+".", "If "+meant+" is meant, write that, with a version.")}
}

// bareName is a package without its version.
func bareName(pkg string) string {
	for _, sep := range []string{"==", "[", ">=", "~="} {
		pkg, _, _ = strings.Cut(pkg, sep)
	}
	if i := strings.LastIndexByte(pkg, '@'); i > 0 {
		pkg = pkg[:i]
	}
	return pkg
}

// slip tells whether one inserted, left out, exchanged or swapped character makes a of b.
func slip(a, b string) bool {
	if a == b {
		return false
	}
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	a, b = a[i:], b[i:]
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	switch {
	case len(a) <= 1 && len(b) <= 1:
		return true
	case len(a) == 2 && len(b) == 2:
		return a[0] == b[1] && a[1] == b[0]
	}
	return false
}
