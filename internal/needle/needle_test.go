package needle

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestRequired(t *testing.T) {
	for _, c := range []struct {
		name, expr string
		want       []string
	}{
		{"a plain literal is itself", `torch\.load\(`, []string{"torch.load("}},
		{"case is folded", `(?i)SECURITY`, []string{"security"}},
		{"every branch gives one", `\b(?:osv-scanner|pip-audit)\b`, []string{"osv-scanner", "pip-audit"}},
		{"a branch without a literal spoils the lot", `(?:abc|.*)`, nil},
		{"the longest part of a sequence wins", `a+\s*=\s*dangerous`, []string{"dangerous"}},
		{"what may be absent is not required", `(?:optional)?xy`, nil},
		{"a repeat of at least one is required", `(?:abcd){2,}`, []string{"abcd"}},
		{"a broken expression has none", `(`, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Required(c.expr)
			slices.Sort(got)
			if !slices.Equal(got, c.want) {
				t.Errorf("Required(%q) = %q, want %q", c.expr, got, c.want)
			}
		})
	}
}

func TestFilter(t *testing.T) {
	for _, c := range []struct {
		expr, text string
		want       bool
	}{
		{`@\w+\.get\(\s*["'](?:/api)?/v\d+`, `requests.get("/users")`, false},
		{`@\w+\.get\(\s*["'](?:/api)?/v\d+`, `@app.get("/v1/users")`, true},
		{`(?i)\b(?:before|whenever)\s+using\b.*\btools?\b`, "stored Before using it", false},
		{`(?i)\b(?:before|whenever)\s+using\b.*\btools?\b`, "BEFORE USING ANY TOOL", true},
		{`(?:x+/v|y+/v2)`, "neither", false},
		{`(?:x+/v|y+/v2)`, "xx/v", true},
		{`(?:abc)?de{2}`, "dee", true},
		{`(`, "anything", true},
	} {
		if got := FilterOf(c.expr).May(Fold([]byte(c.text))); got != c.want {
			t.Errorf("%q may match %q: %v, want %v", c.expr, c.text, got, c.want)
		}
	}
}

func candidates(s *Set, text string) []int {
	var got []int
	s.Candidates([]byte(text), func(e, _ int) { got = append(got, e) })
	slices.Sort(got)
	return slices.Compact(got)
}

func TestCandidates(t *testing.T) {
	s := New([]string{`\bshe\b`, `hers`, `his|hers`, `x`, `he said`})
	if got := candidates(s, "USHERS and hers"); !slices.Equal(got, []int{0, 1, 2, 3}) {
		t.Errorf("got %v", got)
	}
	if got := candidates(s, "nothing"); !slices.Equal(got, []int{3}) {
		t.Errorf("an expression without needle is always a candidate, got %v", got)
	}
}

func TestReach(t *testing.T) {
	for _, c := range []struct {
		expr string
		want Reach
	}{
		{`torch\.load\([^)\n]*`, Line},
		{`(?m)^\s*key\s*=`, Near},
		{`a[\s\S]{0,200}b`, Near},
		{`a[^"]*b`, Text},
		{`^version: 1`, Text},
		{`(?s)a.*b`, Text},
		{`a.*b`, Line},
		{`(`, Text},
	} {
		if got := ReachOf(c.expr); got != c.want {
			t.Errorf("%q reaches %d, want %d", c.expr, got, c.want)
		}
	}
}

// Whatever an expression matches, it must be among the candidates.
func FuzzNoMatchIsMissed(f *testing.F) {
	f.Add(`(?i)api[_-]?key\s*=`, "my API_KEY = 1")
	f.Add(`(?:foo|bar)+baz{2}`, "FOObarbazz")
	f.Add(`\x{212a}elvin|(?i)kelvin`, "\u212aelvin")
	f.Add(`(?i)mask_?pii`, "MA\u017f\u212aPII")
	f.Fuzz(func(t *testing.T, expr, text string) {
		re, err := regexp.Compile(expr)
		if len(expr) > 60 || len(text) > 200 || err != nil || !re.MatchString(text) {
			return
		}
		if !slices.Contains(candidates(New([]string{"zebra", expr}), text), 1) {
			t.Errorf("%q matches %q but is no candidate (needles %q)", expr, text, Required(expr))
		}
		if folded := Fold([]byte(text)); folded != nil && !FilterOf(expr).May(folded) {
			t.Errorf("%q matches %q but is filtered out by %q", expr, text, FilterOf(expr))
		}
	})
}

func BenchmarkCandidates(b *testing.B) {
	s := New([]string{`torch\.load\(`, `pickle\.loads?\(`, `\b(?:osv-scanner|pip-audit)\b`, `(?i)report(?:ing)? a vulnerability`})
	text := []byte(strings.Repeat("def forward(self, x):\n    return self.layer(x) + self.bias\n", 2000))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		s.Candidates(text, func(int, int) {})
	}
}
