package ui

import (
	"bakedin/checks"
	"bakedin/internal/posture"
	"strings"
)

// drawPage draws the screen that lies over the main ones.
func (m *Model) drawPage(p *page, w, h int) []string {
	switch p.kind {
	case pageFix:
		if m.fixing != nil {
			return m.drawFix(p, w, h)
		}
		return nil
	case pageActions:
		return m.drawActions(p, w, h)
	}
	d := newDoc(m.t, min(w, 120), p.link)
	d.shift = p.shift
	switch p.kind {
	case pageFinding:
		if f := m.store.find(p.id); f != nil {
			m.docFinding(d, f, true)
		} else {
			d.gone("This finding is gone: the last scan did not find it.")
		}
	case pageRecommendation:
		if r := m.store.rec(p.id); r != nil {
			m.docRecommendation(d, r, true)
		} else {
			d.gone("This recommendation is not in the report.")
		}
	case pageAsset:
		if a := m.asset(p.id); a != nil {
			m.docAsset(d, a)
		} else {
			d.gone("This asset is gone: the last scan did not find it.")
		}
	}
	p.lines, p.links = len(d.lines), d.links
	from, to := p.scroll.window(len(d.lines), h)
	return d.lines[from:to]
}

func (d *doc) gone(s string) {
	d.gap()
	d.para(d.t.dim, s+" esc goes back.", 2)
}

func (m *Model) drawActions(p *page, w, h int) []string {
	all := nextActions(m.store)
	from, to := p.list.window(len(all), h)
	var lines []string
	for i := from; i < to; i++ {
		r := newRow(m.t, w)
		if i == p.list.cursor {
			r.under = m.t.selected
			r.put(m.t.accent, " "+m.t.cursor)
		}
		drawAction(r.to(3), m.t, m.store, &all[i], w)
		lines = append(lines, r.end())
	}
	return lines
}

// pageNote is the line below a page.
func (m *Model) pageNote(p *page) (left, right string) {
	at := ""
	if p.kind != pageFix && p.lines > m.body() {
		at = "lines " + number(p.scroll.top+1) + "-" + number(min(p.lines, p.scroll.top+m.body())) + " of " + number(p.lines)
	}
	switch p.kind {
	case pageFinding:
		f := m.store.find(p.id)
		switch {
		case f == nil:
			return "", at
		case f.Says == "evidence":
			return "evidence speaks for a recommendation; it is bound to what was read", at
		case bestFix(f.Finding) != nil && m.frozen() == "":
			return "f shows the remedies; nothing is written before you saw the exact change", at
		}
		return "the remedy is for a person: read it above, then R scans again", at
	case pageRecommendation:
		r := m.store.rec(p.id)
		if r == nil {
			return "", at
		}
		switch r.status {
		case posture.NeedsYou:
			if starts := m.drafts(r); starts != "" {
				return "a says how to answer; " + strings.TrimSuffix(starts, "."), at
			}
			return "no scan can see this: a says how to answer", at
		case posture.Pass:
			if r.basis == posture.Attested {
				return "attested by a person, never shown as proven", at
			}
			return "proven: the evidence was found in this tree", at
		case posture.Waived:
			return "a waived gap is not met; it counts as a gap", at
		}
		return m.drafts(r), at
	case pageAsset:
		return "y copies the path, tab chooses what was found", at
	case pageActions:
		return "the most pressing first", number(min(p.list.cursor+1, len(m.store.actions))) + " of " + number(len(m.store.actions))
	case pageFix:
		return m.fixNote(p)
	}
	return "", at
}

// statusWord is the status of a finding as a person reads it.
func statusWord(f *finding) string {
	switch f.Status {
	case checks.Waived:
		return "waived"
	case checks.Baselined:
		return "known"
	case checks.IgnoredInline:
		return "ignored in the file"
	}
	if f.IsNew {
		return "new"
	}
	return "open"
}
