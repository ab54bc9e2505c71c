package model

import (
	"fmt"

	"bakedin/checks"
)

// dangerousImport reports imports that run code and that nothing in the stream calls: an object keeps them for later.
func dangerousImport(pass *checks.Pass, c *contents) {
	r := reporting(pass)
	c.each(func(p *part, v *verdict) {
		for _, d := range v.deeds {
			if d.class == dangerous && !d.called && !d.made {
				r.at(p, d.at, d.anchor(), fmt.Sprintf("%s imports %s %s and keeps it", d.at.Code, d.full(), where(p, d.at)))
			}
		}
	})
}
