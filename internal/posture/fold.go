package posture

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"bakedin/checks"
	"bakedin/internal/policy"
	"bakedin/internal/repo"
	"bakedin/rules"
)

// Options is what the fold cannot see in the events.
type Options struct {
	Set           *rules.Set
	Policy        *policy.Policy                   // nil: nobody decided anything
	Now           time.Time                        // today, for expiry
	Digest        func(path string) (string, bool) // sha256 (hex) of a file of the tree; nil: none can be had
	NoIgnores     bool                             // waivers, inline ignores and the baseline do not count
	Trusted       func(checks.Ignore) bool         // whether an inline ignore has authority; nil: all have
	MinSeverity   rules.Severity
	MinConfidence rules.Confidence
	Template      Report // Tool, Run, Target and Policy as the report shall have them
}

type skip = checks.Skipped

// Fold is a handler that turns the events of a run into a report. Before End, Report shows what is known so far: a gap may
// show early, a pass never.
type Fold struct {
	opt Options
	set *rules.Set

	begin    checks.Begin
	assets   []repo.Asset
	contexts []checks.Context
	gaps     []checks.Finding
	evidence []checks.Finding
	skipped  []skip
	states   map[string]checks.RuleState
	notices  []checks.Notice
	ignores  []checks.Ignore
	end      checks.End
	ended    bool
}

// NewFold returns an empty fold.
func NewFold(opt Options) *Fold {
	if opt.Policy == nil {
		opt.Policy = &policy.Policy{}
	}
	if opt.Digest == nil {
		opt.Digest = func(string) (string, bool) { return "", false }
	}
	if opt.MinSeverity == "" {
		opt.MinSeverity = rules.Low
	}
	if opt.MinConfidence == "" {
		opt.MinConfidence = "medium"
	}
	return &Fold{opt: opt, set: opt.Set, states: map[string]checks.RuleState{}}
}

// Begin implements checks.Handler, and so do the following.
func (f *Fold) Begin(v checks.Begin) error     { f.begin = v; return nil }
func (f *Fold) Progress(checks.Progress) error { return nil }
func (f *Fold) Asset(v repo.Asset) error       { f.assets = append(f.assets, v); return nil }
func (f *Fold) Context(v checks.Context) error { f.contexts = append(f.contexts, v); return nil }
func (f *Fold) Skipped(v checks.Skipped) error { f.skipped = append(f.skipped, v); return nil }
func (f *Fold) Rule(v checks.RuleState) error  { f.states[v.Rule] = v; return nil }
func (f *Fold) Ignore(v checks.Ignore) error   { f.ignores = append(f.ignores, v); return nil }
func (f *Fold) Notice(v checks.Notice) error   { f.notices = append(f.notices, v); return nil }
func (f *Fold) End(v checks.End) error         { f.end, f.ended = v, true; return nil }
func (f *Fold) Finding(v checks.Finding) error {
	if v.Says == rules.Evidence {
		f.evidence = append(f.evidence, v)
	} else {
		f.gaps = append(f.gaps, v)
	}
	return nil
}

