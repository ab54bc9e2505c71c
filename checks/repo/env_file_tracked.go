package repo

import (
	"context"
	"path"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/repo"
	"bakedin/rules"
)

var (
	assignment = regexp.MustCompile(`(?m)^[ \t]*(?:export[ \t]+)?([A-Za-z0-9_]*(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|DSN))[ \t]*=[ \t]*["']?([^\s"'#]{8,})`)
	login      = regexp.MustCompile(`(?im)(_authToken|_password|\bpassword|"key"|\btoken|\w*api_key)["']?[ \t]*[=: ][ \t]*["']?([^\s"'=]{8,})`)
	privateKey = regexp.MustCompile(`-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----|"private_key"[ \t]*:[ \t]*"-----BEGIN`)
	// values that people leave for others to fill in, or that point elsewhere
	placeholder = regexp.MustCompile(`(?i)^(?:[$<{]|your|my[-_]|change|replace|xxx|todo|example|dummy|test|fake|none|null|placeholder|sk-\.\.\.|\*+|\.{3})|(?:xxx|_here|-here|\.\.\.)`)
	// keys that are made to be seen by everybody
	public = regexp.MustCompile(`(?:^|_)(?:PUBLIC|PUBLISHABLE|ANON|SITE|CLIENT_ID)(?:_|$)|^(?:NEXT_PUBLIC|VITE|REACT_APP|EXPO_PUBLIC)_`)
)

// envFileTracked looks for values that look like secrets in environment and key files. Only the name is told.
func envFileTracked(_ context.Context, p *checks.Pass) error {
	text, err := p.File.Bytes()
	if err != nil {
		return err
	}
	matches := assignment.FindAllSubmatchIndex(text, 200)
	if base := path.Base(p.File.Path); strings.HasPrefix(base, ".n") || base == ".pypirc" || base == "kaggle.json" || base == "secrets.toml" {
		matches = append(matches, login.FindAllSubmatchIndex(text, 20)...)
	}
	for _, m := range matches {
		name, value := string(text[m[2]:m[3]]), string(text[m[4]:m[5]])
		if placeholder.MatchString(value) || public.MatchString(strings.ToUpper(name)) {
			continue
		}
		f := p.At(m[4], m[5], name+" holds a value that looks like a secret, in a file of the repository.")
		f.Fixes = []checks.Fix{rotate(name)}
		return nil // one finding a file: the remedy is the same for all of them
	}
	if m := privateKey.FindIndex(text); m != nil {
		f := p.At(m[0], m[1], "A private key lies in the repository.")
		if p.File.InTests() || p.File.Place == repo.Documents {
			f.Lower(rules.Medium, "keys in tests and examples are nearly always made for them")
		}
		f.Fixes = []checks.Fix{rotate("the key")}
	}
	return nil
}

func rotate(what string) checks.Fix {
	return checks.Fix{ID: "rotate", Title: "Rotate it and keep it outside", Applicability: checks.Manual, Steps: []string{
		"Make " + what + " invalid at whoever issued it: it is in the history, deleting the file does not take it back.",
		"Store the new one in a secrets manager or in the environment of the service.",
		"Remove the file from the repository, add it to .gitignore, and leave an example file without values.",
	}}
}
