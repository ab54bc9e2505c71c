package code

import (
	"context"

	"bakedin/checks"
	"bakedin/internal/lang/python"
	"bakedin/rules"
)

// safeFormatLoaded is evidence that a model of a hub is taken as safetensors or not at all.
func safeFormatLoaded(_ context.Context, p *checks.Pass) error {
	return eachFetch(p, func(f fetch) {
		if !f.remote() || f.dataset() || f.plain() || f.src.Keyword(f.Call, "use_safetensors").Kind != python.True {
			return
		}
		x := f.report(f.id + " is loaded as safetensors or not at all.")
		x.Anchor, x.Strength, x.Assets = "safetensors "+f.id, rules.E3, []string{x.Fetches}
	})
}
