package deploy

import (
	"bytes"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/keys"
	"bakedin/internal/repo"
)

func edits(e ...repo.TextEdit) []repo.TextEdit { return e }

// keyBefore puts another key of the same map before one.
func keyBefore(p *checks.Pass, parent, n *keys.Node, entry string) repo.TextEdit {
	text, _ := p.File.Bytes()
	if text[parent.Start] == '{' {
		return p.Replace(n.KeyStart, n.KeyStart, entry+", ")
	}
	column := n.KeyStart - bytes.LastIndexByte(text[:n.KeyStart], '\n') - 1
	return p.Replace(n.KeyStart, n.KeyStart, entry+checks.LineEnd(text)+strings.Repeat(" ", column))
}
