package model

import (
	"fmt"

	"bakedin/checks"
	"bakedin/internal/format/sniff"
	"bakedin/rules"
)

// disguised reports files and members whose bytes are another format than their name promises.
func disguised(pass *checks.Pass, c *contents) {
	r := reporting(pass)
	for _, p := range c.parts {
		promise, broken := p.sniff.Broken()
		if !broken {
			continue
		}
		if r.n >= maxFindings {
			return
		}
		r.n++
		what := "the file"
		if p.member != "" {
			what = p.member
		}
		f := pass.In(p.member, 0, min(p.size, 16), -1, fmt.Sprintf("%s is called %s and is %s", what, promise, p.sniff.Format()))
		if promise.Class() == sniff.Wrapper && p.sniff.Format().Class() == sniff.Wrapper {
			severity(f, rules.Low, "both are compressions, which joblib tells apart by their bytes")
		}
		f.Anchor = fmt.Sprintf("%s as %s", p.sniff.Format(), promise)
	}
}
