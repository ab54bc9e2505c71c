package ui

import (
	"strings"
	"time"

	"charm.land/bubbles/v2/textinput"
)

// draw makes the whole frame: title, tabs, body, message, keys. Each line is at most as wide as the screen.
func (m *Model) draw() string {
	l := m.lay
	if l.w <= 0 || l.h <= 0 {
		return ""
	}
	if l.tiny {
		return m.drawTiny()
	}
	lines := make([]string, 0, l.h)
	lines = append(lines, m.drawTitle())
	if l.tabs && m.page() == nil {
		lines = append(lines, m.drawTabs())
	}
	rule := newRow(m.t, l.w).put(m.t.line, repeat(m.t.rule, l.w)).end()
	lines = append(lines, rule)
	height := m.body()
	body := m.drawBody(l.w, height)
	for i := range height {
		if i < len(body) {
			lines = append(lines, body[i])
		} else {
			lines = append(lines, "")
		}
	}
	lines = append(lines, m.drawMessage(), rule, m.drawHints())
	if m.box != nil {
		overlay(lines, m.box.draw(m, l.w, l.h), l.w)
	}
	return strings.Join(lines, "\n")
}

// body is the height of what lies between the rules: a page has no tabs above it.
func (m *Model) body() int {
	if m.lay.tabs && m.page() != nil {
		return m.lay.body + 1
	}
	return m.lay.body
}

func (m *Model) drawTiny() string {
	lines := []string{number(m.lay.w) + "x" + number(m.lay.h) + " is too small", "needs 40x10; q quits"}
	if m.lay.h < 2 {
		lines = lines[:1]
	}
	for i := range lines {
		lines[i] = newRow(m.t, m.lay.w).put("", lines[i]).str()
	}
	return strings.Join(lines, "\n")
}

func (m *Model) drawTitle() string {
	t, l := m.t, m.lay
	r := newRow(t, l.w).put("", " ")
	right, ink := m.state()
	if p := m.page(); p != nil && p.kind == pageFix && m.fixing != nil {
		right, ink = m.rail(), t.dim
	}
	if m.page() != nil && !m.scanning && !m.store.report.Run.Complete { // the right end says something else there
		r.put(t.both(t.bold, t.bad), "INCOMPLETE").put("", "  ")
	}
	room := l.w - 3 - width(right)
	crumb := m.crumb()
	if l.w >= 80 && m.page() == nil {
		r.put(t.title, "bakedin").put("", "  ")
	}
	r.put(t.bold, cutMiddle(crumb, max(10, room-r.used), t.more))
	if m.page() == nil && m.tab == tabOverview && m.opt.Subtitle != "" && r.used+width(m.opt.Subtitle)+4 < room {
		r.put(t.dim, "  "+m.opt.Subtitle)
	}
	if at := l.w - 1 - width(right); at > r.used {
		r.to(at).put(ink, right)
	}
	return r.end()
}

// crumb says where the person is.
func (m *Model) crumb() string {
	if len(m.pages) == 0 {
		if m.tab == tabOverview {
			return m.opt.Title
		}
		return m.opt.Title + m.t.into + tabNames[m.tab]
	}
	parts := []string{tabNames[m.tab]}
	for _, p := range m.pages {
		switch p.kind {
		case pageRecommendation:
			parts = append(parts, text(p.id))
		case pageFinding:
			name := "finding"
			if f := m.store.find(p.id); f != nil {
				name = f.title
			}
			parts = append(parts, name)
		case pageAsset:
			parts = append(parts, file(p.id))
		case pageActions:
			parts = append(parts, "What to do next")
		case pageFix:
			parts = append(parts, strings.TrimSpace("Fix "+m.fixing.rule()))
		}
	}
	if len(parts) > 4 {
		parts = append(parts[:1], parts[len(parts)-3:]...)
	}
	return strings.Join(parts, m.t.into)
}

// state is the right end of the title: what the scan does, or what the numbers stand on.
func (m *Model) state() (string, ink) {
	t, s := m.t, m.store
	if m.scanning {
		if m.lay.small {
			return "scanning", t.accent
		}
		return m.spinner() + "scanning" + m.elapsed() + "   esc stops", t.accent
	}
	interval := ""
	if p := s.report.Posture; p != nil {
		n := wholeShares(p.Shares)
		interval = number(n.low()) + " and " + number(n.high())
	}
	if p := m.page(); p != nil {
		switch p.kind {
		case pageFinding:
			if i, ok := s.findingOf[p.id]; ok {
				return m.nth("finding", i, len(s.findings)), t.dim
			}
		case pageRecommendation:
			if i, ok := s.recOf[p.id]; ok {
				return m.nth("recommendation", i, len(s.recs)), t.dim
			}
		}
	}
	switch {
	case !s.report.Run.Complete:
		return "INCOMPLETE", t.both(t.bold, t.bad)
	case m.lay.w < 60:
		return interval, t.dim
	case m.tab == tabChecklist && m.lay.w >= 100:
		return plural(len(s.recs), "recommendation") + " " + t.dot + " " + plural(len(s.findings), "finding") + " " + t.dot + " " + number(s.fresh) + " new " + t.dot + " " + number(s.known) + " known", t.dim
	case m.tab == tabChecklist:
		return interval + " " + t.dot + " " + plural(len(s.findings), "finding"), t.dim
	case m.tab == tabAssets:
		return m.assetSummary(), t.dim
	case m.tab == tabFixes:
		safe := 0
		for _, g := range s.fixes {
			if g.applicability == "safe" {
				safe++
			}
		}
		return plural(len(s.fixes), "remedy") + " " + t.dot + " " + number(safe) + " safe", t.dim
	case m.tab == tabLog:
		n := len(m.logEntries())
		if n == 1 {
			return "1 entry", t.dim
		}
		return number(n) + " entries", t.dim
	case m.lay.w < 80:
		return interval, t.dim
	}
	out := "complete " + t.dot + " scanned " + m.clockOf(s.report.Run.StartedAt)
	if ms := s.report.Run.DurationMS; ms > 0 && m.lay.w >= 100 {
		out += " " + t.dot + " " + seconds(ms)
	}
	return out, t.dim
}

