package agent

import "testing"

func TestASlipIsOneEditOrSwap(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"mcp-server-fetch", "mcp-server-fetch", false},
		{"mcp-server-fetc", "mcp-server-fetch", true},
		{"mcp-serverr-fetch", "mcp-server-fetch", true},
		{"mcp-server-fatch", "mcp-server-fetch", true},
		{"mcp-sevrer-fetch", "mcp-server-fetch", true},
		{"mcp-server-git", "mcp-server-time", false},
		{"mcp-srvr-fetch", "mcp-server-fetch", false},
	} {
		if got := slip(c.a, c.b); got != c.want {
			t.Errorf("slip(%q, %q) = %v, want %v", c.a, c.b, got, c.want)
		}
	}
}

func TestNoKnownServerIsASlipOfAnother(t *testing.T) {
	for _, a := range knownServers {
		for _, b := range knownServers {
			if slip(a, b) {
				t.Errorf("%s and %s are one slip apart: both are real", a, b)
			}
		}
	}
}
