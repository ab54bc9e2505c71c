package ui

import (
	tea "charm.land/bubbletea/v2"

	"bakedin/checks"
	"bakedin/internal/posture"
	"bakedin/internal/repo"
)

// pageKind is a screen that lies over a main one.
type pageKind int

const (
	pageRecommendation pageKind = iota
	pageFinding
	pageAsset
	pageFix
	pageActions // all of "what to do next"
)

// page names what it shows; the thing itself is looked up for each frame, because a rescan may take it away.
type page struct {
	kind   pageKind
	id     string
	scroll scroll
	shift  int // columns that long lines are moved to the left
	list   vlist
	link   int
	links  []link // of the last frame
	lines  int
}

// link leads from a page to another.
type link struct {
	line int
	kind pageKind
	id   string
}

func (m *Model) page() *page {
	if len(m.pages) == 0 {
		return nil
	}
	return m.pages[len(m.pages)-1]
}

func (m *Model) push(k pageKind, id string) {
	if len(m.pages) >= 32 {
		m.pages = m.pages[1:]
	}
	m.pages = append(m.pages, &page{kind: k, id: id, link: -1})
}

func (m *Model) goBack() {
	if p := m.page(); p != nil && p.kind == pageFix {
		if m.busy() {
			m.say("a change is being written")
			return
		}
		m.fixing = nil
	}
	if len(m.pages) > 0 {
		m.pages = m.pages[:len(m.pages)-1]
	}
}

// shiftStep is how many columns h and l move lines of code.
const shiftStep = 8

// steps of a move in a window of that height
func steps(v verb, height, n int) (int, bool) {
	switch v {
	case up:
		return -1, true
	case down:
		return 1, true
	case halfUp:
		return -max(1, height/2), true
	case halfDown:
		return max(1, height/2), true
	case first:
		return -n, true
	case last:
		return n, true
	}
	return 0, false
}

func (m *Model) movePage(p *page, v verb) tea.Cmd {
	if p.kind == pageActions {
		all := nextActions(m.store)
		if d, ok := steps(v, m.body(), len(all)); ok {
			p.list.move(d, len(all))
		} else if v == open && p.list.cursor < len(all) {
			m.openAction(&all[p.list.cursor])
		}
		return nil
	}
	if d, ok := steps(v, m.body(), p.lines); ok {
		p.scroll.move(d, p.lines, m.body())
		return nil
	}
	switch v {
	case nextPane, prevPane:
		if n := len(p.links); n > 0 {
			d := 1
			if v == prevPane {
				d = n - 1
				if p.link < 0 {
					d = n
				}
			}
			p.link = (p.link + d + n) % n
			if at := p.links[p.link].line; at < p.scroll.top || at >= p.scroll.top+m.body() {
				p.scroll.top = max(0, at-m.body()/2)
			}
		}
	case open:
		i := max(0, p.link)
		if i < len(p.links) {
			m.push(p.links[i].kind, p.links[i].id)
		} else {
			m.say("there is nothing to open on this page")
		}
	case right:
		p.shift = min(p.shift+shiftStep, 1000)
	case left:
		p.shift = max(0, p.shift-shiftStep)
	case nextGap, prevGap:
		d := 1
		if v == prevGap {
			d = -1
		}
		m.turn(p, d)
	}
	return nil
}

// turn goes to the next recommendation or finding in the report's order.
func (m *Model) turn(p *page, d int) {
	switch p.kind {
	case pageRecommendation:
		if i, ok := m.store.recOf[p.id]; ok && i+d >= 0 && i+d < len(m.store.recs) {
			*p = page{kind: p.kind, id: m.store.recs[i+d].id, link: -1}
		}
	case pageFinding:
		if i, ok := m.store.findingOf[p.id]; ok && i+d >= 0 && i+d < len(m.store.findings) {
			*p = page{kind: p.kind, id: m.store.findings[i+d].ID, link: -1}
		}
	}
}

func (m *Model) moveList(v verb) tea.Cmd {
	l, n := &m.lists[m.tab], m.rows()
	if d, ok := steps(v, m.body(), n); ok {
		l.move(d, n)
		return nil
	}
	switch m.tab {
	case tabOverview:
		m.keyOverview(v)
	case tabChecklist:
		m.keyChecklist(v)
	case tabAssets:
		if list := m.assets(); v == open && l.cursor < len(list) {
			m.push(pageAsset, list[l.cursor].ID)
		}
	case tabFixes:
		return m.keyFixes(v)
	}
	return nil
}

