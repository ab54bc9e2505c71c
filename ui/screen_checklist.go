package ui

import "bakedin/checks"

func (m *Model) node() *node {
	if c := m.lists[tabChecklist].cursor; c < len(m.nodes) {
		return &m.nodes[c]
	}
	return nil
}

func (m *Model) listHeight() int { return max(1, m.lay.body-m.lay.under) }

func (m *Model) keyChecklist(v verb) {
	n, l := m.node(), &m.lists[tabChecklist]
	if n == nil {
		return
	}
	switch v {
	case right:
		if n.opens && !n.opened {
			m.tree.set(n.nodeID, true)
			m.rebuild()
		} else if n.opens {
			l.move(1, len(m.nodes))
		}
	case left:
		if n.opens && n.opened {
			m.tree.set(n.nodeID, false)
			m.rebuild()
			return
		}
		for i := l.cursor - 1; i >= 0; i-- {
			if m.nodes[i].depth < n.depth {
				l.cursor = i
				return
			}
		}
	case open:
		switch n.kind {
		case isFinding:
			m.push(pageFinding, n.id)
		case isRecommendation:
			m.push(pageRecommendation, n.id)
		case isGroup:
			if len(m.store.recs[n.rec].groups[n.group].findings) == 1 {
				m.push(pageFinding, m.store.findings[n.finding].ID)
				return
			}
			fallthrough
		default:
			m.tree.set(n.nodeID, !n.opened)
			m.rebuild()
		}
	case nextGap, prevGap:
		m.jumpGap(v)
	case markRow:
		m.mark(n)
		l.move(1, len(m.nodes))
	case markRule:
		if n.finding >= 0 {
			rule := m.store.findings[n.finding].Rule
			for i := range m.store.findings {
				if f := &m.store.findings[i]; f.Rule == rule && f.Status == checks.Open {
					m.marks[f.ID] = true
				}
			}
		}
	}
}

// mark marks or unmarks the findings of a row. A finding below several recommendations is one mark.
func (m *Model) mark(n *node) {
	var ids []string
	switch n.kind {
	case isFinding:
		ids = []string{n.id}
	case isGroup:
		for _, i := range m.store.recs[n.rec].groups[n.group].findings {
			ids = append(ids, m.store.findings[i].ID)
		}
	case isRecommendation:
		for _, g := range m.store.recs[n.rec].groups {
			for _, i := range g.findings {
				if g.status == checks.Open {
					ids = append(ids, m.store.findings[i].ID)
				}
			}
		}
	}
	all := len(ids) > 0
	for _, id := range ids {
		all = all && m.marks[id]
	}
	for _, id := range ids {
		if all {
			delete(m.marks, id)
		} else {
			m.marks[id] = true
		}
	}
	if len(ids) == 0 {
		m.say("there is nothing to mark on this row")
	}
}

// jumpGap goes to the next recommendation that is a gap, and opens the way to it.
func (m *Model) jumpGap(v verb) {
	n := m.node()
	d, at := 1, -1
	if v == prevGap {
		d, at = -1, len(m.store.recs)
	}
	if n.rec >= 0 {
		at = n.rec
	} else {
		// a section or control row stands before its first recommendation
		for i := range m.store.recs {
			if m.store.recs[i].section == m.store.sections[n.section].id && (n.control < 0 || m.store.recs[i].control == m.store.controls[n.control].id) {
				at = i
				if d > 0 {
					at--
				}
				break
			}
		}
	}
	for i := at + d; i >= 0 && i < len(m.store.recs); i += d {
		r := &m.store.recs[i]
		if r.status != "gap" {
			continue
		}
		m.tree.set(nodeID{kind: isSection, id: r.section}, true)
		m.tree.set(nodeID{kind: isControl, id: r.control}, true)
		m.rebuild()
		for j := range m.nodes {
			if m.nodes[j].kind == isRecommendation && m.nodes[j].id == r.id {
				m.lists[tabChecklist].cursor = j
				return
			}
		}
	}
	m.say("there is no further gap")
}

func (m *Model) drawChecklist(w, h int) []string {
	t := m.t
	height := h - m.lay.under
	listW := w
	if m.lay.side > 0 {
		listW = m.lay.list
	}
	l := &m.lists[tabChecklist]
	from, to := l.window(len(m.nodes), height)
	lines := make([]string, 0, h)
	var side []string
	if m.lay.side > 0 {
		side = m.sideLines(m.lay.side)
	}
	divider := newRow(t, 2).put(t.line, t.divider).put("", " ").str()
	for i := range height {
		r := newRow(t, listW)
		if from+i < to {
			m.drawNode(r, &m.nodes[from+i], from+i == l.cursor)
		} else if i == 0 {
			r.put(t.dim, "   nothing matches this filter; esc clears it")
		}
		line := r.str()
		if m.lay.side > 0 {
			beside := ""
			if i < len(side) {
				beside = side[i]
			}
			line = r.end() + divider + beside
		}
		lines = append(lines, line)
	}
	if m.lay.under > 0 {
		lines = append(lines, newRow(t, w).put(t.line, repeat(t.rule, w)).str())
		side = m.sideLines(w)
		for i := range min(len(side), m.lay.under-1) {
			lines = append(lines, side[i])
		}
	}
	return lines
}

