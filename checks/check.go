package checks

import (
	"context"
	"path"
	"sync"
	"time"

	"bakedin/internal/manifest"
	"bakedin/internal/repo"
	"bakedin/rules"
)

// Check is the Go detector behind a rule that data alone cannot express. It is called once for every file that the rule's
// [match] selects; a rule with repo = true implements RepoCheck instead. It reports through the pass, never walks, never
// opens what it was not given, and keeps no state between files.
type Check interface {
	Run(ctx context.Context, p *Pass) error
}

// CheckFunc is a Check made of a function.
type CheckFunc func(ctx context.Context, p *Pass) error

// Run implements Check.
func (f CheckFunc) Run(ctx context.Context, p *Pass) error { return f(ctx, p) }

// Judge is a detector that decides about each match of its rule's text expressions and secret formats, so that the bytes
// are read once for all rules. It reports what is so.
type Judge interface {
	Judge(p *Pass, m TextMatch)
}

// TextMatch is a place where an expression matched. Groups are byte offsets of the text in pairs, as in package regexp:
// the whole match first, -1 for a group that took no part.
type TextMatch struct {
	Text   []byte
	Groups []int
	Index  int           // of the expression in the rule's list
	Secret *rules.Secret // set for a credential
}

// Group returns the text of a group.
func (m TextMatch) Group(i int) string {
	if 2*i+1 >= len(m.Groups) || m.Groups[2*i] < 0 {
		return ""
	}
	return string(m.Text[m.Groups[2*i]:m.Groups[2*i+1]])
}

// JudgeFunc is a Judge made of a function.
type JudgeFunc func(p *Pass, m TextMatch)

// Judge implements Judge.
func (f JudgeFunc) Judge(p *Pass, m TextMatch) { f(p, m) }

// Run implements Check.
func (f JudgeFunc) Run(context.Context, *Pass) error { return nil }

// RepoCheck is a detector over the facts of the whole repository. It runs after the last file.
type RepoCheck interface {
	RunRepo(ctx context.Context, p *RepoPass) error
}

// RepoCheckFunc is a RepoCheck made of a function. Run does nothing.
type RepoCheckFunc func(ctx context.Context, p *RepoPass) error

// RunRepo implements RepoCheck.
func (f RepoCheckFunc) RunRepo(ctx context.Context, p *RepoPass) error { return f(ctx, p) }

// Run implements Check.
func (f RepoCheckFunc) Run(context.Context, *Pass) error { return nil }

// Planner is implemented by a check whose fix cannot be listed as text edits, such as the conversion of a model.
type Planner interface {
	Plan(ctx context.Context, tree *repo.Tree, f Finding, fixID string) (repo.Plan, error)
}

// Registry maps slugs to their detectors. Each family has one, explicit and sorted.
type Registry map[string]Check

// Ruleset is what a run looks for. It must not change after its first run.
type Ruleset struct {
	Set    *rules.Set
	Checks Registry

	mu       sync.Mutex
	compiled map[string]*program // by the rules left out: a fix is scanned again with the program of the scan that found it
}

// Skip is the error a detector returns when it could not look at a file, or not to its end. Kind is one of those of
// Skipped. What was reported before it stays.
type Skip struct {
	Kind   string
	Detail string
}

func (s *Skip) Error() string { return s.Kind + ": " + s.Detail }

// Repo is what is known of the repository before its files are read by rules: paths, assets and packages.
type Repo struct {
	Files    []repo.File
	Assets   []repo.Asset
	Packages []Package
	Now      time.Time // of the scan
	paths    map[string]bool
	folders  map[string]bool
}

// Package is an entry of a manifest with the file it stands in.
type Package struct {
	Path string
	manifest.Package
}

func newRepo(files []repo.File, now time.Time) *Repo {
	r := &Repo{Files: files, Now: now, paths: make(map[string]bool, len(files)), folders: map[string]bool{}}
	for _, f := range files {
		r.paths[f.Path] = true
		for d := path.Dir(f.Path); d != "." && !r.folders[d]; d = path.Dir(d) {
			r.folders[d] = true
		}
	}
	return r
}

// Has tells whether the tree has a file of that path.
func (r *Repo) Has(p string) bool { return r.paths[p] }

// HasFolder tells whether the tree has a file below that folder.
func (r *Repo) HasFolder(p string) bool { return r.folders[p] }
