package agent

import (
	"context"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/checks/secrets"
	"bakedin/internal/lang/keys"
	"bakedin/internal/secret"
)

// ways in which people write a credential into a command
var commandSecrets = []*regexp.Regexp{
	regexp.MustCompile(`(?i)authorization:\s*(?:bearer|basic|token)\s+([^\s"'\\*]{8,})`),
	regexp.MustCompile(`(?i)\b(?:x-)?api[-_]?key:\s*([^\s"'\\*]{8,})`),
	regexp.MustCompile(`(?:^|\s)-u\s+["']?[\w.@-]+:([^\s"'*]{4,})`),
	regexp.MustCompile(`(?i)--(?:password|passwd|token|api-key|apikey|secret|access-token)[= ]["']?([^\s"'*-][^\s"'*]{5,})`),
	regexp.MustCompile(`\bmysql(?:dump)?\b[^|;]*\s-p([^\s"'*]{4,})`),
	regexp.MustCompile(`\b(?:PGPASSWORD|MYSQL_PWD|[A-Z][A-Z0-9_]*(?:_KEY|_TOKEN|_SECRET|_PASSWORD))=["']?([^\s"'*$]{6,})`),
	regexp.MustCompile(`://[^\s:/@"']+:([^\s/@"'*]{4,})@`),
	regexp.MustCompile(`\b(eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,})`),
}

// secretInPermissionEntry reports credentials inside commands that somebody approved or configured: approving a command
// stores it as it was typed.
func secretInPermissionEntry(_ context.Context, p *checks.Pass) error {
	root, err := checks.Keys.Of(p.File)
	if root == nil {
		return err
	}
	text, err := p.File.Bytes()
	if err != nil {
		return err
	}
	var walk func(n *keys.Node, inHooks bool)
	walk = func(n *keys.Node, inHooks bool) {
		for _, c := range n.Items {
			hooks := inHooks || c.Key == "hooks" || c.Key == "statusLine" || c.Key == "tasks"
			switch {
			case c.Kind != keys.Scalar:
				walk(c, hooks)
			case hooks && (c.Key == "command" || c.Key == "bash" || c.Key == "powershell") || selfRunning[c.Key]:
				inCommand(p, text, nil, c)
			}
		}
	}
	walk(root, false)
	for _, list := range []string{"allow", "ask", "deny", "additionalDirectories"} {
		if n := root.At("permissions", list); n != nil {
			for _, c := range n.Items {
				inCommand(p, text, n, c)
			}
		}
	}
	for _, list := range [][]string{{"allowedTools"}, {"tools", "allowed"}, {"allowedCommands"}, {"notify"}} {
		if n := root.At(list...); n != nil {
			for _, c := range n.Items {
				inCommand(p, text, n, c)
			}
		}
	}
	return nil
}

// settings that hold a command which a tool runs by itself
var selfRunning = map[string]bool{"apiKeyHelper": true, "awsAuthRefresh": true, "awsCredentialExport": true, "otelHeadersHelper": true}

func inCommand(p *checks.Pass, text []byte, list, n *keys.Node) {
	if n.Kind != keys.Scalar {
		return
	}
	value, what := "", ""
	if hits := secrets.In([]byte(n.Value)); len(hits) > 0 {
		value = n.Value[hits[0].Start:hits[0].End]
		what = secrets.Describe(hits[0].Secret, value)
	} else {
		for _, re := range commandSecrets {
			for _, m := range re.FindAllStringSubmatch(n.Value, 5) {
				v := strings.Trim(m[1], `"'`)
				if !strings.Contains(v, "(") {
					v = strings.TrimSuffix(v, ")") // of the entry
				}
				if secret.Reference(v) || secret.Placeholder(v) || strings.HasPrefix(v, "$") || plainValue.MatchString(v) || strings.HasPrefix(v, ":") {
					continue
				}
				value, what = v, "a credential that ends in …"+v[len(v)-min(2, len(v)/3):]
			}
		}
	}
	if what == "" {
		return
	}
	f := p.At(n.Start, n.End, "An approved or configured command holds "+what+".")
	f.Anchor, f.Secret = "permission "+secrets.Anchor(value), value
	steps := []string{
		"Make the credential invalid where it was issued: it is in the history, a deleted line does not take it back.",
		"Read it from the environment in the command ($TOKEN), so that approving the command does not store it.",
	}
	f.Fixes = []checks.Fix{checks.Steps("rotate", "Rotate the credential", steps...)}
	if list != nil {
		f.Fixes = append([]checks.Fix{{ID: "remove-entry", Title: "Take the entry out", Applicability: checks.Safe, Edits: editList(p.DeleteKey(text, list, n)), Steps: steps}}, f.Fixes...)
	}
}
