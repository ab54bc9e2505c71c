package ui

import (
	"strings"
	"time"
)

// The first two rows: where the person is, what the scan does, which screens there are, where policy comes from.

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
			if m.fixing.draft != nil {
				parts = append(parts, "Start a document")
			} else {
				parts = append(parts, strings.TrimSpace("Fix "+m.fixing.rule()))
			}
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
