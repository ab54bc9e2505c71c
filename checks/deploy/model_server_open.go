package deploy

import (
	"context"
	"strings"

	"bakedin/checks"
	"bakedin/internal/address"
	"bakedin/internal/repo"
	"bakedin/rules"
)

// modelServerOpen reports model servers that answer everybody: reachable beyond this machine and without a key, or told by a
// setting to ask for none.
type modelServerOpen struct{}

// Run implements checks.Check.
func (modelServerOpen) Run(_ context.Context, p *checks.Pass) error {
	list, err := processes.Of(p.File)
	if err != nil {
		return err
	}
	told := map[string]bool{}
	for i := range list {
		s := &list[i]
		kind := kindOf(s)
		if kind == nil || s.authenticated(kind) {
			continue
		}
		reach := s.reach(kind)
		start, end := s.place()
		anchor := "server " + kind.name + " " + s.label
		if reach == loopback || s.inside && reach == unknown || told[anchor] && s.inside {
			continue
		}
		told[anchor] = true
		message := s.called(kind.name) + " is published and asks nobody for a key."
		if reach == unknown {
			message = s.called(kind.name) + " is started without a key: whoever reaches its port can use it."
		}
		f := p.At(start, end, message)
		f.Anchor = anchor
		_, settings := s.option("--config")
		switch {
		case settings && kind.name == "LiteLLM":
			f.Lower(rules.Low, "the key may stand in the file of settings that it is given")
		case reach == unknown:
			f.Lower(rules.Medium, "the file does not tell who can reach it")
		case kind.soft != "":
			f.Lower(rules.Medium, kind.soft)
		}
		f.Fixes = serverFixes(p, s, "Put the key into the environment and give it to the server ("+strings.Join(append(kind.keyOpts, kind.keyEnv...), ", ")+"), or put an authenticating proxy in front.")
	}
	return nil
}

// Judge implements checks.Judge: a setting that switches the login off.
func (modelServerOpen) Judge(p *checks.Pass, m checks.TextMatch) { opened(p, m) }

// kindOf is the model server that a process is: by its program, or by its image where that decides what runs.
func kindOf(s *process) *serverKind {
	for i := range serverKinds {
		if k := &serverKinds[i]; k.programs != nil && k.programs.MatchString(s.line) {
			return k
		}
	}
	for i := range serverKinds {
		if k := &serverKinds[i]; s.image != "" && !s.replaced && k.images != nil && k.images.MatchString(s.image) && (s.name == "" || s.inside && !strings.Contains(s.line, "pull")) {
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
	host, given := s.option(k.hostOpts...)
	if k.name == "Ollama" { // from the environment alone
		host, given = s.env["OLLAMA_HOST"], s.env["OLLAMA_HOST"] != ""
	}
	return s.listens(host, given && len(host) > 0, k.local)
}

// serverFixes binds published ports of compose to this machine.
func serverFixes(p *checks.Pass, s *process, key string) []checks.Fix {
	manual := checks.Steps("ask-who-calls", "Ask who calls", key, "Publish only what people or other machines must reach: services of one compose file reach each other without it.")
	var edits []repo.TextEdit
	text, _ := p.File.Bytes()
	for _, port := range s.ports {
		local, ok := publishedLocally(text, port)
		if !ok {
			return []checks.Fix{manual}
		}
		edits = append(edits, p.Replace(port.node.Start, port.node.End, local))
	}
	if len(edits) == 0 {
		return []checks.Fix{manual}
	}
	return []checks.Fix{{ID: "publish-locally", Title: "Publish on this machine only", Applicability: checks.Unsafe, Edits: edits, Breaks: "Other machines no longer reach the port; a proxy on this one does."}, manual}
}

// publishedLocally is a port as it is written, on the loopback address. It fails for one that is written elsewhere (an alias)
// or over several keys, and where nothing that is written decides.
func publishedLocally(text []byte, port port) (string, bool) {
	n := port.node
	if n.Items != nil || n.End > len(text) || !strings.Contains(withDefaults(n.Value), ":") { // the container's port alone gets a random one of the host
		return "", false
	}
	raw := string(text[n.Start:n.End])
	quote := ""
	if raw[0] == '"' || raw[0] == '\'' {
		quote, raw = raw[:1], raw[1:len(raw)-1]
	}
	if raw != n.Value {
		return "", false
	}
	if port.host == "" {
		raw = "127.0.0.1:" + raw
	} else {
		raw = strings.Replace(raw, port.host, "127.0.0.1", 1)
	}
	if quote == "" {
		quote = `"`
	}
	return quote + raw + quote, address.Loopback(hostOf(raw)) && withDefaults(raw) != withDefaults(n.Value)
}
