package checks

import (
	"context"
	"runtime"
	"slices"
	"strings"
	"time"

	"bakedin/internal/repo"
	"bakedin/rules"
)

// Options of a run. The zero value is right for most.
type Options struct {
	Disabled    []string       // slugs that are switched off; their recommendations stay unknown
	Enabled     []string       // slugs that run whatever the profile says
	Profile     rules.Audience // rules of gaps at or below this audience; default standard
	MaxFileSize int64          // most bytes of a file that must be read whole; default 32 MiB
	Workers     int            // default GOMAXPROCS
	FileTimeout time.Duration  // default 10 s
	Timings     bool           // measure what each rule costs
	Now         time.Time      // what rules take for today; default the clock's
}

// maxFileSize is the default of Options.MaxFileSize, in bytes.
const maxFileSize = 32 << 20

func (o Options) withDefaults() Options {
	if o.Profile == "" {
		o.Profile = "standard"
	}
	if o.MaxFileSize == 0 {
		o.MaxFileSize = maxFileSize
	}
	if o.Workers == 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.FileTimeout == 0 {
		o.FileTimeout = 10 * time.Second
	}
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	return o
}

// Run looks for everything of the ruleset in the tree and tells h as it goes. Files are read in parallel, events come in
// the order of paths. Whatever cannot be read to its end is a Skipped event and makes the run incomplete; so does ctx. The
// error is that of the ruleset or of h; a cancelled run ends with End{Cancelled: true} and ctx.Err().
func Run(ctx context.Context, tree *repo.Tree, rs *Ruleset, opt Options, h Handler) error {
	opt = opt.withDefaults()
	e := &engine{tree: tree, set: rs.Set, opt: opt, h: h, states: map[string]*RuleState{}, told: map[[3]string]bool{}, complete: true}
	skip := map[string]bool{}
	for _, r := range rs.Set.Rules {
		state := &RuleState{Rule: r.ID, Family: r.Family, Says: r.Says, Custom: r.Custom, Digest: r.Digest, State: Completed}
		if slices.Contains(opt.Disabled, r.ID) {
			state.State = Disabled
			skip[r.ID] = true
		} else if r.Says == rules.Gap && rank(r.Audience) > rank(opt.Profile) && !slices.Contains(opt.Enabled, r.ID) {
			skip[r.ID] = true
			continue
		}
		e.states[r.ID] = state
	}
	var err error
	if e.program, err = rs.program(skip); err != nil {
		return err
	}
	if err := e.begin(); err != nil {
		return err
	}
	for _, phase := range []func(context.Context) error{e.inventory, e.scan, e.repository} {
		if err := phase(ctx); err != nil {
			if ctx.Err() == nil {
				return err
			}
			return e.end(ctx.Err())
		}
	}
	return e.end(nil)
}

func rank(a rules.Audience) int {
	return slices.Index([]rules.Audience{"essential", "standard", "strict"}, a)
}

// engine is the state of one run. Only the goroutine that emits changes it.
type engine struct {
	*program
	tree *repo.Tree
	set  *rules.Set
	opt  Options
	h    Handler

	repo     *Repo
	files    []*File // those that have assets or that a rule may want
	states   map[string]*RuleState
	complete bool
	scanned  int
	bytes    int64
	contexts []Context
	found    []Finding
	held     []Finding          // of rules that speak only where there is AI
	told     map[[3]string]bool // path, kind and detail of what was skipped
}

