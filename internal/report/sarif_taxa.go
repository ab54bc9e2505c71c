package report

import (
	"strings"

	"bakedin/rules"
)

// taxonomies are the catalogues that the rules of a log point into, each with the entries in use.
type taxonomies struct {
	set  *rules.Set
	list []sarifTaxonomy
	seen map[string]bool // catalogue and entry
}

func newTaxonomies(set *rules.Set) *taxonomies {
	return &taxonomies{set: set, seen: map[string]bool{}}
}

// relate returns the relationships of a rule and notes the entries they point to.
func (t *taxonomies) relate(r *rules.Rule) []sarifRelationship {
	var out []sarifRelationship
	for _, s := range r.Supports {
		title := ""
		for i := range t.set.Guideline.Recommendations {
			if x := &t.set.Guideline.Recommendations[i]; x.ID == s {
				title = x.Title
			}
		}
		out = append(out, t.point("secure-ai-guidelines", t.set.Guideline.Version, "Guidelines for secure AI system development", s, title))
	}
	for _, ref := range r.Refs {
		id, _, _ := strings.Cut(ref, ":")
		name := t.set.Guideline.Names[ref]
		switch {
		case strings.HasPrefix(ref, "CWE-"):
			out = append(out, t.point("CWE", "", "Common Weakness Enumeration", ref, name))
		case strings.HasPrefix(ref, "LLM"):
			out = append(out, t.point("OWASP LLM Top 10", "2025", "OWASP Top 10 for LLM Applications", id, name))
		case strings.HasPrefix(ref, "AML."):
			out = append(out, t.point("MITRE ATLAS", "", "Adversarial Threat Landscape for AI Systems", ref, name))
		}
	}
	return out
}

func (t *taxonomies) point(catalogue, version, what, id, title string) sarifRelationship {
	at := -1
	for i := range t.list {
		if t.list[i].Name == catalogue {
			at = i
		}
	}
	if at < 0 {
		at = len(t.list)
		t.list = append(t.list, sarifTaxonomy{Name: catalogue, Version: version, Short: sarifText{Text: what}})
	}
	if key := catalogue + "\x00" + id; !t.seen[key] {
		t.seen[key] = true
		entry := sarifTaxa{ID: id}
		if title != "" {
			entry.Short = &sarifText{Text: title}
		}
		t.list[at].Taxa = append(t.list[at].Taxa, entry)
	}
	r := sarifRelationship{Kinds: []string{"relevant"}}
	r.Target.ID, r.Target.Component = id, sarifToolRef{catalogue, at}
	return r
}
