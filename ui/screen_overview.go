package ui

import (
	"strings"

	"bakedin/internal/posture"
	"bakedin/rules"
)

// overviewRow is a row the cursor can stand on.
type overviewRow struct {
	critical bool
	section  int // -1
	action   int // -1
	all      bool
}

const actionsShown = 5

// overviewRows lists them: the critical line, the sections, what to do next, and the way to all of that.
func (m *Model) overviewRows() []overviewRow {
	if m.scanning {
		return make([]overviewRow, len(m.store.findings))
	}
	var out []overviewRow
	if len(m.store.criticalGaps()) > 0 {
		out = append(out, overviewRow{critical: true, section: -1, action: -1})
	}
	for i := range m.store.sections {
		out = append(out, overviewRow{section: i, action: -1})
	}
	actions := nextActions(m.store)
	for i := range min(len(actions), actionsShown) {
		out = append(out, overviewRow{section: -1, action: i})
	}
	if len(actions) > actionsShown {
		out = append(out, overviewRow{section: -1, action: -1, all: true})
	}
	return out
}

func (m *Model) overviewAction() *action {
	rows := m.overviewRows()
	if c := m.lists[tabOverview].cursor; !m.scanning && c < len(rows) && rows[c].action >= 0 {
		return &m.store.actions[rows[c].action]
	}
	return nil
}

func (m *Model) keyOverview(v verb) {
	rows, c := m.overviewRows(), m.lists[tabOverview].cursor
	if v != open || c >= len(rows) {
		return
	}
	if m.scanning {
		n := len(m.store.findings)
		m.push(pageFinding, m.store.findings[n-1-c].ID)
		return
	}
	switch r := rows[c]; {
	case r.critical:
		m.tab = tabChecklist
		m.setFilter("status:gap severity:critical")
		m.lists[tabChecklist] = vlist{}
	case r.section >= 0:
		m.tab = tabChecklist
		m.setFilter("section:" + strings.ToLower(m.store.sections[r.section].id))
		m.lists[tabChecklist] = vlist{}
	case r.action >= 0:
		m.openAction(&m.store.actions[r.action])
	default:
		m.push(pageActions, "")
	}
}

// drawOverview says where the repository stands and what to do next. It is folded by leaving things out from below.
func (m *Model) drawOverview(w, h int) []string {
	t, s, p := m.t, m.store, m.store.report.Posture
	o := &overview{m: m, w: w, rows: m.overviewRows(), wide: w >= 76, roomy: h >= 22}
	o.cursor = max(0, min(m.lists[tabOverview].cursor, len(o.rows)-1))
	o.alarms()
	if p == nil {
		o.blank()
		o.line(newRow(t, w).put("", "  ").put(t.bold, "No posture for this run"))
		why := "only a part of the repository was looked at"
		for _, n := range s.report.Notices {
			if n.Kind == "no-ai-assets" || n.Kind == "partial-run" {
				why = text(n.Text)
			}
		}
		for _, l := range wrap(why, w-4) {
			o.line(newRow(t, w).put("", "  ").put(t.dim, l))
		}
	} else {
		o.bar(p)
		if h >= 20 {
			o.counts(p)
		}
	}
	if o.roomy {
		o.blank()
	}
	o.sections()
	o.actions()
	o.rest(h)
	if len(o.lines) > h { // what does not fit scrolls with the cursor
		from := max(0, min(o.at-h/2, len(o.lines)-h))
		return o.lines[from : from+h]
	}
	return o.lines
}

// overview is the screen while it is drawn.
type overview struct {
	m           *Model
	w           int
	wide, roomy bool
	rows        []overviewRow
	cursor      int
	next        int // the row that is drawn next
	at          int // line of the cursor
	lines       []string
}

func (o *overview) line(r *row) { o.lines = append(o.lines, r.str()) }
func (o *overview) blank()      { o.lines = append(o.lines, "") }

// begin starts a row that the cursor can stand on.
func (o *overview) begin(indent int) *row {
	t := o.m.t
	r := newRow(t, o.w)
	if o.next == o.cursor {
		r.under = t.selected
		o.at = len(o.lines)
		r.to(indent-2).put(t.accent, t.cursor+" ")
	}
	o.next++
	return r.to(indent)
}

func (o *overview) end(r *row) { o.lines = append(o.lines, r.end()) }

