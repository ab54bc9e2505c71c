package model

import (
	"path"
	"strings"

	"bakedin/internal/format/zipx"
)

// readZip opens every member of an archive that may be something: whatever its name says.
func (c *contents) readZip(p *part) {
	if p.zip != nil {
		return
	}
	a, err := zipx.Parse(p.r, p.size, zipLimits)
	p.zip = a
	if err != nil {
		c.leave(p, kindOf(err), "zip: %v", err)
	}
	if a == nil {
		return
	}
	torch, script := isTorch(a), isScript(a)
	p.torch = p.torch || torch
	for _, e := range a.Entries {
		c.readEntry(p, e, torch, script)
	}
}

// isTorch tells an archive of torch.save by the record that holds its object.
func isTorch(a *zipx.Archive) bool {
	for _, e := range a.Entries {
		if path.Base(e.Name) == "data.pkl" || path.Base(e.Name) == "constants.pkl" {
			return true
		}
	}
	return false
}

// isScript tells an archive of torch.jit.save by its constants and its code.
func isScript(a *zipx.Archive) bool {
	constants, code := false, false
	for _, e := range a.Entries {
		constants = constants || path.Base(e.Name) == "constants.pkl"
		code = code || strings.Contains("/"+e.Name, "/code/")
	}
	return constants && code
}

func (c *contents) readEntry(p *part, e *zipx.Entry, torch, script bool) {
	if e.IsDir() && (e.Central == nil || e.Central.Size == 0) {
		return
	}
	child := &part{member: join(p.member, e.Name), name: path.Base(e.Name), depth: p.depth + 1, parent: p, torch: torch, script: script}
	readings := e.Readings()
	if len(readings) == 0 {
		c.leave(child, "parse", "no data at the place that the directory gives")
		return
	}
	// A member may tell two stories of its method and length: each that can be read is.
	opened := false
	var first error
	for _, reading := range readings {
		r, size, err := e.OpenAs(reading)
		if err != nil && first == nil {
			first = err
		}
		if r == nil || err != nil && size == 0 {
			continue
		}
		next := *child
		next.r, next.size = r, size
		c.open(&next)
		opened = opened || err == nil
	}
	switch {
	case opened && !e.Encrypted():
	case e.Encrypted() && !c.recognised(child.member):
		c.leave(child, "encrypted", "the member is encrypted")
	case first != nil:
		c.leave(child, kindOf(first), "%v", first)
	}
}

// recognised tells whether a member that is flagged as encrypted made sense as it stands: then the flag was a lie.
func (c *contents) recognised(member string) bool {
	for _, p := range c.parts {
		if p.member == member && (p.pickle != nil || len(p.sniff.Formats) > 0 || p.sniff.Text) {
			return true
		}
	}
	return false
}
