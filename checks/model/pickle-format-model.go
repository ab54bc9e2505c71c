package model

import (
	"bakedin/checks"
)

// formatModel advises a format that cannot run code for models that are pickles.
func formatModel(pass *checks.Pass, c *contents) {
	for _, p := range c.parts {
		if p.pickle == nil {
			continue
		}
		what := "this model is a pickle"
		if p.member != "" {
			what += " inside an archive (" + p.member + ")"
		}
		f := pass.Whole(what + ": whoever loads it trusts whoever wrote it")
		f.Anchor = "format"
		offerConversion(pass, f)
		return
	}
}
