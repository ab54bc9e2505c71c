package ui

import (
	"cmp"
	"slices"
	"strings"

	"bakedin/checks"
	"bakedin/internal/posture"
	"bakedin/rules"
)

// action is one line of "what to do next".
type action struct {
	severity rules.Severity
	title    string
	count    string
	supports []string
	how      string
	finding  int // the first one, -1 for a question
	rec      int // -1: none
	order    int
}

// findActions lists what to do, the most pressing first: critical gaps, known ones too, high gaps by how many
// recommendations they speak to, critical questions, then what is medium and low.
func findActions(s *store) []action {
	byRule := map[string]int{}
	var out []action
	var groups [][]int
	spoken := map[string]bool{}
	for i := range s.findings {
		f := &s.findings[i]
		if f.Status == checks.Waived || f.Status == checks.IgnoredInline {
			continue
		}
		for _, id := range f.Supports {
			spoken[id] = true
		}
		n, ok := byRule[f.Rule]
		if !ok {
			n = len(groups)
			byRule[f.Rule] = n
			groups = append(groups, nil)
		}
		groups[n] = append(groups[n], i)
	}
	for _, g := range groups {
		out = append(out, findingAction(s, g))
	}
	for i := range s.recs {
		r := &s.recs[i]
		a := action{severity: r.severity, title: r.title, supports: []string{r.id}, how: "attest", finding: -1, rec: i}
		switch {
		case r.status == posture.Gap && !spoken[r.id]:
			a.order = 10 * (5 - severityRank[r.severity])
		case r.status == posture.NeedsYou && r.severity == rules.Critical:
			a.order = 25
		case r.status == posture.NeedsYou:
			a.order = 50 + 10*(4-severityRank[r.severity])
		default:
			continue
		}
		if r.data != nil && r.data.Question != "" && r.status == posture.NeedsYou {
			a.title = text(r.data.Question)
		}
		out = append(out, a)
	}
	slices.SortStableFunc(out, func(a, b action) int {
		return cmp.Or(cmp.Compare(a.order, b.order), -cmp.Compare(len(a.supports), len(b.supports)))
	})
	return out
}

func findingAction(s *store, g []int) action {
	a := action{finding: g[0], rec: -1, how: how(s.findings[g[0]].Finding)}
	files, known := map[string]bool{}, 0
	for _, i := range g {
		f := &s.findings[i]
		files[f.path] = true
		if f.Status == checks.Baselined {
			known++
		}
		if severityRank[f.Severity] > severityRank[a.severity] {
			a.severity = f.Severity
		}
	}
	f := &s.findings[g[0]]
	a.title, a.supports = f.title, f.Supports
	switch {
	case known == len(g):
		a.count = number(known) + " known"
	case len(g) == 1:
		a.count = "1 place"
	case len(files) > 1:
		a.count = plural(len(files), "file")
	default:
		a.count = plural(len(g), "place")
	}
	for _, id := range a.supports {
		if i, ok := s.recOf[id]; ok {
			a.rec = i
			break
		}
	}
	a.order = 10 * (5 - severityRank[a.severity]) // critical 10, high 20, medium 30, low 40
	return a
}

// glyph marks an action with the glyph of what it is about.
func (a *action) glyph(t *theme, s *store) mark {
	if a.finding >= 0 {
		return findingMark(t, &s.findings[a.finding])
	}
	r := &s.recs[a.rec]
	return t.status(r.status, r.basis)
}

// findingMark is how the state of a finding is shown.
func findingMark(t *theme, f *finding) mark {
	if f.Says == rules.Evidence {
		return mark{t.proven, "evidence", t.good}
	}
	switch f.Status {
	case checks.Baselined:
		return mark{t.known, "known", t.dim}
	case checks.Waived:
		return mark{t.waived, "waived", t.off}
	case checks.IgnoredInline:
		return mark{t.ignored, "ignored", t.off}
	}
	return mark{t.gap, "open", t.severity(f.Severity)}
}

func (m *Model) openAction(a *action) {
	if a.finding >= 0 {
		m.push(pageFinding, m.store.findings[a.finding].ID)
	} else if a.rec >= 0 {
		m.push(pageRecommendation, m.store.recs[a.rec].id)
	}
}

// nextActions was worked out with the store.
func nextActions(s *store) []action { return s.actions }

// columns of "what to do next": where they begin, 0 when there is no room.
type columns struct{ count, supports, how int }

func actionColumns(w int) columns {
	switch {
	case w >= 96:
		return columns{count: w - 41, supports: w - 31, how: w - 12}
	case w >= 76:
		return columns{supports: w - 29, how: w - 12}
	}
	return columns{}
}

// drawAction draws one line of "what to do next".
func drawAction(r *row, t *theme, s *store, a *action, w int) {
	g := a.glyph(t, s)
	r.put(g.ink, g.glyph+" ")
	c := actionColumns(w)
	if c.how == 0 {
		r.col(t.severity(a.severity), shortSeverity(a.severity), 5)
		r.put("", cut(a.title, w-r.used-width(a.how)-3, t.more)).to(w-width(a.how)-1).put(t.dim, a.how)
		return
	}
	r.col(t.severity(a.severity), string(a.severity), 9)
	switch {
	case c.count > 0 && a.count != "":
		r.put("", cut(a.title, c.count-1-r.used, t.more)).to(c.count).put(t.dim, a.count)
	default:
		r.put("", cut(a.title, c.supports-1-r.used, t.more))
	}
	r.to(c.supports).put(t.accent, fitted(a.supports, c.how-c.supports-2)).to(c.how).put(t.dim, a.how)
}

// fitted is as many ids as fit whole, and how many more there are.
func fitted(ids []string, w int) string {
	out := ""
	for i, id := range ids {
		next := strings.TrimPrefix(out+" "+id, " ")
		rest := len(ids) - i - 1
		need := width(next)
		if rest > 0 {
			need += 2 + width(number(rest))
		}
		if need > w {
			return strings.TrimPrefix(out+" +"+number(rest+1), " ")
		}
		out = next
	}
	return out
}
