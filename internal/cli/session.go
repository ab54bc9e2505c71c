package cli

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"bakedin/checks"
	"bakedin/checks/builtin"
	"bakedin/internal/policy"
	"bakedin/internal/posture"
	"bakedin/internal/repo"
	"bakedin/rules"
)

// session is a repository, the rules for it and what its people decided. It scans as often as it is asked.
type session struct {
	app    *app
	opt    *checkFlags
	rules  *checks.Ruleset
	policy *policy.Policy
	mode   string // tree, staged, demo
	argv   []string
	open   func(ctx context.Context) (*repo.Tree, error)
	space  repo.Workspace // where fixes are written; nil when nowhere
}

// newSession finds the root, and reads the policy of the tree.
func (a *app) newSession(ctx context.Context, opt *checkFlags, args []string) (*session, error) {
	if err := opt.validate(); err != nil {
		return nil, err
	}
	rs, err := builtin.Ruleset()
	if err != nil {
		return nil, err
	}
	root, only, err := rootOf(opt.root, args)
	if err != nil {
		return nil, err
	}
	s := &session{app: a, opt: opt, rules: rs, mode: "tree"}
	s.open = func(ctx context.Context) (*repo.Tree, error) {
		o := repo.Options{Exclude: s.excluded(), Only: only, IncludeIgnored: opt.includeIgnored || s.policy != nil && s.policy.Scan.IncludeIgnored}
		if opt.staged {
			return repo.OpenIndex(ctx, root, only, o)
		}
		return repo.OpenDir(ctx, root, o)
	}
	if opt.staged {
		s.mode = "staged"
	} else {
		s.space = repo.DirWorkspace(root)
	}
	if err := s.readPolicy(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *session) excluded() []string {
	globs := s.opt.exclude
	if s.policy != nil {
		globs = append(append([]string(nil), s.policy.Scan.Exclude...), globs...)
	}
	return globs
}

// rootOf finds the root: --root, else the one directory argument. A file argument restricts the scan to it.
func rootOf(flag string, args []string) (root string, only []string, err error) {
	if flag == "" && len(args) <= 1 {
		root = "."
		if len(args) == 1 {
			root = args[0]
		}
		info, err := os.Stat(root)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return "", nil, usage("bakedin check PATH, where PATH is a folder", "%s: there is no such file or folder", root)
		case err != nil:
			return "", nil, usage("", "%v", err)
		case info.IsDir():
			return root, nil, nil
		}
		return filepath.Dir(root), []string{filepath.Base(root)}, nil
	}
	if root = flag; root == "" {
		root = "."
	}
	abs, err := filepath.Abs(root)
	if err != nil {
		return "", nil, usage("", "%v", err)
	}
	for _, arg := range args {
		p, err := filepath.Abs(arg)
		if err != nil {
			return "", nil, usage("", "%v", err)
		}
		rel, err := filepath.Rel(abs, p)
		if err != nil || !filepath.IsLocal(rel) {
			return "", nil, usage("--root names the folder that all paths lie in", "%s lies outside the root %s", arg, root)
		}
		if _, err := os.Lstat(p); err != nil {
			return "", nil, usage("", "%s: there is no such file or folder", arg)
		}
		if rel != "." {
			only = append(only, filepath.ToSlash(rel))
		}
	}
	return root, only, nil
}

// most bytes of a policy file
const policyLimit = 4 << 20

func (s *session) readPolicy(ctx context.Context) error {
	s.policy = &policy.Policy{}
	if s.opt.noConfig {
		return nil
	}
	tree, err := s.open(ctx)
	if err != nil {
		return &failure{code: exitUsage, err: err}
	}
	defer tree.Close()
	read := func(path string) ([]byte, error) {
		if path == s.opt.config && s.opt.config != "" {
			return os.ReadFile(path)
		}
		return tree.ReadFile(path, policyLimit)
	}
	p, err := policy.Load(read, policy.Options{Known: known(s.rules.Set), Config: s.opt.config, Now: s.app.now})
	if err != nil {
		return &failure{code: exitUsage, err: err, hint: "nothing was scanned; mend the file, or look without it: --no-config"}
	}
	s.policy = p
	return nil
}

