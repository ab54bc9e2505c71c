package code

import (
	"context"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/python"
	"bakedin/internal/secret"
)

// secretKeywords are arguments that take a credential.
var secretKeywords = regexp.MustCompile(`(?i)^(?:api_?key|openai_api_key|anthropic_api_key|google_api_key|huggingfacehub_api_token|token|use_auth_token|hf_token|auth_token|access_token|secret_key|aws_secret_access_key|bearer_token|password|client_secret)$`)

var placeholderValue = regexp.MustCompile(`(?i)x{3,}|0{4,}|1234|your|example|placeholder|dummy|fake|sample|changeme|redacted|test|none|empty|not[-_ ]?needed|no[-_ ]?key|ollama|lm[-_]?studio|local|secret|api[-_]?key|[<>{}*$]|\.\.\.|^sk-$|token|password|anything|todo|insert|replace|abc`)

// secretInCall reports credentials that are written into calls and settings of clients.
func secretInCall(_ context.Context, p *checks.Pass) error {
	src, err := checks.Python.Of(p.File)
	if src == nil || src.File == nil || !isAI(src) {
		return err
	}
	report := func(first, last int32, name string, v python.Value) {
		if v.Kind != python.String || !looksSecret(v.Str) {
			return
		}
		start, end := src.Token(first, last)
		f := p.At(start, end, "A credential is written into the source as "+name+".")
		f.Anchor = "secret " + name
		f.InAI = true
		f.Fixes = []checks.Fix{{ID: "read-environment", Title: "Read it from the environment", Applicability: checks.Manual, Steps: []string{
			"Revoke the credential at the issuer and make a new one: it stays in the history.",
			`Read it where it is used: os.environ["` + strings.ToUpper(name) + `"].`,
			"Keep the value in a secrets manager, or in an .env file that git ignores.",
		}}}
	}
	for i := range src.Calls {
		c := &src.Calls[i]
		for _, a := range c.Args {
			if a.Name != 0 && secretKeywords.MatchString(src.Word(a.Name)) && src.Toks[a.First].Kind == python.Str && a.Last == a.First+1 {
				report(a.First, a.Last, src.Word(a.Name), src.Eval(a.First, a.Last, c.Scope))
			}
		}
	}
	for i := range src.Assigns {
		a := &src.Assigns[i]
		target := string(src.Text(a.Target, a.TargetEnd))
		if name := target[strings.LastIndexByte(target, '.')+1:]; secretKeywords.MatchString(name) && a.Last == a.First+1 && src.Toks[a.First].Kind == python.Str {
			report(a.First, a.Last, name, src.Eval(a.First, a.Last, a.Scope))
		}
		if strings.HasPrefix(target, "os.environ[") && strings.Contains(target, "KEY") && a.Last == a.First+1 {
			report(a.First, a.Last, strings.Trim(target[len("os.environ["):], `"'[]`), src.Eval(a.First, a.Last, a.Scope))
		}
	}
	return err
}

// looksSecret tells whether a literal is long and irregular enough to be a credential, and no placeholder.
func looksSecret(s string) bool {
	if len(s) < 20 || len(s) > 400 || strings.ContainsAny(s, " \n/\\:") || placeholderValue.MatchString(s) || secret.Placeholder(s) {
		return false
	}
	seen := map[rune]bool{}
	digits, letters := 0, 0
	for _, r := range s {
		seen[r] = true
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z':
			letters++
		}
	}
	return digits >= 2 && letters >= 4 && len(seen) >= 10
}
