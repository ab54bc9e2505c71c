package deploy

import (
	"strings"

	"bakedin/checks"
	"bakedin/rules"
)

// containerHardened reports what takes rights from a container. A USER of a Dockerfile counts when the image ends with it.
func containerHardened(p *checks.Pass, m checks.TextMatch) {
	start, end := m.Groups[0], m.Groups[1]
	if checks.EvidenceAt(p.File, start) == rules.E0 {
		return
	}
	if strings.EqualFold(m.Group(1), "USER") {
		d, err := Dockerfile.Of(p.File)
		if err != nil || d == nil || d.Last() == nil {
			return
		}
		account, at := d.Last().User()
		if at == nil || isRoot(account) || start != at.Start {
			return
		}
	}
	p.At(start, end, "")
}
