// Package checkstest runs rules over small repositories held in memory: the examples of a rule, or files of a test. It is
// used by tests and by "bakedin rules test", never by a scan.
package checkstest

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/afero"

	"bakedin/checks"
	"bakedin/checks/secrets"
	binary "bakedin/internal/format/asm"
	"bakedin/internal/format/pickle/asm"
	"bakedin/internal/repo"
	"bakedin/rules"
)

// Result is everything a run told.
type Result struct {
	checks.Discard
	Findings []checks.Finding // gaps and evidence
	Contexts []checks.Context
	Assets   []repo.Asset
	Skips    []checks.Skipped
	Rules    []checks.RuleState
	Notices  []checks.Notice
	Ended    checks.End
}

// Finding implements checks.Handler, and so do the following.
func (r *Result) Finding(f checks.Finding) error { r.Findings = append(r.Findings, f); return nil }
func (r *Result) Context(c checks.Context) error { r.Contexts = append(r.Contexts, c); return nil }
func (r *Result) Asset(a repo.Asset) error       { r.Assets = append(r.Assets, a); return nil }
func (r *Result) Skipped(s checks.Skipped) error { r.Skips = append(r.Skips, s); return nil }
func (r *Result) Rule(s checks.RuleState) error  { r.Rules = append(r.Rules, s); return nil }
func (r *Result) Notice(n checks.Notice) error   { r.Notices = append(r.Notices, n); return nil }
func (r *Result) End(e checks.End) error         { r.Ended = e; return nil }

// Of returns the findings of one rule.
func (r *Result) Of(rule string) []checks.Finding {
	var out []checks.Finding
	for _, f := range r.Findings {
		if f.Rule == rule {
			out = append(out, f)
		}
	}
	return out
}

// Tree opens files, path to content, as a tree.
func Tree(ctx context.Context, files map[string][]byte) (*repo.Tree, error) {
	mem := afero.NewMemMapFs()
	for p, b := range files {
		if err := afero.WriteFile(mem, p, b, 0o644); err != nil {
			return nil, err
		}
	}
	return repo.OpenFS(ctx, mem, "test", repo.Options{})
}

// Run runs a ruleset over files.
func Run(ctx context.Context, rs *checks.Ruleset, files map[string][]byte) (*Result, error) {
	tree, err := Tree(ctx, files)
	if err != nil {
		return nil, err
	}
	r := &Result{}
	return r, checks.Run(ctx, tree, rs, checks.Options{Profile: "strict"}, r)
}

// Only narrows a ruleset to some rules and those whose findings they join, so that a test is not disturbed by their neighbours.
func Only(rs *checks.Ruleset, ids ...string) *checks.Ruleset {
	set := *rs.Set
	set.Rules = nil
	for _, id := range ids {
		r := rs.Set.Rule(id)
		if r == nil {
			continue
		}
		set.Rules = append(set.Rules, r)
		for _, o := range rs.Set.Rules {
			if o != r && (slices.Contains(r.Joins, o.ID) || slices.Contains(r.Joins, o.Family)) {
				set.Rules = append(set.Rules, o)
			}
		}
	}
	return &checks.Ruleset{Set: &set, Checks: rs.Checks}
}

// Files returns the small repository of an example.
func Files(e *rules.Example) (map[string][]byte, error) {
	out := map[string][]byte{}
	for _, x := range append([]rules.Example{*e}, e.Also...) {
		b, err := content(x)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", x.Path, err)
		}
		out[x.Path] = b
	}
	return out, nil
}

func content(e rules.Example) ([]byte, error) {
	switch {
	case e.Pickle != "":
		return asm.Assemble(e.Pickle)
	case e.Hex != "":
		return hexBytes(e.Hex)
	case e.Binary != "":
		return binary.Assemble(e.Binary)
	}
	return expand(e.Text)
}

var placeholder = regexp.MustCompile(`\{\{(fake|jwt|pem):([a-z0-9_-]+)\}\}`)

// expand writes a credential for each {{fake:format}}, {{jwt:role}} and {{pem:kind}}: none stands in a rule file.
func expand(text string) ([]byte, error) {
	var failed error
	out := placeholder.ReplaceAllStringFunc(text, func(m string) string {
		g := placeholder.FindStringSubmatch(m)
		switch g[1] {
		case "jwt":
			part := base64.RawURLEncoding.EncodeToString
			return part([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + part([]byte(`{"iss":"auth","role":"`+g[2]+`"}`)) + "." + part([]byte("no signature at all"))
		case "pem":
			body := ""
			for i := range 120 {
				body += string("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[(i*i*7+i*11+5)%64])
			}
			return "-----BEGIN " + strings.ToUpper(g[2]) + " PRIVATE KEY-----\n" + body[:60] + "\n" + body[60:] + "\n-----END " + strings.ToUpper(g[2]) + " PRIVATE KEY-----"
		}
		v, err := secrets.Fake(g[2])
		if err != nil {
			failed = err
		}
		return v
	})
	return []byte(out), failed
}

// hexBytes reads hexadecimal with blanks. "00*512" stands for a byte, or for several, that many times over.
func hexBytes(text string) ([]byte, error) {
	var out []byte
	for _, word := range strings.Fields(text) {
		digits, times, repeated := strings.Cut(word, "*")
		b, err := hex.DecodeString(digits)
		if err != nil {
			return nil, err
		}
		n := 1
		if repeated {
			if n, err = strconv.Atoi(times); err != nil || n < 0 || n > 1<<20 {
				return nil, fmt.Errorf("%q is no number of times", times)
			}
		}
		out = append(out, bytes.Repeat(b, n)...)
	}
	return out, nil
}

// Examples runs every example of a rule and returns what is wrong: a bad one that is silent, a good one that fires (for
// evidence: a good one that is not found, a bad one that is).
func Examples(ctx context.Context, rs *checks.Ruleset, rule *rules.Rule) []error {
	var errs []error
	alone := Only(rs, rule.ID)
	if rule.Component == "ai" { // an example need not show the rest of the AI component
		free := *rule
		free.Component = ""
		alone.Set.Rules = []*rules.Rule{&free}
	}
	try := func(i int, which string, e *rules.Example, want bool) {
		if e == nil {
			return
		}
		files, err := Files(e)
		if err == nil {
			var r *Result
			if r, err = Run(ctx, alone, files); err == nil {
				if n := len(r.Of(rule.ID)); (n > 0) != want {
					err = fmt.Errorf("%d matches, want some: %v%s", n, want, skipText(r.Skips))
				}
			}
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: example %d, %s (%s): %w", rule.ID, i+1, which, e.Path, err))
		}
	}
	for i, e := range rule.Examples {
		try(i, "bad", e.Bad, rule.Says == rules.Gap)
		try(i, "good", e.Good, rule.Says == rules.Evidence)
	}
	return errs
}

func skipText(skips []checks.Skipped) string {
	var b strings.Builder
	for _, s := range skips {
		fmt.Fprintf(&b, "; skipped %s: %s %s", s.Path, s.Kind, s.Detail)
	}
	return b.String()
}
