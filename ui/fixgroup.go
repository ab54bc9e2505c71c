package ui

import (
	"cmp"
	"slices"

	"bakedin/checks"
)

// fixGroup is one remedy at every place it is offered: what the fixes screen lists.
type fixGroup struct {
	rule, id, title string
	applicability   checks.Applicability
	findings        []int
	files           int
	supports        []string
}

// bestFix is the remedy a finding is given when nobody chooses: the first safe one, else the first.
func bestFix(f *checks.Finding) *checks.Fix {
	for i := range f.Fixes {
		if f.Fixes[i].Applicability == checks.Safe {
			return &f.Fixes[i]
		}
	}
	if len(f.Fixes) > 0 {
		return &f.Fixes[0]
	}
	return nil
}

// fixGroups gathers the best fix of every open finding, safe ones first.
func fixGroups(s *store) []fixGroup {
	type key struct{ rule, id string }
	at := map[key]int{}
	var out []fixGroup
	for i := range s.findings {
		f := &s.findings[i]
		fix := bestFix(f.Finding)
		if fix == nil || f.Status != checks.Open && f.Status != "" && f.Status != checks.Baselined {
			continue
		}
		k := key{f.Rule, fix.ID}
		g, ok := at[k]
		if !ok {
			g = len(out)
			at[k] = g
			out = append(out, fixGroup{rule: f.Rule, id: fix.ID, title: text(fix.Title), applicability: fix.Applicability, supports: f.Supports})
		}
		out[g].findings = append(out[g].findings, i)
	}
	for g := range out {
		files := map[string]bool{}
		for _, i := range out[g].findings {
			files[s.findings[i].path] = true
		}
		out[g].files = len(files)
	}
	rank := map[checks.Applicability]int{checks.Safe: 0, checks.Unsafe: 1, checks.Manual: 2}
	slices.SortStableFunc(out, func(a, b fixGroup) int { return cmp.Compare(rank[a.applicability], rank[b.applicability]) })
	return out
}

// how says in two words what a person can do about a finding.
func how(f *checks.Finding) string {
	fix := bestFix(f)
	if fix == nil {
		return "manual"
	}
	switch fix.Applicability {
	case checks.Safe:
		return "safe fix"
	case checks.Unsafe:
		return "unsafe fix"
	}
	return "manual"
}
