package agent

import (
	"bytes"
	"path"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/keys"
	"bakedin/internal/lang/shell"
)

// server is one MCP server of a configuration, whatever client the file belongs to.
type server struct {
	name     string
	node     *keys.Node
	command  *keys.Node // nil for a remote server
	url      *keys.Node
	argv     []shell.Word // command and arguments, with their places in the file
	args     []*keys.Node
	env      *keys.Node
	headers  *keys.Node
	disabled bool
}

// tables are the names that clients give the object of servers, with what may stand above it.
// {"server"} is the bundle of one server (its manifest.json, with the command at server.mcp_config).
// Sources: the documentation of Claude Code, Cursor, VS Code, Codex, Gemini CLI, Zed, Amp, opencode, Continue and Goose.
var tables = [][]string{
	{"mcpServers"}, {"servers"}, {"mcp_servers"}, {"context_servers"}, {"amp.mcpServers"},
	{"mcp", "servers"}, {"mcp", "mcpServers"}, {"amp", "mcpServers"}, {"settings", "mcp", "servers"},
	{"customizations", "vscode", "mcp", "servers"}, {"mcp"}, {"extensions"}, {"mcp-servers"}, {"server"},
}

// servers is the fact of the MCP servers in a file.
var servers = checks.NewFact(func(f *checks.File) ([]server, error) {
	root, err := checks.Keys.Of(f)
	if root == nil || root.Kind != keys.Object {
		return nil, err
	}
	text, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	var out []server
	seen := map[*keys.Node]bool{}
	for _, t := range tables {
		table := root.At(t...)
		if table == nil || seen[table] {
			continue
		}
		seen[table] = true
		for _, n := range table.Items {
			named := []*keys.Node{n}
			if table.Kind == keys.Array && n.Kind == keys.Object && n.Child("command") == nil && n.Child("url") == nil {
				named = n.Items // - name: {command: …}
			}
			for _, n := range named {
				if s, ok := readServer(text, n); ok {
					out = append(out, s)
				}
			}
		}
	}
	return out, nil
})

func readServer(text []byte, n *keys.Node) (server, bool) {
	s := server{name: n.Key, node: n, command: first(n, "command", "cmd"), url: first(n, "url", "serverUrl", "httpUrl", "uri"),
		env: first(n, "env", "environment", "envs"), headers: first(n, "headers", "http_headers")}
	if name := n.Child("name"); name != nil && name.Kind == keys.Scalar {
		s.name = name.Value
	}
	for key, off := range map[string]string{"disabled": "true", "enabled": "false"} {
		if v := n.Child(key); v != nil && v.Value == off {
			s.disabled = true
		}
	}
	args := n.Child("args")
	if s.command != nil && s.command.Kind == keys.Object { // Zed: {"path": …, "args": …}
		args, s.command = s.command.Child("args"), s.command.Child("path")
	}
	if s.command != nil {
		if s.command.Kind == keys.Array { // opencode: the whole command in one list
			s.args = s.command.Items
		} else {
			s.argv = words(text, s.command)
		}
	}
	if args != nil {
		s.args = append(s.args, args.Items...)
	}
	for _, a := range s.args {
		s.argv = append(s.argv, shell.Word{Value: a.Value, Start: a.Start, End: a.End, Known: true})
	}
	return s, len(s.argv) > 0 || s.url != nil && s.url.Kind == keys.Scalar
}

// words splits a command that holds its arguments too.
func words(text []byte, n *keys.Node) []shell.Word {
	whole := shell.Word{Value: n.Value, Start: n.Start, End: n.End, Known: true}
	if !strings.ContainsAny(n.Value, " \t") || strings.Contains(n.Value, `\`) || path.IsAbs(n.Value) {
		return []shell.Word{whole}
	}
	inner := bytes.Index(text[n.Start:n.End], []byte(n.Value))
	if inner < 0 {
		return []shell.Word{whole}
	}
	list := shell.Words(n.Value)
	for i := range list {
		list[i].Start += n.Start + inner
		list[i].End += n.Start + inner
	}
	return list
}

func first(n *keys.Node, names ...string) *keys.Node {
	for _, name := range names {
		if c := n.Child(name); c != nil {
			return c
		}
	}
	return nil
}

// eachServer runs a check over the servers of the file.
func eachServer(p *checks.Pass, check func(s *server)) error {
	list, err := servers.Of(p.File)
	for i := range list {
		check(&list[i])
	}
	return err
}
