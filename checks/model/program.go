package model

import (
	"slices"

	"bakedin/internal/format/sniff"
	"bakedin/rules"
)

// programs tells of executables among the members of a model, and of a program that carries a model with it. In an archive
// of anything else they are no surprise.
func (c *contents) programs() {
	root := c.parts[0]
	if root.sniff.Format().Class() == sniff.Program && c.holdsModel() {
		c.program(root, "it is a program (%s) with a model in it")
	}
	if !root.isModel() && !root.promisesModel() {
		return
	}
	for _, p := range c.parts[1:] {
		if p.sniff.Format().Class() == sniff.Program {
			c.program(p, "it is a program (%s)")
		}
	}
}

func (c *contents) program(p *part, what string) {
	f := p.sniff.Format()
	r := &reading{part: p, c: c, format: f}
	m := r.found("native-program", 0, min(p.size, 16), "program "+string(f), what, f)
	if f == sniff.Script {
		m.weigh(rules.Medium, "it is a script, which can be read")
	}
}

// holdsModel tells whether the bytes of some file in this one are those of a model. What is packed for another purpose, a
// document or an installer, is looked at for what it holds and not for how it was packed.
func (c *contents) holdsModel() bool {
	return slices.ContainsFunc(c.parts, (*part).isModel)
}

func (p *part) isModel() bool {
	return slices.ContainsFunc(p.sniff.Formats, func(f sniff.Format) bool { return f.Class() == sniff.Model })
}
