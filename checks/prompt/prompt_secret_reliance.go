package prompt

import (
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/secret"
)

var (
	keepQuiet = regexp.MustCompile(`(?i)\b(?:never|do not|don.t|must not|cannot|without)\s+(?:ever\s+)?(?:reveal|share|disclose|tell|give|mention|output|repeat|show|leak)`)
	noSecret  = regexp.MustCompile(`(?i)^\d+[- ]?(?:digits?|char\w*|letters?|numbers?|numeric|bits?|words?)\b|^(?:required|incorrect|missing|stored|optional|invalid|wrong|correct|valid|protected|hidden|secret|empty|needed|unknown|set|not|never|always|only|your|their|the|a|an|in|on|at|for|from|must|should|hashed|encrypted|provided|given|used|confidential|sensitive|password|redacted|true|false|null|none|and|or|is|string|text|str|token|value|here|generated|reset|changed|expired|shared|exposed|leaked|visible|available|configured)\b`)
)

// promptSecretReliance reports a secret that a prompt holds and asks the model to keep: it will be asked for it.
func promptSecretReliance(p *checks.Pass, m checks.TextMatch) {
	value := strings.Trim(m.Group(1), `"'“”.,;:`)
	if noSecret.MatchString(value) || secret.Placeholder(value) || secret.Reference(value) || strings.ContainsAny(value, "{}<>[]") || len(value) < 4 || attackFolder.MatchString(p.File.Path) {
		return
	}
	if !strings.ContainsAny(value, "0123456789") && strings.ToUpper(value) != value && !strings.ContainsAny(m.Group(0), `"'“`) {
		return // a plain word of a sentence
	}
	around := m.Text[max(0, m.Groups[0]-300):min(len(m.Text), m.Groups[1]+300)]
	if !keepQuiet.Match(around) {
		return
	}
	f := p.At(m.Groups[2], m.Groups[2]+len(m.Group(1)), "The prompt holds a secret and asks the model to keep it: whoever asks cleverly gets it.")
	f.Anchor = "prompt secret"
	f.Fixes = []checks.Fix{checks.Steps("check-in-code", "Check it in code", "Take the value out of the prompt, and change it: it is in the history.", "Compare what the user gives with the value in your own code, and tell the model only the outcome.")}
}