// rows counts the rows of the main screen's list.
func (m *Model) rows() int {
	switch m.tab {
	case tabOverview:
		return len(m.overviewRows())
	case tabChecklist:
		return len(m.nodes)
	case tabAssets:
		return len(m.assets())
	case tabFixes:
		return len(m.store.fixes)
	}
	return len(m.logEntries())
}

// currentFinding is what f, w and y mean now; nil when the cursor is on none.
func (m *Model) currentFinding() *finding {
	if p := m.page(); p != nil {
		switch p.kind {
		case pageFinding:
			return m.store.find(p.id)
		case pageActions:
			if all := nextActions(m.store); p.list.cursor < len(all) && all[p.list.cursor].finding >= 0 {
				return &m.store.findings[all[p.list.cursor].finding]
			}
		}
		return nil
	}
	switch m.tab {
	case tabChecklist:
		if n := m.node(); n != nil && n.finding >= 0 {
			return &m.store.findings[n.finding]
		}
	case tabFixes:
		if i := m.lists[tabFixes].cursor; i < len(m.store.fixes) {
			return &m.store.findings[m.store.fixes[i].findings[0]]
		}
	case tabOverview:
		if a := m.overviewAction(); a != nil && a.finding >= 0 {
			return &m.store.findings[a.finding]
		}
	}
	return nil
}

// currentRec is the recommendation that a means now; nil when the cursor is on none.
func (m *Model) currentRec() *recommendation {
	if p := m.page(); p != nil {
		switch p.kind {
		case pageRecommendation:
			return m.store.rec(p.id)
		case pageFinding:
			if f := m.store.find(p.id); f != nil && len(f.Supports) > 0 {
				return m.store.rec(f.Supports[0])
			}
		case pageActions:
			if all := nextActions(m.store); p.list.cursor < len(all) && all[p.list.cursor].rec >= 0 {
				return &m.store.recs[all[p.list.cursor].rec]
			}
		}
		return nil
	}
	if m.tab == tabChecklist {
		if n := m.node(); n != nil && n.rec >= 0 {
			return &m.store.recs[n.rec]
		}
	}
	if m.tab == tabOverview {
		if a := m.overviewAction(); a != nil && a.rec >= 0 {
			return &m.store.recs[a.rec]
		}
	}
	return nil
}

func (m *Model) currentAsset() *repo.Asset {
	if p := m.page(); p != nil {
		if p.kind == pageAsset {
			return m.asset(p.id)
		}
		return nil
	}
	if list := m.assets(); m.tab == tabAssets && m.lists[tabAssets].cursor < len(list) {
		return list[m.lists[tabAssets].cursor]
	}
	return nil
}

// targets are the findings that f would fix: the marked ones, else those of the current row.
func (m *Model) targets() []int {
	s := m.store
	var out []int
	add := func(i int) {
		f := &s.findings[i]
		if f.Status != checks.Waived && f.Status != checks.IgnoredInline && len(f.Fixes) > 0 {
			out = append(out, i)
		}
	}
	if m.page() == nil && len(m.marks) > 0 {
		for i := range s.findings {
			if m.marks[s.findings[i].ID] {
				add(i)
			}
		}
		return out
	}
	if m.page() == nil && m.tab == tabChecklist {
		if n := m.node(); n != nil && n.rec >= 0 && n.kind != isFinding {
			r := &s.recs[n.rec]
			for gi := range r.groups {
				if n.kind == isGroup && gi != n.group || n.kind == isRecommendation && r.groups[gi].status != checks.Open {
					continue
				}
				for _, i := range r.groups[gi].findings {
					add(i)
				}
			}
			return out
		}
	}
	if p := m.page(); p != nil && p.kind == pageRecommendation {
		if r := s.rec(p.id); r != nil && r.status == posture.Gap {
			for _, g := range r.groups {
				if g.status == checks.Open {
					for _, i := range g.findings {
						add(i)
					}
				}
			}
		}
		return out
	}
	if m.page() == nil && m.tab == tabFixes {
		if i := m.lists[tabFixes].cursor; i < len(s.fixes) {
			for _, fi := range s.fixes[i].findings {
				add(fi)
			}
		}
		return out
	}
	if f := m.currentFinding(); f != nil {
		if i, ok := s.findingOf[f.ID]; ok {
			add(i)
		}
	}
	return out
}
