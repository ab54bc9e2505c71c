package ui

import (
	"strings"

	"bakedin/checks"
	"bakedin/internal/posture"
)

// docRecommendation writes one of the 125: the sentence, where it stands and why, for and against, and what would count.
func (m *Model) docRecommendation(d *doc, r *recommendation, full bool) {
	t := m.t
	k := t.status(r.status, r.basis)
	word := k.word
	if r.status == posture.Gap && r.basis != "" {
		word += ", " + text(string(r.basis))
	}
	d.add(d.row().put("", " ").put(k.ink, k.glyph+" "+word).put(t.dim, "  "+t.dot+"  ").put(t.severity(r.severity), text(string(r.severity))))
	d.para(t.bold, r.id+"  "+r.title, 1)
	if r.report != nil {
		for _, reason := range r.report.Reasons {
			d.para("", text(reason.Text), 3)
		}
	}
	if r.data != nil && !strings.EqualFold(strings.TrimRight(r.data.Text, "."), r.title) {
		d.head("What it asks")
		d.para("", text(r.data.Text)+".", 3)
	}
	m.docQuestion(d, r)
	m.docAgainst(d, r, full)
	m.docFor(d, r, full)
	m.docAnswer(d, r)
	if full {
		m.docRules(d, r)
	} else {
		d.head("Next")
		d.para("", m.nextStep(r), 3)
	}
}

// docQuestion is the question for a person, with who should answer it and what would count.
func (m *Model) docQuestion(d *doc, r *recommendation) {
	t := m.t
	if r.data == nil || r.status == posture.NotApplicable || r.status == posture.Pass {
		return
	}
	d.head("The question")
	d.para("", text(r.data.Question), 3)
	d.gap()
	d.kv("Would count", "", text(r.data.AcceptedEvidence))
	if c := m.controlOf(r); c != nil && c.asks != "" {
		who := "the " + text(c.asks) + " role"
		if r.severity == "critical" {
			who += "; critical: a second name is needed"
		}
		d.kv("Who answers", "", who)
	}
	if r.data.ReattestDays > 0 {
		comes := number(r.data.ReattestDays) + " days pass"
		for _, on := range r.data.ReattestOn {
			comes += " " + t.dot + " " + text(strings.ReplaceAll(on, "-", " "))
		}
		d.kv("Asked again", t.dim, "when "+comes)
	}
}

func (m *Model) controlOf(r *recommendation) *control {
	for i := range m.store.controls {
		if m.store.controls[i].id == r.control {
			return &m.store.controls[i]
		}
	}
	return nil
}

func (m *Model) docAgainst(d *doc, r *recommendation, full bool) {
	t := m.t
	d.head("Speaks against it")
	n := 0
	for gi := range r.groups {
		for _, i := range r.groups[gi].findings {
			f := &m.store.findings[i]
			if n++; n > 6 && !full || n > 40 {
				continue
			}
			k := findingMark(t, f)
			draw := func(row *row) {
				row.put(k.ink, k.glyph+" ").col(t.severity(f.Severity), shortSeverity(f.Severity), 5).put("", cutMiddle(f.place, max(12, (d.w-row.used)/2), t.more)).
					put(t.dim, "  "+f.title)
			}
			if full {
				d.to(pageFinding, f.ID, draw)
			} else {
				row := d.row().to(3)
				draw(row)
				d.add(row)
			}
		}
	}
	shown := 6
	if full {
		shown = 40
	}
	switch {
	case n == 0:
		d.add(d.row().to(3).put(t.dim, "nothing found"))
	case n > shown:
		d.add(d.row().to(3).put(t.dim, number(n-shown)+" more"))
	}
}

func (m *Model) docFor(d *doc, r *recommendation, full bool) {
	t := m.t
	d.head("Speaks for it")
	n := 0
	if r.report != nil {
		for _, id := range r.report.Evidence {
			f := m.store.find(id)
			if f == nil {
				continue
			}
			if n++; n > 5 && !full {
				continue
			}
			draw := func(row *row) {
				row.put(t.good, t.proven+" "+text(string(f.Strength))+"  ").put("", cutMiddle(f.place, max(12, (d.w-row.used)/2), t.more)).put(t.dim, "  "+f.title)
			}
			if full {
				d.to(pageFinding, f.ID, draw)
			} else {
				row := d.row().to(3)
				draw(row)
				d.add(row)
			}
		}
	}
	if n == 0 {
		d.add(d.row().to(3).put(t.dim, "no evidence found"))
	}
}

