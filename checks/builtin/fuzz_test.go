package builtin_test

import (
	"strings"
	"testing"

	"bakedin/checks"
	"bakedin/checks/builtin"
	"bakedin/checks/checkstest"
	"bakedin/rules"
)

// FuzzNoRulePanics runs every rule over what the examples become when they are damaged: a rule that panics makes the scan of its
// file incomplete, and the user pays for it.
func FuzzNoRulePanics(f *testing.F) {
	rs, err := builtin.Ruleset()
	if err != nil {
		f.Fatal(err)
	}
	for _, r := range rs.Set.Rules {
		for i := range r.Examples {
			for _, e := range []*rules.Example{r.Examples[i].Bad, r.Examples[i].Good} {
				if e == nil {
					continue
				}
				files, err := checkstest.Files(e)
				if err != nil {
					f.Fatal(err)
				}
				for path, b := range files {
					if len(b) < 4<<10 {
						f.Add(path, b)
					}
				}
			}
		}
	}
	for _, s := range []string{
		`torch.load(p, **{"weights_only": False})`,
		`f(*a, **{"trust_remote_code": True, "verify": False})`,
		`yaml.load(*x, Loader=(yaml.Loader))`,
	} {
		f.Add("a.py", []byte("import torch, yaml\n"+s+"\n"))
	}
	f.Fuzz(func(t *testing.T, path string, b []byte) {
		if path == "" || len(path) > 80 || strings.ContainsAny(path, "\x00\\") {
			return
		}
		got, err := checkstest.Run(t.Context(), rs, map[string][]byte{path: b})
		if err != nil {
			return // not a path that a tree can hold
		}
		for _, s := range got.Skips {
			if s.Kind == "panic" {
				t.Errorf("%q: %s %v", path, s.Detail, s.Rules)
			}
		}
		for _, s := range got.Rules {
			if s.State == checks.Failed {
				t.Errorf("%q: %s failed", path, s.Rule)
			}
		}
	})
}
