package repo

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"path"
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
				f.Fixes = []checks.Fix{rotated(hit.Secret)}
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
	manual := rotated(s)
	edits := reference(p, s.Env, text, start, end)
	if edits == nil {
		return []checks.Fix{manual}
	}
	return []checks.Fix{{ID: "read-from-environment", Title: "Read " + s.Env + " from the environment", Applicability: checks.Unsafe,
		Edits: edits, Breaks: "The program needs " + s.Env + " in its environment.", Steps: manual.Steps}, manual}
}

// rotated is what a person does about a credential that was seen.
func rotated(s *rules.Secret) checks.Fix {
	revoke := "Make it invalid at " + s.Issuer + ": it is in the history, a deleted line does not take it back."
	if s.Revoke != "" {
		revoke = "Make it invalid at " + s.Revoke + ": it is in the history, a deleted line does not take it back."
	}
	return checks.Fix{ID: "rotate", Title: "Rotate the credential and keep it outside", Applicability: checks.Manual, Steps: []string{
		revoke,
		fmt.Sprintf("Store the new one in a secrets manager or the environment, and read it from there (%s).", s.Env),
		"Switch on the push protection of your host.",
	}}
}

// reference replaces a literal by what reads the environment in the language of the file; nil where no exact edit is right.
func reference(p *checks.Pass, env string, text []byte, start, end int) []repo.TextEdit {
	edit := func(start, end int, s string) repo.TextEdit {
		return repo.TextEdit{Path: p.File.Path, Start: start, End: end, Replacement: s, Base: p.File.SHA256()}
	}
	base := path.Base(p.File.Path)
	if strings.HasPrefix(base, ".env") && start > 0 {
		s, e, _ := widen(text, start, end)
		if s > 0 && text[s-1] == '=' {
			return []repo.TextEdit{edit(s, e, "")}
		}
		return nil
	}
	s, e, quoted := widen(text, start, end)
	if code := p.File.Asset(repo.Code); code != nil && quoted && (s == 0 || !wordByte(text[s-1])) {
		switch code.Format {
		case "python":
			edits := []repo.TextEdit{edit(s, e, `os.environ["`+env+`"]`)}
			if at, needed := importAt(text); needed {
				edits = append(edits, edit(at, at, "import os\n"))
			}
			return edits
		case "javascript", "typescript":
			return []repo.TextEdit{edit(s, e, "process.env."+env)}
		}
	}
	if p.File.Is(repo.CI) && strings.HasPrefix(p.File.Path, ".github/") && s > 0 && bytes.HasSuffix(bytes.TrimRight(text[:s], " "), []byte(":")) {
		return []repo.TextEdit{edit(s, e, "${{ secrets."+env+" }}")}
	}
	if code := p.File.Asset(repo.Code); code != nil && code.Format == "shell" && s > 0 && text[s-1] == '=' {
		return []repo.TextEdit{edit(s, e, `"${`+env+`:?}"`)}
	}
	return nil
}

// widen takes the quotes around a literal in, when it is all that stands between them.
func widen(text []byte, start, end int) (s, e int, quoted bool) {
	if start > 0 && end < len(text) && text[start-1] == text[end] && (text[end] == '"' || text[end] == '\'' || text[end] == '`') {
		if start > 2 && text[start-2] == text[end] { // a triple quote
			return start, end, false
		}
		return start - 1, end + 1, true
	}
	return start, end, false
}

// importAt finds where "import os" belongs in a Python source, and whether it is needed at all.
func importAt(text []byte) (at int, needed bool) {
	off := 0
	for _, line := range bytes.SplitAfter(text, []byte("\n")) {
		trimmed := string(bytes.TrimSpace(line))
		if trimmed == "import os" || strings.HasPrefix(trimmed, "import os,") {
			return 0, false
		}
		off += len(line)
		if (strings.HasPrefix(string(line), "import ") || strings.HasPrefix(string(line), "from ")) && !strings.HasSuffix(trimmed, "(") && !strings.HasSuffix(trimmed, "\\") {
			at = off
			break
		}
		if at == 0 && (strings.HasPrefix(trimmed, "#!") || strings.HasPrefix(trimmed, "# -*-")) {
			at = off
		}
	}
	if bytes.Contains(text, []byte("\nimport os\n")) || bytes.HasPrefix(text, []byte("import os\n")) {
		return 0, false
	}
	return at, true
}

func wordByte(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}
