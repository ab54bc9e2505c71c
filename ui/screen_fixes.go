package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"bakedin/checks"
)

// keyFixes moves on the list of all remedies.
func (m *Model) keyFixes(v verb) tea.Cmd {
	i := m.lists[tabFixes].cursor
	if i >= len(m.store.fixes) {
		return nil
	}
	g := &m.store.fixes[i]
	switch v {
	case open:
		if why := m.frozen(); why != "" {
			m.say(why)
			return nil
		}
		if marked := m.markedFixes(); len(marked) > 0 {
			return m.openFix(marked, "")
		}
		return m.openFix(g.findings, g.id)
	case markRow:
		if g.applicability == checks.Manual {
			m.say("this one is for a person: enter lists the steps")
			return nil
		}
		all := m.groupMarked(g)
		for _, f := range g.findings {
			if id := m.store.findings[f].ID; all {
				delete(m.marks, id)
			} else {
				m.marks[id] = true
			}
		}
		m.lists[tabFixes].move(1, len(m.store.fixes))
	}
	return nil
}

func (m *Model) groupMarked(g *fixGroup) bool {
	for _, f := range g.findings {
		if !m.marks[m.store.findings[f].ID] {
			return false
		}
	}
	return len(g.findings) > 0
}

func (m *Model) markedFixes() []int {
	var out []int
	for i := range m.store.fixes {
		if g := &m.store.fixes[i]; m.groupMarked(g) {
			out = append(out, g.findings...)
		}
	}
	return out
}

func (m *Model) drawFixes(w, h int) []string {
	t, list := m.t, m.store.fixes
	l := &m.lists[tabFixes]
	if len(list) == 0 {
		why := "no finding has a remedy that bakedin can offer"
		if m.scanning {
			why = "remedies are listed when the scan is complete"
		}
		return []string{"", newRow(t, w).put(t.dim, "  "+why).str()}
	}
	foot := 0
	if h >= 12 {
		foot = 4
	}
	from, to := l.window(len(list), h-foot)
	var lines []string
	for i := from; i < to; i++ {
		g := &list[i]
		r := newRow(t, w)
		if i == l.cursor {
			r.under = t.selected
			r.put(t.accent, " "+t.cursor)
		}
		r.to(3).put(t.dim, padLeft(number(i+1), 2)+" ")
		switch {
		case g.applicability == checks.Manual:
			r.put("", "    ")
		case m.groupMarked(g):
			r.put(t.accent, "[x] ")
		default:
			r.put(t.dim, "[ ] ")
		}
		word := map[checks.Applicability]string{checks.Safe: "safe", checks.Unsafe: "unsafe", checks.Manual: "by hand"}[g.applicability]
		r.col(applicabilityInk(t, g.applicability), word, 9)
		files := plural(g.files, "file")
		if len(g.findings) > g.files {
			files = plural(len(g.findings), "place")
		}
		tail := 11
		if w >= 90 {
			tail = 35
		}
		r.col("", g.title, w-r.used-tail).put("", " ").col(t.dim, files, 10)
		if w >= 90 {
			r.put(t.accent, fitted(g.supports, w-r.used-1))
		}
		lines = append(lines, r.end())
	}
	if foot > 0 && l.cursor < len(list) {
		for len(lines) < h-foot {
			lines = append(lines, "")
		}
		g := &list[l.cursor]
		lines = append(lines, newRow(t, w).put(t.line, repeat(t.rule, w)).str())
		lines = append(lines, newRow(t, w).put("", "  ").put(t.bold, m.store.ruleTitle(g.rule)).str())
		var places []string
		for _, f := range g.findings {
			places = append(places, m.store.findings[f].place)
		}
		for i, s := range wrap(strings.Join(places, ", "), w-4) {
			if i == 2 {
				break
			}
			lines = append(lines, newRow(t, w).put("", "  ").put(t.dim, s).str())
		}
	}
	return lines
}
