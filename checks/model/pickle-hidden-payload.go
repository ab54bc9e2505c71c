package model

import (
	"fmt"

	"bakedin/checks"
	"bakedin/rules"
)

// hiddenPayload reports pickles, archives and code inside the constants of a pickle that import something not reviewed.
func hiddenPayload(pass *checks.Pass, c *contents) {
	r := reporting(pass)
	c.each(func(p *part, v *verdict) {
		for _, x := range v.inner {
			f := r.at(p, x.at, "payload "+x.what, fmt.Sprintf("a constant %s holds a payload (%s) that names %s", where(p, x.at), x.how, x.what))
			if x.worst == unknown && !x.loaded {
				severity(f, rules.Medium, "it is held as data and names nothing that is known to be dangerous")
			}
		}
	})
}
