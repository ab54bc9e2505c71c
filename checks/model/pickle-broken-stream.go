package model

import (
	"errors"
	"fmt"

	"bakedin/checks"
	"bakedin/internal/format/pickle"
)

// brokenStream reports pickles that call something and break afterwards. A loader has run the call by then; whoever only
// asks whether the file loads never learns of it.
func brokenStream(pass *checks.Pass, c *contents) {
	r := reporting(pass)
	c.each(func(p *part, _ *verdict) {
		if p.cut {
			return // by us
		}
		for _, s := range p.pickle.Streams {
			var e *pickle.SyntaxError
			if !errors.As(s.Err, &e) || !calledBefore(s, e.Off) {
				continue
			}
			at := pickle.Place{Off: e.Off, Op: e.Op}
			r.at(p, at, "broken", fmt.Sprintf("the pickle makes calls and then breaks %s: %s", where(p, at), e.Msg))
		}
	})
}

func calledBefore(s *pickle.Stream, off int64) bool {
	for _, u := range s.Uses {
		if u.Via == pickle.Calls && u.At.Off < off {
			return true
		}
	}
	return false
}
