package glob

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bmatcuk/doublestar/v4"
)

func TestMatchAgreesWithDoublestar(t *testing.T) {
	globs := []string{
		"**/*.md", "**/README.md", "docs/**", "**/{uv,poetry}.lock", ".github/workflows/*.{yml,yaml}", "**/{a,b{c,d}}/*.py",
		"**/.well-known/security.txt", "{.github/,}security-insights.{yml,yaml}", "**/[Rr]eadme*", "prompts/**/*.txt",
		"**/{node_modules,vendor}/**", "**/*.min.{js,css}", "SECURITY.md", "**", "*", "**/x", "a?c/*", `a\*b`, `[0\]]`, `x[\]*]y`, "**/{Dockerfile,Containerfile}*",
		"**/{_next,dist,build}/static/**",
	}
	paths := []string{
		"README.md", "docs/a/b.md", "docs", "uv.lock", "x/poetry.lock", "xuv.lock", ".github/workflows/ci.yml", "a/x.py", "bc/x.py", "q/bd/x.py",
		".well-known/security.txt", "a/.well-known/security.txt", "security-insights.yml", ".github/security-insights.yaml", "x/readme.rst",
		"prompts/a.txt", "prompts/b/c.txt", "node_modules/x/y.js", "a/vendor/z", "vendor", "app.min.js", "SECURITY.md", "sub/SECURITY.md",
		"x", "a/x", "ax", "abc/d", "a*b", "Dockerfile", "svc/Dockerfile.prod", "0", "]", "x*y", "x]y", "dist/static/x.js", "a/_next/static/chunks/y.js", "",
	}
	for _, g := range globs {
		s, err := Compile([]string{g})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range paths {
			if got, want := s.Match(p), doublestar.MatchUnvalidated(g, p); got != want {
				t.Errorf("%q on %q: %v, doublestar says %v", g, p, got, want)
			}
		}
	}
}

func TestInvalidGlobIsRefused(t *testing.T) {
	if _, err := Compile([]string{"a[", "b"}); err == nil {
		t.Error("an unclosed class was accepted")
	}
}

func FuzzMatchAgreesWithDoublestar(f *testing.F) {
	f.Add("**/*.{md,txt}", "a/b.md")
	f.Add("a/**/b", "a/b")
	f.Add("{a,}b/[c-e]*", "ab/dog")
	f.Fuzz(func(t *testing.T, g, p string) {
		s, err := Compile([]string{g})
		if err != nil || strings.ContainsAny(g, "{}") || len(g) > 60 || len(p) > 60 || !utf8.ValidString(g) || !utf8.ValidString(p) { // globs are TOML text; a path with stray bytes only meets ASCII ones
			return
		}
		want := doublestar.MatchUnvalidated(g, p)
		if got := s.Match(p); got != want {
			t.Errorf("%q on %q: %v, doublestar says %v", g, p, got, want)
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	s, _ := Compile([]string{"**/*.md", "**/{uv,poetry}.lock", ".github/workflows/*.{yml,yaml}", "**/{node_modules,vendor}/**", "**/.well-known/security.txt"})
	for b.Loop() {
		s.Match("src/acme/models/embedding/layers.py")
	}
}
