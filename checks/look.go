package checks

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"bakedin/internal/repo"
	"bakedin/rules"
)

// outcome is what all rules made of one file.
type outcome struct {
	read     bool
	wanted   []string
	skips    []Skipped
	contexts []Context
	findings []heldFinding
	ignores  []Ignore
	elapsed  map[string]time.Duration // by rule, when it is asked for
}

type heldFinding struct {
	*Finding
	hold bool
}

// look runs every rule that wants the file. It never panics.
func (e *engine) look(ctx context.Context, f *File) *outcome {
	defer f.forget()
	o := &outcome{}
	passes := map[*compiled]*Pass{}
	pass := func(c *compiled) *Pass {
		p := passes[c]
		if p == nil {
			p = &Pass{Rule: c.Rule, File: f, Repo: e.repo}
			passes[c] = p
		}
		return p
	}
	failures := map[Skip][]string{}
	fail := func(c *compiled, err error) {
		if err != nil {
			s := asSkip(err, "parse")
			failures[*s] = append(failures[*s], c.ID)
		}
	}
	for _, c := range e.rules {
		if !c.selects(f) {
			continue
		}
		o.wanted = append(o.wanted, c.ID)
		fail(c, e.timed(o, c.ID, func() error { return e.matchParsed(ctx, c, pass(c)) }))
	}
	texts, err := e.matchTexts(ctx, f, o, pass)
	o.read = len(o.wanted) > 0 || texts
	if err != nil {
		s := asSkip(err, "parse")
		for _, t := range e.texts {
			if t.rule != nil && t.in == nil && slices.Contains(o.wanted, t.rule.ID) {
				failures[*s] = append(failures[*s], t.rule.ID)
			}
		}
		if _, ok := failures[*s]; !ok {
			failures[*s] = []string{}
		}
	}
	e.matchPackages(f, o, pass)
	o.findings = e.settle(passes, f)
	o.ignores = ignoresIn(f)
	for s, ids := range failures {
		slices.Sort(ids)
		o.skips = append(o.skips, Skipped{Path: f.Path, Kind: s.Kind, Detail: s.Detail, Rules: slices.Compact(ids), Asset: kindOf(f)})
	}
	slices.SortFunc(o.skips, func(a, b Skipped) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Detail, b.Detail))
	})
	return o
}

// timed runs a part of a rule, and notes what it cost when that is asked for. Facts are on the account of the rule that
// asked for them first.
func (e *engine) timed(o *outcome, rule string, do func() error) error {
	if !e.opt.Timings {
		return do()
	}
	if o.elapsed == nil {
		o.elapsed = map[string]time.Duration{}
	}
	start := time.Now()
	err := do()
	o.elapsed[rule] += time.Since(start)
	return err
}

// matchParsed tries the ways to match that need no text search.
func (e *engine) matchParsed(ctx context.Context, c *compiled, p *Pass) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = panicked(v)
		}
	}()
	if err := ctx.Err(); err != nil {
		return err
	}
	m := &c.Match
	if c.presence.Match(p.File.Path) {
		p.Whole("").Strength = rules.E1
	}
	if len(m.Call) > 0 || m.Keyword != "" {
		if err := matchCall(p); err != nil {
			return err
		}
	}
	if len(m.Key) > 0 {
		if err := matchKeys(p); err != nil {
			return err
		}
	}
	if c.check != nil {
		return c.check.Run(ctx, p)
	}
	return nil
}

