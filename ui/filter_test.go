package ui

import (
	"strings"
	"testing"
)

func TestFiltersFindWhatTheySay(t *testing.T) {
	s := newStore(nil, stored(t), false)
	for name, c := range map[string]struct{ filter, has, hasNot string }{
		"a word in a title":          {"torch.load", "torch-load-unrestricted", "pickle-runs-code"},
		"a rule":                     {"rule:yaml", "yaml-unsafe-load", "debug-server"},
		"a file":                     {"file:rerank.py", "torch-load-unrestricted", "yaml-unsafe-load"},
		"a place is a word":          {"app/rerank.py:11", "torch-load-unrestricted", "trust-remote-code"},
		"a severity":                 {"severity:critical", "pickle-runs-code", "torch-load-unrestricted"},
		"a severity and above":       {"severity:>=high", "torch-load-unrestricted", "debug-server"},
		"not a severity":             {"!severity:critical rule:runs", "", "pickle-runs-code"},
		"what can be fixed":          {"fixable:yes", "yaml-unsafe-load", "mcp-server-unpinned"},
		"a family":                   {"family:model", "pickle-runs-code", "debug-server"},
		"two terms must both hold":   {"family:code severity:medium", "debug-server", "torch-load-unrestricted"},
		"a section":                  {"section:dp rule:debug", "debug-server", ""},
		"a token that is not closed": {"severity: rule:debug", "debug-server", ""},
	} {
		q, err := parseQuery(c.filter)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		nodes, _ := flatten(s, &tree{query: q})
		var found []string
		for _, n := range nodes {
			if n.finding >= 0 {
				found = append(found, s.findings[n.finding].Rule)
			}
		}
		all := strings.Join(found, " ")
		if c.has != "" && !strings.Contains(all, c.has) || c.hasNot != "" && strings.Contains(all, c.hasNot) {
			t.Errorf("%s: %q finds %q", name, c.filter, all)
		}
	}
}

func TestATypoInAFilterIsAnErrorAndNotAnEmptyList(t *testing.T) {
	for _, f := range []string{"sevrity:high", "severity:hihg", "status:open", "basis:x"} {
		if _, err := parseQuery(f); err == nil {
			t.Errorf("%q is taken", f)
		}
	}
}

func FuzzParseQuery(f *testing.F) {
	s := newStore(nil, stored(f), false)
	for _, seed := range []string{"", "!", "a:b", "severity:>=", "status:you !new:yes x", "::", "file:a/b.py:3"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := parseQuery(text)
		if err != nil {
			return
		}
		nodes, results := flatten(s, &tree{query: q, open: map[nodeID]bool{}, folded: map[nodeID]bool{}})
		if results < 0 || len(q) > 0 && results == 0 && len(nodes) > 0 {
			t.Errorf("%q: %d rows for %d results", text, len(nodes), results)
		}
		for i := 1; i < len(nodes); i++ {
			if nodes[i].depth > nodes[i-1].depth+1 {
				t.Errorf("%q: row %d hangs in the air", text, i)
			}
		}
	})
}
