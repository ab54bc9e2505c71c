package ui

import "strings"

// The last rows: a message, what to do next, and the keys that work now.

// drawMessage is the filter while it is typed, else the last message, else one line about the screen.
func (m *Model) drawMessage() string {
	t := m.t
	r := newRow(t, m.lay.w).put("", " ")
	switch {
	case m.filtering:
		r.put(t.key, "/ ")
		before, after := splitAt(m.input.Value(), m.input.Position())
		right := plural(m.results, "result")
		if m.filterErr != "" {
			right = m.filterErr
		}
		room := m.lay.w - r.used - min(width(right), m.lay.w/2) - 4
		if n := width(before); n > room { // keep the cursor in sight
			before = cutLeft(before, room)
		}
		r.put("", before)
		at, rest := splitAt(after, 1)
		if at == "" {
			at = " "
		}
		r.put("7", at).put("", rest)
		ink := t.dim
		if m.filterErr != "" {
			ink = t.bad
		}
		if from := m.lay.w - 1 - width(right); from > r.used+1 {
			r.to(from)
		} else {
			r.put("", "  ")
		}
		r.put(ink, right)
	case m.message != "":
		ink := t.accent
		if m.trouble {
			ink = t.bad
		}
		r.put(ink, m.message)
	default:
		left, right := m.footnote()
		r.put("", left)
		if at := m.lay.w - 1 - width(right); right != "" && at > r.used+1 {
			r.to(at).put(t.dim, right)
		}
	}
	return r.end()
}

// footnote is the one line of a screen that says what to do next.
func (m *Model) footnote() (left, right string) {
	s := m.store
	if p := m.page(); p != nil {
		return m.pageNote(p)
	}
	switch m.tab {
	case tabOverview:
		if m.scanning {
			return plural(len(s.report.Assets), "asset") + " " + m.t.dot + " " + plural(len(s.findings), "finding") + " so far " + m.t.dot + " you can already open any of them", ""
		}
		n := 0
		for _, g := range s.fixes {
			if g.applicability == "safe" {
				n += len(g.findings)
			}
		}
		switch {
		case n > 0 && m.frozen() == "":
			return "F fixes " + plural(n, "finding") + " in one safe step", ""
		case m.opt.Frozen != "":
			return m.opt.Frozen + ": it can be read, not changed", ""
		case s.report.Posture != nil && s.report.Posture.NothingOpen:
			return "nothing open today", ""
		}
		return "the list above says what to do next; enter opens it", ""
	case tabChecklist:
		from, to := m.lists[tabChecklist].top, 0
		to = min(len(m.nodes), from+m.listHeight())
		rows := "rows " + number(min(from+1, to)) + "-" + number(to) + " of " + number(len(m.nodes))
		if to == 0 {
			rows = ""
		}
		marked := ""
		if n := len(m.marks); n > 0 {
			marked = number(n) + " marked " + m.t.dot + " f fixes them " + m.t.dot + " "
		}
		switch {
		case m.filterErr != "":
			return m.filterErr, rows
		case m.filter != "":
			return marked + "filter: " + text(m.filter) + " " + m.t.dot + " " + plural(m.results, "result") + " " + m.t.dot + " esc clears", rows
		case marked != "":
			return strings.TrimSuffix(marked, " "+m.t.dot+" "), rows
		}
		return "] goes to the next gap, / filters", rows
	case tabAssets:
		if a := m.currentAsset(); a != nil {
			return cutMiddle(file(a.ID), m.lay.w-4, m.t.more), ""
		}
		return "", ""
	case tabFixes:
		if m.frozen() != "" {
			return m.frozen(), ""
		}
		return "every fix is shown first, and one undo takes it back", ""
	}
	return "what bakedin changed, what it skipped, and why", ""
}

func splitAt(s string, n int) (string, string) {
	r := []rune(s)
	n = max(0, min(n, len(r)))
	return string(r[:n]), string(r[n:])
}

func cutLeft(s string, w int) string {
	r := []rune(s)
	for len(r) > 0 && width(string(r)) > max(0, w) {
		r = r[1:]
	}
	return string(r)
}

// drawHints lists the keys that work now; one that does not is dimmed.
func (m *Model) drawHints() string {
	t := m.t
	r := newRow(t, m.lay.w).put("", " ")
	if m.box != nil {
		return r.put(t.dim, m.box.hint()).end()
	}
	if m.filtering {
		return r.put(t.key, "enter").put(t.dim, " keep   ").put(t.key, "esc").put(t.dim, " clear   status: severity:>= file: rule: section: fixable: new: ! not").end()
	}
	const apart, helpful = 3, len("? help")
	end := m.lay.w - 1 - apart - helpful
	for _, v := range m.hintsOf() {
		c := m.command(v)
		if c == nil || c.short == "" {
			continue
		}
		if v == help { // it is never crowded out
			end = m.lay.w - 1
		}
		keys, label := m.hintKeys(c), m.hintLabel(c)
		gap := apart
		if r.used <= 1 {
			gap = 0
		}
		if r.used+gap+width(keys)+1+width(label) > end {
			continue
		}
		r.put("", blanks(gap))
		if m.offReason(c) != "" {
			r.put(t.dim, keys+" "+label)
		} else {
			r.put(t.key, keys).put(t.dim, " "+label)
		}
	}
	return r.end()
}

// hintKeys are the keys of a hint as they work on this very screen.
func (m *Model) hintKeys(c *command) string {
	switch {
	case c.verb == down:
		return "j/k"
	case c.verb == spread:
		return "space"
	case c.verb == choose && m.fixing != nil:
		return "1-" + number(min(9, len(m.fixing.remedies)))
	}
	return c.binding.Help().Key
}

// hintLabel names what a key does on this very screen.
func (m *Model) hintLabel(c *command) string {
	p := m.page()
	switch {
	case c.verb == open && p != nil && p.kind == pageFix && m.fixing != nil:
		return m.fixing.enterDoes()
	case c.verb == back && m.scanning && p == nil:
		return "stop"
	case c.verb == quit && p != nil:
		return "back"
	}
	return c.short
}
