package ui

import (
	"fmt"
	"slices"
	"strings"

	"bakedin/checks"
	"bakedin/internal/posture"
	"bakedin/rules"
)

// query is a parsed filter: every term must hold.
type query []term

type term struct {
	key   string // "" for a word
	value string // lower case
	least bool   // severity:>=medium
	not   bool
}

// keys that a filter understands, with the values that are complete lists.
var filterKeys = map[string][]string{
	"status":   {"gap", "needs-you", "proven", "attested", "waived", "n/a", "unknown"},
	"severity": {"critical", "high", "medium", "low"},
	"basis":    {"proven", "attested", "likely", "missing", "declared"},
	"strength": {"e0", "e1", "e2", "e3", "e4"},
	"family":   {"model", "prompt", "agent", "code", "dependency", "data", "deploy", "repo"},
	"fixable":  {"yes", "no"},
	"new":      {"yes", "no"},
	"section":  nil, "control": nil, "file": nil, "rule": nil,
}

// parseQuery reads words and key:value tokens; "!" negates. A key or a value that is not known is an error, so that a typo
// is not taken for an empty list.
func parseQuery(s string) (query, error) {
	var q query
	for _, word := range strings.Fields(strings.ToLower(s)) {
		t := term{}
		if rest, ok := strings.CutPrefix(word, "!"); ok {
			t.not, word = true, rest
		}
		k, v, ok := strings.Cut(word, ":")
		values, known := filterKeys[k]
		switch {
		case word == "":
			continue
		case ok && known:
			t.key, t.value = k, v
			if k == "severity" {
				if rest, ok := strings.CutPrefix(v, ">="); ok {
					t.value, t.least = rest, true
				}
			}
			if k == "status" && (v == "you" || v == "needs") {
				t.value = "needs-you"
			}
			if t.value == "" { // still typing
				continue
			}
			if values != nil && !slices.Contains(values, t.value) {
				return q, fmt.Errorf("%s knows %s, not %q", k+":", strings.Join(values, ", "), t.value)
			}
		case ok && !strings.ContainsAny(k, "./\\"): // app/load.py:41 is a word
			return q, fmt.Errorf("there is no filter %q; there are status severity section control file rule family strength fixable new basis", k+":")
		default:
			t.value = word
		}
		q = append(q, t)
	}
	return q, nil
}

// onFinding tells whether a finding below a recommendation is a result.
func (q query) onFinding(r *recommendation, f *finding) bool {
	for i := range q {
		t := &q[i]
		if t.finding(r, f) == t.not {
			return false
		}
	}
	return true
}

// onRecommendation tells whether the recommendation itself is a result.
func (q query) onRecommendation(r *recommendation) bool {
	for i := range q {
		t := &q[i]
		if t.recommendation(r) == t.not {
			return false
		}
	}
	return true
}

func (t *term) recommendation(r *recommendation) bool {
	switch t.key {
	case "":
		return strings.Contains(r.words, t.value)
	case "status":
		return matchStatus(r, t.value)
	case "severity":
		return t.severity(r.severity)
	case "basis":
		return strings.EqualFold(string(r.basis), t.value)
	case "section":
		return strings.EqualFold(r.section, t.value)
	case "control":
		return strings.EqualFold(r.control, t.value) || strings.EqualFold(r.id, t.value)
	}
	return t.not // tokens about findings say nothing of a recommendation
}

func (t *term) finding(r *recommendation, f *finding) bool {
	switch t.key {
	case "":
		return strings.Contains(f.words, t.value) || strings.Contains(r.words, t.value)
	case "severity":
		return t.severity(f.Severity)
	case "file":
		return strings.Contains(strings.ToLower(f.path), t.value)
	case "rule":
		return strings.Contains(strings.ToLower(f.Rule), t.value)
	case "family":
		return f.Family == t.value
	case "strength":
		return strings.EqualFold(string(f.Strength), t.value)
	case "fixable":
		fix := bestFix(f.Finding)
		return (fix != nil && fix.Applicability != checks.Manual) == (t.value == "yes")
	case "new":
		return f.IsNew == (t.value == "yes")
	}
	return t.recommendation(r)
}

var severityRank = map[rules.Severity]int{rules.Low: 1, rules.Medium: 2, rules.High: 3, rules.Critical: 4}

func (t *term) severity(s rules.Severity) bool {
	if t.least {
		return severityRank[s] >= severityRank[rules.Severity(t.value)]
	}
	return string(s) == t.value
}

func matchStatus(r *recommendation, value string) bool {
	switch value {
	case "proven", "attested":
		return r.status == posture.Pass && string(r.basis) == value
	case "n/a":
		return r.status == posture.NotApplicable
	}
	return string(r.status) == value
}

// withToken replaces the token of a key in a filter text; an empty value takes it away.
func withToken(s, key, value string) string {
	var out []string
	for _, w := range strings.Fields(s) {
		if !strings.HasPrefix(strings.TrimPrefix(w, "!"), key+":") {
			out = append(out, w)
		}
	}
	if value != "" {
		out = append(out, key+":"+value)
	}
	return strings.Join(out, " ")
}

// tokenOf returns the value of a key's token, or "".
func tokenOf(s, key string) string {
	for _, w := range strings.Fields(s) {
		if v, ok := strings.CutPrefix(w, key+":"); ok {
			return v
		}
	}
	return ""
}

// nextValue cycles through the values of a key and then "".
func nextValue(key, value string) string {
	values := filterKeys[key]
	i := slices.Index(values, value) + 1
	if i >= len(values) {
		return ""
	}
	return values[i]
}
