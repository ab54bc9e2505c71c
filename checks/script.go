package checks

import (
	"strings"

	"bakedin/internal/lang/javascript"
	"bakedin/internal/repo"
)

// Script is the fact of a JavaScript or TypeScript source; nil for a file that is none.
var Script = NewFact(func(f *File) (*javascript.File, error) {
	code := f.Asset(repo.Code)
	if code == nil || code.Format != "javascript" && code.Format != "typescript" || strings.HasSuffix(f.Path, ".min.js") {
		return nil, nil
	}
	text, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	s, err := javascript.Scan(text, javascript.Limits{})
	if err != nil {
		return s, &Skip{Kind: "parse", Detail: err.Error()}
	}
	return s, nil
})
