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
	"slices"
	"strings"
	"time"

	"github.com/spf13/afero"

	"bakedin/checks"
	"bakedin/checks/builtin"
	"bakedin/internal/policy"
	"bakedin/internal/posture"
	"bakedin/internal/repo"
	"bakedin/internal/safe"
	"bakedin/rules"
)

// session is a repository, the rules for it and what its people decided. It scans as often as it is asked.
type session struct {
	app     *app
	opt     *checkFlags
	rules   *checks.Ruleset
	choice  choice
	root    string
	policy  *policy.Policy
	source  source // where the policy came from
	mode    string // tree, staged, diff, diff-lines, rev, stdin, demo
	argv    []string
	open    func(ctx context.Context) (*repo.Tree, error)
	space   repo.Workspace // where fixes are written; nil when nowhere
	changes changes        // of --diff-lines; nil: every finding counts
	hints   []string       // for a person, on standard error
	begun   drafts
}

// newSession finds the root, and reads the policy that counts.
func (a *app) newSession(ctx context.Context, opt *checkFlags, args []string) (*session, error) {
	if err := opt.validate(); err != nil {
		return nil, err
	}
	rs, err := builtin.Ruleset()
	if err != nil {
		return nil, err
	}
	s := &session{app: a, opt: opt, rules: rs, mode: "tree", argv: a.safeArgs()}
	if len(args) == 1 && args[0] == "-" {
		if err := s.standardInput(); err != nil {
			return nil, err
		}
		if s.root, _, err = rootOf(opt.root, nil); err != nil {
			return nil, err
		}
		return s, s.ready(ctx)
	}
	if opt.stdinName != "" {
		return nil, usage("bakedin check --stdin-filename NAME -", "--stdin-filename goes with the path -")
	}
	root, only, err := rootOf(opt.root, args)
	if err != nil {
		return nil, err
	}
	s.root = root
	if top := policyAbove(root); top != "" && !opt.noConfig && opt.config == "" && opt.policyFrom == "" {
		s.hints = append(s.hints, top+" is not read: this is a part of its repository; under its policy: bakedin check --root TOP PART")
	}
	if err := s.target(ctx, only); err != nil {
		return nil, err
	}
	return s, s.ready(ctx)
}

// undoCommand is what takes a change back from where the person stands: the changes of a folder are kept in it.
func (s *session) undoCommand(id string) string {
	text := "bakedin fix --undo=" + id
	here, err := os.Stat(".")
	if err != nil {
		return text
	}
	if there, err := os.Stat(s.root); err == nil && !os.SameFile(here, there) {
		text += " --root " + string(safe.Path(s.root))
	}
	return text
}

// target decides which content of the root is looked at.
func (s *session) target(ctx context.Context, only []string) error {
	o := s.opt
	open := func(f func(context.Context, repo.Options) (*repo.Tree, error)) {
		s.open = func(ctx context.Context) (*repo.Tree, error) {
			return f(ctx, repo.Options{Exclude: s.excluded(), Only: only, IncludeIgnored: o.includeIgnored || s.policy != nil && s.policy.Scan.IncludeIgnored})
		}
	}
	switch {
	case o.staged:
		s.mode = "staged"
		if o.paths != nil {
			only = o.paths
		}
		open(func(ctx context.Context, ro repo.Options) (*repo.Tree, error) {
			ro.HookEnv = o.hook
			return repo.OpenIndex(ctx, s.root, only, ro)
		})
		return nil
	case o.rev != "":
		s.mode = "rev"
		open(func(ctx context.Context, ro repo.Options) (*repo.Tree, error) {
			return repo.OpenRev(ctx, s.root, o.rev, ro)
		})
		return nil
	case o.diff != "" || o.diffLines != "":
		var err error
		if only, err = s.difference(ctx, only); err != nil {
			return err
		}
		if len(only) == 0 { // an empty list of paths would mean everything
			s.open = func(ctx context.Context) (*repo.Tree, error) { return emptyTree(ctx, s) }
			return nil
		}
	}
	s.space = repo.DirWorkspace(s.root)
	open(func(ctx context.Context, ro repo.Options) (*repo.Tree, error) { return repo.OpenDir(ctx, s.root, ro) })
	return nil
}

// emptyTree is what is looked at when nothing differs.
func emptyTree(ctx context.Context, s *session) (*repo.Tree, error) {
	return repo.OpenFS(ctx, afero.NewMemMapFs(), filepath.Base(s.root), repo.Options{})
}

// ready reads the policy and decides which rules run.
func (s *session) ready(ctx context.Context) error {
	if err := s.readPolicy(ctx); err != nil {
		return err
	}
	var err error
	s.choice, err = chooseRules(s.rules.Set, s.opt.only, s.opt.selected, append(slices.Clone(s.policy.Rules.Ignore), s.opt.ignored...))
	return err
}

func (s *session) excluded() []string {
	globs := s.opt.exclude
	if s.policy != nil {
		globs = append(append([]string(nil), s.policy.Scan.Exclude...), globs...)
	}
	return globs
}

// topLevel is the folder of the git repository that the working directory lies in, or the working directory.
func topLevel() string {
	dir := "."
	for range 64 {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return dir
		}
		up := filepath.Join(dir, "..")
		a, err1 := os.Stat(dir)
		b, err2 := os.Stat(up)
		if err1 != nil || err2 != nil || os.SameFile(a, b) {
			break
		}
		dir = up
	}
	return "."
}

