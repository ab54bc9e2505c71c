package model

import (
	"fmt"

	"bakedin/checks"
	"bakedin/internal/format/pickle"
	"bakedin/rules"
)

// what a small pickle may make of itself
const (
	mostWeight = 100_000_000
	mostDepth  = 1000
)

// resourceBomb reports small pickles that become huge, that never end, or so deep that a walk over them overflows the stack.
func resourceBomb(pass *checks.Pass, c *contents) {
	r := reporting(pass)
	c.each(func(p *part, v *verdict) {
		for _, b := range v.bombs {
			r.at(p, b.at, "endless "+b.target, fmt.Sprintf("%s, %s: it does not end before memory does", b.target, where(p, b.at)))
		}
		for _, s := range p.pickle.Streams {
			at := pickle.Place{Off: s.Start}
			if s.Weight > mostWeight && s.End-s.Start < 1<<20 {
				r.at(p, at, "weight", fmt.Sprintf("%d bytes of pickle describe more than %d objects once shared ones are walked", s.End-s.Start, mostWeight))
			}
			if s.Depth > mostDepth {
				severity(r.at(p, at, "depth", fmt.Sprintf("values are nested %d deep", s.Depth)), rules.Medium, "deep values are slow or crash a program, they take no memory")
			}
		}
	})
}
