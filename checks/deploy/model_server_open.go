package deploy

import (
	"context"
	"fmt"
	"strings"

	"bakedin/checks"
	"bakedin/internal/repo"
	"bakedin/rules"
)

// modelServerOpen reports model servers that answer everybody: reachable beyond this machine and without a key.
func modelServerOpen(_ context.Context, p *checks.Pass) error {
	list, err := processes.Of(p.File)
	if err != nil {
		return err
	}
	for i := range list {
		s := &list[i]
		kind := kindOf(s)
		if kind == nil || s.authenticated(kind) {
			continue
		}
		reach := s.reach(kind)
		if reach == loopback {
			continue
		}
		start, end := s.at[0], s.at[1]
		if len(s.ports) > 0 {
			start, end = s.ports[0].node.Start, s.ports[0].node.End
		}
		message := fmt.Sprintf("%s (%s) is published and asks nobody for a key.", kind.name, s.label)
		if reach == unknown {
			message = fmt.Sprintf("%s (%s) is started without a key: whoever reaches its port can use it.", kind.name, s.label)
		}
		f := p.At(start, end, message)
		f.Anchor = "server " + kind.name + " " + s.label
		switch {
		case reach == unknown:
			f.Lower(rules.Medium, "the file does not tell who can reach it")
		case kind.soft != "":
			f.Lower(rules.Medium, kind.soft)
		}
		f.Fixes = serverFixes(p, s, "Put the key into the environment and give it to the server ("+strings.Join(append(kind.keyOpts, kind.keyEnv...), ", ")+"), or put an authenticating proxy in front.")
	}
	return nil
}

func kindOf(s *process) *serverKind {
	for i := range serverKinds {
		k := &serverKinds[i]
		if k.programs != nil && k.programs.MatchString(s.line) || s.image != "" && k.images != nil && k.images.MatchString(s.image) && (s.name == "" || s.inside && !strings.Contains(s.line, "pull")) {
			return k
		}
	}
	return nil
}

func (s *process) authenticated(k *serverKind) bool {
	if v, ok := s.option(k.keyOpts...); len(k.keyOpts) > 0 && ok && strings.Trim(v, `"'`) != "" {
		return true
	}
	return s.hasEnv(k.keyEnv...)
}

// reach is who can reach the server, by its ports or by the address it listens on.
func (s *process) reach(k *serverKind) exposure {
	if s.inside {
		return s.exposure
	}
	host, given := s.option(k.hostOpts...)
	if k.name == "Ollama" { // from the environment alone
		host, given = s.env["OLLAMA_HOST"], s.env["OLLAMA_HOST"] != ""
	}
	switch {
	case len(k.hostOpts) > 0 && given && isLoopback(host), !given && k.local:
		return loopback
	case given && (strings.HasPrefix(host, "0.0.0.0") || host == "::"):
		return published
	}
	return unknown
}

// serverFixes binds published ports of compose to this machine.
func serverFixes(p *checks.Pass, s *process, key string) []checks.Fix {
	manual := checks.Steps("ask-who-calls", "Ask who calls", key, "Publish only what people or other machines must reach: services of one compose file reach each other without it.")
	var edits []repo.TextEdit
	text, _ := p.File.Bytes()
	for _, port := range s.ports {
		n := port.node
		at := n.Start
		if n.Items != nil || at >= len(text) {
			return []checks.Fix{manual}
		}
		raw := string(text[n.Start:n.End])
		switch {
		case !strings.Contains(withDefaults(n.Value), ":"): // the container's port alone gets a random one of the host
			return []checks.Fix{manual}
		case port.host == "0.0.0.0":
			edits = append(edits, p.Replace(n.Start, n.End, strings.Replace(raw, "0.0.0.0:", "127.0.0.1:", 1)))
		case port.host != "":
			return []checks.Fix{manual}
		case raw[0] == '"' || raw[0] == '\'':
			edits = append(edits, p.Replace(at+1, at+1, "127.0.0.1:"))
		default:
			edits = append(edits, p.Replace(n.Start, n.End, `"127.0.0.1:`+raw+`"`))
		}
	}
	if len(edits) == 0 {
		return []checks.Fix{manual}
	}
	return []checks.Fix{{ID: "publish-locally", Title: "Publish on this machine only", Applicability: checks.Unsafe, Edits: edits, Breaks: "Other machines no longer reach the port; a proxy on this one does."}, manual}
}
