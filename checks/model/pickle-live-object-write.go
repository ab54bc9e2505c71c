package model

import (
	"fmt"

	"bakedin/checks"
	"bakedin/internal/format/pickle"
)

// liveObjectWrite reports states and items that are put on imported objects, which changes the process that loads, and
// states that plant a method such as __setstate__ for a later opcode to call.
func liveObjectWrite(pass *checks.Pass, c *contents) {
	r := reporting(pass)
	c.each(func(p *part, v *verdict) {
		for _, w := range v.writes {
			r.at(p, w.at, "GLOBAL "+w.target, fmt.Sprintf("%s writes on %s, which was imported, %s: that changes the process that loads the file", w.at.Code, w.target, where(p, w.at)))
		}
		for _, s := range p.pickle.Streams {
			for _, a := range s.Anomalies {
				if a.Kind == pickle.OddDunder {
					r.at(p, a.At, "state "+a.Detail, fmt.Sprintf("%s has %s, %s: a later opcode calls what was planted", a.At.Code, a.Detail, where(p, a.At)))
				}
			}
		}
	})
}
