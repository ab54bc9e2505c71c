package repo

import (
	"context"

	"bakedin/checks"
)

// templateDocument reports a document that its author never filled in, once.
func templateDocument(_ context.Context, p *checks.Pass) error {
	text, err := p.File.Bytes()
	if err != nil {
		return err
	}
	places := checks.OpenPlaces(text)
	if len(places) == 0 {
		return nil
	}
	f := p.At(places[0][0], places[0][1], "The document is a template that nobody filled in.")
	f.Anchor = "template"
	return nil
}
