package cli

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"bakedin/checks"
	"bakedin/internal/policy"
	"bakedin/internal/repo"
	"bakedin/rules"
)

// source is where the policy came from. What the scanned tree says about itself is told as such.
type source struct {
	name   string                   // tree, ref:<id>, path, none
	trusts func(checks.Ignore) bool // whether an inline ignore has authority; nil: all have
}

// most bytes of a policy file, and of a file whose comments are compared
const policyLimit = 4 << 20

// readPolicy reads settings, waivers, answers and the baseline from where --policy-from says.
func (s *session) readPolicy(ctx context.Context) error {
	read, done, err := s.policyReader(ctx)
	if err != nil {
		return err
	}
	defer done()
	o := policy.Options{Known: knownTo(s.rules.Set), Now: s.app.now, NoConfig: s.opt.noConfig, Config: s.opt.config, Baseline: s.opt.baseline, NoBaseline: s.opt.noBaseline}
	named := func(path string) ([]byte, error) {
		if path == s.opt.config && path != "" || path == s.opt.baseline && path != "" {
			return os.ReadFile(path) // a person named this very file
		}
		return read(path)
	}
	p, err := policy.Load(named, o)
	if err != nil {
		return &failure{code: exitUsage, err: err, hint: "nothing was scanned; mend the file, or look without it: --no-config, --no-baseline"}
	}
	if s.opt.noConfig && s.source.name == "tree" {
		s.source.name = "none"
	}
	s.policy = p
	return nil
}

func (s *session) policyReader(ctx context.Context) (read func(string) ([]byte, error), done func(), err error) {
	nothing := func(path string) ([]byte, error) {
		return nil, &fs.PathError{Op: "read", Path: path, Err: fs.ErrNotExist}
	}
	done = func() {}
	s.source.name = "tree"
	from := s.opt.policyFrom
	switch {
	case from == "none":
		s.source.name, s.source.trusts = "none", func(checks.Ignore) bool { return false }
		return nothing, done, nil
	case from == "":
		tree, err := s.policyTree(ctx)
		if err != nil {
			return nil, nil, &failure{code: exitUsage, err: err}
		}
		return func(path string) ([]byte, error) { return tree.ReadFile(path, policyLimit) }, func() { tree.Close() }, nil
	}
	if info, err := os.Stat(from); err == nil && info.IsDir() {
		if err := s.outside(from); err != nil {
			return nil, nil, err
		}
		s.source.name, s.source.trusts = "path", func(checks.Ignore) bool { return false }
		root, err := os.OpenRoot(from)
		if err != nil {
			return nil, nil, usage("", "--policy-from: %v", err)
		}
		return func(path string) ([]byte, error) { return root.ReadFile(path) }, func() { root.Close() }, nil
	}
	tree, err := repo.OpenRev(ctx, s.root, from, repo.Options{})
	if err != nil {
		return nil, nil, usage("--policy-from takes a revision, a folder outside the scanned tree, or none", "--policy-from %s: %v", from, err)
	}
	s.source.name = "ref:" + tree.VCS.Commit
	s.source.trusts = commentsAt(tree)
	// The tree stays open: comments are compared while the scan runs. Git ends with the context.
	return func(path string) ([]byte, error) { return tree.ReadFile(path, policyLimit) }, done, nil
}

// policyTree is the tree whose files decide: what is staged decides about what is staged, a revision about itself, and the
// folder about everything that lies in it, also where only a part of it or a text from elsewhere is looked at.
func (s *session) policyTree(ctx context.Context) (*repo.Tree, error) {
	switch s.mode {
	case "tree", "diff", "diff-lines", "stdin":
		return repo.OpenDir(ctx, s.root, repo.Options{Unlisted: true})
	}
	return s.open(ctx)
}

// outside refuses a folder of policy that the scanned tree could have written.
func (s *session) outside(dir string) error {
	root, err1 := filepath.EvalSymlinks(s.root)
	real, err2 := filepath.EvalSymlinks(dir)
	if err := errors.Join(err1, err2); err != nil {
		return usage("", "--policy-from: %v", err)
	}
	root, err1 = filepath.Abs(root)
	real, err2 = filepath.Abs(real)
	if err := errors.Join(err1, err2); err != nil {
		return usage("", "--policy-from: %v", err)
	}
	if rel, err := filepath.Rel(root, real); err == nil && filepath.IsLocal(rel) {
		return usage("", "--policy-from %s lies inside the scanned tree, which must not excuse itself", dir)
	}
	return nil
}

// commentsAt tells whether a comment stood, in the same words, in the same file of a revision.
func commentsAt(tree *repo.Tree) func(checks.Ignore) bool {
	files := map[string][]byte{}
	return func(g checks.Ignore) bool {
		text, ok := files[g.Path]
		if !ok {
			text, _ = tree.ReadFile(g.Path, policyLimit) // not there: nothing is trusted
			files[g.Path] = text
		}
		for line := range bytes.Lines(text) {
			if strings.TrimSpace(string(line)) == string(g.Text) {
				return true
			}
		}
		return false
	}
}

// knownTo lists what a policy may refer to.
func knownTo(set *rules.Set) policy.Known {
	k := policy.Known{Rules: map[string]bool{}, Recommendations: map[string]policy.Recommendation{}, Facts: map[string]bool{}}
	for _, r := range set.Rules {
		k.Rules[r.ID] = true
	}
	for _, r := range set.Guideline.Recommendations {
		k.Recommendations[r.ID] = policy.Recommendation{ReattestDays: r.ReattestDays, Ask: r.Mode == rules.Ask}
	}
	for _, f := range set.Guideline.Facts {
		k.Facts[f.ID] = true
	}
	return k
}
