package ui

import (
	"strings"

	"bakedin/checks"
	"bakedin/rules"
)

// docFinding writes what a finding is: where, why it matters, the evidence, how sure, what to do. Short leaves out what a
// side pane has no room for.
func (m *Model) docFinding(d *doc, f *finding, full bool) {
	t, rule := m.t, m.store.rule(f.Rule)
	k := findingMark(t, f)
	head := d.row().put("", " ").put(k.ink, k.glyph+" ")
	if f.Says != rules.Evidence {
		head.put(t.severity(f.Severity), text(string(f.Severity))+"  ")
	} else {
		head.put(t.good, "evidence "+text(string(f.Strength))+"  ")
	}
	room := d.w - head.used - 1
	if width(f.title) <= room {
		d.add(head.put(t.bold, f.title))
	} else {
		d.add(head.put(t.dim, statusWord(f)))
		d.para(t.bold, f.title, 3)
	}
	facts := d.row().to(3).put(t.dim, text(f.Rule)+"  "+t.dot+"  "+statusWord(f))
	if f.Says != rules.Evidence {
		facts.put(t.dim, "  "+t.dot+"  "+how(f.Finding))
	}
	if f.Custom {
		facts.put(t.warn, "  "+t.dot+"  custom rule")
	}
	d.add(facts)
	place := f.place
	switch l := f.Location; {
	case l == nil:
	case l.Kind == "text" && l.Start.Column > 0:
		place += ":" + number(l.Start.Column)
	case l.Index != nil:
		place += "@" + number(l.Start.Byte)
	}
	for _, l := range wrap(place, d.w-4) { // whole: this is what y copies
		d.add(d.row().to(3).put(t.accent, l))
	}
	if s := f.Suppression; s != nil {
		d.gap()
		d.para(t.off, "Accepted by "+text(s.Owner)+": "+text(s.Reason), 3)
		if s.Expires != nil {
			d.para(t.dim, "until "+text(*s.Expires)+" "+t.dot+" "+text(s.Source), 3)
		}
	}
	if rule != nil && full {
		d.head("Why it matters")
		d.prose(rule.Why, 3)
	}
	m.docEvidence(d, f)
	if !full && rule != nil {
		d.head("Why it matters")
		d.para("", firstSentence(rule.Why), 3)
	}
	m.docRemedies(d, f, rule, full)
	if !full {
		return
	}
	d.gap()
	sure := strengthWord(f.Strength) + " " + t.dot + " confidence " + text(string(f.Confidence))
	if f.SeverityReason != nil {
		sure += " " + t.dot + " severity: " + text(*f.SeverityReason)
	}
	d.kv("How sure", "", sure)
	m.docLinks(d, f)
}

// firstSentence is enough beside a list.
func firstSentence(s string) string {
	s = text(strings.Join(strings.Fields(s), " "))
	if i := strings.Index(s, ". "); i >= 0 {
		return s[:i+1]
	}
	return s
}

func strengthWord(s rules.Strength) string {
	switch s {
	case rules.E4:
		return "E4 proven by the bytes"
	case rules.E3:
		return "E3 proven"
	case rules.E2:
		return "E2 likely"
	}
	return text(string(s)) + " a hint"
}

// docEvidence shows what was seen: the lines with a caret, the opcodes, or the sentence alone.
func (m *Model) docEvidence(d *doc, f *finding) {
	t, l := m.t, f.Location
	d.head("Evidence")
	message := text(string(f.Message))
	if l == nil || l.Snippet == nil {
		d.para("", message, 3)
		return
	}
	lines := strings.Split(string(*l.Snippet), "\n")
	if l.Kind != "text" {
		for _, s := range lines {
			i := ink("")
			if strings.HasPrefix(strings.TrimLeft(s, " "), ">") {
				i = t.bad
			}
			d.add(d.row().to(3).put(t.line, t.divider+" ").put(i, text(s)))
		}
		d.gap()
		d.para("", message, 3)
		return
	}
	digits := len(number(l.Start.Line + len(lines) - 1))
	for i, s := range lines {
		shown := text(s)
		lead := 3 + digits + 3
		skip := d.shift
		if at := l.Start.Column - 1; i == 0 && at > d.w-lead-12 { // bring the match into sight
			skip = max(0, at-8+d.shift)
		}
		skip = min(skip, len([]rune(shown)))
		shown = moved(t, shown, skip)
		d.add(d.row().to(3).put(t.dim, padLeft(number(l.Start.Line+i), digits)+" "+t.divider+" ").put("", shown))
		if i > 0 {
			continue
		}
		span := 1
		if l.End.Line == l.Start.Line {
			span = max(1, l.End.Column-l.Start.Column)
		}
		at := l.Start.Column - 1 - skip
		if skip > 0 {
			at += width(t.more)
		}
		if at < 0 {
			continue // scrolled out of sight
		}
		at = lead + min(max(0, at), max(0, d.w-lead-2))
		caret := d.row().to(3+digits+1).put(t.dim, t.divider+" ").to(at).put(t.bad, repeat("^", min(span, d.w-at-1)))
		d.add(caret)
	}
	d.para("", message, 3)
}

