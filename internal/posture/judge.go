package posture

import (
	"fmt"
	"slices"
	"strings"

	"bakedin/checks"
	"bakedin/internal/repo"
	"bakedin/rules"
)

func basis(b Basis) *Basis { return &b }

func against(found []*checks.Finding) Reason {
	seen := map[string]int{}
	var order []string
	for _, f := range found {
		if seen[f.Title] == 0 {
			order = append(order, f.Title)
		}
		seen[f.Title]++
	}
	var parts []string
	for _, title := range order {
		if n := seen[title]; n > 1 {
			title = fmt.Sprintf("%s (%d places)", title, n)
		}
		parts = append(parts, title)
	}
	return Reason{Code: "against-finding", Text: shortList(parts), Refs: idsOf(found)}
}

func waivedReason(found []*checks.Finding) Reason {
	return Reason{Code: "waiver-active", Text: fmt.Sprintf("%d waived", len(found)), Refs: idsOf(found)}
}

func idsOf(found []*checks.Finding) []string {
	ids := []string{}
	for _, f := range found {
		ids = append(ids, f.ID)
	}
	return ids
}

func pathsOf(found []*checks.Finding) []string {
	var paths []string
	for _, f := range found {
		if f.Location != nil && !slices.Contains(paths, f.Location.Path) {
			paths = append(paths, f.Location.Path)
		}
	}
	if len(paths) > 3 {
		paths = append(paths[:3], fmt.Sprintf("%d more", len(paths)-3))
	}
	return paths
}

func shortList(items []string) string {
	if len(items) > 3 {
		items = append(slices.Clone(items[:3]), fmt.Sprintf("%d more", len(items)-3))
	}
	return strings.Join(items, ", ")
}

func flatten(groups [][]string) []string {
	var out []string
	for _, g := range groups {
		out = append(out, strings.Join(g, " or "))
	}
	return out
}

// covers tells whether evidence speaks for an asset: it names it, or it names none and is about the only one.
func covers(f *checks.Finding, asset string, inScope int) bool {
	if len(f.Assets) > 0 {
		return slices.Contains(f.Assets, asset)
	}
	return inScope == 1 || f.Location != nil && f.Location.Path == asset
}

// evidenceOf returns the evidence of a group of signals that is strong enough to pass.
func (j *judgement) evidenceOf(group []string) []*checks.Finding {
	var out []*checks.Finding
	for _, e := range j.evidence {
		if e.Strength >= j.rec.PassLevel && j.enforced(e) && slices.ContainsFunc(group, func(signal string) bool { return j.realises(e.Rule, signal) }) {
			out = append(out, e)
		}
	}
	return out
}

// kinds of assets that a context signal brings into scope
var scopeKinds = map[string][]repo.Kind{
	"C-MODEL-FILES": {repo.Model}, "C-DATASETS": {repo.Dataset}, "C-PROMPTS": {repo.Prompt},
}

// scopeOf returns the assets that evidence for a recommendation has to cover.
func (f *Fold) scopeOf(r *rules.Recommendation) []string {
	var scope []string
	for _, when := range r.AppliesWhen {
		for _, kind := range scopeKinds[when] {
			for _, a := range f.assets {
				if a.Kind == kind && !a.InTests {
					scope = append(scope, a.ID)
				}
			}
		}
	}
	return scope
}
