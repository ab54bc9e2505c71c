package zipx

import "slices"

// dropNested forgets directories of archives that lie whole in the content of an entry of this one: an archive that holds an
// archive has two end records, and no reader takes the inner one for its own. One that does not lie there whole stays, and the
// archive is ambiguous.
func (a *Archive) dropNested() {
	if len(a.Views) < 2 {
		return
	}
	var contents [][2]int64
	for _, e := range a.Entries {
		if e.View == 0 && e.Data > 0 {
			contents = append(contents, [2]int64{e.Data, e.End})
		}
	}
	for v := 1; v < len(a.Views); v++ {
		if !a.covered(v, contents) {
			return
		}
	}
	inner := a.Views[1:]
	a.Views = a.Views[:1]
	a.Entries = slices.DeleteFunc(a.Entries, func(e *Entry) bool { return e.View > 0 })
	a.Anomalies = slices.DeleteFunc(a.Anomalies, func(n Anomaly) bool {
		return n.Entry != nil && n.Entry.View > 0 || n.Kind == Ambiguous && slices.ContainsFunc(inner, func(v View) bool { return n.Off == v.End })
	})
}

// Covered tells whether all that was found lies whole in ranges of the file, each directory with its entries in one: then they
// are archives inside another container, and the file is none itself.
func (a *Archive) Covered(ranges [][2]int64) bool {
	for v := range a.Views {
		if !a.covered(v, ranges) {
			return false
		}
	}
	return len(a.Views) > 0
}

// covered tells whether a directory, its end record and its entries lie in one of the ranges.
func (a *Archive) covered(view int, ranges [][2]int64) bool {
	v := a.Views[view]
	return slices.ContainsFunc(ranges, func(r [2]int64) bool {
		if v.Dir < r[0] || a.EndOf(v) > r[1] {
			return false
		}
		for _, e := range a.Entries {
			if e.View == view && (e.Local == nil || e.Local.Off < r[0] || e.End > r[1]) {
				return false
			}
		}
		return true
	})
}