// docRemedies lists the fixes by number, or the rule's own advice.
func (m *Model) docRemedies(d *doc, f *finding, rule *rules.Rule, full bool) {
	t := m.t
	if f.Says == rules.Evidence || f.Suppression != nil {
		return
	}
	d.head("What to do")
	for i := range f.Fixes {
		x := &f.Fixes[i]
		d.add(d.row().to(3).put(t.key, number(i+1)+" ").put(t.bold, text(x.Title)+"  ").put(applicabilityInk(t, x.Applicability), applicabilityWord(x.Applicability)))
		if x.Breaks != "" && full {
			d.para(t.dim, text(x.Breaks), 5)
		}
		if x.Applicability == checks.Manual && full {
			for n, s := range x.Steps {
				d.para("", number(n+1)+". "+text(s), 5)
			}
			for _, c := range x.Commands {
				d.add(d.row().to(5).put(t.accent, text(c)))
			}
		}
	}
	if rule == nil && len(f.Fixes) == 0 {
		d.para(t.dim, "This version does not know the rule "+text(f.Rule)+"; the one that wrote the report explains it.", 3)
	}
	if rule != nil && (len(f.Fixes) == 0 || full) {
		if len(f.Fixes) > 0 {
			d.gap()
		}
		d.prose(rule.Remedy, 3)
	}
	if bestFix(f.Finding) != nil && m.opt.Fixer != nil && m.opt.Frozen == "" && !full {
		d.gap()
		d.add(d.row().to(3).put(t.key, "f").put(t.dim, " shows the exact change"))
	}
}

// docLinks are what the finding speaks to, other places of the rule, and its references.
func (m *Model) docLinks(d *doc, f *finding) {
	t := m.t
	d.head("Speaks to")
	for _, id := range f.Supports {
		r := m.store.rec(id)
		if r == nil {
			continue
		}
		d.to(pageRecommendation, r.id, func(row *row) {
			k := t.status(r.status, r.basis)
			row.put("", r.id+" ").put(t.dim, cut(r.title, max(8, d.w-row.used-width(k.word)-6), t.more)+"  ").put(k.ink, k.glyph+" "+k.word)
		})
	}
	if len(f.Related) > 0 {
		d.head("Belongs to it")
		for _, r := range f.Related {
			d.para("", text(r.Role)+": "+file(r.Path)+":"+number(r.Start.Line)+"  "+text(string(r.Message)), 3)
		}
	}
	var same []*finding
	for i := range m.store.findings {
		if x := &m.store.findings[i]; x.Rule == f.Rule && x.ID != f.ID {
			same = append(same, x)
		}
	}
	if len(same) > 0 {
		d.head("The same rule in " + plural(len(same), "other place"))
		for i, x := range same {
			if i == 8 {
				d.add(d.row().to(3).put(t.dim, number(len(same)-8)+" more: filter with rule:"+text(f.Rule)))
				break
			}
			d.to(pageFinding, x.ID, func(row *row) { row.put("", cutMiddle(x.place, d.w-6, t.more)) })
		}
	}
	var refs []string
	for _, c := range f.CWE {
		refs = append(refs, text(c))
	}
	for _, x := range f.Taxa {
		refs = append(refs, text(x.ID))
	}
	if rule := m.store.rule(f.Rule); rule != nil && len(refs) == 0 {
		for _, r := range rule.Refs {
			refs = append(refs, text(r))
		}
	}
	d.gap()
	d.kv("References", t.dim, strings.Join(refs, "  "))
	d.kv("Fingerprint", t.dim, text(f.ID))
}