// Report is everything known so far. The report is the caller's: later events do not change it.
func (f *Fold) Report() *Report {
	r := f.opt.Template
	r.Schema, r.SchemaVersion = "bakedin/report-v1", "1.0"
	r.Tool.RulesDigest = f.set.Digest
	g := f.set.Guideline
	r.Tool.Guideline = GuidelineRef{ID: g.ID, Version: g.Version, Digest: g.Digest}
	r.Assets = slices.Clone(f.assets)
	slices.SortStableFunc(r.Assets, func(a, b repo.Asset) int { return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.ID, b.ID)) })
	f.bindNames()
	r.Evidence = sorted(f.evidence)
	r.Skipped = slices.Clone(f.skipped)
	slices.SortStableFunc(r.Skipped, func(a, b skip) int { return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Kind, b.Kind)) })
	for _, s := range f.states {
		r.Rules = append(r.Rules, s)
	}
	slices.SortFunc(r.Rules, func(a, b checks.RuleState) int { return strings.Compare(a.Rule, b.Rule) })
	r.Notices = slices.Clone(f.notices)
	r.Policy.Facts = f.opt.Policy.Facts
	if r.Policy.Facts == nil {
		r.Policy.Facts = map[string]bool{}
	}
	for _, file := range f.opt.Policy.Files {
		r.Policy.Files = append(r.Policy.Files, PolicyFile(file))
	}

	all := slices.Clone(f.gaps)
	waivers := f.waive(all, &r)
	comments := f.ignoreInline(all, &r)
	f.recognise(all, &r)
	r.Findings = f.shown(sorted(all), &r)
	r.Run.Files = f.begin.Counts
	r.Run.Files.Scanned, r.Run.Files.Skipped = f.end.Scanned, len(f.skipped)
	r.Run.BytesRead = f.end.BytesRead
	r.Run.Complete = f.ended && f.end.Complete
	r.Summary = summarise(&r)
	f.ownNotices(&r, waivers)
	f.commentNotices(&r, comments)
	if r.Run.Partial {
		r.Notices = append(r.Notices, checks.Notice{Kind: "partial-run", Text: "only a part of the tree was looked at: no posture is given"})
		return &r
	}
	r.Recommendations, r.Controls = f.judge(all, waivers)
	if !f.anyAI() {
		r.Notices = append(r.Notices, checks.Notice{Kind: "no-ai-assets", Text: fmt.Sprintf(
			"no AI assets found: looked for models, prompts, agents, datasets, notebooks and calls of AI libraries in %d files", f.begin.Files)})
		return &r
	}
	if r.Posture = measure(g, r.Recommendations); r.Posture != nil {
		r.Posture.Complete, r.Posture.Profile = r.Run.Complete, r.Run.Profile
		r.Posture.NextExpiry = f.nextExpiry()
	}
	return &r
}

// Contexts are the signs of what the system does, in the order in which they were found.
func (f *Fold) Contexts() []checks.Context { return f.contexts }

// anyAI tells whether there is anything here that the guideline is about.
func (f *Fold) anyAI() bool {
	for _, a := range f.assets {
		switch a.Kind {
		case repo.Model, repo.Prompt, repo.Agent:
			return true
		}
	}
	for _, c := range f.contexts {
		switch c.Signal {
		case "C-LLM-API", "C-LOCAL-INFER", "C-TRAIN", "C-AGENT", "C-MCP", "C-RAG":
			return true
		}
	}
	return false
}

func severityRank(s rules.Severity) int {
	return slices.Index([]rules.Severity{rules.Critical, rules.High, rules.Medium, rules.Low}, s)
}

func sorted(in []checks.Finding) []checks.Finding {
	out := slices.Clone(in)
	place := func(f *checks.Finding) (string, int) {
		if f.Location == nil {
			return "", 0
		}
		return f.Location.Path, f.Location.Start.Line
	}
	slices.SortStableFunc(out, func(a, b checks.Finding) int {
		pa, la := place(&a)
		pb, lb := place(&b)
		return cmp.Or(cmp.Compare(severityRank(a.Severity), severityRank(b.Severity)), cmp.Compare(pa, pb), cmp.Compare(la, lb),
			cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// shown leaves out what lies below the thresholds, and counts it.
func (f *Fold) shown(in []checks.Finding, r *Report) []checks.Finding {
	out := []checks.Finding{}
	levels := []rules.Confidence{"high", "medium", "low"}
	for _, x := range in {
		if severityRank(x.Severity) > severityRank(f.opt.MinSeverity) || slices.Index(levels, x.Confidence) > slices.Index(levels, f.opt.MinConfidence) {
			r.Suppressed.BelowThreshold++
			continue
		}
		out = append(out, x)
	}
	return out
}

func summarise(r *Report) Summary {
	s := Summary{BySeverity: map[rules.Severity]SeverityCount{}, ByFamily: map[string]int{}, Assets: map[repo.Kind]int{}}
	for _, level := range []rules.Severity{rules.Critical, rules.High, rules.Medium, rules.Low} {
		s.BySeverity[level] = SeverityCount{}
	}
	for _, f := range r.Findings {
		c := s.BySeverity[f.Severity]
		switch f.Status {
		case checks.Waived, checks.IgnoredInline:
			c.Waived++
		case checks.Baselined:
			c.Known++
		default:
			c.Open++
			s.ByFamily[f.Family]++
		}
		s.BySeverity[f.Severity] = c
	}
	for _, a := range r.Assets {
		s.Assets[a.Kind]++
	}
	return s
}
