package hook

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"bakedin/internal/git"
	"bakedin/internal/repo"
	"bakedin/internal/safe"
)

// State is what stands in the place of a hook.
type State struct {
	Stage      string
	Path       string // of the hook file
	Configured bool   // core.hooksPath says where hooks are
	Inside     bool   // Path lies in the repository's own folders
	Owner      string // none, ours, edited, other
	Chained    bool   // a hook that was there before is called first
	Recorded   string // the program that ours calls
	Required   bool
	Manager    string // a manager of hooks whose configuration lies in the tree
}

// Words say the state to a person.
func (s State) Words() string {
	var w string
	switch s.Owner {
	case "none":
		w = "no hook"
	case "ours":
		w = "bakedin"
		if s.Chained {
			w += ", after the hook that was there before"
		}
		if _, err := os.Stat(s.Recorded); err != nil {
			w += fmt.Sprintf("; the recorded program %s is gone", safe.Path(s.Recorded))
		}
		if s.Required {
			w += "; required"
		}
	case "edited":
		w = "a hook of bakedin that a person edited"
	default:
		w = "another hook"
	}
	w += " (" + string(safe.Path(s.Path)) + ")"
	if s.Configured {
		w += ", by core.hooksPath"
	}
	if s.Manager != "" {
		w += "; hooks are managed by " + s.Manager
	}
	return w
}

// managers by the file that tells of them
var managers = []struct{ file, name string }{
	{".pre-commit-config.yaml", "pre-commit"}, {"lefthook.yml", "lefthook"}, {".lefthook.yml", "lefthook"}, {"lefthook.yaml", "lefthook"},
	{".husky", "husky"}, {".overcommit.yml", "overcommit"},
}

// Look finds out who owns the hook of a stage.
func Look(ctx context.Context, g *git.Repo, stage string) (State, error) {
	dir, configured, err := g.HooksPath(ctx)
	if err != nil {
		return State{}, err
	}
	s := State{Stage: stage, Path: filepath.Join(dir, stage), Configured: configured, Owner: "none"}
	for _, top := range []string{g.Toplevel, g.Common} {
		if rel, err := filepath.Rel(top, dir); err == nil && filepath.IsLocal(rel) {
			s.Inside = true
		}
	}
	for _, m := range managers {
		if _, err := os.Stat(filepath.Join(g.Toplevel, m.file)); err == nil {
			s.Manager = m.name
			break
		}
	}
	script, err := os.ReadFile(s.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return s, nil
	case err != nil:
		return s, err
	}
	if s.Owner = owner(script); s.Owner != "other" {
		s.Recorded, s.Required = value(script, "recorded"), value(script, "required") == "1"
		_, err := os.Stat(s.Path + chainedSuffix)
		s.Chained = err == nil
	}
	return s, nil
}

// Refusal is why a hook is not installed or removed, with what to do in its place.
type Refusal struct{ Reason, Hint string }

func (r *Refusal) Error() string { return r.Reason }

// Install puts our hook in place. A hook that is there is kept and called first; it is not lost and not nested.
func Install(s State, program string, required, force bool) error {
	switch {
	case s.Owner == "edited" && !force:
		return &Refusal{fmt.Sprintf("%s is a hook of bakedin that somebody edited", safe.Path(s.Path)), "keep the edit elsewhere, then: bakedin hook install --force"}
	case s.Manager != "" && !force:
		return &Refusal{"hooks of this repository are managed by " + s.Manager + ", which would not call ours", "bakedin hook print --for " + s.Manager}
	case s.Configured && !s.Inside && !force:
		return &Refusal{fmt.Sprintf("core.hooksPath leads out of the repository, to %s: a hook there would run in every repository", safe.Path(filepath.Dir(s.Path))),
			"git config --local core.hooksPath .git/hooks, or bakedin hook install --force"}
	case s.Configured && !force:
		return &Refusal{fmt.Sprintf("core.hooksPath is set: hooks are kept in %s", safe.Path(filepath.Dir(s.Path))),
			fmt.Sprintf("add this line to %s: bakedin hook run %s || exit $?   (or: bakedin hook install --force)", safe.Path(s.Path), s.Stage)}
	}
	if err := os.MkdirAll(filepath.Dir(s.Path), 0o755); err != nil {
		return err
	}
	if s.Owner == "other" {
		if _, err := os.Lstat(s.Path + chainedSuffix); err == nil {
			return &Refusal{fmt.Sprintf("%s is in the way: it is not ours and is not written over", safe.Path(s.Path+chainedSuffix)), "move it away, then install again"}
		}
		if err := os.Rename(s.Path, s.Path+chainedSuffix); err != nil {
			return err
		}
	}
	return repo.WriteProgram(s.Path, Shim(s.Stage, program, required))
}

// Uninstall removes our hook and puts back what was there before, byte for byte with its mode.
func Uninstall(s State) error {
	switch s.Owner {
	case "none":
		return &Refusal{"there is no " + s.Stage + " hook", ""}
	case "other":
		return &Refusal{fmt.Sprintf("%s is not a hook of bakedin; it was left alone", safe.Path(s.Path)), ""}
	case "edited":
		return &Refusal{fmt.Sprintf("%s was edited after it was installed; it was left alone", safe.Path(s.Path)), "look at it, then remove it by hand"}
	}
	if s.Chained {
		return os.Rename(s.Path+chainedSuffix, s.Path)
	}
	return os.Remove(s.Path)
}

// Snippets are what other managers of hooks want to read.
var snippets = map[string]string{
	"pre-commit": `# .pre-commit-config.yaml
repos:
  - repo: local
    hooks:
      - id: bakedin
        name: bakedin (AI security)
        entry: bakedin hook run --framework
        language: system
        require_serial: true
`,
	"husky":      "# .husky/pre-commit\nbakedin hook run pre-commit\n",
	"lefthook":   "# lefthook.yml\npre-commit:\n  commands:\n    bakedin:\n      run: bakedin hook run pre-commit\n",
	"overcommit": "# .overcommit.yml\nPreCommit:\n  Bakedin:\n    enabled: true\n    required_executable: bakedin\n    command: ['bakedin', 'hook', 'run', '--framework']\n",
	"git":        "#!/bin/sh\n# .git/hooks/pre-commit\nexec bakedin hook run pre-commit\n",
}

// Snippet for a manager, or false.
func Snippet(manager string) (string, bool) {
	s, ok := snippets[manager]
	return s, ok
}

// Managers that there is a snippet for.
func Managers() []string {
	var names []string
	for n := range snippets {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}
