package model

import (
	"fmt"

	"bakedin/checks"
)

// runsCode reports imports that run code or reach files, processes or the network, and that the pickle itself calls,
// constructs or hands to something that does.
func runsCode(pass *checks.Pass, c *contents) {
	r := reporting(pass)
	c.each(func(p *part, v *verdict) {
		for _, d := range v.deeds {
			if d.class != dangerous || !d.called && !d.made {
				continue
			}
			msg := fmt.Sprintf("%s of %s %s", d.at.Code, d.full(), where(p, d.at))
			if d.args != "" {
				msg += " with " + d.args
			}
			msg += ": it is " + d.via + " when the file is loaded"
			if d.stream.Err != nil {
				msg += "; the stream breaks afterwards, which may be on purpose"
			}
			r.at(p, d.at, d.anchor(), msg)
		}
		for _, x := range v.inner {
			if x.worst == dangerous && x.called && x.loaded {
				r.at(p, x.at, "GLOBAL "+x.what, fmt.Sprintf("%s in a %s that is handed to a loader, %s", x.what, x.how, where(p, x.at)))
			}
		}
	})
}