func (e *engine) begin() error {
	ids := make([]string, 0, len(e.states))
	for id := range e.states {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	err := e.h.Begin(Begin{RulesDigest: e.set.Digest, GuidelineDigest: e.set.Guideline.Digest, Files: len(e.tree.Files), Counts: e.tree.Counts, Rules: ids})
	if err != nil {
		return err
	}
	for _, l := range e.tree.Left {
		if err := e.skipped(Skipped{Path: l.Path, Kind: l.Kind, Detail: l.Detail}); err != nil {
			return err
		}
	}
	for _, n := range e.tree.Notes {
		notice := Notice{Kind: n.Kind, Text: n.Text}
		if n.Ref != "" {
			notice.Ref = &n.Ref
		}
		if err := e.h.Notice(notice); err != nil {
			return err
		}
	}
	return nil
}

// inventory learns what the files are, before any rule runs: rules ask for the assets and packages of the repository.
func (e *engine) inventory(ctx context.Context) error {
	type result struct {
		file     *File
		packages []Package
		skip     *Skip
	}
	e.repo = newRepo(e.tree.Files, e.opt.Now)
	work := func(_ context.Context, i int) (r result) {
		entry := e.tree.Files[i]
		r.file = &File{Path: entry.Path, Size: entry.Size, Place: repo.PlaceOf(entry.Path), tree: e.tree, limit: e.opt.MaxFileSize}
		defer func() {
			if v := recover(); v != nil {
				r.skip = panicked(v)
			}
		}()
		var err error
		if r.file.Assets, err = e.tree.Assets(entry); err != nil {
			r.skip = asSkip(err, "unreadable")
			return r
		}
		if len(r.file.Assets) > 0 {
			r.file.Size = r.file.Assets[0].Size // that of the object behind a git-lfs pointer
		}
		if r.file.Is(repo.Manifest) {
			defer r.file.close()
			r.packages, r.skip = packagesOf(r.file)
		}
		return r
	}
	emit := func(i int, r result) error {
		if r.skip != nil {
			s := Skipped{Path: r.file.Path, Kind: r.skip.Kind, Detail: r.skip.Detail, Asset: kindOf(r.file)}
			if s.Fatal() {
				s.Rules = e.wanting(r.file)
			}
			if err := e.skipped(s); err != nil {
				return err
			}
		}
		for _, a := range r.file.Assets {
			if err := e.h.Asset(a); err != nil {
				return err
			}
		}
		e.repo.Assets = append(e.repo.Assets, r.file.Assets...)
		e.repo.Packages = append(e.repo.Packages, r.packages...)
		e.files = append(e.files, r.file)
		return e.progress("files", i+1, len(e.tree.Files), r.file.Path)
	}
	return ordered(ctx, len(e.tree.Files), e.opt.Workers, work, emit)
}

// scan runs the rules over the files.
func (e *engine) scan(ctx context.Context) error {
	work := func(ctx context.Context, i int) *outcome {
		ctx, cancel := context.WithTimeout(ctx, e.opt.FileTimeout)
		defer cancel()
		return e.look(ctx, e.files[i])
	}
	emit := func(i int, o *outcome) error {
		f := e.files[i]
		e.files[i] = nil // its bytes and facts are done with
		if o.read {
			e.scanned++
		}
		e.bytes += f.read
		for _, id := range o.wanted {
			e.states[id].Files++
		}
		for id, d := range o.elapsed {
			e.states[id].Elapsed += d
		}
		for _, s := range o.skips {
			if err := e.skipped(s); err != nil {
				return err
			}
		}
		for _, c := range o.contexts {
			e.contexts = append(e.contexts, c)
			if err := e.h.Context(c); err != nil {
				return err
			}
		}
		for _, g := range o.ignores {
			if err := e.h.Ignore(g); err != nil {
				return err
			}
		}
		for _, finding := range o.findings {
			if finding.hold {
				e.held = append(e.held, *finding.Finding)
			} else if err := e.finding(*finding.Finding); err != nil {
				return err
			}
		}
		return e.progress("rules", i+1, len(e.files), f.Path)
	}
	return ordered(ctx, len(e.files), e.opt.Workers, work, emit)
}

// repository lets out what was held back, when there is AI here, and runs the rules that look at the whole.
func (e *engine) repository(ctx context.Context) error {
	ai := e.components()
	for _, f := range e.held {
		if !ai.covers(f.Location.Path) {
			if e.opt.Profile != "strict" {
				continue
			}
			aside(&f)
		}
		if err := e.finding(f); err != nil {
			return err
		}
	}
	e.held = nil
	for _, c := range e.rules {
		check, ok := c.check.(RepoCheck)
		if !ok {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		p := &RepoPass{Rule: c.Rule, Repo: e.repo, Tree: e.tree, Contexts: e.contexts, Findings: e.found}
		e.states[c.ID].Files++
		if err := runRepo(ctx, check, p); err != nil {
			skip := asSkip(err, "parse")
			if err := e.skipped(Skipped{Path: ".", Kind: skip.Kind, Detail: skip.Detail, Rules: []string{c.ID}}); err != nil {
				return err
			}
		}
		if c.Component == "ai" && !ai.any() {
			continue
		}
		var fp fingerprints
		for _, f := range p.found {
			if e.program.complete(c, f, nil, &fp) {
				if err := e.finding(*f); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// aside turns a finding of a rule for AI code down where there is none: it is general hygiene, told to those who ask for all.
func aside(f *Finding) {
	f.Audience = "strict"
	if f.Severity == rules.Critical || f.Severity == rules.High {
		reason := "medium at most: there is no AI in this part of the repository"
		f.Severity, f.SeverityReason, f.SecuritySeverity = rules.Medium, &reason, securitySeverity[rules.Medium]
	}
}

func (e *engine) finding(f Finding) error {
	e.found = append(e.found, f)
	e.states[f.Rule].Matches++
	return e.h.Finding(f)
}

func (e *engine) skipped(s Skipped) error {
	if s.Rules == nil {
		s.Rules = []string{}
	}
	if s.Fatal() {
		e.complete = false
	}
	for _, id := range s.Rules {
		state := e.states[id]
		state.Skipped++
		if s.Kind == "panic" {
			state.State = Failed
		} else if state.State == Completed {
			state.State = Partly
		}
		if state.Reason == nil {
			reason := s.Path + ": " + s.Kind
			state.Reason = &reason
		}
	}
	key := [3]string{s.Path, s.Kind, s.Detail}
	if e.told[key] { // the inventory met it before the rules did
		return nil
	}
	e.told[key] = true
	return e.h.Skipped(s)
}

// progress is told now and then, and at the end of a phase.
func (e *engine) progress(phase string, done, total int, path string) error {
	if done%64 != 0 && done != total {
		return nil
	}
	return e.h.Progress(Progress{Phase: phase, Done: done, Total: total, Bytes: e.bytes, Path: path})
}

func (e *engine) end(cause error) error {
	ids := make([]string, 0, len(e.states))
	for id := range e.states {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, strings.Compare)
	for _, id := range ids {
		state := *e.states[id]
		if cause != nil && state.State == Completed {
			reason := "the run was stopped"
			state.State, state.Reason = NotRun, &reason
		}
		if err := e.h.Rule(state); err != nil {
			return err
		}
	}
	err := e.h.End(End{Complete: e.complete && cause == nil, Cancelled: cause != nil, Scanned: e.scanned, BytesRead: e.bytes})
	if err != nil {
		return err
	}
	return cause
}
