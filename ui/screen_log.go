package ui

import (
	"slices"
	"strings"
	"time"
)

// logEntry is one line of the log: what bakedin changed, what moved, what it skipped.
type logEntry struct {
	at               time.Time // zero: of the scan that is shown
	kind, what, more string
}

// note adds to the log of this session.
func (m *Model) note(kind, what, more string) {
	m.log = slices.Insert(m.log, 0, logEntry{m.now, kind, text(what), text(more)})
	if len(m.log) > 1000 {
		m.log = m.log[:1000]
	}
}

// noteMoves logs every recommendation whose status moved.
func (m *Model) noteMoves(before, after *store) {
	c := &change{gone: map[string]bool{}}
	c.compare(before, after)
	for i := len(c.moves) - 1; i >= 0; i-- {
		v := &c.moves[i]
		m.note("status", v.id+" "+v.from.word()+", then "+v.to.word(), "")
	}
	for _, r := range c.rules {
		m.note("checked", r.rule+": "+plural(r.before, "finding")+", then "+number(r.after), "")
	}
}

// logEntries are the session's, newest first, and then what the scan has to tell.
func (m *Model) logEntries() []logEntry {
	if m.logged.store != m.store {
		m.logged = storeLog{m.store, m.scanLog()}
	}
	return append(slices.Clone(m.log), m.logged.entries...)
}

// storeLog is what a report tells the log, worked out once.
type storeLog struct {
	store   *store
	entries []logEntry
}

func (m *Model) scanLog() []logEntry {
	r := m.store.report
	var out []logEntry
	if m.store.scanning || r.Schema == "" {
		return out
	}
	complete := "complete"
	if !r.Run.Complete {
		complete = "INCOMPLETE"
	}
	rules := r.Tool.RulesDigest
	if _, hex, ok := strings.Cut(rules, ":"); ok {
		rules = hex[:min(8, len(hex))]
	}
	out = append(out, logEntry{kind: "scanned", what: plural(r.Run.Files.Scanned, "file") + " of " + number(r.Run.Files.Seen) + ", " + complete + ", rules " + text(rules)})
	for _, s := range r.Skipped {
		out = append(out, logEntry{kind: "skipped", what: file(s.Path), more: text(s.Kind) + ": " + text(s.Detail)})
	}
	for _, n := range r.Notices {
		out = append(out, logEntry{kind: "notice", what: text(n.Text)})
	}
	stopped := map[string][]string{}
	var reasons []string
	for _, s := range r.Rules {
		if s.State == "completed" || s.State == "disabled" || s.Reason == nil {
			continue
		}
		why := text(*s.Reason)
		if stopped[why] == nil {
			reasons = append(reasons, why)
		}
		stopped[why] = append(stopped[why], text(s.Rule))
	}
	for _, why := range reasons {
		out = append(out, logEntry{kind: "rules", what: plural(len(stopped[why]), "rule") + " did not finish: " + why, more: strings.Join(stopped[why], ", ")})
	}
	if n := r.Run.Files.Excluded; n > 0 {
		out = append(out, logEntry{kind: "excluded", what: plural(n, "file") + " by scan.exclude"})
	}
	if n := r.Run.Files.Ignored; n > 0 {
		out = append(out, logEntry{kind: "ignored", what: plural(n, "file") + " that git ignores", more: number(r.Run.Files.IgnoredModelLike) + " of them look like a model"})
	}
	return out
}

func (m *Model) drawLog(w, h int) []string {
	t, list := m.t, m.logEntries()
	l := &m.lists[tabLog]
	if len(list) == 0 {
		return []string{"", newRow(t, w).put(t.dim, "  nothing has happened yet").str()}
	}
	detail := 0
	if h >= 10 {
		detail = 3
	}
	from, to := l.window(len(list), h-detail)
	var lines []string
	for i := from; i < to; i++ {
		e := &list[i]
		r := newRow(t, w)
		if i == l.cursor {
			r.under = t.selected
			r.put(t.accent, " "+t.cursor)
		}
		r.to(3)
		if w >= 60 {
			stamp := m.clockOf(m.store.report.Run.StartedAt)
			if !e.at.IsZero() {
				stamp = e.at.Format("15:04")
			}
			r.col(t.dim, stamp, 8)
		}
		k := t.dim
		switch e.kind {
		case "skipped", "error", "rules":
			k = t.bad
		case "written", "undone":
			k = t.good
		case "status", "checked":
			k = t.accent
		}
		r.col(k, e.kind, 10)
		what := e.what
		if e.more != "" {
			what += "   " + e.more
		}
		lines = append(lines, r.put("", what).end())
	}
	if detail > 0 { // the whole of the current line, which may have been cut
		for len(lines) < h-detail {
			lines = append(lines, "")
		}
		lines = append(lines, newRow(t, w).put(t.line, repeat(t.rule, w)).str())
		if e := list[l.cursor]; e.what != "" {
			whole := e.what
			if e.more != "" {
				whole += "   " + e.more
			}
			for i, s := range wrap(whole, w-4) {
				if i == detail-1 {
					break
				}
				lines = append(lines, newRow(t, w).put("", "  ").put(t.dim, s).str())
			}
		}
	}
	return lines
}
