package repo

import (
	"context"
	"regexp"

	"bakedin/checks"
)

// gaps that an author left in a card, policy or plan
var unfilled = regexp.MustCompile(`\[More Information Needed\]|(?i)\blorem ipsum\b|<insert[^>\n]*>|\[insert [^\]\n]*\]|\byour-?e?-?mail@|use this section to tell people`)
var open = regexp.MustCompile(`(?m)(?:^[ \t]*|:[ \t]*)(?:TODO|TBD)[.!]?[ \t]*$`)

// most open places that a document may still have before it counts as a template
const openPlaces = 2

// templateDocument reports a document that its author never filled in, once.
func templateDocument(_ context.Context, p *checks.Pass) error {
	text, err := p.File.Bytes()
	if err != nil {
		return err
	}
	places := append(unfilled.FindAllIndex(text, 50), open.FindAllIndex(text, 50)...)
	if len(places) <= openPlaces && len(unfilled.FindAllIndex(text, 1)) == 0 {
		return nil
	}
	f := p.At(places[0][0], places[0][1], "The document is a template that nobody filled in.")
	f.Anchor = "template"
	return nil
}
