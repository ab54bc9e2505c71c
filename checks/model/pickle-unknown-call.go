package model

import (
	"fmt"

	"bakedin/checks"
)

// unknownCall reports calls of functions that nobody reviewed, of values that cannot be told, and of reviewed functions with
// arguments that they were not reviewed for.
func unknownCall(pass *checks.Pass, c *contents) {
	r := reporting(pass)
	c.each(func(p *part, v *verdict) {
		for _, d := range v.deeds {
			if d.class == unknown && d.called {
				msg := fmt.Sprintf("%s of %s %s", d.at.Code, d.full(), where(p, d.at))
				if d.args != "" {
					msg += " with " + d.args
				}
				r.at(p, d.at, d.anchor(), msg+": nobody reviewed what it does when it is called")
			}
		}
		for _, o := range v.open {
			r.at(p, o.at, o.key, fmt.Sprintf("%s, %s", o.what, where(p, o.at)))
		}
	})
}
