package deploy

import (
	"regexp"
	"slices"
	"strings"

	"bakedin/internal/address"
	"bakedin/internal/lang/keys"
)

// port is a published port of compose.
type port struct {
	node *keys.Node
	host string // the address it is published on; empty: all
}

// withDefaults fills the defaults of variables in: ${PORT:-8000}.
var variable = regexp.MustCompile(`\$\{\w+:?-([^}]*)\}`)

func withDefaults(s string) string { return variable.ReplaceAllString(s, "$1") }

// hostOf is the address of a short port such as "127.0.0.1:8000:8000"; empty when it has none.
func hostOf(short string) string {
	short = strings.Trim(withDefaults(short), `"'`)
	if strings.HasPrefix(short, "[") {
		if i := strings.IndexByte(short, ']'); i > 0 {
			return short[:i+1]
		}
	}
	parts := strings.Split(short, ":")
	if len(parts) < 3 {
		return ""
	}
	return strings.Join(parts[:len(parts)-2], ":")
}

// publishes tells whether one of these ports of the container is published.
func (p *process) publishes(container ...string) bool {
	if slices.ContainsFunc(p.serves, func(s string) bool { return slices.Contains(container, s) }) {
		return p.exposure == published
	}
	for _, port := range p.ports {
		v := withDefaults(port.node.Value)
		if n := port.node.Child("target"); n != nil {
			v = n.Value
		}
		v, _, _ = strings.Cut(v[strings.LastIndexByte(v, ':')+1:], "/")
		if slices.Contains(container, v) {
			return true
		}
	}
	return false
}

// ofCompose is what the services start.
func ofCompose(root *keys.Node) []process {
	var out []process
	for _, s := range items(root.Child("services")) {
		if s.Kind != keys.Object {
			continue
		}
		p := process{label: s.Key, inside: true, exposure: loopback, env: environment(s.Child("environment")), image: withDefaults(value(s.Child("image"))), at: [2]int{s.KeyStart, s.KeyEnd}}
		if mode := value(s.Child("network_mode")); mode == "host" {
			p.inside, p.exposure = false, unknown
		}
		for _, n := range items(s.Child("ports")) {
			host := hostOf(n.Value)
			if n.Kind == keys.Object {
				host = withDefaults(value(n.Child("host_ip")))
				if n.Child("published") == nil {
					continue
				}
			}
			if n.Template || address.Loopback(host) {
				continue
			}
			p.ports = append(p.ports, port{n, host})
			p.exposure = published
		}
		entry := wordsOf(s.Child("entrypoint"))
		p.replaced = replaces(entry)
		out = append(out, p.running(append(entry, wordsOf(s.Child("command"))...))...)
	}
	return out
}

func environment(n *keys.Node) map[string]string {
	out := map[string]string{}
	for _, c := range items(n) {
		if n.Kind == keys.Array {
			k, v, ok := strings.Cut(c.Value, "=")
			if !ok {
				v = "$" + k // taken from the environment of compose
			}
			out[k] = v
			continue
		}
		out[c.Key] = c.Value
	}
	return out
}
