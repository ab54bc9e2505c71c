package code

import (
	"context"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/python"
	"bakedin/internal/repo"
	"bakedin/internal/safe"
	"bakedin/rules"
)

// revisionUnpinned reports models and datasets that are fetched by a name whose content can change.
type revisionUnpinned struct{}

// Run implements checks.Check over Python and scripts.
func (revisionUnpinned) Run(_ context.Context, p *checks.Pass) error {
	if err := scriptRevisions(p); err != nil {
		return err
	}
	return eachFetch(p, func(f fetch) {
		if f.pinned || f.elsewhere || !f.remote() || f.remoteCode() { // trust-remote-code tells of the revision itself
			return
		}
		x := f.report(f.id + " is fetched by name: whoever owns it can change what you get.")
		x.Anchor = "fetch " + f.id
		if f.plain() || f.name == "evaluate.load" && !strings.Contains(f.id, "/") {
			x.Lower(rules.Low, "what is fetched holds no weights")
		} else if p.File.Place == repo.Examples || p.File.Is(repo.Notebook) {
			x.Lower(rules.Low, "an example or a notebook")
		}
		x.Fixes = []checks.Fix{pinRevision(f.id, `revision="<the 40 digits>"`)}
	})
}

func pinRevision(id, how string) checks.Fix {
	return checks.Steps("pin-revision", "Pin the revision",
		"Find the commit you tested: git ls-remote https://huggingface.co/"+id+" HEAD",
		"Write "+how+".",
		"Raise it on purpose, with the evaluations run again.")
}

// plain tells whether the call fetches text files only.
func (f fetch) plain() bool {
	name := f.name
	return strings.Contains(name, "Tokenizer") || strings.Contains(name, "Config") || strings.Contains(name, "Processor") || strings.Contains(name, "FeatureExtractor")
}

// remoteCode tells whether the call also runs code of the model's repository.
func (f fetch) remoteCode() bool {
	return f.src.Keyword(f.Call, "trust_remote_code").Kind == python.True
}

// revisionPinned is evidence that something is fetched by its commit. It holds for that name alone; beside a call that takes
// a name from elsewhere and no commit, nobody can say that what runs is what was pinned.
func revisionPinned(_ context.Context, p *checks.Pass) error {
	open := false
	if err := eachFetch(p, func(f fetch) {
		open = open || f.id == "" && !f.pinned && !f.elsewhere && !f.dataset() && !f.local()
	}); err != nil {
		return err
	}
	return eachFetch(p, func(f fetch) {
		if !f.pinned {
			return
		}
		x := f.report(f.id + " is pinned to a commit.")
		x.Anchor = "pinned " + f.id
		x.Strength, x.Assets = rules.E3, []string{f.id}
		if open {
			x.Strength = rules.E2
			x.Message = safe.Line(f.id + " is pinned to a commit; another call of this file takes its name from elsewhere, without one.")
		}
		if x.Fetches != "" {
			x.Assets = []string{x.Fetches}
		}
	})
}
