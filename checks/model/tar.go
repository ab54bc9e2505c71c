package model

import (
	"path"
	"strings"

	"bakedin/internal/format/sniff"
	"bakedin/internal/format/tarx"
	"bakedin/rules"
)

// readTar opens the members of a tar archive, and tells what is odd about its headers.
func readTar(r *reading) {
	a, err := tarx.Parse(r.r, r.size, tarLimits)
	r.describe = func(d *Description) { describeTar(d, a) }
	torch := r.sniff.Has(sniff.TorchTar)
	for _, e := range a.Entries {
		if !e.IsFile() {
			continue
		}
		src, size := e.Open()
		r.inside = append(r.inside, [2]int64{e.Data, e.Data + size})
		child := &part{member: join(r.member, e.Name), name: path.Base(e.Name), r: src, size: size, depth: r.depth + 1, parent: r.part, torch: torch}
		if torch && readTorchStream(r.c, child) {
			continue
		}
		r.c.open(child)
	}
	for _, n := range a.Anomalies {
		r.tarAnomaly(n)
	}
	if !r.fault(err) {
		r.unaccounted(a.End, r.size-a.End)
	}
}

func (r *reading) tarAnomaly(n tarx.Anomaly) {
	name := ""
	if n.Entry != nil {
		name = n.Entry.Name
	}
	anchor := string(n.Kind) + " " + name
	switch n.Kind {
	case tarx.PathEscape:
		r.found("tar-path-escape", n.Off, 1, anchor, "%q: %s", name, n.Msg)
	case tarx.LinkEntry:
		m := r.found("tar-link-entry", n.Off, 1, anchor, "%q %s", name, n.Msg)
		if e := n.Entry; (e.Type == '1' || e.Type == '2') && staysInside(e) {
			m.weigh(rules.Low, "the link stays inside the archive")
		}
	case tarx.Duplicate:
		r.found("tar-entry-mismatch", n.Off, 1, anchor, "%q: %s", name, n.Msg).weigh(rules.Medium, "programs that update an archive write this too")
	default:
		r.found("tar-entry-mismatch", n.Off, 1, anchor, "%q: %s", name, n.Msg)
	}
}

// staysInside tells whether a link leads to a place in the folder into which the archive is extracted. A hard link names a
// member, a symbolic one a path from where it lies.
func staysInside(e *tarx.Entry) bool {
	target := strings.ReplaceAll(e.Link, `\`, "/")
	if strings.HasPrefix(target, "/") || len(target) > 1 && target[1] == ':' {
		return false
	}
	if e.Type == '2' {
		target = path.Join(path.Dir(strings.TrimPrefix(e.Name, "./")), target)
	}
	clean := path.Clean(target)
	return clean != ".." && !strings.HasPrefix(clean, "../")
}

func describeTar(d *Description, a *tarx.Archive) {
	for _, e := range a.Entries {
		d.Extents = append(d.Extents, Extent{e.Off, e.Data - e.Off, "header of " + e.Name}, Extent{e.Data, e.Size, e.Name})
	}
}
