package posture

import (
	"fmt"
	"path"
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

func shortList(items []string) string {
	if len(items) > 3 {
		items = append(slices.Clone(items[:3]), fmt.Sprintf("%d more", len(items)-3))
	}
	return strings.Join(items, ", ")
}

// covers tells whether evidence speaks for an asset: it names it, or it names none and is about the only one. A job of CI
// looks at everything.
func covers(f *checks.Finding, asset string, inScope int) bool {
	switch {
	case slices.Contains(f.Assets, asset), len(f.Jobs) > 0:
		return true
	case len(f.Assets) > 0, f.Names != nil:
		return false
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

// perModel are signals whose evidence is about one model each, also about one that is fetched by name.
var perModel = []string{"P-MODELCARD", "P-PINNED-REV", "P-SAFE-FORMAT"}

// scopeOf returns the assets that a recommendation is about; none: the repository.
func (f *Fold) scopeOf(r *rules.Recommendation) []string {
	var scope []string
	for _, when := range r.AppliesWhen {
		scope = append(scope, f.assetsOf(scopeKinds[when]...)...)
	}
	return scope
}

func (f *Fold) assetsOf(kinds ...repo.Kind) []string {
	var ids []string
	for _, a := range f.assets {
		if slices.Contains(kinds, a.Kind) && !a.InTests {
			ids = append(ids, a.ID)
		}
	}
	return ids
}

// scopeOf returns the assets that evidence of a group of signals has to cover. A card that the whole repository is asked for
// is one of any model.
func (j *judgement) scopeOf(group []string) []string {
	scope := j.fold.scopeOf(j.rec)
	one := func(s string) bool { return slices.Contains(perModel, s) }
	if !slices.ContainsFunc(group, one) || j.rec.PassLevel == rules.E2 && slices.Contains(j.rec.AppliesWhen, "always") {
		return scope
	}
	for _, id := range append(j.fold.assetsOf(repo.Model), j.fold.fetched()...) {
		if !slices.Contains(scope, id) {
			scope = append(scope, id)
		}
	}
	return scope
}

// fetched are the models that code takes from a hub by name.
func (f *Fold) fetched() []string {
	var out []string
	for _, list := range [][]checks.Finding{f.gaps, f.evidence} {
		for _, x := range list {
			if x.Fetches != "" && !x.InTests && !slices.Contains(out, x.Fetches) {
				out = append(out, x.Fetches)
			}
		}
	}
	slices.Sort(out)
	return out
}

// bindNames gives a card the models that it names, of those that code fetches.
func (f *Fold) bindNames() {
	for i := range f.evidence {
		e := &f.evidence[i]
		if e.Strength < rules.E2 {
			continue
		}
		for _, id := range f.fetched() {
			name := strings.ToLower(id)
			if !slices.Contains(e.Assets, id) && (slices.Contains(e.Names, name) || slices.Contains(e.Names, path.Base(name))) {
				e.Assets = append(slices.Clip(e.Assets), id)
			}
		}
	}
}
