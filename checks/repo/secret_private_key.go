package repo

import (
	"encoding/base64"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/repo"
	"bakedin/internal/secret"
	"bakedin/rules"
)

var (
	keyBody   = regexp.MustCompile(`(?s)-----BEGIN ((?:[A-Z0-9]+ )*)PRIVATE KEY(?: BLOCK)?-----(.*?)(?:-----END|$)`)
	encrypted = regexp.MustCompile(`ENCRYPTED|Proc-Type: 4`)
	cutOff    = regexp.MustCompile(`^(?:\s|\\n|\\r|["'+,])*[A-Za-z0-9+/=]{60,}`) // a body whose end is missing
	notBase64 = regexp.MustCompile(`[^A-Za-z0-9+/]`)
)

// least base64 characters of a key that is one
const keyLength = 100

// secretPrivateKey reports a private key with a body, as it stands or inside a string.
func secretPrivateKey(p *checks.Pass, m checks.TextMatch) {
	start := m.Groups[0]
	text := string(m.Text[start:min(len(m.Text), start+8<<10)])
	k := keyBody.FindStringSubmatch(text)
	if k == nil {
		return
	}
	if !strings.Contains(k[0], "-----END") && !cutOff.MatchString(k[2]) {
		return // a header that is spoken of
	}
	body := strings.NewReplacer(`\n`, "", `\r`, "", `"`, "", "+\n", "").Replace(k[2])
	if strings.Contains(body, "...") || strings.Contains(body, "…") || strings.Contains(strings.ToLower(body), "your") {
		return
	}
	if i := strings.LastIndex(body, "\n\n"); strings.Contains(body, "Proc-Type") && i >= 0 { // behind the headers
		body = body[i:]
	}
	plain := notBase64.ReplaceAllString(body, "")
	if len(plain) < keyLength || len(plain) < len(strings.Join(strings.Fields(body), ""))*3/4 || secret.Placeholder(plain[:keyLength]) && !strings.HasPrefix(plain, "b3BlbnNzaC") || secret.Entropy(plain) < 4 {
		return
	}
	f := p.At(start, m.Groups[1], "Here stands a private key.")
	f.Anchor = "private key " + plain[len(plain)-4:]
	if encrypted.MatchString(k[0]) || bcrypt(plain) {
		f.Lower(rules.High, "it is encrypted: who has it can try passwords")
	}
	if p.File.InTests() || p.File.Place == repo.Documents {
		f.Lower(rules.Medium, "keys in tests and examples are nearly always made for them; make sure that this one opens nothing else")
	}
	f.Fixes = []checks.Fix{rotate("the key")}
}

// bcrypt tells whether an OpenSSH key is encrypted: its header names the function.
func bcrypt(body string) bool {
	head, err := base64.RawStdEncoding.DecodeString(body[:min(len(body), 80)/4*4])
	return err == nil && strings.Contains(string(head), "bcrypt")
}
