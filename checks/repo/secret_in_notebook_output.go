package repo

import (
	"context"

	"bakedin/checks"
	"bakedin/checks/secrets"
	"bakedin/internal/lang/keys"
)

// secretInNotebookOutput reports credentials in what a notebook has printed. Clearing the output takes nothing from the code.
func secretInNotebookOutput(_ context.Context, p *checks.Pass) error {
	text, err := p.File.Bytes()
	if err != nil {
		return err
	}
	if len(secrets.In(text)) == 0 { // most notebooks are never parsed for this
		return nil
	}
	root, err := checks.Keys.Of(p.File)
	if root == nil || err != nil {
		if root, err = keys.Parse("json", text, keys.Limits{}); err != nil {
			return &checks.Skip{Kind: "parse", Detail: err.Error()}
		}
	}
	cells := root.Child("cells")
	if cells == nil {
		return nil
	}
	for _, cell := range cells.Items {
		out := cell.Child("outputs")
		if out == nil || len(out.Items) == 0 {
			continue
		}
		for _, h := range secrets.In(text[out.Start:out.End]) {
			start, end := out.Start+h.Start, out.Start+h.End
			f := p.At(start, end, "The output of a cell shows "+secrets.Describe(h.Secret, string(text[start:end]))+".")
			f.Anchor = secrets.Anchor(string(text[start:end]))
			f.Fixes = []checks.Fix{{ID: "clear-output", Title: "Clear the output of the cell", Applicability: checks.Safe, Edits: p.ClearOutput(cell),
				Steps: []string{"Make the credential invalid where it was issued: it is in the history."}}, rotate("the credential")}
		}
	}
	return nil
}
