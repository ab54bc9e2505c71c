package address

import "testing"

func TestAddress(t *testing.T) {
	for _, c := range []struct {
		address              string
		host                 string
		loopback, everywhere bool
	}{
		{"localhost", "localhost", true, false},
		{"127.0.0.1:8000", "127.0.0.1", true, false},
		{"[::1]:8000", "::1", true, false},
		{"::1", "::1", true, false},
		{"http://127.0.0.1:11434/v1", "127.0.0.1", true, false},
		{"http://user:word@localhost:1/", "localhost", true, false},
		{"api.localhost", "api.localhost", true, false},
		{"127.evil.example", "127.evil.example", false, false},
		{"http://localhost.evil.example", "localhost.evil.example", false, false},
		{"0.0.0.0:8080", "0.0.0.0", false, true},
		{"[::]:8080", "::", false, true},
		{"::", "::", false, true},
		{"*", "*", false, true},
		{"10.0.0.7", "10.0.0.7", false, false},
		{"", "", false, false},
	} {
		if got := Host(c.address); got != c.host {
			t.Errorf("Host(%q) = %q, want %q", c.address, got, c.host)
		}
		if got := Loopback(c.address); got != c.loopback {
			t.Errorf("Loopback(%q) = %v", c.address, got)
		}
		if got := Everywhere(c.address); got != c.everywhere {
			t.Errorf("Everywhere(%q) = %v", c.address, got)
		}
	}
}
