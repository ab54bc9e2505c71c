package agent

import (
	"context"
	"path"

	"bakedin/checks"
)

// agentLocalFileTracked reports files of one person's agent that are part of the repository.
func agentLocalFileTracked(_ context.Context, p *checks.Pass) error {
	f := p.Whole("The file belongs to one person's agent, and everybody who clones the repository gets it.")
	f.Anchor = "local file"
	f.Fixes = []checks.Fix{{ID: "untrack", Title: "Take it out of the repository", Applicability: checks.Manual,
		Steps:    []string{"Look for credentials in it first: they are in the history and have to be rotated.", "Add the line to .gitignore: " + path.Base(p.File.Path)},
		Commands: []string{"git rm --cached -- " + p.File.Path}}}
	return nil
}
