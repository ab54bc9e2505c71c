package ui

import (
	"bakedin/checks"
)

// What a guided fix says beside the change: the remedies, what can break, and what the rescan of the preview found.

// fixBrief is the left side in lines of one idea, the most wanted first, for a screen with one pane.
func (m *Model) fixBrief(w int) []string {
	t, f := m.t, m.fixing
	var lines []string
	add := func(r *row) { lines = append(lines, r.str()) }
	if x := f.remedy(); x != nil {
		r := newRow(t, w).put(t.accent, " "+t.cursor+" ").put(t.key, number(f.chosen+1)+" ").put(t.bold, text(x.Title)).put("", "  ")
		add(r.put(applicabilityInk(t, x.Applicability), f.word(x)))
	} else {
		add(newRow(t, w).put("", " ").put(t.bold, plural(len(f.findings), "finding")+", each with its best remedy"))
	}
	if c := f.change; c != nil && c.scans {
		r := newRow(t, w).put("", " ").put(t.dim, "scanned again: ").put(t.good, plural(len(c.gone), "finding")+" gone").put(t.dim, ", ")
		if len(c.fresh) > 0 {
			r.put(t.bad, number(len(c.fresh))+" new")
		} else {
			r.put(t.dim, "nothing new")
		}
		if c.unread {
			r.put(t.warn, ", incomplete")
		}
		add(r)
	}
	switch n := f.skipped; {
	case f.preview != nil && len(f.preview.LeftOut) > 0:
		add(newRow(t, w).put(t.warn, " "+number(len(f.preview.LeftOut))+" left out: "+text(f.preview.LeftOut[0].Reason)))
	case n > 0 && f.step != stepManual:
		add(newRow(t, w).put(t.warn, " "+plural(n, "finding")+" left to a person: no exact edit"))
	case len(f.others) > 0 && f.step != stepDone:
		add(newRow(t, w).put("", " ").put(t.key, "space ").put("", checkbox(f.wide)+" in "+plural(len(f.others), "other place")+" too"))
	}
	return lines
}

func checkbox(on bool) string {
	if on {
		return "[x]"
	}
	return "[ ]"
}

func applicabilityInk(t *theme, a checks.Applicability) ink {
	return map[checks.Applicability]ink{checks.Safe: t.good, checks.Unsafe: t.warn, checks.Manual: t.dim}[a]
}

func applicabilityWord(a checks.Applicability) string {
	return map[checks.Applicability]string{checks.Safe: "safe", checks.Unsafe: "unsafe: look first", checks.Manual: "by hand"}[a]
}

// docFix is the left side: remedies, what can break, and what the rescan of the preview found.
func (m *Model) docFix(d *doc) {
	t, f := m.t, m.fixing
	if len(f.remedies) > 0 {
		m.docSubject(d)
		for i := range f.remedies {
			x := &f.remedies[i]
			r := d.row()
			if i == f.chosen {
				r.put(t.accent, " "+t.cursor+" ")
			} else {
				r.put("", "   ")
			}
			d.add(r.put(t.key, number(i+1)+" ").put(boldIf(t, i == f.chosen), text(x.Title)))
			word := f.word(x)
			if x.Applicability == checks.Safe {
				word += " " + t.dot + " undoable"
			}
			d.add(d.row().to(5).put(applicabilityInk(t, x.Applicability), word))
		}
		if x := f.remedy(); x != nil && x.Breaks != "" {
			d.head("What can break")
			d.para("", text(x.Breaks), 3)
		}
	} else {
		d.para(t.bold, plural(len(f.findings), "finding")+", each with its best remedy", 1)
	}
	m.docRescan(d)
	if len(f.others) > 0 && f.step != stepDone {
		d.gap()
		d.add(d.row().put("", " ").put(t.key, "space ").put("", checkbox(f.wide)+" in "+plural(len(f.others), "other place")+" too"))
	}
	if f.skipped > 0 && f.step != stepManual {
		d.para(t.warn, plural(f.skipped, "finding")+" left to a person: no exact edit", 1)
	}
	if f.preview != nil {
		for i, l := range f.preview.LeftOut {
			if i == 3 {
				d.para(t.warn, number(len(f.preview.LeftOut)-3)+" more left out", 1)
				break
			}
			d.para(t.warn, "left out: "+newFinding(&l.Choice.Finding).place+", "+text(l.Reason), 1)
		}
	}
}

// docSubject is what the remedies are for: a finding, or the recommendation that a document is started for.
func (m *Model) docSubject(d *doc) {
	t, f := m.t, m.fixing
	if f.draft != nil {
		d.para(t.bold, f.draft.id+"  "+f.draft.title, 1)
		d.head("Document")
		return
	}
	first := newFinding(&f.findings[0])
	d.para(t.bold, first.title, 1)
	place := first.place
	if n := len(f.findings); n > 1 {
		place = plural(n, "place")
	}
	d.para(t.dim, place, 1)
	d.head("Remedy")
}

// word says what a person should make of a remedy.
func (f *fixing) word(x *checks.Fix) string {
	if f.draft != nil {
		return "starts " + file(x.Steps[0])
	}
	return applicabilityWord(x.Applicability)
}

func boldIf(t *theme, yes bool) ink {
	if yes {
		return t.bold
	}
	return ""
}

// docRescan is what the scan of the preview found, or of the tree when it is written.
func (m *Model) docRescan(d *doc) {
	t, f := m.t, m.fixing
	c := f.change
	if c == nil || !c.scans {
		return
	}
	if f.step == stepDone {
		d.head("Written, and scanned again")
	} else {
		d.head("Preview, scanned again")
	}
	for i, r := range c.rules {
		if i == 6 {
			d.para(t.dim, number(len(c.rules)-6)+" more rules", 3)
			break
		}
		k := t.good
		if r.after >= r.before {
			k = t.bad
		}
		after := padLeft(number(r.before), 3) + ", then " + number(r.after)
		d.add(d.row().to(3).put("", cut(r.rule, max(8, d.w-width(after)-5), t.more)).to(d.w-width(after)-1).put(k, after))
	}
	if len(c.rules) == 0 && f.draft != nil {
		d.para(t.dim, "it counts as begun (E1)", 3)
	} else if len(c.rules) == 0 {
		d.para(t.warn, "nothing changes: the finding would still be there", 3)
	}
	switch n := len(c.fresh); {
	case n == 0:
		d.add(d.row().to(3).put(t.dim, "nothing new"))
	default:
		d.para(t.bad, plural(n, "new finding")+": "+c.fresh[0], 3)
	}
	if c.unread {
		d.para(t.warn, "the scan of the preview is incomplete", 3)
	}
	for i, v := range c.moves {
		if i == 6 {
			d.para(t.dim, number(len(c.moves)-6)+" more move", 3)
			break
		}
		k := t.status(v.to.status, v.to.basis)
		d.add(d.row().to(3).col("", v.id, 8).put(t.dim, v.from.word()+", then ").put(k.ink, k.glyph+" "+v.to.word()))
	}
}
