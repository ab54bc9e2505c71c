package repo

import (
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/checks/secrets"
	"bakedin/internal/repo"
	"bakedin/internal/secret"
	"bakedin/rules"
)

var (
	// passwords that are no secret: those of examples and of databases that run beside the program
	commonPassword = regexp.MustCompile(`(?i)^(?:pass(?:word|wd)?\d*|pwd|secret\d*|user(?:name)?|admin\d*|root|postgres(?:ql)?|mysql|mongo|redis|guest|test\w*|example|changeme|mypass\w*|my[-_]?(?:password|secret|token)|token|key|api_?key|dev|local|demo|foo|bar|baz|abc\w{0,3}|xxx+|\*+|pw|p|hunter2|s3cr3t|supersecret|super_secret|letmein|qwerty\w*|1234\w*|rabbitmq|minio\w*|docker|ragflow|infini\w*|langfuse|temporal|airflow|n8n|dify\w*|opik|clickhouse|neo4j|[a-z]+_password|[A-Z_]+)$`)
	localHost      = regexp.MustCompile(`(?i)^(?:localhost|127\.|0\.0\.0\.0|\[::1\]|host\.docker\.internal)|(?:^|\.)(?:example|test|invalid|local|localhost|internal)(?:\.(?:com|org|net))?$|^(?:host|hostname|server|domain|your[\w-]*|my(?:[-_][\w-]+|(?:host|server|domain|site|company|org|app|db|database|cluster|project|registry|proxy|service)\w*)?)(?:\.|$)`)
)

// secretURLCredentials reports a password inside an address.
func secretURLCredentials(p *checks.Pass, m checks.TextMatch) {
	user, password, host := m.Group(1), m.Group(2), m.Group(3)
	if secret.Reference(password) || secret.Placeholder(password) || commonPassword.MatchString(password) || strings.EqualFold(user, password) || strings.Contains(password, ",") /* hosts in a list */ || strings.ContainsAny(password, "{}()[]<>$%*|\\") && !strings.Contains(password, "%") {
		return
	}
	if strings.HasPrefix(user, "$") || strings.ContainsAny(user, "{}<>$") || strings.EqualFold(user, "user") && len(password) < 10 {
		return
	}
	strong := len(password) >= 8 && secret.Entropy(password) >= 2.8 && strings.ContainsAny(password, "0123456789")
	if (localHost.MatchString(host) || !strings.Contains(host, ".") || p.File.InTests() || p.File.Place == repo.Documents) && !(strong && len(password) >= 12 && !localHost.MatchString(host)) {
		return
	}
	if len(password) < 5 {
		return
	}
	if len(secrets.In([]byte(password))) > 0 {
		return // its own rule tells it
	}
	f := p.At(m.Groups[4], m.Groups[5], "The address of "+host+" holds a password.")
	f.Anchor = secrets.Anchor(password)
	if p.File.InTests() || p.File.Place == repo.Documents {
		f.Lower(rules.Medium, "passwords in tests and examples are nearly always made up; make sure that this one opens nothing")
	}
	f.Fixes = []checks.Fix{rotate("the password")}
}