// matchTexts reads the text once, and tries only the expressions that can match it.
func (e *engine) matchTexts(ctx context.Context, f *File, o *outcome, pass func(*compiled) *Pass) (looked bool, err error) {
	if f.Is(repo.Model) || f.Size == 0 {
		return false, nil
	}
	dull := f.Is(repo.Dataset) || f.Place == repo.Generated // only credentials are looked for
	if dull && f.Size > dullLimit {
		return false, nil
	}
	defer func() {
		if v := recover(); v != nil {
			err = panicked(v)
		}
	}()
	if !e.anyTextWants(f, o) {
		return false, nil
	}
	if !f.looksText() {
		return false, nil
	}
	text, err := f.Bytes()
	if err != nil {
		return true, err
	}
	places := e.sifted(text)
	candidates := make([]int, 0, len(places.windows))
	for i := range places.windows {
		candidates = append(candidates, i)
	}
	slices.Sort(candidates)
	seen := map[string]bool{}
	for _, i := range candidates {
		if err := ctx.Err(); err != nil {
			return true, err
		}
		t := e.texts[i]
		switch {
		case dull && t.secret == nil:
			continue
		case t.signal != nil:
			if seen[t.signal.ID] || !t.in.Match(f.Path) || t.signal.skip.Match(f.Path) || f.Place == repo.Documents || f.Place == repo.Vendored {
				continue
			}
			if m := t.find(places, i); m != nil {
				seen[t.signal.ID] = true
				o.contexts = append(o.contexts, Context{Signal: t.signal.ID, Strength: rules.E1, Path: f.Path, Line: f.Position(m[0]).Line, InTests: f.InTests()})
			}
		case t.in == nil && t.rule.Match.Inline && f.Is(repo.Code) && !t.rule.skip.Match(f.Path):
			prompts, err := InlinePrompts.Of(f)
			if len(prompts) == 0 {
				if err != nil {
					return true, err
				}
				continue
			}
			if !slices.Contains(o.wanted, t.rule.ID) {
				o.wanted = append(o.wanted, t.rule.ID)
			}
			if err := matchText(pass(t.rule), t, places.within(i, prompts), i); err != nil {
				return true, err
			}
		case t.in == nil && !slices.Contains(o.wanted, t.rule.ID), t.in != nil && (!t.in.Match(f.Path) || t.rule.skip.Match(f.Path)):
			continue
		default:
			if !slices.Contains(o.wanted, t.rule.ID) {
				o.wanted = append(o.wanted, t.rule.ID)
			}
			if err := e.timed(o, t.rule.ID, func() error { return matchText(pass(t.rule), t, places, i) }); err != nil {
				s := asSkip(err, "parse")
				o.skips = append(o.skips, Skipped{Path: f.Path, Kind: s.Kind, Detail: s.Detail, Rules: []string{t.rule.ID}, Asset: kindOf(f)})
			}
		}
	}
	return true, nil
}

// largest data set or generated file that is searched for credentials
const dullLimit = 8 << 20

// anyTextWants tells whether some expression looks at this path, so that pictures and archives are never read.
func (e *engine) anyTextWants(f *File, o *outcome) bool {
	for _, t := range e.texts {
		if t.in == nil {
			if t.rule != nil && slices.Contains(o.wanted, t.rule.ID) {
				return true
			}
		} else if t.in.Match(f.Path) {
			return true
		}
	}
	return false
}

// settle turns the raw findings of all passes into findings, in the order of the file.
func (e *engine) settle(passes map[*compiled]*Pass, f *File) []heldFinding {
	type raw struct {
		c *compiled
		f *Finding
	}
	var all []raw
	for c, p := range passes {
		found := p.found
		if c.Says == rules.Evidence {
			found = strongest(running(f, found))
		} else if !c.Detector {
			found = distinct(found)
		}
		for _, x := range found {
			all = append(all, raw{c, x})
		}
	}
	slices.SortStableFunc(all, func(a, b raw) int {
		return cmp.Or(
			cmp.Compare(a.f.Location.Start.Byte, b.f.Location.Start.Byte),
			cmp.Compare(a.c.ID, b.c.ID),
		)
	})
	var secrets []string
	for _, r := range all {
		if hasRef(r.c.Rule, "CWE-798") && r.f.Location.Kind == "text" {
			secrets = append(secrets, f.secretOf(r.f))
		}
	}
	f.mask = e.program.mask.Hiding(secrets)
	var fp fingerprints
	var out []heldFinding
	for _, r := range all {
		if len(r.c.YieldsTo) > 0 && slices.ContainsFunc(all, func(o raw) bool {
			return slices.Contains(r.c.YieldsTo, o.c.ID) && overlap(r.f.Location, o.f.Location)
		}) {
			continue
		}
		if e.program.complete(r.c, r.f, f, &fp) {
			out = append(out, heldFinding{r.f, r.c.Component == "ai" && !r.f.InAI})
		}
	}
	return out
}

