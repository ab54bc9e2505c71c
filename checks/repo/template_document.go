package repo

import (
	"bytes"
	"context"
	"path"
	"regexp"
	"strings"

	"bakedin/checks"
)

// hubKeys stand in the front matter of the cards of a model hub. A README without them is no card, and may be unfinished.
var hubKeys = regexp.MustCompile(`(?m)^(?:library_name|pipeline_tag|base_model|model-index|datasets|task_categories|size_categories|dataset_info|annotations_creators|source_datasets)\s*:`)

// templateDocument reports a document that its author never filled in, once.
func templateDocument(_ context.Context, p *checks.Pass) error {
	text, err := p.File.Bytes()
	if err != nil {
		return err
	}
	if strings.EqualFold(path.Base(p.File.Path), "README.md") { // one is a card by its front matter
		if !bytes.HasPrefix(text, []byte("---")) {
			return nil
		}
		d, err := checks.DocumentOf.Of(p.File)
		if err != nil || !hubKeys.Match(text[:d.Front]) {
			return err
		}
	}
	places := checks.OpenPlaces(text)
	if len(places) == 0 {
		return nil
	}
	f := p.At(places[0][0], places[0][1], "The document is a template that nobody filled in.")
	f.Anchor = "template"
	return nil
}
