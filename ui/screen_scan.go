package ui

import "bakedin/rules"

// drawScan shows results while they stream in: counts of a known total, the controls, and what was found last.
func (m *Model) drawScan(w, h int) []string {
	t, s, p := m.t, m.store, m.progress
	var lines []string
	add := func(r *row) { lines = append(lines, r.str()) }
	bars := max(8, min(40, w-60))
	line := func(label string, done, total int, after string) {
		r := newRow(t, w).put("", " ").put("", label).to(19)
		if w >= 72 {
			drawProgress(r, t, done, total, bars)
			r.put("", "  ")
		}
		add(r.put(t.dim, after))
	}
	of := func(n, total int, what string) string {
		if total == 0 {
			return number(n) + " " + what
		}
		return number(n) + " of " + number(total) + " " + what
	}
	walked, looked := p.Files, 0
	if p.Phase != "walking" {
		walked, looked = p.FilesTotal, p.Files
	}
	line("Walking files", walked, p.FilesTotal, of(walked, p.FilesTotal, "files"))
	line("Reading files", looked, p.FilesTotal, of(looked, p.FilesTotal, "files")+" "+t.dot+" "+bytesWord(p.Bytes))
	line("Rules finished", p.Rules, p.RulesTotal, of(p.Rules, p.RulesTotal, ""))
	if p.Path != "" && h >= 12 {
		add(newRow(t, w).put("", " ").put(t.dim, cutMiddle(file(p.Path), w-2, t.more)))
	}
	lines = append(lines, "")
	room := h - len(lines)
	left := w
	if w >= 80 {
		left = w * 11 / 20
	}
	newest := m.drawNewest(w-left-2, room)
	if left == w {
		return append(lines, m.drawNewest(w, room)...)
	}
	i := 0
	for si := range s.sections {
		sec := &s.sections[si]
		rows := []*row{newRow(t, left).put("", " ").put(t.bold, sec.id+" "+sec.title)}
		for _, c := range sec.controls {
			status, basis := s.worst(s.controls[c].recs)
			k := t.status(status, basis)
			r := newRow(t, left).put("", "   ").put(k.ink, k.glyph+" ").put("", s.controls[c].id+" ")
			n := s.controls[c].tally
			words := k.word
			if n.gap > 0 {
				words = number(n.gap) + " gap"
			}
			r.put("", cut(s.controls[c].title, left-r.used-width(words)-2, t.more)).to(left-width(words)-1).put(k.ink, words)
			rows = append(rows, r)
		}
		for _, r := range rows {
			if i >= room {
				return lines
			}
			line := r.end() + newRow(t, 2).put(t.line, t.divider).put("", " ").str()
			if i < len(newest) {
				line += newest[i]
			}
			lines = append(lines, line)
			i++
		}
	}
	return lines
}

const newestShown = 8

// drawNewest lists the newest findings and evidence; the cursor stands on a finding.
func (m *Model) drawNewest(w, h int) []string {
	t, s := m.t, m.store
	lines := []string{newRow(t, w).put(t.both(t.bold, t.accent), "Newest findings").str()}
	l := &m.lists[tabOverview]
	rows := m.overviewRows()
	if len(rows) == 0 {
		lines = append(lines, newRow(t, w).put(t.dim, "none yet").str())
	}
	entry := func(f *finding, here bool) {
		r := newRow(t, w)
		if here {
			r.under = t.selected
			r.put(t.accent, t.cursor)
		}
		r.to(2)
		k := findingMark(t, f)
		r.put(k.ink, k.glyph+" ")
		if f.Says == rules.Evidence {
			r.put(t.good, text(string(f.Strength))+"   ")
		} else {
			r.col(t.severity(f.Severity), shortSeverity(f.Severity), 5)
		}
		place := cutMiddle(f.place, max(10, w/2), t.more)
		r.put("", place).put(t.dim, "  "+f.title)
		lines = append(lines, r.end())
	}
	from, to := l.window(len(rows), newestShown)
	for i := from; i < to; i++ {
		entry(&s.findings[len(s.findings)-1-i], i == l.cursor)
	}
	if len(lines)+4 <= h && len(s.evidence) > 0 {
		lines = append(lines, "", newRow(t, w).put(t.both(t.bold, t.accent), "Newest evidence").str())
		for i := 0; i < min(4, len(s.evidence)); i++ {
			entry(&s.evidence[len(s.evidence)-1-i], false)
		}
	}
	if len(lines)+3 <= h {
		lines = append(lines, "")
		for _, l := range wrap("No status is green before its last rule has finished.", max(10, w-2)) {
			lines = append(lines, newRow(t, w).put(t.dim, l).str())
		}
	}
	return lines
}