// policyAbove is the policy file at the top of the git repository that a root lies deeper in; empty when there is none.
func policyAbove(root string) string {
	dir, err := filepath.Abs(root)
	for err == nil {
		if _, e := os.Lstat(filepath.Join(dir, ".git")); e == nil {
			break
		}
		up := filepath.Dir(dir)
		if up == dir {
			return ""
		}
		dir = up
	}
	top := filepath.Join(dir, policy.ConfigPath)
	if abs, e := filepath.Abs(root); e != nil || abs == dir || err != nil {
		return ""
	}
	if _, e := os.Stat(top); e != nil {
		return ""
	}
	return "the " + policy.ConfigPath + " at the top of the repository"
}

// rootOf finds the root: --root, else the one directory argument, else the top level. A file argument restricts the scan to it.
func rootOf(flag string, args []string) (root string, only []string, err error) {
	if flag == "" && len(args) == 0 {
		return topLevel(), nil, nil
	}
	if flag == "" && len(args) == 1 {
		root = args[0]
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

// scan runs the engine over a tree and folds its events. A cancelled run gives its report and the context's error.
func (s *session) scan(ctx context.Context, tree *repo.Tree, more ...checks.Handler) (*posture.Report, error) {
	report, _, err := s.run(ctx, tree, more...)
	return report, err
}

// run is scan, and also gives the fold, which knows the baseline that the run would make.
func (s *session) run(ctx context.Context, tree *repo.Tree, more ...checks.Handler) (*posture.Report, *posture.Fold, error) {
	size, err := parseSize(s.maxFileSize())
	if err != nil {
		return nil, nil, err
	}
	begun := s.app.started()
	fold := posture.NewFold(posture.Options{
		Set: s.rules.Set, Policy: s.policy, Now: s.app.now, NoIgnores: s.opt.noIgnores,
		MinSeverity: rules.Severity(s.opt.minSeverity), MinConfidence: rules.Confidence(s.minConfidence()),
		Digest:   func(path string) (string, bool) { return digestOf(tree, path) },
		Trusted:  s.source.trusts,
		Template: s.template(tree),
	})
	for _, h := range more {
		if b, ok := h.(*batcher); ok {
			b.fold = fold
		}
	}
	var handler checks.Handler = append(tee{fold}, more...)
	if s.changes != nil {
		handler = touching{handler, s.changes}
	}
	err = checks.Run(ctx, tree, s.rules, checks.Options{
		Timings: s.opt.timings, Now: s.app.now,
		Disabled: s.choice.disabled, Enabled: s.choice.enabled, Profile: rules.Audience(s.profile()), MaxFileSize: size,
		Workers: s.opt.workers, FileTimeout: s.opt.fileTimeout,
	}, handler)
	if err != nil && ctx.Err() == nil {
		return nil, nil, err
	}
	report := fold.Report()
	report.Run.DurationMS = (s.app.started() - begun).Milliseconds()
	if s.choice.disabled != nil {
		report.Policy.DisabledRules = s.choice.disabled
	}
	report.Run.ExitCode, report.Run.WouldExit = posture.ExitCode(report, posture.ExitOptions{
		FailOn: s.failOn(), RequireInputs: s.opt.requireInputs, AllowUnclean: !s.opt.requireClean, ExitZero: s.opt.exitZero, StrictWaivers: s.opt.strictWaivers,
	})
	return report, fold, err
}

// What a flag or its variable says beats the configuration, which beats the built-in value.

func (s *session) profile() string { return s.setting("profile", s.opt.profile, s.policy.Profile) }
func (s *session) failOn() string  { return s.setting("fail-on", s.opt.failOn, s.policy.FailOn) }
func (s *session) minConfidence() string {
	return s.setting("min-confidence", s.opt.minConfidence, s.policy.MinConfidence)
}
func (s *session) maxFileSize() string {
	return s.setting("max-file-size", s.opt.maxFileSize, s.policy.Scan.MaxFileSize)
}

func (s *session) setting(flag, typed, configured string) string {
	if configured != "" && !s.opt.given(flag) {
		return configured
	}
	return typed
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
		Mode: s.mode, Partial: s.mode != "tree" && s.mode != "rev" && s.mode != "demo" || tree.Partial(), Argv: s.argv, Profile: s.profile(), FailOn: s.failOn(),
		MinSeverity: s.opt.minSeverity, MinConfidence: s.minConfidence(),
	}
	vcs := tree.VCS
	if vcs == nil {
		vcs = &repo.VCS{Kind: "none", Reader: tree.Reader}
	}
	r.Target = posture.Target{Root: ".", Name: tree.Name, VCS: vcs}
	r.Policy.Source, r.Policy.Trusted = s.source.name, s.source.name != "tree"
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

// safeArgs is how the program was called, without paths that tell where: a report must not say where it was made.
func (a *app) safeArgs() []string {
	out := make([]string, len(a.args))
	for i, arg := range a.args {
		name, value, ok := strings.Cut(arg, "=")
		switch {
		case ok && tellsWhere(value):
			arg = name + "=…"
		case tellsWhere(arg):
			arg = "…"
		}
		out[i] = arg
	}
	return out
}

func tellsWhere(s string) bool {
	return filepath.IsAbs(s) || strings.HasPrefix(s, "~") || s == ".." || strings.HasPrefix(s, "../") || strings.Contains(s, "/../")
}

var errNoWorkspace = fmt.Errorf("the index cannot be fixed; run it on the working tree")
