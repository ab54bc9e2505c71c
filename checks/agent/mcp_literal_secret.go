package agent

import (
	"context"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/checks/secrets"
	"bakedin/internal/lang/keys"
	"bakedin/internal/secret"
	"bakedin/rules"
)

var (
	// the word stands at the end of the name, or before where the credential is used: KEY_PREFIX and TOKEN_COUNTER name other things
	secretName = regexp.MustCompile(`(?i)(?:^|[_-])(?:(?:api|access|private|auth|app|client|master|service|secret)?[_-]?key|api-?key|apikey|token|secret|password|passwd|pwd|pat|dsn|credentials?|auth|authorization)(?:[_-]?(?:\d+|prod\w*|dev\w*|test\w*|stag\w*|live|base(?:64)?|b64|value|plain|main|primary|secondary|old|new|rw|ro|read|write|admin|user))?$`)
	publicName = regexp.MustCompile(`(?i)(?:^|[_-])(?:public|publishable|anon|client_?id|key_?id)(?:$|[_-])|(?:^|[_-])(?:cache|partition|sort|primary|foreign|row|object|index|lookup|routing|shard|group|hot|header|config|registry|sentry)[_-](?:key|dsn)$`)
	passName   = regexp.MustCompile(`(?i)pass|pwd|secret`)
	bearer     = regexp.MustCompile(`(?i)^(?:bearer|basic|token)\s+(\S+)$`)
	wordsOnly  = regexp.MustCompile(`^[a-z]{3,}(?:[-_.:/ ](?:[a-z]{2,}|v?\d{1,2}))+$`)
	plainValue = regexp.MustCompile(`(?i)^(?:true|false|yes|no|on|off|null|none|\d{1,5}|required|optional|default|password|secret|token|key|admin|root|user|test|local|dev|oauth2?|bearer|https?://[^@\s]*|[./~][\w./-]*|[A-Z][A-Z0-9]*_[A-Z0-9_]+|[a-z]+(?:[ -][a-z]+){2,})$`)
)

// mcpLiteralSecret reports credentials that stand in the environment, the headers or the arguments of a server. The client
// can read them from the environment or ask for them.
func mcpLiteralSecret(_ context.Context, p *checks.Pass) error {
	return eachServer(p, func(s *server) {
		for _, table := range []*keys.Node{s.env, s.headers} {
			if table == nil {
				continue
			}
			for _, n := range table.Items {
				if table.Kind == keys.Array { // NAME=value
					if name, value, ok := strings.Cut(n.Value, "="); ok && credential(name, value) {
						literalSecret(p, s, table, n, name, value)
					}
				} else if n.Kind == keys.Scalar && credential(n.Key, n.Value) {
					literalSecret(p, s, table, n, n.Key, n.Value)
				}
			}
		}
		for i, n := range s.args {
			name, value, has := strings.Cut(n.Value, "=")
			if !has && i > 0 && strings.HasPrefix(s.args[i-1].Value, "-") {
				name, value = s.args[i-1].Value, n.Value
			}
			if strings.TrimLeft(s.lastOption(i), "-") == "header" || s.lastOption(i) == "-H" {
				name, value, _ = strings.Cut(n.Value, ":")
			}
			name = strings.TrimLeft(name, "-")
			switch {
			case len(secrets.In([]byte(n.Value))) > 0:
				literalSecret(p, s, nil, n, name, n.Value)
			case value != "" && len(name) < 60 && !strings.ContainsAny(name, " /") && credential(name, strings.TrimSpace(value)):
				literalSecret(p, s, nil, n, name, strings.TrimSpace(value))
			}
		}
	})
}

func (s *server) lastOption(i int) string {
	if i == 0 {
		return ""
	}
	return s.args[i-1].Value
}

// credential tells whether a value under a name is one, and not a reference, a placeholder or a plain word.
func credential(name, value string) bool {
	if m := bearer.FindStringSubmatch(strings.TrimSpace(value)); m != nil {
		return !secret.Reference(m[1]) && !secret.Placeholder(m[1]) && len(m[1]) >= 8
	}
	if len(secrets.In([]byte(name+"="+value))) > 0 {
		return true
	}
	if !secretName.MatchString(name) || publicName.MatchString(name) || len(value) < 6 || secret.Reference(value) || secret.Placeholder(value) || plainValue.MatchString(value) {
		return false
	}
	if user, rest, ok := strings.Cut(value, ":"); ok && strings.HasPrefix(rest, "pass") && strings.HasPrefix(user, "user") {
		return false // user:pass@host
	}
	if wordsOnly.MatchString(value) && !passName.MatchString(name) {
		return false // keys and tokens are made by chance
	}
	return !strings.HasPrefix(value, "/") && !strings.Contains(value, " ") && !strings.HasPrefix(strings.ToLower(value), "my-") && !strings.HasPrefix(strings.ToLower(value), "my_")
}

func literalSecret(p *checks.Pass, s *server, table, n *keys.Node, name, value string) {
	for _, f := range p.Found() {
		if f.Location.Start.Byte == n.Start {
			return
		}
	}
	what := "a credential"
	hits := secrets.In([]byte(name + "=" + value))
	if len(hits) > 0 {
		full := name + "=" + value
		what = secrets.Describe(hits[0].Secret, full[hits[0].Start:hits[0].End])
	}
	if len(name) > 60 || strings.Contains(name, value) {
		name = "an argument"
	}
	f := p.At(n.Start, n.End, "The server "+s.name+" is given "+what+" as text ("+name+").")
	f.Anchor = "mcp " + s.name + " " + secrets.Anchor(value)
	if len(hits) > 0 {
		f.Lower(rules.Critical, "the format is that of "+hits[0].Secret.Issuer)
	}
	rotate := checks.Steps("rotate", "Rotate it and read it from the environment",
		"Make it invalid where it was issued: it is in the history, a deleted line does not take it back.",
		"Put the new one into the environment of whoever starts the client.",
		"Write a reference in its place: ${NAME} for Claude Code and Gemini, ${env:NAME} for Cursor, ${input:name} for VS Code, env_vars for Codex.")
	if table == nil || table.Kind == keys.Array || keys.Format(p.File.Path) != "json" {
		f.Fixes = []checks.Fix{rotate}
		return
	}
	variable := strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
	if strings.EqualFold(name, "authorization") {
		variable = strings.ToUpper(strings.ReplaceAll(s.name, "-", "_")) + "_TOKEN"
	}
	reference, more, ok := clientReference(p, variable)
	if !ok {
		f.Fixes = []checks.Fix{rotate}
		return
	}
	if m := bearer.FindStringSubmatchIndex(strings.TrimSpace(value)); m != nil {
		reference = strings.TrimSpace(value)[:m[2]] + reference
	}
	fix := checks.Fix{ID: "read-from-environment", Title: "Read " + variable + " from the environment", Applicability: checks.Unsafe, Breaks: "Whoever starts the client needs " + variable + " in the environment.",
		Edits: append(editList(p.SetKey(n, `"`+strings.ReplaceAll(reference, `"`, "")+`"`)), more...), Steps: rotate.Steps}
	if strings.Contains(reference, "${input:") {
		fix.Title, fix.Breaks = "Let the client ask for "+variable, "The client asks each person for the value once."
	}
	f.Fixes = []checks.Fix{fix, rotate}
}
