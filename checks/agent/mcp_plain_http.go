package agent

import (
	"context"
	"net/netip"
	"net/url"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/keys"
	"bakedin/rules"
)

// mcpPlainHTTP reports servers that are reached over plain HTTP beyond this machine, in their address or as the argument of
// a bridge.
func mcpPlainHTTP(_ context.Context, p *checks.Pass) error {
	return eachServer(p, func(s *server) {
		places := append([]*keys.Node(nil), s.args...)
		if s.url != nil {
			places = append(places, s.url)
		}
		for _, n := range places {
			host, plain := plainHost(n.Value)
			if !plain || n.Template {
				continue
			}
			f := p.At(n.Start, n.End, "The server "+s.name+" is reached over plain HTTP at "+host+".")
			f.Anchor = "mcp " + s.name + " http " + host
			if private(host) {
				f.Lower(rules.Low, "the address is one of a private network")
			}
			text, _ := p.File.Bytes()
			if i := strings.Index(string(text[n.Start:n.End]), "http://"); i >= 0 {
				f.Fixes = []checks.Fix{{ID: "use-https", Title: "Use https", Applicability: checks.Unsafe,
					Edits:  editList(p.Replace(n.Start+i, n.Start+i+len("http://"), "https://")),
					Breaks: "The server has to answer on https, with a certificate that the client accepts."}}
			}
			return
		}
	})
}

// plainHost returns the host of an http address that leads beyond this machine and its containers.
func plainHost(address string) (host string, plain bool) {
	if !strings.HasPrefix(strings.ToLower(address), "http://") || strings.Contains(address, "${") || strings.Contains(address, "{{") {
		return "", false
	}
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return "", false
	}
	host = strings.ToLower(u.Hostname())
	if ip, err := netip.ParseAddr(host); err == nil {
		return host, !ip.IsLoopback() && !ip.IsUnspecified()
	}
	switch {
	case host == "localhost", strings.HasSuffix(host, ".localhost"), strings.HasSuffix(host, ".docker.internal"), strings.HasSuffix(host, ".local"), strings.HasSuffix(host, ".internal"), strings.HasSuffix(host, ".svc"):
		return host, false
	case !strings.Contains(host, "."): // a service of the same compose file
		return host, false
	case strings.Contains(host, "<") || strings.HasPrefix(host, "your") || strings.Contains(host, "%"):
		return host, false
	}
	return host, true
}

func private(host string) bool {
	ip, err := netip.ParseAddr(host)
	return err == nil && (ip.IsPrivate() || ip.IsLinkLocalUnicast()) || strings.HasSuffix(host, ".lan") || strings.HasSuffix(host, ".home.arpa")
}