// docAnswer is the last answer of a person, and whether it holds.
func (m *Model) docAnswer(d *doc, r *recommendation) {
	if r.report == nil {
		return
	}
	t := m.t
	if a := r.report.Attestation; a != nil {
		d.head("Last answer")
		holds := "does not hold any more"
		if a.Live {
			holds = "holds until " + text(a.Expires)
		}
		d.para("", text(a.Answer)+", by "+text(a.By)+" on "+text(a.Date)+": "+holds, 3)
		for _, e := range a.Evidence {
			d.para(t.dim, text(e), 3)
		}
		if !a.Seen {
			d.para(t.warn, "part of its evidence was not seen by bakedin", 3)
		}
	}
	for _, w := range r.report.Waivers {
		d.para(t.off, "a waiver runs until "+text(w.Expires), 3)
	}
	if by := r.report.Applies; !by.Value && len(by.Because) > 0 {
		d.kv("Applies", t.dim, text(strings.Join(by.Because, "; ")))
	}
}

// docRules says which rules speak to it and whether they finished: a rule that did not keeps it from green.
func (m *Model) docRules(d *doc, r *recommendation) {
	t, s := m.t, m.store
	total, done := 0, 0
	var open []string
	if s.set != nil {
		for _, rule := range s.set.Rules {
			for _, id := range rule.Supports {
				if id != r.id {
					continue
				}
				state, told := s.ruleState[rule.ID]
				if !told && !s.scanning {
					break // not in this profile
				}
				total++
				if state == checks.Completed {
					done++
				} else {
					open = append(open, text(rule.ID))
				}
				break
			}
		}
	}
	d.gap()
	switch {
	case total == 0:
		d.kv("Rules", t.dim, "none looks for this: only a person can say")
	case done == total:
		d.kv("Rules", t.dim, number(done)+" of "+number(total)+" completed")
	default:
		d.kv("Rules", t.warn, number(done)+" of "+number(total)+" completed; not "+strings.Join(open, ", "))
	}
	if c := m.controlOf(r); c != nil {
		d.kv("Control", t.dim, c.id+" "+c.title)
		if c.data != nil {
			d.kv("Maps to", t.dim, m.mappings(c))
		}
	}
}

// nextStep is the one thing to do about a recommendation.
func (m *Model) nextStep(r *recommendation) string {
	if r.status == scanningStatus {
		return "Its rules still run."
	}
	n := 0
	for _, g := range r.groups {
		for _, i := range g.findings {
			if f := &m.store.findings[i]; g.status == checks.Open && bestFix(f.Finding) != nil && bestFix(f.Finding).Applicability != checks.Manual {
				n++
			}
		}
	}
	switch {
	case n > 0 && m.opt.Fixer != nil && m.opt.Frozen == "":
		return "f fixes " + number(n) + " of them now."
	case r.status == posture.NeedsYou && m.drafts(r) != "":
		return "A person has to answer: a. " + m.drafts(r)
	case r.status == posture.NeedsYou:
		return "A person has to answer: a."
	case r.status == posture.Gap && len(r.groups) == 0 && m.drafts(r) != "":
		return "Make what is missing, or answer: a. " + m.drafts(r)
	case r.status == posture.Gap && len(r.groups) == 0:
		return "Make what is missing, or answer: a."
	case r.status == posture.Gap:
		return "enter opens it with all that speaks against it."
	case r.status == posture.Unknown:
		return "Make the scan complete: 5 says what was not read."
	case r.report != nil && r.report.Next.Text != "":
		return text(r.report.Next.Text)
	}
	return "Nothing to do today."
}

// drafts says which document can be started for a recommendation; empty when there is none, or nothing can be written.
func (m *Model) drafts(r *recommendation) string {
	if m.opt.Fixer == nil || m.opt.Frozen != "" {
		return ""
	}
	list := m.opt.Fixer.Drafts(r.id)
	if len(list) == 0 {
		return ""
	}
	return "d starts the " + strings.ToLower(text(list[0].Title)) + " from what the scan saw."
}
