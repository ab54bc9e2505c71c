package rules

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Validate tells everything that is wrong with a catalogue and its rules, each with the file and the key. It compiles every
// expression, which a run does only where one is needed: the tests and "bakedin rules test" call it.
func (s *Set) Validate() error {
	var errs []error
	known := map[string]bool{}
	for i := range s.Guideline.Recommendations {
		known[s.Guideline.Recommendations[i].ID] = true
	}
	seen := map[string]bool{}
	for _, r := range s.Rules {
		v := validator{rule: r, known: known}
		v.head()
		v.match()
		v.fixes()
		v.examples()
		if seen[r.ID] {
			v.bad("id", "%s is the id of another rule too", r.ID)
		}
		seen[r.ID] = true
		errs = append(errs, v.errs...)
	}
	for _, r := range s.Rules {
		for _, other := range r.YieldsTo {
			if !seen[other] {
				errs = append(errs, fmt.Errorf("%s/%s.toml: yields_to: there is no rule %s", r.Family, r.ID, other))
			}
		}
	}
	signals := map[string]bool{}
	for i := range s.Guideline.Signals {
		signals[s.Guideline.Signals[i].ID] = true
	}
	for signal, slugs := range s.Signals {
		if !signals[signal] {
			errs = append(errs, fmt.Errorf("tables/signals.toml: %s: there is no such signal", signal))
		}
		for _, slug := range slugs {
			if !seen[slug] {
				errs = append(errs, fmt.Errorf("tables/signals.toml: %s: there is no rule %s", signal, slug))
			}
		}
	}
	slices.SortFunc(errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(errs...)
}

type validator struct {
	rule  *Rule
	known map[string]bool
	errs  []error
}

func (v *validator) bad(key, reason string, args ...any) {
	v.errs = append(v.errs, fmt.Errorf("%s/%s.toml: %s: %s", v.rule.Family, v.rule.ID, key, fmt.Sprintf(reason, args...)))
}

func (v *validator) oneOf(key, got string, want ...string) {
	if !slices.Contains(want, got) {
		v.bad(key, "%q is not one of %s", got, strings.Join(want, ", "))
	}
}

var slug = regexp.MustCompile(`^[a-z0-9]+(?:-[a-z0-9]+)*$`)

func (v *validator) head() {
	r := v.rule
	if !slug.MatchString(r.ID) {
		v.bad("id", "%q is no slug", r.ID)
	}
	for key, text := range map[string]string{"title": r.Title, "why": r.Why, "remedy": r.Remedy} {
		if strings.TrimSpace(text) == "" && (key == "title" || r.Says == Gap) {
			v.bad(key, "is empty")
		}
	}
	v.oneOf("says", string(r.Says), string(Gap), string(Evidence))
	v.oneOf("severity", string(r.Severity), string(Critical), string(High), string(Medium), string(Low))
	v.oneOf("confidence", string(r.Confidence), "high", "medium", "low")
	v.oneOf("audience", string(r.Audience), "essential", "standard", "strict")
	v.oneOf("strength", string(r.Strength), "", string(E1), string(E2), string(E3), string(E4))
	v.oneOf("component", r.Component, "", "ai")
	if len(r.Joins) > 0 && !(r.Repo && r.Detector) {
		v.bad("joins", "only a detector about the repository sees the findings of others")
	}
	if len(r.Supports) == 0 {
		v.bad("supports", "names no recommendation")
	}
	for _, id := range r.Supports {
		if !v.known[id] {
			v.bad("supports", "there is no recommendation %s", id)
		}
	}
}

func (v *validator) expr(key, re2 string) {
	if _, err := regexp.Compile(re2); err != nil {
		v.bad(key, "%v", err)
	}
}

func (v *validator) match() {
	m := &v.rule.Match
	ways := len(m.Presence) + len(m.Dependency) + len(m.Call) + len(m.Key) + len(m.Text) + len(m.Secret)
	if ways == 0 && m.Keyword == "" && !v.rule.Detector {
		v.bad("match", "there is no way to match, and no detector")
	}
	for i, t := range m.Text {
		v.expr(fmt.Sprintf("match.text[%d].re2", i), t.RE2)
		v.expr(fmt.Sprintf("match.text[%d].except", i), t.Except)
		v.expr(fmt.Sprintf("match.text[%d].about", i), t.About)
		for _, n := range t.Needs {
			v.expr(fmt.Sprintf("match.text[%d].needs", i), n)
		}
		if (t.About != "" || len(t.Needs) > 0) && !t.Document {
			v.bad(fmt.Sprintf("match.text[%d]", i), "about and needs are for documents")
		}
		v.graver(fmt.Sprintf("match.text[%d]", i), t.Severity, t.Because)
	}
	for i, k := range m.Key {
		v.expr(fmt.Sprintf("match.key[%d].value", i), k.Value)
		v.expr(fmt.Sprintf("match.key[%d].except", i), k.Except)
		v.oneOf(fmt.Sprintf("match.key[%d].strength", i), string(k.Strength), "", string(E1), string(E2), string(E3))
		v.expr(fmt.Sprintf("match.key[%d].name", i), k.Name)
		v.graver(fmt.Sprintf("match.key[%d]", i), k.Severity, k.Because)
		if k.Beside != nil {
			v.expr(fmt.Sprintf("match.key[%d].beside.value", i), k.Beside.Value)
			if k.Beside.Key == "" {
				v.bad(fmt.Sprintf("match.key[%d].beside.key", i), "is empty")
			}
		}
		if k.Path == "" {
			v.bad(fmt.Sprintf("match.key[%d].path", i), "is empty")
		}
	}
	for i, s := range m.Secret {
		v.expr(fmt.Sprintf("match.secret[%d].re2", i), s.RE2)
		v.expr(fmt.Sprintf("match.secret[%d].near", i), s.Near)
	}
	for _, list := range [][]Argument{m.With, m.Without} {
		for _, a := range list {
			v.oneOf("match.with.is", a.Is, "", "true", "false", "none", "absent", "any", "literal")
			v.expr("match.with.matches", a.Matches)
		}
	}
	for _, d := range m.Dependency {
		if ecosystem, name, ok := strings.Cut(d, ":"); !ok || name == "" || !slices.Contains([]string{"pypi", "npm", "go", "cargo", "conda"}, ecosystem) {
			v.bad("match.dependency", "%q is not ecosystem:name", d)
		}
	}
}

// graver holds a severity of one way to match to its reason: a reader sees both.
func (v *validator) graver(key string, s Severity, because string) {
	v.oneOf(key+".severity", string(s), "", string(Critical), string(High), string(Medium), string(Low))
	if (s == "") != (because == "") {
		v.bad(key+".because", "goes with severity")
	}
}

func (v *validator) fixes() {
	for i, f := range v.rule.Fix {
		key := fmt.Sprintf("fix[%d]", i)
		v.oneOf(key+".applicability", f.Applicability, "safe", "unsafe", "manual")
		switch {
		case f.ID == "" || f.Title == "":
			v.bad(key, "needs an id and a title")
		case f.DeleteKey && len(v.rule.Match.Key) == 0:
			v.bad(key+".delete_key", "the rule matches no key")
		case !f.DeleteKey && (f.Applicability != "manual" || len(f.Steps)+len(f.Commands) == 0):
			v.bad(key, "without an edit it is manual, with steps or commands")
		case f.Applicability == "unsafe" && f.Breaks == "":
			v.bad(key+".breaks", "an unsafe fix says what may no longer work")
		}
	}
}

func (v *validator) examples() {
	bad, good := 0, 0
	for i, e := range v.rule.Examples {
		if e.Bad == nil && e.Good == nil {
			v.bad(fmt.Sprintf("example[%d]", i), "is empty")
		}
		if e.Bad != nil {
			bad++
		}
		if e.Good != nil {
			good++
		}
	}
	if bad == 0 || good == 0 {
		v.bad("example", "a rule needs a bad and a good one")
	}
}
