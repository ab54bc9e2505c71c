// Package patch writes the difference of two texts as a unified diff that patch and git apply take. It knows lines, and
// nothing of what stands in them.
//
// Source: "Unified Format" in the manual of GNU diffutils
package patch

import "github.com/aymanbagabas/go-udiff"

const context = 3

// Unified is the diff of a file under its two names, "/dev/null" for one that is not there. It is empty when nothing
// differs.
func Unified(from, to string, before, after []byte) string {
	d, err := udiff.ToUnifiedDiff(from, to, string(before), udiff.Lines(string(before), string(after)), context)
	if err != nil {
		return "" // the edits are those of the two texts, in order
	}
	moved := 0 // lines that came in less those that went out, before a hunk: the module does not count those between edits
	for _, h := range d.Hunks {
		h.ToLine = h.FromLine + moved
		for _, l := range h.Lines {
			switch l.Kind {
			case udiff.Insert:
				moved++
			case udiff.Delete:
				moved--
			}
		}
	}
	return d.String()
}
