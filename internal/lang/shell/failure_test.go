package shell

import "testing"

func TestAFailureCountsWhenNothingCatchesIt(t *testing.T) {
	e := Options{Errexit: true}
	for name, c := range map[string]struct {
		script  string
		options Options
		want    bool
	}{
		"alone":                       {"scan .", Options{}, true},
		"with errexit":                {"scan .\nls", e, true},
		"without errexit":             {"scan .\nls", Options{}, false},
		"before and":                  {"scan . && ./deploy.sh", Options{}, true},
		"and then or true":            {"scan . && ./deploy.sh || true", e, false},
		"and, with more below":        {"scan . && echo ok\nls", e, false},
		"behind and":                  {"cd app && scan .\nls", e, true},
		"or true":                     {"scan . || true", e, false},
		"or echo":                     {"scan . || echo failed", e, false},
		"or echo and exit":            {"scan . || { echo failed; exit 1; }", e, true},
		"or exit in a subshell":       {"scan . || (echo failed; exit 2)", e, true},
		"or true, and a later exit":   {"scan . || true\nother || exit 1", e, false},
		"or keep its status":          {"scan . || rc=$?\nls\nexit $rc", e, true},
		"or keep it and forget it":    {"scan . || rc=$?\nls", e, false},
		"or try again":                {"scan . || scan2 .", e, true},
		"piped":                       {"scan . | tee log", e, false},
		"piped with pipefail":         {"set -euo pipefail\nscan . | tee log\nls", Options{}, true},
		"piped and let pass":          {"scan . | tee log || true", Options{true, true}, false},
		"in the background":           {"scan . &\nwait", e, false},
		"errexit switched off":        {"set +e\nscan .\ntrue", e, false},
		"status kept and passed on":   {"set +e\nscan .\nrc=$?\nexit $rc", e, true},
		"ends by saying all is well":  {"scan . ; exit 0", e, false},
		"before one that is let pass": {"scan .\nlint . || true", e, true},
		"a condition":                 {"if scan .; then echo ok; fi\nls", e, false},
		"a condition that exits":      {"if ! scan .; then\n  exit 1\nfi\nls", e, true},
		"if false":                    {"if false; then\n  scan .\nfi", e, false},
		"the other branch of false":   {"if false; then\n  ls\nelse\n  scan .\nfi", e, true},
		"behind the branch of false":  {"if false; then\n  ls\nfi\nscan .", e, true},
	} {
		t.Run(name, func(t *testing.T) {
			cs := Parse(c.script)
			for i := range cs {
				if len(cs[i].Args) > 0 && cs[i].Args[0].Value == "scan" {
					if got := Fails(cs, i, c.options); got != c.want {
						t.Errorf("got %v, want %v", got, c.want)
					}
				}
			}
		})
	}
}