func (o *overview) alarms() {
	t, s := o.m.t, o.m.store
	if !s.report.Run.Complete {
		r := newRow(t, o.w).put("", "  ").put(t.both(t.bold, t.bad), "INCOMPLETE")
		n := 0
		why := ""
		for _, k := range s.report.Skipped {
			if n++; n <= 2 {
				why += ", " + cutMiddle(file(k.Path), 32, t.more) + " (" + text(k.Kind) + ")"
			}
		}
		switch {
		case n > 0:
			r.put(t.bad, "   "+plural(n, "file")+" not read: "+strings.TrimPrefix(why, ", "))
		case o.m.stopped:
			r.put(t.bad, "   the scan was stopped")
		case s.unfinished() > 0:
			r.put(t.bad, "   "+plural(s.unfinished(), "rule")+" did not finish")
		}
		o.line(r.put(t.dim, "   5 log"))
	}
	gaps := s.criticalGaps()
	if len(gaps) == 0 {
		if o.roomy && s.report.Run.Complete {
			o.blank()
		}
		return
	}
	r := o.begin(2).put(t.both(t.bold, t.bad), t.gap+" "+plural(len(gaps), "critical gap"))
	for _, i := range gaps {
		rec := &s.recs[i]
		need := 3 + width(rec.id) + 1 + width(rec.title)
		if !o.wide {
			need = 2 + width(rec.id)
		}
		if r.used+need > o.w-4 && r.used+3+width(rec.id) > o.w-4 {
			r.put(t.dim, " "+t.more)
			break
		}
		r.put("", "   ").put(t.bad, rec.id)
		if o.wide && r.used+1+width(rec.title) <= o.w-2 {
			r.put("", " "+rec.title)
		}
	}
	o.end(r)
	if o.roomy {
		o.blank()
	}
}

// bar is the interval, the stacked bar, and the four words with their numbers.
func (o *overview) bar(p *posture.Posture) {
	t := o.m.t
	n := wholeShares(p.Shares)
	between := "Posture between " + number(n.low()) + " and " + number(n.high())
	const at = 32 // column of the bar
	if o.w >= 60 {
		r := newRow(t, o.w).put("", "  ").put(t.bold, between).to(at)
		drawBar(r, t, p.Shares, max(10, min(64, o.w-at-4)))
		o.line(r)
	}
	o.line(o.shares(n, p.Within, at))
	if p.NotApplicableShare > 30 {
		o.line(newRow(t, o.w).to(32).put(t.warn, "n/a "+number(int(p.NotApplicableShare+0.5))+" % of the catalogue"))
	}
}

// shares writes the four words with their numbers: below the bar where there is room, else from the left, and what the
// numbers contain is the first to go.
func (o *overview) shares(n shares, in posture.Within, at int) *row {
	t := o.m.t
	waived, unknown := "", ""
	if k := int(in.Waived + 0.5); k > 0 {
		waived = " (" + number(k) + " waived)"
	}
	if k := int(in.Unknown + 0.5); k > 0 {
		unknown = " (" + number(k) + " unknown)"
	}
	from, sep := at, " "+t.dot+" "
	line := func() *row {
		return newRow(t, 400).to(from).put(t.good, "proven "+number(n.proven)).put(t.dim, sep).put(t.vouched, "attested "+number(n.attested)).put(t.dim, sep).
			put(t.bad, "gap "+number(n.gap)+waived).put(t.dim, sep).put("", "open "+number(n.open)+unknown)
	}
	for _, less := range []func(){func() {}, func() { from = 2 }, func() { sep = "  " }, func() { waived, unknown = "", "" }, func() { from, sep = 1, " " }} {
		if less(); line().used <= o.w-1 {
			break
		}
	}
	r := line()
	r.width = o.w
	return r
}

// counts says how many of each there are, and what a scan can ever show.
func (o *overview) counts(p *posture.Posture) {
	t, c := o.m.t, p.Counts
	sep := " " + t.dot + " "
	total := len(o.m.store.recs)
	r := newRow(t, o.w).put("", "  ").put(t.dim, number(total)+": "+strings.Join([]string{
		number(c.PassProven) + " proven", number(c.PassAttested) + " attested", number(c.Gap) + " gap", number(c.Waived) + " waived",
		number(c.NeedsYou) + " need you", number(c.Unknown) + " unknown", number(c.NotApplicable) + " n/a"}, sep))
	o.line(r)
	if provable, share := o.m.store.provable(); provable > 0 && o.roomy {
		o.line(newRow(t, o.w).put("", "  ").put(t.dim, "A scan alone can prove at most "+number(provable)+" of them ("+number(share)+" % of the weight); people answer the rest."))
	}
}

// provable counts the recommendations that a scan can ever show as proven, and their part of the weight in percent.
func (s *store) provable() (n, percent int) {
	weight := map[rules.Severity]float64{rules.Critical: 10, rules.High: 7.5, rules.Medium: 5, rules.Low: 2.5}
	all, proof := 0.0, 0.0
	for i := range s.recs {
		w := weight[s.recs[i].severity]
		all += w
		if d := s.recs[i].data; d != nil && d.Mode == rules.Prove || d == nil && s.recs[i].report != nil && s.recs[i].report.Mode == rules.Prove {
			n++
			proof += w
		}
	}
	if all > 0 {
		percent = int(100*proof/all + 0.5)
	}
	return n, percent
}

