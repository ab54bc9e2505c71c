package model

import (
	"bakedin/checks"
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

// zipRule reports the anomalies of some kinds in all archives of a file.
func zipRule(kinds ...zipx.Kind) func(*checks.Pass, *contents) {
	wants := map[zipx.Kind]bool{}
	for _, k := range kinds {
		wants[k] = true
	}
	return func(pass *checks.Pass, c *contents) {
		told(pass, c)
		n := 0
		for _, p := range c.parts {
			if p.zip == nil {
				continue
			}
			for _, a := range p.zip.Anomalies {
				if !wants[a.Kind] || n >= maxFindings || a.Kind == zipx.Ambiguous && nested(p.zip) {
					continue
				}
				if a.Kind == zipx.FlagBits && a.Entry != nil && a.Entry.Encrypted() && !c.recognised(join(p.member, a.Entry.Name)) {
					continue // it is encrypted as it says, and told as not read
				}
				n++
				f := pass.In(p.member, a.Off, a.Off+1, -1, a.Msg)
				f.Anchor = string(a.Kind)
				if a.Entry != nil {
					f.Anchor += " " + a.Entry.Name
				}
				switch a.Kind {
				case zipx.Checksum, zipx.Prefix, zipx.Tail:
					severity(f, rules.Medium, "loaders read past it")
				case zipx.CaseAlias:
					severity(f, rules.High, "some readers tell the names apart")
				}
			}
		}
	}
}

// nested tells whether every directory but the last lies in the content of an entry: an archive that holds an archive has
// two, and no reader takes the inner one for its own.
func nested(a *zipx.Archive) bool {
	for i, v := range a.Views {
		inside := i == 0
		for _, e := range a.Entries {
			inside = inside || e.View == 0 && e.Data > 0 && e.Data <= v.Dir && v.End <= e.End
		}
		if !inside {
			return false
		}
	}
	return true
}
