// Package address reads where a server listens or is reached, as people write it in settings and commands: "localhost",
// "127.0.0.1:8000", "[::1]:8000", "http://0.0.0.0:8080/v1". Nothing is looked up.
package address

import (
	"net/netip"
	"strings"
)

// Host is the host of an address, without scheme, account, port and path; empty when it names none.
func Host(address string) string {
	if _, rest, ok := strings.Cut(address, "://"); ok {
		address = rest
	}
	if i := strings.IndexAny(address, "/?#"); i >= 0 {
		address = address[:i]
	}
	address = address[strings.LastIndexByte(address, '@')+1:]
	if strings.HasPrefix(address, "[") {
		if host, _, ok := strings.Cut(address[1:], "]"); ok {
			return host
		}
	}
	if strings.Count(address, ":") == 1 {
		address, _, _ = strings.Cut(address, ":")
	}
	return strings.TrimSuffix(address, ".")
}

// Loopback tells whether an address is one of the machine itself.
func Loopback(address string) bool {
	host := Host(address)
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback() || strings.EqualFold(host, "localhost") || strings.HasSuffix(strings.ToLower(host), ".localhost")
}

// Everywhere tells whether a server at that address listens on every network of its machine.
func Everywhere(address string) bool {
	host := Host(address)
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsUnspecified() || host == "*"
}
