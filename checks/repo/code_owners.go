package repo

import (
	"context"
	"fmt"
	"strings"

	"bakedin/checks"
	"bakedin/internal/repo"
	"bakedin/internal/safe"
	"bakedin/rules"
)

// codeOwners reports the owners of models, prompts, data and agents: E3 when a line that counts covers each of them. That
// their review is required stands outside of the tree.
func codeOwners(_ context.Context, p *checks.RepoPass) error {
	file, lines := "", []string(nil)
	for _, name := range checks.OwnersFiles {
		if p.Repo.Has(name) {
			text, err := p.Tree.ReadFile(name, 1<<20)
			if err != nil {
				return err
			}
			file, lines = name, strings.Split(string(text), "\n")
			break
		}
	}
	if file == "" || strings.Contains(strings.Join(lines, "\n"), "[WRITE") {
		return nil
	}
	all, owned, bare := 0, []string{}, ""
	for _, a := range p.Repo.Assets {
		switch a.Kind {
		case repo.Model, repo.Prompt, repo.Dataset, repo.Agent:
		default:
			continue
		}
		if a.InTests {
			continue
		}
		all++
		if checks.Owned(lines, a.Path) {
			owned = append(owned, a.ID)
		} else if bare == "" {
			bare = a.Path
		}
	}
	if len(owned) == 0 {
		return nil
	}
	f := p.Report(file, "code owners", file+" names owners of every model, prompt, dataset and agent file.")
	f.Strength, f.Assets = rules.E3, owned
	if bare != "" {
		f.Strength = rules.E2
		f.Message = safe.Line(fmt.Sprintf("%s names owners of %d of %d models, prompts, datasets and agent files, not of %s.", file, len(owned), all, bare))
	}
	return nil
}
