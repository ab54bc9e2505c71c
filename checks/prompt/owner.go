package prompt

import (
	"bytes"
	"path"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/keys"
	"bakedin/internal/repo"
	"bakedin/rules"
)

// A prompt is kept like code when its head, or a registry beside it, gives a version or date and an owner, both with a value.

var (
	versionKey = regexp.MustCompile(`(?i)^(?:version|date|updated|last_(?:reviewed|updated|changed)|reviewed|revision)$`)
	ownerKey   = regexp.MustCompile(`(?i)^(?:owners?|authors?|maintainers?|owned_by|team)$`)
	headLine   = regexp.MustCompile(`^[ \t]*(?:#+|//|--|;|\*|<!--|\{#)?[ \t]*["']?([A-Za-z_]+)["']?[ \t]*[:=][ \t]*(.*?)[ \t]*(?:-->|#\})?[ \t]*$`)
	headStart  = regexp.MustCompile(`^[ \t]*(?:#|//|--|;|<!--|\{#)`)
)

// promptOwnerAndVersion reports a prompt file, or a registry of prompts, once.
func promptOwnerAndVersion(p *checks.Pass, m checks.TextMatch) {
	for _, f := range p.Found() {
		if f.Anchor == "owner and version" {
			return
		}
	}
	said, entries := entriesOf(p, m.Text)
	if !said {
		return
	}
	f := p.At(m.Groups[0], m.Groups[1], "")
	f.Anchor, f.Strength = "owner and version", rules.E1
	for _, a := range p.Repo.Assets {
		if a.Kind == repo.Prompt && !a.InTests && (a.Path == p.File.Path || entries && bytes.Contains(m.Text, []byte(path.Base(a.Path)))) {
			f.Assets, f.Strength = append(f.Assets, a.ID), rules.E2
		}
	}
	if f.Strength == rules.E1 {
		f.Message = "Version and owner are given, but of no prompt that was found."
	}
}

// entriesOf tells whether a file gives version and owner, and whether it does so in entries of a registry.
func entriesOf(p *checks.Pass, text []byte) (said, entries bool) {
	if root, err := checks.Keys.Of(p.File); err == nil && root != nil {
		return inTree(root, true)
	}
	version, owner := false, false
	for i, line := range headOf(text) {
		m := headLine.FindSubmatch(line)
		if m == nil || i > 0 && len(m[1]) == 0 || checks.NoValue(string(m[2])) {
			continue
		}
		version = version || versionKey.Match(m[1])
		owner = owner || ownerKey.Match(m[1])
	}
	return version && owner, false
}

// headOf are the lines of the front matter, or of the comment that a file begins with.
func headOf(text []byte) [][]byte {
	lines := bytes.Split(text, []byte("\n"))
	front := strings.TrimSpace(string(lines[0])) == "---"
	for i, line := range lines {
		switch blank := len(bytes.TrimSpace(line)) == 0; {
		case front && i > 0 && strings.TrimSpace(string(line)) == "---":
			return lines[1:i]
		case !front && !blank && !headStart.Match(line) && !bytes.HasPrefix(lines[0], []byte("<!--")):
			return lines[:i]
		case !front && bytes.Contains(line, []byte("-->")):
			return lines[:i+1]
		}
	}
	return nil
}

// inTree looks for a mapping with both keys; below the top it is an entry of a registry.
func inTree(n *keys.Node, top bool) (said, entries bool) {
	version, owner := false, false
	for _, child := range n.Items {
		if child.Key == "" || n.Kind == keys.Array || checks.NoValue(child.Value) && len(child.Items) == 0 {
			continue
		}
		version = version || versionKey.MatchString(child.Key)
		owner = owner || ownerKey.MatchString(child.Key)
	}
	if version && owner {
		return true, !top
	}
	for _, child := range n.Items {
		if said, _ := inTree(child, n.Kind == keys.Stream && top); said {
			return true, n.Kind != keys.Stream
		}
	}
	return false, false
}