// drawNode draws one row of the tree.
func (m *Model) drawNode(r *row, n *node, here bool) {
	t, s := m.t, m.store
	if here {
		r.under = t.selected
		r.put(t.accent, " "+t.cursor)
	}
	indent := 3 + 2*n.depth
	if m.lay.small || r.width < 48 {
		indent = 3 + n.depth
	}
	r.to(indent)
	arrow := func() {
		switch {
		case n.opens && n.opened:
			r.put(t.dim, t.open+" ")
		case n.opens:
			r.put(t.dim, t.closed+" ")
		default:
			r.put("", "  ")
		}
	}
	switch n.kind {
	case isSection:
		sec := &s.sections[n.section]
		arrow()
		status, basis := s.worst(s.recsOf(sec))
		m.drawTallied(r, t.status(status, basis), sec.id, sec.title, t.bold, sec.tally)
	case isControl:
		c := &s.controls[n.control]
		arrow()
		status, basis := s.worst(c.recs)
		m.drawTallied(r, t.status(status, basis), c.id, c.title, "", c.tally)
	case isRecommendation:
		rec := &s.recs[n.rec]
		arrow()
		k := t.status(rec.status, rec.basis)
		r.put(k.ink, k.glyph+" ").put(t.dim, rec.id+" ")
		room := r.width - r.used - width(k.word) - 2
		r.put("", cut(rec.title, room, t.more)).to(r.width-width(k.word)-1).put(k.ink, k.word)
	case isGroup, isFinding:
		m.drawFindingRow(r, n)
	}
	if here {
		r.to(r.width)
	}
}

func (m *Model) drawTallied(r *row, k mark, id, title string, bold ink, n tally) {
	t := m.t
	words := todoWidth(n)
	r.put(k.ink, k.glyph+" ").put(m.t.both(bold, ""), id+" ")
	room := r.width - r.used - words - 2
	r.put(bold, cut(title, room, t.more)).to(r.width - words - 1)
	todo(r, t, n, false)
}

// drawFindingRow is a finding, or several equal ones of a file with their count.
func (m *Model) drawFindingRow(r *row, n *node) {
	t, s := m.t, m.store
	f := &s.findings[n.finding]
	k := findingMark(t, f)
	count, end := 1, ""
	var marked bool
	if n.kind == isGroup {
		g := &s.recs[n.rec].groups[n.group]
		count = len(g.findings)
		marked = count > 0
		for _, i := range g.findings {
			marked = marked && m.marks[s.findings[i].ID]
		}
		if g.status != checks.Open {
			words := map[checks.Status]string{checks.Baselined: "in the baseline", checks.Waived: "waived", checks.IgnoredInline: "ignored in the file"}
			r.put(k.ink, k.glyph+" ").col(k.ink, k.word, 10).put(t.dim, number(count)+" "+words[g.status])
			return
		}
	} else {
		marked = m.marks[f.ID]
	}
	if fix := bestFix(f.Finding); fix != nil && fix.Applicability != checks.Manual {
		end = "f"
	}
	if marked {
		r.put(t.accent, "*")
	} else {
		r.put("", " ")
	}
	r.put(k.ink, k.glyph+" ")
	if r.width < 48 {
		r.col(t.severity(f.Severity), shortSeverity(f.Severity), 5)
	} else {
		r.col(t.severity(f.Severity), text(string(f.Severity)), 9)
	}
	tail := 4
	if count > 1 {
		tail += width(number(count)) + 2
	}
	place := f.place
	if count > 1 {
		place = f.path
		if place == "" {
			place = f.place
		}
	}
	room := r.width - r.used - tail
	name := cutMiddle(place, room, t.more)
	r.put("", name)
	if rest := room - width(name); rest > 16 && m.lay.side == 0 {
		r.put(t.dim, "  "+cut(f.title, rest-2, t.more))
	}
	if count > 1 {
		r.to(r.width-3-width(number(count))-1).put(t.dim, number(count))
	}
	if end != "" {
		r.to(r.width-2).put(t.key, end)
	}
}
