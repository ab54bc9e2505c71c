package model

import (
	"fmt"

	"bakedin/checks"
	"bakedin/internal/format/pickle"
)

// frameCrossing reports operands that straddle the end of their frame: two loaders read two different pickles. Both are
// judged by the other rules.
func frameCrossing(pass *checks.Pass, c *contents) {
	r := reporting(pass)
	c.each(func(p *part, _ *verdict) {
		for _, s := range p.pickle.Streams {
			for _, a := range s.Anomalies {
				if a.Kind == pickle.OddFrameCrossing && s.Reading == pickle.Plain {
					r.at(p, a.At, "frame-crossing", fmt.Sprintf("%s, %s: loaders read this file in different ways", a.Detail, where(p, a.At)))
				}
			}
		}
	})
}
