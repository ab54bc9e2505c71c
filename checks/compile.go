package checks

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"bakedin/internal/glob"
	"bakedin/internal/needle"
	"bakedin/internal/repo"
	"bakedin/internal/secret"
	"bakedin/rules"
)

// program is a ruleset made ready to run: globs compiled, expressions indexed by their needles, but compiled only when a
// file needs them.
type program struct {
	rules   []*compiled
	texts   []*textExpr       // of rules and of context signals; the needle set's numbering
	needles *needle.Set       // over texts
	deps    map[string][]dep  // "pypi:name" to what wants it
	signals []*contextSignal  // of kind context
	control map[string]string // recommendation to control
	mask    *Mask             // of lines that are shown
}

type compiled struct {
	*rules.Rule
	check    Check
	kinds    map[repo.Kind]bool
	paths    *glob.Set
	skip     *glob.Set
	presence *glob.Set
	keyed    *glob.Set // where its keys name their own files
	keep     bool      // severity is not lowered in tests
}

type textExpr struct {
	rule   *compiled      // nil: of a signal
	signal *contextSignal // nil: of a rule
	match  rules.TextMatch
	index  int            // in the rule's list
	secret *rules.Secret  // nil: an expression
	format *secret.Format // of the secret
	in     *glob.Set      // nil: the files of the rule
	reach  needle.Reach
	filter needle.Filter
	lead   *needle.Lead          // nil: a match may begin with anything
	bound  func() *regexp.Regexp // the expression, bound to where its lead stands
	re     func() *regexp.Regexp
	except func() *regexp.Regexp
	about  func() *regexp.Regexp
	needs  []func() *regexp.Regexp
}

type dep struct {
	rule   *compiled
	signal *contextSignal
}

type contextSignal struct {
	*rules.Signal
	in   *glob.Set
	skip *glob.Set
}

// program returns the compiled rules without those that are left out. It is kept: compiling costs more than many a scan.
func (rs *Ruleset) program(left map[string]bool) (*program, error) {
	key := strings.Join(slices.Sorted(maps.Keys(left)), " ")
	rs.mu.Lock()
	defer rs.mu.Unlock()
	if p := rs.compiled[key]; p != nil {
		return p, nil
	}
	p, err := compile(rs, left)
	if err != nil {
		return nil, err
	}
	if rs.compiled == nil {
		rs.compiled = map[string]*program{}
	}
	rs.compiled[key] = p
	return p, nil
}

func compile(rs *Ruleset, disabled map[string]bool) (*program, error) {
	p := &program{deps: map[string][]dep{}, control: map[string]string{}}
	var err error
	if p.mask, err = NewMask(rs.Set); err != nil {
		return nil, err
	}
	for _, r := range rs.Set.Guideline.Recommendations {
		p.control[r.ID] = r.Control
	}
	for _, r := range rs.Set.Rules {
		if disabled[r.ID] {
			continue
		}
		if err := p.add(r, rs.Checks[r.ID]); err != nil {
			return nil, fmt.Errorf("rule %s: %w", r.ID, err)
		}
	}
	if err := p.addSignals(rs.Set.Guideline.Signals); err != nil {
		return nil, err
	}
	exprs := make([]string, len(p.texts))
	for i, t := range p.texts {
		exprs[i] = t.match.RE2
		if t.secret != nil {
			exprs[i] = needle.AnyOf(t.secret.Keys)
		} else {
			t.filter = needle.FilterOf(t.match.RE2)
			if t.lead = needle.LeadOf(t.match.RE2); t.lead != nil {
				t.bound = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(t.lead.Rest()) })
			}
		}
	}
	p.needles = needle.New(exprs)
	return p, nil
}

