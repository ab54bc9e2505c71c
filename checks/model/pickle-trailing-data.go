package model

import (
	"fmt"

	"bakedin/checks"
	"bakedin/internal/format/pickle"
	"bakedin/internal/format/sniff"
	"bakedin/rules"
)

// trailingData reports bytes between or behind the pickles of a file that no pickle and no container accounts for.
func trailingData(pass *checks.Pass, c *contents) {
	r := reporting(pass)
	c.each(func(p *part, v *verdict) {
		if p.sniff.Has(sniff.TorchLegacy) {
			return // tensor bytes stand behind the five pickles
		}
		for _, g := range p.pickle.Trailing {
			if g.Zero {
				continue
			}
			at := pickle.Place{Off: g.Off}
			follows := false
			for _, s := range p.pickle.Streams {
				follows = follows || s.Start >= g.Off+g.Len
			}
			f := r.at(p, at, "trailing", fmt.Sprintf("%d bytes %s are no part of the pickle before them", g.Len, where(p, at)))
			if follows {
				severity(f, rules.High, "another pickle stands behind them")
			}
		}
	})
}
