package model

import (
	"path"
	"strings"

	"bakedin/internal/format/sevenz"
)

// readSevenZip opens the members of a 7z archive. Those that are packed in a way that is not read, or encrypted, are left.
func readSevenZip(r *reading) {
	a, err := sevenz.Parse(r.r, r.size, sevenzLimits)
	r.describe = func(d *Description) { describeSevenZip(d, a) }
	r.fault(err)
	r.inside = [][2]int64{{0, a.End}}
	for _, e := range a.Entries {
		if leaves(e.Name) {
			r.found("zip-path-escape", 0, 1, "path-escape "+e.Name, "%q leads out of the archive", e.Name)
		}
		if e.Dir {
			continue
		}
		src, size, err := e.Open()
		member := &reading{part: &part{member: join(r.member, e.Name), parent: r.part}, c: r.c, format: r.format}
		member.fault(err)
		if err != nil && size == 0 {
			continue
		}
		if !r.c.spend(r.part, size) {
			return
		}
		r.open(e.Name, src, size)
	}
	if err == nil {
		r.unaccounted(a.End, r.size-a.End)
	}
}

// leaves tells whether a path is absolute or leads out of the folder into which it is extracted.
func leaves(name string) bool {
	name = strings.ReplaceAll(name, `\`, "/")
	clean := path.Clean(name)
	return strings.HasPrefix(name, "/") || clean == ".." || strings.HasPrefix(clean, "../") || len(name) > 1 && name[1] == ':'
}

func describeSevenZip(d *Description, a *sevenz.Archive) {
	for _, e := range a.Entries {
		d.Members = append(d.Members, Member{Name: e.Name, Bytes: e.Size, Packing: e.Methods()})
	}
}
