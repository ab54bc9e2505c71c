package model

import (
	"slices"

	"bakedin/internal/format/sniff"
	"bakedin/rules"
)

// programs tells of executables among the members of a model. In an archive of anything else they are no surprise.
func (c *contents) programs() {
	root := c.parts[0].sniff
	isModel := func(f sniff.Format) bool { return f.Class() == sniff.Model }
	if !slices.ContainsFunc(root.Formats, isModel) && !slices.ContainsFunc(root.Promised, isModel) {
		return
	}
	for _, p := range c.parts[1:] {
		f := p.sniff.Format()
		if f.Class() != sniff.Program {
			continue
		}
		r := &reading{part: p, c: c, format: f}
		m := r.found("native-program", 0, min(p.size, 16), "program "+string(f), "it is a program (%s)", f)
		if f == sniff.Script {
			m.weigh(rules.Medium, "it is a script, which can be read")
		}
	}
}
