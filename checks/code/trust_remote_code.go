package code

import (
	"bytes"
	"context"

	"bakedin/checks"
	"bakedin/internal/lang/python"
	"bakedin/rules"
)

// trustRemoteCode reports calls that run Python which comes with the model. It looks at every call with that keyword: no
// other library uses the name.
func trustRemoteCode(_ context.Context, p *checks.Pass) error {
	src, err := checks.Python.Of(p.File)
	if src == nil || src.File == nil || !bytes.Contains(src.Src, []byte("trust_remote_code")) {
		return err
	}
	for i := range src.Calls {
		c := call{&src.Calls[i], src, p, src.Callee(&src.Calls[i])}
		v := src.Keyword(c.Call, "trust_remote_code")
		if v.Kind == python.Parameter && v.Str == "True" {
			f := c.report("trust_remote_code is True unless the caller says otherwise: Python from the model's repository is run.")
			lower(f, rules.Medium, "it is a default, which a caller can change")
			continue
		}
		if v.Kind != python.True {
			continue
		}
		f := c.report("trust_remote_code=True runs Python from the model's repository.")
		if r := src.Keyword(c.Call, "revision"); r.Kind == python.String && commitID.MatchString(r.Str) {
			lower(f, rules.Medium, "the revision is pinned, so that the code is the one you looked at")
		}
		if v.First != 0 {
			f.Fixes = []checks.Fix{{ID: "drop-remote-code", Title: "Set trust_remote_code=False", Applicability: checks.Unsafe, Edits: c.replace(v.First, v.Last, "False"),
				Breaks: "A model whose architecture is not part of the library no longer loads."}}
			if len(f.Fixes[0].Edits) == 0 {
				f.Fixes = nil
			}
		}
	}
	return err
}
