package model

import (
	"fmt"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"bakedin/checks"
	"bakedin/internal/format/sniff"
	"bakedin/internal/format/zipx"
	"bakedin/rules"
)

// The rules about archives differ in the kinds of anomaly that they tell.
var (
	zipDuplicate  = zipRule(zipx.Duplicate, zipx.CaseAlias, zipx.Overlap)
	zipMismatch   = zipRule(zipx.Mismatch, zipx.FlagBits, zipx.Checksum)
	zipHidden     = zipRule(zipx.Hidden, zipx.Ambiguous, zipx.Prefix, zipx.Tail)
	zipPathEscape = zipRule(zipx.PathEscape, zipx.LinkEntry)
	zipBomb       = zipRule(zipx.Bomb)
)

// unpacked is the size that the headers of an entry give it, the larger one.
func unpacked(e *zipx.Entry) (n int64) {
	for _, r := range e.Readings() {
		n = max(n, r.Size)
	}
	return n
}

// zipRule reports the anomalies of some kinds in all archives of a file.
func zipRule(kinds ...zipx.Kind) func(*checks.Pass, *contents) {
	wants := map[zipx.Kind]bool{}
	for _, k := range kinds {
		wants[k] = true
	}
	return func(pass *checks.Pass, c *contents) {
		told(pass, c)
		if !c.parts[0].toldModel() && !c.holdsModel() {
			return
		}
		n := 0
		for _, p := range c.parts {
			if p.zip == nil {
				continue
			}
			for _, a := range p.zip.Anomalies {
				if !wants[a.Kind] || n >= maxFindings {
					continue
				}
				if a.Kind == zipx.Bomb && a.Entry != nil && strings.HasSuffix(a.Entry.Name, ".npy") && p.sniff.Promises(sniff.NPZ) && unpacked(a.Entry) <= peelLimits.Floor {
					continue // an array of zeros, as numpy packs it
				}
				if a.Kind == zipx.FlagBits && a.Entry != nil && a.Entry.Encrypted() && !c.recognised(join(p.member, a.Entry.Name)) {
					continue // it is encrypted as it says, and told as not read
				}
				if a.Kind == zipx.Prefix && bears(p) {
					continue
				}
				n++
				anchor, msg := string(a.Kind), a.Msg
				if a.Entry != nil {
					anchor += " " + a.Entry.Name
					msg = fmt.Sprintf("%q: %s", clip(a.Entry.Name), msg)
				}
				f := pass.In(p.member, a.Off, a.Off+1, -1, msg)
				f.Anchor = anchor
				switch a.Kind {
				case zipx.Checksum, zipx.Prefix, zipx.Tail:
					severity(f, rules.Medium, "loaders read past it")
				case zipx.LinkEntry:
					if a.Entry.Mode&0xf000 == 0xa000 && linkStays(a.Entry) {
						severity(f, rules.Low, "the link stays inside the archive")
					}
				case zipx.CaseAlias:
					severity(f, rules.High, "some readers tell the names apart")
				}
			}
		}
	}
}

// bears tells whether what stands before an archive belongs there: a program that opens it, or a model of TFLite, which has
// its labels packed behind it.
func bears(p *part) bool {
	return p.sniff.Format().Class() == sniff.Program && !p.promisesModel() || p.sniff.Format() == sniff.TFLite
}

// linkStays tells whether the target of a symbolic link, which is its content, stays in the folder it is extracted into.
func linkStays(e *zipx.Entry) bool {
	readings := e.Readings()
	if len(readings) != 1 || readings[0].Size > 4<<10 {
		return false
	}
	r, size, err := e.OpenAs(readings[0])
	if err != nil || r == nil || size > 4<<10 {
		return false
	}
	target := make([]byte, size)
	if n, err := r.ReadAt(target, 0); int64(n) < size && err != nil {
		return false
	}
	name := strings.ReplaceAll(string(target), `\`, "/")
	return name != "" && utf8.ValidString(name) && strings.IndexFunc(name, unicode.IsControl) < 0 && !strings.HasPrefix(name, "/") && !leaves(path.Join(path.Dir(e.Name), name))
}
