package ui

import (
	"strings"
)

// The detail beside the checklist: of a section, a control, or what a row opens.

// sideCache is the detail beside the list, wrapped once for a row and a width.
type sideCache struct {
	id    nodeID
	w     int
	t     *theme
	lines []string
}

// sideLines is the detail of the current row.
func (m *Model) sideLines(w int) []string {
	n := m.node()
	if n == nil {
		return nil
	}
	if m.side.id == n.nodeID && m.side.w == w && m.side.t == m.t && m.side.lines != nil {
		return m.side.lines
	}
	d := newDoc(m.t, w, -1)
	switch n.kind {
	case isFinding, isGroup:
		m.docFinding(d, &m.store.findings[n.finding], false)
	case isRecommendation:
		m.docRecommendation(d, &m.store.recs[n.rec], false)
	case isControl:
		m.docControl(d, &m.store.controls[n.control])
	case isSection:
		m.docSection(d, &m.store.sections[n.section])
	}
	m.side = sideCache{id: n.nodeID, w: w, t: m.t, lines: d.lines}
	if d.lines == nil {
		m.side.lines = []string{""}
	}
	return m.side.lines
}

func (m *Model) docSection(d *doc, sec *section) {
	t := m.t
	d.para(t.bold, sec.id+"  "+sec.title, 1)
	d.gap()
	m.docTally(d, sec.tally)
	d.gap()
	d.para(t.dim, plural(len(sec.controls), "control")+" with "+plural(sec.tally.total(), "recommendation")+".", 1)
	d.head("Next")
	d.para("", m.advice(sec.tally), 1)
}

func (m *Model) docControl(d *doc, c *control) {
	t := m.t
	d.para(t.bold, c.id+"  "+c.title, 1)
	d.gap()
	m.docTally(d, c.tally)
	d.gap()
	if c.asks != "" {
		d.kv("Usually asks", "", "the "+text(c.asks)+" role")
	}
	if c.data != nil {
		d.kv("Maps to", t.dim, m.mappings(c))
	}
	d.head("Next")
	d.para("", m.advice(c.tally), 1)
}

// docTally lists the statuses with their words.
func (m *Model) docTally(d *doc, n tally) {
	t := m.t
	for _, e := range []struct {
		n int
		k mark
	}{
		{n.gap, t.status("gap", "")}, {n.unknown, t.status("unknown", "")}, {n.ask, t.status("needs-you", "")}, {n.waived, t.status("waived", "")},
		{n.attested, t.status("pass", "attested")}, {n.proven, t.status("pass", "proven")}, {n.none, t.status("not-applicable", "")}, {n.scanning, t.status(scanningStatus, "")},
	} {
		if e.n > 0 {
			d.add(d.row().put("", " "+padLeft(number(e.n), 3)+" ").put(e.k.ink, e.k.glyph+" "+e.k.word))
		}
	}
}

// advice says what to do next for a part of the checklist.
func (m *Model) advice(n tally) string {
	switch {
	case n.scanning > 0:
		return "No status is green before its last rule has finished."
	case n.gap > 0:
		return "] goes to the next gap; enter opens it."
	case n.unknown > 0:
		return "Something was not read or did not finish: 5 opens the log."
	case n.ask > 0:
		return "A person has to answer: open a recommendation, then a."
	}
	return "Nothing is open here today."
}

func (m *Model) mappings(c *control) string {
	var parts []string
	d := c.data
	for _, list := range [][]string{d.OWASPLLM, d.ATLASTechniques, d.NISTAIRMF, d.ETSI, d.ISO42001, d.EUAIAct} {
		for i, v := range list {
			if i == 3 {
				parts = append(parts, m.t.more)
				break
			}
			parts = append(parts, text(v))
		}
	}
	return strings.Join(parts, " ")
}
