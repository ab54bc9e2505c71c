package repo

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"bakedin/checks"
	"bakedin/checks/secrets"
	"bakedin/internal/lang/keys"
	"bakedin/internal/repo"
	"bakedin/rules"
)

// secretKey reports a credential whose format is that of its issuer: once for each value and file, the other places as
// related ones.
type secretKey struct{}

// Run implements checks.Check: the values of a Secret of Kubernetes are in base64.
func (secretKey) Run(_ context.Context, p *checks.Pass) error {
	if a := p.File.Asset(repo.Deploy); a == nil || a.Format != "kubernetes" {
		return nil
	}
	root, err := checks.Keys.Of(p.File)
	if root == nil || err != nil {
		return err
	}
	docs := []*keys.Node{root}
	if root.Kind == keys.Stream {
		docs = root.Items
	}
	for _, d := range docs {
		kind, data := d.Child("kind"), d.Child("data")
		if kind == nil || kind.Value != "Secret" || data == nil {
			continue
		}
		for _, n := range data.Items {
			decoded, err := base64.StdEncoding.DecodeString(strings.TrimSpace(n.Value))
			if err != nil {
				continue
			}
			for _, hit := range secrets.In(decoded) {
				if !slices.ContainsFunc(p.Rule.Match.Secret, func(s rules.Secret) bool { return s.ID == hit.Secret.ID }) {
					continue
				}
				value := string(decoded[hit.Start:hit.End])
				f := p.At(n.Start, n.End, "Here stands, in base64, "+secrets.Describe(hit.Secret, value)+". Base64 hides nothing.")
				f.Anchor = secrets.Anchor(value)
				f.Fixes = []checks.Fix{rotated(hit.Secret, hit.Secret.Env)}
			}
		}
	}
	return nil
}

// Judge implements checks.Judge.
func (secretKey) Judge(p *checks.Pass, m checks.TextMatch) {
	start, end := m.Groups[0], m.Groups[1]
	value := string(m.Text[start:end])
	anchor := secrets.Anchor(value)
	for _, f := range p.Found() {
		if f.Location.Start.Byte < end && start < f.Location.End.Byte {
			return // a longer format has it
		}
		if f.Anchor == anchor {
			f.Related = append(f.Related, checks.Related{Role: "same", Message: "the same credential", Start: checks.Position{Byte: start}, End: checks.Position{Byte: end}})
			replaceToo(p, f, m.Text, start, end)
			return
		}
	}
	f := p.At(start, end, "Here stands "+secrets.Describe(m.Secret, value)+".")
	f.Anchor = anchor
	switch {
	case m.Secret.ID == "google-ai" && webApp(m.Text, start):
		f.Lower(rules.Low, "the web configuration of Firebase is made to be seen")
	case m.Secret.Weak:
		f.Lower(rules.High, "the format has no prefix of its own, the name beside it says what it is")
	}
	f.Fixes = secretFixes(p, m.Secret, m.Text, start, end)
}

// webApp tells whether a Google key stands in the configuration that a web page carries.
func webApp(text []byte, at int) bool {
	around := text[max(0, at-400):min(len(text), at+400)]
	return bytes.Contains(around, []byte("authDomain")) || bytes.Contains(around, []byte("messagingSenderId"))
}

// secretFixes offers the reference that the language of the file reads in place of the literal.
func secretFixes(p *checks.Pass, s *rules.Secret, text []byte, start, end int) []checks.Fix {
	env := ownVariable(p, s.Env)
	manual := rotated(s, env)
	edits := reference(p, env, text, start, end)
	if edits == nil {
		return []checks.Fix{manual}
	}
	return []checks.Fix{{ID: fromEnvironment, Title: titleOf(env), Applicability: checks.Unsafe, Edits: edits,
		Breaks: "The program needs " + env + " in its environment. Another file that holds another credential needs another name.", Steps: manual.Steps}, manual}
}

// rotated is what a person does about a credential that was seen.
func rotated(s *rules.Secret, env string) checks.Fix {
	revoke := "Make it invalid at " + s.Issuer + ": it is in the history, a deleted line does not take it back."
	if s.Revoke != "" {
		revoke = "Make it invalid at " + s.Revoke + ": it is in the history, a deleted line does not take it back."
	}
	return checks.Fix{ID: "rotate", Title: "Rotate the credential and keep it outside", Applicability: checks.Manual, Steps: []string{
		revoke,
		fmt.Sprintf("Store the new one in a secrets manager or the environment, and read it from there (%s).", env),
		"Switch on the push protection of your host.",
	}}
}

const fromEnvironment = "read-from-environment"

func titleOf(env string) string { return "Read " + env + " from the environment" }

// ownVariable is a name that no other credential of the file is given: two of one issuer are not one variable.
func ownVariable(p *checks.Pass, env string) string {
	name := env
	for n := 2; ; n++ {
		taken := slices.ContainsFunc(p.Found(), func(f *checks.Finding) bool {
			return len(f.Fixes) > 0 && f.Fixes[0].ID == fromEnvironment && f.Fixes[0].Title == titleOf(name)
		})
		if !taken {
			return name
		}
		name = fmt.Sprintf("%s_%d", env, n)
	}
}

// replaceToo gives the fix of a finding the edits for another place of the same credential. Where that place takes none,
// the fix would leave it, so it is withdrawn.
func replaceToo(p *checks.Pass, f *checks.Finding, text []byte, start, end int) {
	if len(f.Fixes) < 2 || f.Fixes[0].ID != fromEnvironment {
		return
	}
	fix := &f.Fixes[0]
	env := strings.TrimSuffix(strings.TrimPrefix(fix.Title, "Read "), " from the environment")
	more := reference(p, env, text, start, end)
	if more == nil {
		f.Fixes = f.Fixes[1:]
		return
	}
	for _, e := range more {
		if !slices.Contains(fix.Edits, e) {
			fix.Edits = append(fix.Edits, e)
		}
	}
}
