package model

import (
	"fmt"

	"bakedin/checks"
)

// extensionCode reports imports by number, whose meaning is not in the file.
func extensionCode(pass *checks.Pass, c *contents) {
	r := reporting(pass)
	c.each(func(p *part, _ *verdict) {
		for _, s := range p.pickle.Streams {
			for _, e := range s.Extensions {
				if e.Is == nil {
					r.at(p, e.At, fmt.Sprintf("EXT %d", e.Code), fmt.Sprintf("%s imports extension %d %s, which only the loading process knows", e.At.Code, e.Code, where(p, e.At)))
				}
			}
		}
	})
}
