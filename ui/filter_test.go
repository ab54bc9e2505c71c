package ui

import (
	"strings"
	"testing"
)

func TestFiltersFindWhatTheySay(t *testing.T) {
	set, report := acme(t)
	s := newStore(set, report, false)
	for name, c := range map[string]struct{ filter, has, hasNot string }{
		"a word in a title":          {"torch.load", "torch-load-unrestricted", "pickle-unsafe-global"},
		"a rule":                     {"rule:pickle", "pickle-unsafe-global", "dependency-unpinned"},
		"a file":                     {"file:load.py", "torch-load-unrestricted", "pickle-unsafe-global"},
		"a place is a word":          {"app/load.py:41", "torch-load-unrestricted", "dependency-unpinned"},
		"a severity":                 {"severity:critical", "pickle-unsafe-global", "torch-load-unrestricted"},
		"a severity and above":       {"severity:>=high", "torch-load-unrestricted", "dependency-unpinned"},
		"not a severity":             {"!severity:critical file:reranker", "", "pickle-unsafe-global"},
		"what can be fixed":          {"fixable:yes", "dependency-unpinned", "server-open-to-all"},
		"what is new":                {"new:no", "server-open-to-all", "tool-open-shell"},
		"a family":                   {"family:model", "pickle-unsafe-global", "dependency-unpinned"},
		"a strength":                 {"strength:e4", "pickle-unsafe-global", "torch-load-unrestricted"},
		"two terms must both hold":   {"family:code severity:medium", "dependency-unpinned", "torch-load-unrestricted"},
		"a section":                  {"section:dp", "server-open-to-all", "torch-load-unrestricted"},
		"a control":                  {"control:dv-1", "torch-load-unrestricted", "server-open-to-all"},
		"a token that is not closed": {"severity: rule:tool", "tool-open-shell", ""},
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
	set, report := acme(f)
	s := newStore(set, report, false)
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
