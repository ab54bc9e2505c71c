package model

import (
	"fmt"

	"bakedin/checks"
	"bakedin/internal/format/pickle"
)

// told by rules of their own, or by what became of the stream
var toldElsewhere = map[string]bool{
	pickle.OddFrameCrossing: true, pickle.OddDunder: true, pickle.OddStack: true, pickle.OddOperand: true, pickle.OddBuffer: true,
}

// streamAnomaly reports forms that no writer of pickles produces: they are there to make two readers disagree.
func streamAnomaly(pass *checks.Pass, c *contents) {
	r := reporting(pass)
	c.each(func(p *part, _ *verdict) {
		for _, s := range p.pickle.Streams {
			if s.Reading == pickle.NoArrays {
				continue // array bytes read as opcodes are odd by nature
			}
			for _, a := range s.Anomalies {
				if toldElsewhere[a.Kind] || a.Kind == pickle.OddPersistent && !p.torch || a.Behind && !behindCounts(s) {
					continue
				}
				r.at(p, a.At, a.Kind, fmt.Sprintf("%s, %s: no writer of pickles does that", a.Detail, where(p, a.At)))
			}
		}
	})
}

// behindCounts tells whether a broken stream did something before it broke: then its oddities are worth a word. The noise
// of a file that is no pickle is not.
func behindCounts(s *pickle.Stream) bool { return len(s.Uses) > 0 }
