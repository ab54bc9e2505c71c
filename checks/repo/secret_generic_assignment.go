package repo

import (
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/checks/secrets"
	"bakedin/internal/repo"
	"bakedin/internal/secret"
)

var (
	noCredential = regexp.MustCompile(`^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|\d+|https?://.*|[./~].*|[A-Za-z]+(?:[-_. ][A-Za-z]+)+\d{0,3}|[a-z]+(?:[A-Z][a-z]+)+\d{0,2}|[A-Z_]+)$`)
	aboutKeys    = regexp.MustCompile(`(?i)public|publishable|anon|tokeniz|max_?token|token_?(?:type|limit|count|url|id|name)|key_?(?:id|name|path|file|code|map|press)|_path|_file|_url|_name|placeholder|example|hash|digest|sha|checksum|i18n|label|message|title|description|primary_?key|foreign|sort|cache_?key|storage_?key|query_?key|password_?(?:field|label|reset|hint|rule|min|regex)`)
	wordRun      = regexp.MustCompile(`[a-z]{6,}|[A-Z]{6,}|[A-Z][a-z]{5,}`)
)

// secretGenericAssignment reports a random value under a name that says it is secret. It is a guess, and says so.
func secretGenericAssignment(p *checks.Pass, m checks.TextMatch) {
	name, value := m.Group(1), m.Group(2)
	if p.File.InTests() || p.File.Is(repo.Doc) || aboutKeys.MatchString(name) || noCredential.MatchString(value) || secret.Reference(value) || secret.Placeholder(value) ||
		wordRun.MatchString(value) || secret.Entropy(value) < 3.5 || !strings.ContainsAny(value, "0123456789") || strings.ContainsAny(value, " {}<>()") || len(secrets.In([]byte(name+"="+value))) > 0 {
		return
	}
	f := p.At(m.Groups[4], m.Groups[5], name+" is given a random value as text.")
	f.Anchor = secrets.Anchor(value)
	f.Fixes = []checks.Fix{rotate(name)}
}