func known(set *rules.Set) policy.Known {
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

// scan runs the engine over a tree and folds its events. A cancelled run gives its report and the context's error.
func (s *session) scan(ctx context.Context, tree *repo.Tree, more ...checks.Handler) (*posture.Report, error) {
	size, err := parseSize(s.opt.maxFileSize)
	if err != nil {
		return nil, err
	}
	begun := s.app.started()
	fold := posture.NewFold(posture.Options{
		Set: s.rules.Set, Policy: s.policy, Now: s.app.now, NoIgnores: s.opt.noIgnores,
		MinSeverity: rules.Severity(s.opt.minSeverity), MinConfidence: rules.Confidence(s.opt.minConfidence),
		Digest:   func(path string) (string, bool) { return digestOf(tree, path) },
		Template: s.template(tree),
	})
	for _, h := range more {
		if b, ok := h.(*batcher); ok {
			b.fold = fold
		}
	}
	disabled := append(append([]string(nil), s.policy.Rules.Ignore...), s.opt.ignoreRules...)
	err = checks.Run(ctx, tree, s.rules, checks.Options{
		Disabled: disabled, Profile: rules.Audience(s.profile()), MaxFileSize: size, Workers: s.opt.workers, FileTimeout: s.opt.fileTimeout,
	}, append(tee{fold}, more...))
	if err != nil && ctx.Err() == nil {
		return nil, err
	}
	report := fold.Report()
	report.Run.DurationMS = (s.app.started() - begun).Milliseconds()
	if disabled != nil {
		report.Policy.DisabledRules = disabled
	}
	report.Run.ExitCode, report.Run.WouldExit = posture.ExitCode(report, posture.ExitOptions{
		FailOn: s.failOn(), RequireInputs: s.opt.requireInputs, AllowUnclean: !s.opt.requireClean, ExitZero: s.opt.exitZero,
	})
	return report, err
}

func (s *session) profile() string {
	if s.opt.profile == "standard" && s.policy.Profile != "" {
		return s.policy.Profile
	}
	return s.opt.profile
}

func (s *session) failOn() string {
	if s.opt.failOn == "high" && s.policy.FailOn != "" {
		return s.policy.FailOn
	}
	return s.opt.failOn
}

// template holds what no event tells: the program, the run, the target, where policy came from.
func (s *session) template(tree *repo.Tree) posture.Report {
	var r posture.Report
	r.Tool.Name, r.Tool.Version = "bakedin", Version
	id := "0"
	if !s.app.fixed {
		var b [16]byte
		_, _ = rand.Read(b[:]) // never fails
		id = hex.EncodeToString(b[:])
	}
	r.Run = posture.Run{
		ID: id, StartedAt: s.app.now.UTC().Format(time.RFC3339), OS: runtime.GOOS, Arch: runtime.GOARCH,
		Mode: s.mode, Partial: s.mode == "staged" || tree.Partial(), Argv: s.argv, Profile: s.profile(), FailOn: s.failOn(),
		MinSeverity: s.opt.minSeverity, MinConfidence: s.opt.minConfidence,
	}
	vcs := tree.VCS
	if vcs == nil {
		vcs = &repo.VCS{Kind: "none", Reader: tree.Reader}
	}
	r.Target = posture.Target{Root: ".", Name: tree.Name, VCS: vcs}
	r.Policy.Source = "tree"
	if s.opt.noConfig {
		r.Policy.Source = "none"
	}
	return r
}

func digestOf(tree *repo.Tree, path string) (string, bool) {
	if !fs.ValidPath(path) {
		return "", false
	}
	b, err := tree.ReadFile(path, 256<<20)
	if err != nil {
		return "", false
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), true
}

// safeArgs leaves out absolute paths: a report must not tell where it was made.
func safeArgs(args []string) []string {
	out := make([]string, len(args))
	for i, a := range args {
		if name, value, ok := strings.Cut(a, "="); ok && filepath.IsAbs(value) {
			a = name + "=…"
		} else if filepath.IsAbs(a) {
			a = "…"
		}
		out[i] = a
	}
	return out
}

var errNoWorkspace = fmt.Errorf("the index cannot be fixed; run it on the working tree")
