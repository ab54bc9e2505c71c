package prompt

import (
	"strings"

	"bakedin/checks"
)

// instructionOverridePhrase reports an order to forget what was said before, said to whoever reads the file.
func instructionOverridePhrase(p *checks.Pass, m checks.TextMatch) {
	if !directed(p, m.Text, m.Groups[0], m.Groups[1], guardWords) || dataForTests(p) {
		return
	}
	f := p.At(m.Groups[0], m.Groups[1], "The text orders its reader to drop what it was told before.")
	f.Anchor = "override " + strings.ToLower(strings.Join(strings.Fields(m.Group(0)), " "))
	f.Fixes = []checks.Fix{lookWho("drop-order", "Take the order out")}
}

func lookWho(id, title string) checks.Fix {
	return checks.Steps(id, title, "Find out who wrote the line, and what else came with it: git log -S with a piece of it.", "Take it out. When it is an example of an attack, mark it as one: in quotation marks or a code block, below a heading that says so.")
}

// dataForTests tells whether the file feeds an evaluation, where attacks are the point.
func dataForTests(p *checks.Pass) bool {
	for _, a := range p.File.Assets {
		if a.Format == "promptfoo" {
			return true
		}
	}
	return false
}