func (o *overview) sections() {
	t, s := o.m.t, o.m.store
	of := map[string]*posture.SectionPosture{}
	if p := s.report.Posture; p != nil {
		for i := range p.Sections {
			of[p.Sections[i].ID] = &p.Sections[i]
		}
	}
	full := o.w >= 96 // all four shares
	name := max(20, min(37, o.w-63))
	head := "   between   proven  attested  gap  open   to do"
	if !full {
		name, head = max(20, min(37, o.w-47)), "   between    gap  open   to do"
	}
	if o.wide && o.m.lay.h >= 16 {
		o.line(newRow(t, o.w).to(4).col(t.dim, "Section", name).put(t.dim, head))
	}
	for i := range s.sections {
		sec := &s.sections[i]
		p := of[sec.id]
		indent := 4
		if !o.wide {
			indent = 3
		}
		r := o.begin(indent)
		switch {
		case p == nil || p.ApplicableWeight == 0:
			r.put(t.bold, sec.id).put("", " "+sec.title).put(t.dim, "   nothing applies here")
		case o.wide:
			n := wholeShares(p.Shares)
			r.put(t.bold, sec.id).col("", " "+sec.title, name-2).put("", padLeft(number(n.low()), 5)+" and "+padRight(number(n.high()), 3))
			if full {
				r.put(t.good, padLeft(number(n.proven), 8)).put(t.vouched, padLeft(number(n.attested), 10)).put(t.bad, padLeft(number(n.gap), 5))
			} else {
				r.put(t.bad, padLeft(number(n.gap), 6))
			}
			r.put("", padLeft(number(n.open), 6)+"   ")
			todo(r, t, sec.tally, true)
		case o.w >= 56:
			n := wholeShares(p.Shares)
			r.put(t.bold, sec.id).col("", " "+sec.title, o.w-35).put("", padLeft(number(n.low()), 2)+" and "+padRight(number(n.high()), 3)+"  ")
			todo(r, t, sec.tally, true)
		default:
			n := wholeShares(p.Shares)
			r.put(t.bold, sec.id).put("", " "+padLeft(number(n.low()), 2)+" and "+padRight(number(n.high()), 3)+"  ")
			todo(r, t, sec.tally, true)
		}
		o.end(r)
	}
}

// todoWidth is the width of what todo writes when it is not aligned.
func todoWidth(n tally) int {
	w := 0
	for _, e := range []struct {
		n     int
		words string
	}{{n.gap, " gap"}, {n.ask, "  you"}, {n.unknown, "  unknown"}} {
		if e.n > 0 {
			w += digits(e.n) + len(e.words)
		}
	}
	if w == 0 {
		return len(" nothing open")
	}
	return w
}

// todo counts gaps and questions in aligned words.
func todo(r *row, t *theme, n tally, aligned bool) {
	pad := func(k int) string {
		if aligned {
			return padLeft(number(k), 2)
		}
		return number(k)
	}
	if n.gap > 0 {
		r.put(t.bad, pad(n.gap)+" gap")
	} else if aligned {
		r.put("", "      ")
	}
	if n.ask > 0 {
		r.put(t.warn, " "+pad(n.ask)+" you")
	}
	if words := " " + pad(n.unknown) + " unknown"; n.unknown > 0 && r.used+width(words) <= r.width {
		r.put(t.warn, words)
	}
	if n.gap+n.ask+n.unknown == 0 {
		r.put(t.dim, " nothing open")
	}
}

func (o *overview) actions() {
	t, s := o.m.t, o.m.store
	if len(s.actions) == 0 {
		return
	}
	if o.m.lay.h >= 16 {
		o.blank()
	}
	head := newRow(t, o.w).put("", "  ").put(t.both(t.bold, t.accent), "What to do next")
	if c := actionColumns(o.w); c.supports > 0 {
		head.to(c.supports).put(t.dim, "speaks to").to(c.how).put(t.dim, "how")
	}
	o.line(head)
	for _, r := range o.rows {
		switch {
		case r.action >= 0:
			line := o.begin(4)
			drawAction(line, t, s, &s.actions[r.action], o.w)
			o.end(line)
		case r.all:
			o.end(o.begin(4).put(t.dim, number(len(s.actions)-actionsShown)+" more: enter lists all "+number(len(s.actions))))
		}
	}
}

// rest is what there is room for below: what runs out next.
func (o *overview) rest(h int) {
	t := o.m.t
	p := o.m.store.report.Posture
	if p == nil || o.w < 60 {
		return
	}
	if e := p.NextExpiry; e != nil && len(o.lines)+2 <= h {
		o.blank()
		o.line(newRow(t, o.w).put("", "  ").put(t.dim, "Next to run out   ").put("", "a "+text(e.What)+" on "+text(e.Date)+" ").put(t.dim, "("+cutMiddle(text(e.Ref), 30, t.more)+")"))
	}
}