func (p *program) add(r *rules.Rule, check Check) error {
	if r.Detector && check == nil {
		return fmt.Errorf("detector = true, but checks/%s has no %q in its registry", r.Family, r.ID)
	}
	c := &compiled{Rule: r, check: check, kinds: map[repo.Kind]bool{}, keep: r.Family == "model" || hasRef(r, "CWE-798")}
	for _, k := range r.Match.Assets {
		c.kinds[repo.Kind(k)] = true
	}
	var err error
	if c.paths, err = globSet(r.Match.Paths); err != nil {
		return err
	}
	if c.skip, err = globSet(r.Match.Skip); err != nil {
		return err
	}
	if c.presence, err = globSet(r.Match.Presence); err != nil {
		return err
	}
	var keyed []string
	for _, k := range r.Match.Key {
		keyed = append(keyed, k.In...)
	}
	if c.keyed, err = globSet(keyed); err != nil {
		return err
	}
	for i, m := range r.Match.Text {
		in, err := globSet(m.In)
		if err != nil {
			return err
		}
		t := &textExpr{rule: c, match: m, index: i, in: in, reach: needle.ReachOf(m.RE2), re: lazy(m.RE2), except: lazy(m.Except), about: lazy(m.About)}
		for _, n := range m.Needs {
			t.needs = append(t.needs, lazy(n))
		}
		p.texts = append(p.texts, t)
	}
	for i := range r.Match.Secret {
		m := &r.Match.Secret[i]
		format, err := secret.NewFormat(m.ID, m.RE2, m.Near, m.Keys, m.Entropy)
		if err != nil {
			return err
		}
		p.texts = append(p.texts, &textExpr{rule: c, index: i, secret: m, format: format, reach: needle.Line})
	}
	for _, d := range r.Match.Dependency {
		p.deps[d] = append(p.deps[d], dep{rule: c})
	}
	p.rules = append(p.rules, c)
	return nil
}

func (p *program) addSignals(signals []rules.Signal) error {
	byID := map[string]*rules.Signal{}
	for i := range signals {
		byID[signals[i].ID] = &signals[i]
	}
	for i := range signals {
		s := &signals[i]
		if s.Says != "context" {
			continue
		}
		globs := append([]string(nil), s.LookIn...)
		for _, other := range s.LookInOf {
			globs = append(globs, byID[other].Paths...)
		}
		c := &contextSignal{Signal: s}
		var err error
		if c.in, err = globSet(globs); err != nil {
			return fmt.Errorf("signal %s: %w", s.ID, err)
		}
		if c.skip, err = globSet(s.Skip); err != nil {
			return fmt.Errorf("signal %s: %w", s.ID, err)
		}
		p.signals = append(p.signals, c)
		for _, pat := range s.Pattern {
			in := c.in
			if pat.In != nil {
				if in, err = globSet(pat.In); err != nil {
					return fmt.Errorf("signal %s: %w", s.ID, err)
				}
			}
			m := rules.TextMatch{RE2: pat.RE2, Except: pat.Except}
			p.texts = append(p.texts, &textExpr{signal: c, match: m, in: in, reach: needle.ReachOf(m.RE2), re: lazy(m.RE2), except: lazy(m.Except)})
		}
		for _, d := range s.Deps {
			p.deps[d] = append(p.deps[d], dep{signal: c})
		}
	}
	return nil
}

// selects tells whether the rule looks at a file of these assets. A rule without assets and paths looks at the files whose
// presence it asks for, at those that its keys name, and at code when it asks for calls.
func (c *compiled) selects(f *File) bool {
	if c.skip.Match(f.Path) {
		return false
	}
	if len(c.kinds) == 0 && c.paths.Empty() {
		return c.presence.Match(f.Path) || c.keyed.Match(f.Path) || len(c.Match.Call) > 0 && (f.Is(repo.Code) || f.Is(repo.Notebook))
	}
	if len(c.kinds) > 0 {
		carries := false
		for i := range f.Assets {
			carries = carries || c.kinds[f.Assets[i].Kind]
		}
		if !carries {
			return false
		}
	}
	return c.paths.Empty() || c.paths.Match(f.Path)
}

func globSet(globs []string) (*glob.Set, error) {
	if len(globs) == 0 {
		return nil, nil
	}
	return glob.Compile(globs)
}

// lazy compiles an expression when it is first needed: a staged check of one file must not compile them all. The loader has
// checked that it compiles.
func lazy(expr string) func() *regexp.Regexp {
	if expr == "" {
		return func() *regexp.Regexp { return nil }
	}
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}

func hasRef(r *rules.Rule, ref string) bool {
	for _, x := range r.Refs {
		if x == ref {
			return true
		}
	}
	return false
}
