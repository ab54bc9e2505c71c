package model

import (
	"fmt"
	"strings"

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
		f := pass.In(p.member, 0, min(p.size, 16), -1, fmt.Sprintf("the name of %s ends in %s, its bytes are %s", what, suffix(p.name, promise), p.sniff.Format()))
		if promise.Class() == sniff.Wrapper && p.sniff.Format().Class() == sniff.Wrapper {
			severity(f, rules.Low, "both are compressions, which joblib tells apart by their bytes")
		}
		f.Anchor = fmt.Sprintf("%s as %s", p.sniff.Format(), promise)
	}
}

// suffix is the part of a name that promises a format.
func suffix(name string, promise sniff.Format) string {
	for end := len(name); ; {
		i := strings.LastIndexByte(name[:end], '.')
		if i < 0 {
			return name // saved_model.pb is one of a whole name
		}
		if p := sniff.Promised(name[i:end]); len(p) > 0 && p[0] == promise {
			return name[i:end]
		}
		end = i
	}
}
