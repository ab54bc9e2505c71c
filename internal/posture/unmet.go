package posture

import (
	"fmt"
	"slices"
	"strings"

	"bakedin/checks"
	"bakedin/rules"
)

// unmet says in words what the groups of pass_needs lack that are not met for every asset in scope, and names the evidence
// of those that are.
func (j *judgement) unmet() (missing, refs []string) {
	refs = []string{}
	for _, group := range j.rec.PassNeeds {
		strong := j.evidenceOf(group)
		if len(strong) == 0 {
			missing = append(missing, j.short(group))
			continue
		}
		var bare []string
		scope := j.scopeOf(group)
		for _, asset := range scope {
			if !slices.ContainsFunc(strong, func(f *checks.Finding) bool { return covers(f, asset, len(scope)) }) {
				bare = append(bare, asset)
			}
		}
		if len(bare) > 0 {
			missing = append(missing, fmt.Sprintf("%s: %d of %d assets lack it: %s", j.title(group), len(bare), len(scope), shortList(bare)))
			continue
		}
		refs = append(refs, idsOf(strong)...)
	}
	return missing, refs
}

// short says what is missing of a group: nothing was found, or what was found is not enough.
func (j *judgement) short(group []string) string {
	var best *checks.Finding
	for _, e := range j.evidence {
		if slices.ContainsFunc(group, func(s string) bool { return j.realises(e.Rule, s) }) && (best == nil || e.Strength > best.Strength) {
			best = e
		}
	}
	switch {
	case best == nil:
		return j.title(group) + ": nothing was found"
	case best.Strength >= j.rec.PassLevel && j.realises(best.Rule, "P-CODEOWNERS"):
		return j.title(group) + ": found, but the default branch does not require the review of code owners" + in(best)
	case best.Strength >= j.rec.PassLevel:
		return j.title(group) + ": found, but its job is not among the required checks" + in(best)
	}
	return fmt.Sprintf("%s: found, but %s (%s, %s is needed)%s", j.title(group), onlyAs[best.Strength], best.Strength, j.rec.PassLevel, in(best))
}

// onlyAs says what evidence below the level that passes is.
var onlyAs = map[rules.Strength]string{
	rules.E1: "only a mention",
	rules.E2: "nothing shows that it is enforced, or that it covers everything",
	rules.E3: "it was not checked against the files that are here",
}

func in(f *checks.Finding) string {
	if f.Location == nil {
		return ""
	}
	return ", in " + f.Location.Path
}

// title says in words what a group of signals asks for. Where only some rules of a signal speak to the recommendation, it is
// what those say.
func (j *judgement) title(group []string) string {
	var parts []string
	for _, s := range group {
		part := j.fold.signalTitle(s)
		for _, id := range j.fold.set.Signals[s] {
			if r := j.fold.set.Rule(id); r != nil && !slices.Contains(r.Supports, j.rec.ID) {
				part = j.said(s)
				break
			}
		}
		if part != "" && !slices.Contains(parts, part) {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ", or ")
}

// said are the titles of the rules of a signal that speak to the recommendation.
func (j *judgement) said(signal string) string {
	var titles []string
	for _, id := range j.fold.set.Signals[signal] {
		if r := j.fold.set.Rule(id); r != nil && slices.Contains(r.Supports, j.rec.ID) {
			titles = append(titles, lowerFirst(r.Title))
		}
	}
	return strings.Join(titles, ", or ")
}

func (j *judgement) titles(groups [][]string) []string {
	var out []string
	for _, g := range groups {
		out = append(out, j.title(g))
	}
	return out
}

// sources names the evidence of these ids: the file, the rule, and that it is a mention when it is.
func (j *judgement) sources(ids []string) string {
	var out []string
	for _, e := range j.evidence {
		if !slices.Contains(ids, e.ID) {
			continue
		}
		text := e.Rule
		if e.Strength == rules.E1 {
			text += ", a mention"
		}
		if e.Location != nil {
			text = e.Location.Path + " (" + text + ")"
		}
		if !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return shortList(out)
}