// secretOf is the credential that a finding is about: what its detector says, or else what was matched.
func (f *File) secretOf(x *Finding) string {
	if text, _ := f.Bytes(); x.Secret == "" && x.Location.Start.Byte < x.Location.End.Byte && x.Location.End.Byte <= len(text) {
		x.Secret = string(text[x.Location.Start.Byte:x.Location.End.Byte])
	}
	return x.Secret
}

func overlap(a, b *Location) bool {
	return a.Start.Byte < b.End.Byte && b.Start.Byte < a.End.Byte
}

// running leaves out what a detector saw in code that never runs.
func running(file *File, found []*Finding) []*Finding {
	if !file.Is(repo.Code) && !file.Is(repo.Notebook) {
		return found
	}
	return slices.DeleteFunc(found, func(f *Finding) bool {
		return f.Location.Kind == "text" && EvidenceAt(file, f.Location.Start.Byte) == rules.E0
	})
}

// strength of a match; one of which nothing is said is as strong as its rule lets it be
func strength(f *Finding) rules.Strength { return cmp.Or(f.Strength, rules.E4) }

// strongest keeps one match a file for evidence of a data rule: more of the same adds nothing. A detector that reports
// which assets are covered keeps all.
func strongest(found []*Finding) []*Finding {
	var best *Finding
	var kept []*Finding
	for _, f := range found {
		if len(f.Assets) > 0 {
			kept = append(kept, f)
		} else if best == nil || strength(f) > strength(best) {
			best = f
		}
	}
	if best != nil && (len(kept) == 0 || best.Strength > rules.E1) {
		kept = append(kept, best)
	}
	return kept
}

// distinct drops a match that overlaps an earlier, stronger or longer one: two ways of one rule saw the same thing.
func distinct(found []*Finding) []*Finding {
	slices.SortStableFunc(found, func(a, b *Finding) int {
		return cmp.Or(
			cmp.Compare(a.Location.Start.Byte, b.Location.Start.Byte),
			cmp.Compare(b.Strength, a.Strength),
			cmp.Compare(b.Location.End.Byte, a.Location.End.Byte),
		)
	})
	var kept []*Finding
	for _, f := range found {
		if n := len(kept); n > 0 && f.Location.Start.Byte < kept[n-1].Location.End.Byte {
			continue
		}
		kept = append(kept, f)
	}
	return kept
}

func (e *engine) wanting(f *File) []string {
	var ids []string
	for _, c := range e.rules {
		if c.selects(f) {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

func kindOf(f *File) repo.Kind {
	if f.Is(repo.Model) {
		return repo.Model
	}
	if len(f.Assets) > 0 {
		return f.Assets[0].Kind
	}
	return ""
}

func panicked(v any) *Skip { return &Skip{Kind: "panic", Detail: fmt.Sprint(v)} }

// asSkip makes a Skip of any error of a detector or reader.
func asSkip(err error, kind string) *Skip {
	var s *Skip
	switch {
	case errors.As(err, &s):
		return s
	case errors.Is(err, context.DeadlineExceeded):
		return &Skip{Kind: "timeout", Detail: "took longer than allowed; raise --file-timeout"}
	case errors.Is(err, fs.ErrNotExist):
		return &Skip{Kind: "unreadable", Detail: "vanished during the scan"}
	}
	return &Skip{Kind: kind, Detail: err.Error()}
}

func runRepo(ctx context.Context, check RepoCheck, p *RepoPass) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = panicked(v)
		}
	}()
	return check.RunRepo(ctx, p)
}
