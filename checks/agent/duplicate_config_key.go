package agent

import (
	"bytes"
	"context"

	"bakedin/checks"
	"bakedin/internal/lang/keys"
	"bakedin/rules"
)

// duplicateConfigKey reports a key that stands twice in one object: programs take the last, people read the first.
func duplicateConfigKey(_ context.Context, p *checks.Pass) error {
	root, err := checks.Keys.Of(p.File)
	if root == nil || err != nil {
		return err
	}
	text, err := p.File.Bytes()
	if err != nil {
		return err
	}
	var walk func(n *keys.Node)
	walk = func(n *keys.Node) {
		if n.Kind == keys.Object {
			seen := map[string]*keys.Node{}
			for _, c := range n.Items {
				was := seen[c.Key]
				seen[c.Key] = c
				if was == nil || was.KeyStart == c.KeyStart || was.KeyEnd == was.KeyStart || c.Key == "" {
					continue
				}
				f := p.At(c.KeyStart, c.KeyEnd, "The key "+c.Key+" stands twice: programs take this one, readers see the first.")
				f.Anchor = "duplicate " + c.Key
				f.Related = []checks.Related{{Role: "same", Message: "the first one", Start: checks.Position{Byte: was.KeyStart}, End: checks.Position{Byte: was.KeyEnd}}}
				if bytes.Equal(text[was.Start:was.End], text[c.Start:c.End]) {
					f.Lower(rules.Low, "both say the same")
				}
				f.Fixes = []checks.Fix{{ID: "drop-first", Title: "Take the one without effect out", Applicability: checks.Unsafe, Breaks: "A reader that takes the first one sees the other value.",
					Edits: editList(p.DeleteKey(text, n, was))}}
			}
		}
		for _, c := range n.Items {
			walk(c)
		}
	}
	walk(root)
	return nil
}
