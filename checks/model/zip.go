package model

import (
	"fmt"
	"io"
	"path"
	"strings"

	"bakedin/internal/format/sniff"
	"bakedin/internal/format/zipx"
	"bakedin/rules"
)

// readZip opens every member of an archive that may be something: whatever its name says.
func (c *contents) readZip(p *part) {
	if p.zip != nil {
		return
	}
	a, err := zipx.Parse(p.r, p.size, zipLimits)
	if a != nil && a.Covered(p.inside) {
		return // they were opened as members
	}
	p.zip = a
	if err != nil {
		c.leave(p, kindOf(err), "zip: %v", err)
	}
	if a == nil {
		return
	}
	c.betweenEntries(p, a)
	if isTorch(a) {
		c.readTorchZip(p, a)
		return
	}
	c.bundledCode(p, a)
	for _, e := range a.Entries {
		c.readEntry(p, e)
	}
}

// bundledCode tells of Python files in an archive that is a model by its name or its layout.
func (c *contents) bundledCode(p *part, a *zipx.Archive) {
	if !p.sniff.Has(sniff.MAR) && !p.sniff.Has(sniff.Keras) && !p.sniff.Has(sniff.Skops) && !p.sniff.Promises(sniff.Torch) {
		return
	}
	r := &reading{part: p, c: c, format: sniff.Zip}
	n := 0
	for _, e := range a.Entries {
		if strings.HasSuffix(strings.ToLower(e.Name), ".py") {
			if n++; n == 1 {
				r.found("bundled-code", e.Off(), 1, "code", "Python files are packed with the weights, the first is %q", e.Name)
			}
		}
	}
}

// betweenEntries opens what stands before, between and behind the entries, when it is a file of its own. That there are such
// bytes is told as an anomaly of the archive.
func (c *contents) betweenEntries(p *part, a *zipx.Archive) {
	for _, g := range a.Gaps {
		if g.Off == 0 && len(p.sniff.Formats) > 0 && p.sniff.Format() != sniff.Zip && !isZipKind(p.sniff.Format()) {
			continue // the file itself begins as another format, which is read too
		}
		src := io.NewSectionReader(p.r, g.Off, g.Len)
		head, tail, err := ends(src, g.Len)
		if err == nil && sniff.Sniff(head, tail, g.Len, "").Format() != "" {
			c.open(&part{member: join(p.member, fmt.Sprintf("bytes@%d", g.Off)), r: src, size: g.Len, depth: p.depth + 1, parent: p, torch: p.torch})
		}
	}
}

// isZipKind tells the formats that are a zip.
func isZipKind(f sniff.Format) bool {
	switch f {
	case sniff.TorchZip, sniff.TorchScript, sniff.TorchPackage, sniff.TorchExport, sniff.NPZ, sniff.Keras, sniff.Skops, sniff.MAR:
		return true
	}
	return false
}

// isTorch tells an archive of torch by the records that its writers put into it.
func isTorch(a *zipx.Archive) bool {
	for _, e := range a.Entries {
		switch strings.ToLower(path.Base(strings.ReplaceAll(e.Name, `\\`, "/"))) {
		case "data.pkl", "constants.pkl", "extern_modules", "archive_format", "serialized_exported_program.json":
			return true
		}
	}
	return false
}

// readEntry opens a member in each of the ways in which it can be read.
func (c *contents) readEntry(p *part, e *zipx.Entry) {
	if e.IsDir() && (e.Central == nil || e.Central.Size == 0) {
		return
	}
	child := &part{member: join(p.member, e.Name), name: path.Base(e.Name), depth: p.depth + 1, parent: p, torch: p.torch, script: p.script}
	readings := e.Readings()
	if len(readings) == 0 {
		c.leave(child, "parse", "no data at the place that the directory gives")
		return
	}
	// A member may tell two stories of its method and length: each that can be read is.
	before := len(c.left)
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
		if reading.Method != zipx.Stored && !c.spend(child, size) {
			return
		}
		next := *child
		next.r, next.size, next.cut = r, size, isLimit(err)
		c.open(&next)
		opened = opened || err == nil
		if err == nil && next.pickle != nil {
			c.checkSum(p, &next, e)
		}
	}
	switch {
	case opened && !e.Encrypted():
	case e.Encrypted() && !c.recognised(child.member):
		c.left = c.left[:before] // what the cipher was taken for
		c.leave(child, "encrypted", "the member is encrypted")
	case first != nil:
		c.leave(child, kindOf(first), "%v", first)
	}
}

// checkSum computes the checksum of a member whose bytes were read anyway.
func (c *contents) checkSum(p, child *part, e *zipx.Entry) {
	if ok, err := e.Sum(child.r, child.size); err == nil && !ok && !p.zip.Has(zipx.Checksum) {
		r := &reading{part: p, c: c, format: sniff.Zip}
		r.found("zip-entry-mismatch", e.Off(), 1, "checksum "+e.Name, "the checksum of %q does not hold", e.Name).
			weigh(rules.Medium, "loaders read past it")
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