// nth says which of how many a page shows.
func (m *Model) nth(what string, i, n int) string {
	if m.lay.w < 60 {
		return number(i+1) + "/" + number(n)
	}
	return what + " " + number(i+1) + " of " + number(n)
}

// clockOf shows the time of a report in the person's zone.
func (m *Model) clockOf(stamp string) string {
	at, err := time.Parse(time.RFC3339, stamp)
	if err != nil {
		return "earlier"
	}
	if !m.now.IsZero() {
		at = at.In(m.now.Location())
	}
	return at.Format("15:04")
}

// seconds is a duration as people say it.
func seconds(ms int64) string {
	if ms < 1000 {
		return number(int(ms)) + " ms"
	}
	return number(int(ms/1000)) + "." + number(int(ms%1000/100)) + " s"
}

// spinner turns at the pace of the tick; a still program says it in words alone.
func (m *Model) spinner() string {
	if m.opt.Still {
		return ""
	}
	frames := []string{"|", "/", "-", "\\"}
	if !m.t.ascii {
		frames = []string{"◜ ", "◝ ", "◞ ", "◟ "}
		return frames[m.spin%4]
	}
	return frames[m.spin%4] + " "
}

// elapsed is how long a scan runs, by the ticks of the spinner.
func (m *Model) elapsed() string {
	if s := m.spin / ticksPerSecond; s > 0 {
		return "  " + number(s) + " s"
	}
	return ""
}

var tabNames = [5]string{"Overview", "Checklist", "Assets", "Fixes", "Log"}

func (m *Model) drawTabs() string {
	t, l := m.t, m.lay
	names := tabNames
	gap := "   "
	if l.w < 90 {
		names, gap = [5]string{"Over", "Check", "Asset", "Fix", "Log"}, "  "
	}
	r := newRow(t, l.w).put("", " ")
	for i, n := range names {
		if tab(i) == m.tab {
			r.put(t.key, number(i+1)+" ").put(t.both(t.title, "4"), n)
		} else {
			r.put(t.dim, number(i+1)+" "+n)
		}
		r.put("", gap)
	}
	right := m.policy()
	if at := l.w - 1 - width(right); at > r.used+2 {
		r.to(at).put(t.dim, right)
	}
	return r.end()
}

// policy says where configuration, waivers and answers come from: a scanned tree can excuse itself.
func (m *Model) policy() string {
	if m.tab == tabChecklist {
		show := "show: all"
		if m.filter != "" {
			show = "show: filtered"
		}
		return show
	}
	p := m.store.report.Policy
	from := ""
	switch {
	case m.scanning:
		return ""
	case p.Source == "tree":
		from = "policy: scanned tree"
	case p.Source == "none" || p.Source == "":
		from = "no policy file"
	default:
		from = "policy: " + cutMiddle(text(p.Source), 24, m.t.more)
	}
	if profile := m.store.report.Run.Profile; profile != "" && m.lay.w >= 100 && m.tab == tabOverview {
		return "profile " + text(profile) + " " + m.t.dot + " " + from
	}
	return from
}

func (m *Model) drawBody(w, h int) []string {
	if p := m.page(); p != nil {
		return m.drawPage(p, w, h)
	}
	switch m.tab {
	case tabChecklist:
		return m.drawChecklist(w, h)
	case tabAssets:
		return m.drawAssets(w, h)
	case tabFixes:
		return m.drawFixes(w, h)
	case tabLog:
		return m.drawLog(w, h)
	}
	if m.scanning {
		return m.drawScan(w, h)
	}
	return m.drawOverview(w, h)
}

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

func (m *Model) command(v verb) *command {
	for i := range m.commands {
		if m.commands[i].verb == v {
			return &m.commands[i]
		}
	}
	return nil
}

// restyle gives the text field no colours of its own.
func (m *Model) restyle() { m.input.SetStyles(textinput.Styles{}) }
