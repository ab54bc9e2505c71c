package ui

import tea "charm.land/bubbletea/v2"

// rail says where a guided fix stands.
func (m *Model) rail() string {
	t, f := m.t, m.fixing
	steps := []string{"explain", "choose", "preview", "apply", "recheck"}
	at := map[step]int{stepManual: 1, stepPlanning: 2, stepPreview: 2, stepApplying: 3, stepDone: 5, stepFailed: 3}[f.step]
	if m.lay.w < 80 {
		if at >= len(steps) {
			return t.proven + " done"
		}
		return number(at+1) + "/5 " + steps[at]
	}
	out := ""
	for i, s := range steps {
		mark := t.dot
		switch {
		case f.step == stepFailed && i == at:
			mark = t.gap
		case i < at:
			mark = t.proven
		case i == at:
			mark = t.cursor
		}
		out += mark + " " + s
		if i < len(steps)-1 {
			out += "  "
		}
	}
	return out
}

// enterDoes names what enter does now.
func (f *fixing) enterDoes() string {
	switch f.step {
	case stepPreview:
		return "apply"
	case stepFailed:
		if f.stale() {
			return "scan again"
		}
		return "plan again"
	case stepPlanning, stepApplying:
		return "wait"
	}
	return "close"
}

func (f *fixing) hints() []verb {
	if f == nil {
		return []verb{back, help}
	}
	out := []verb{open}
	if len(f.remedies) > 1 && f.step != stepDone {
		out = append(out, choose)
	}
	if len(f.others) > 0 && f.step != stepDone {
		out = append(out, spread)
	}
	if f.step == stepDone {
		out = append(out, undo)
	}
	return append(out, down, hunk, back, help)
}

// keyFix takes the keys that mean something else on this screen.
func (m *Model) keyFix(k string) (tea.Cmd, bool) {
	f := m.fixing
	if f == nil {
		return nil, false
	}
	if f.grace && k != "esc" && k != "?" { // keys in flight confirm nothing
		m.say("that was too soon after the preview opened: look at it, then press it again")
		return nil, true
	}
	switch {
	case k == "enter":
		switch f.step {
		case stepPreview:
			return m.confirmFix(), true
		case stepFailed:
			if f.stale() { // the finding is about a file that is no more
				m.pages, m.fixing = nil, nil
				return m.scan(), true
			}
			return m.planFix(), true
		case stepDone, stepManual:
			m.goBack()
		default:
			m.say("wait: " + map[step]string{stepPlanning: "the preview is being scanned", stepApplying: "files are being written and scanned again"}[f.step])
		}
		return nil, true
	case len(k) == 1 && k[0] >= '1' && k[0] <= '9' && len(f.remedies) > 0:
		if i := int(k[0] - '1'); i < len(f.remedies) && f.step != stepApplying && f.step != stepDone {
			f.chosen = i
			return m.planFix(), true
		}
		return nil, true
	case (k == "space" || k == " ") && len(f.others) > 0:
		if f.step == stepPreview || f.step == stepFailed || f.step == stepManual {
			f.wide = !f.wide
			return m.planFix(), true
		}
		return nil, true
	case k == "h" || k == "left":
		m.page().shift -= shiftStep
		return nil, true
	case k == "l" || k == "right":
		m.page().shift += shiftStep
		return nil, true
	case k == "n" || k == "p":
		m.jumpHunk(k == "n")
		return nil, true
	}
	return nil, false
}

// jumpHunk scrolls to the next or previous hunk or file.
func (m *Model) jumpHunk(next bool) {
	p := m.page()
	to := -1
	for _, at := range m.fixing.view.heads {
		if next && at > p.scroll.top {
			to = at
			break
		}
		if !next && at < p.scroll.top {
			to = at
		}
	}
	if to >= 0 {
		p.scroll.top = to
	}
}

// fixNote is the line below a guided fix.
func (m *Model) fixNote(p *page) (left, right string) {
	f := m.fixing
	if f == nil {
		return "", ""
	}
	if c := f.change; c != nil && len(c.lines) > 0 {
		right = plural(c.files, "file") + ", +" + number(c.added) + " -" + number(c.removed)
	}
	switch f.step {
	case stepManual:
		return "steps for a person; R scans again when they are done", ""
	case stepPlanning:
		return "making the preview and scanning it", ""
	case stepPreview:
		return "Nothing is written yet. What you see is byte for byte what will be written.", right
	case stepApplying:
		return "writing, then scanning again", right
	case stepDone:
		return "done; u takes it back byte for byte", right
	}
	if f.stale() {
		return "nothing was written; the file is another one now, so it has to be scanned again", ""
	}
	return "nothing was written; every choice is kept", ""
}

// drawFix draws the remedies and what the chosen one would do, beside the exact change.
func (m *Model) drawFix(p *page, w, h int) []string {
	t := m.t
	leftW := w
	if w >= 80 {
		leftW = max(34, w*36/100)
	}
	right := m.fixRight(w, leftW)
	p.lines = len(right)
	if leftW == w { // one pane: what it is in short, then the change
		head := m.fixBrief(w)
		head = append(head[:min(len(head), max(1, h/3))], newRow(t, w).put(t.line, repeat(t.rule, w)).str())
		from, to := p.scroll.window(len(right), h-len(head))
		p.lines = len(right) + len(head)
		return append(head, right[from:to]...)
	}
	d := newDoc(t, leftW, -1)
	m.docFix(d)
	from, to := p.scroll.window(len(right), h)
	var lines []string
	for i := range h {
		l := newRow(t, leftW).str()
		if i < len(d.lines) {
			l = d.lines[i]
		}
		l = padStyled(l, leftW) + newRow(t, 2).put(t.line, t.divider).put("", " ").str()
		if from+i < to {
			l += right[from+i]
		}
		lines = append(lines, l)
	}
	return lines
}

// fixRight is the change, the steps of a person, or what is being waited for.
func (m *Model) fixRight(w, leftW int) []string {
	t, f := m.t, m.fixing
	rw := w
	if leftW < w {
		rw = w - leftW - 2
	}
	switch {
	case f.change != nil:
		p := m.page()
		p.shift = max(0, p.shift)
		if k := (viewKey{f.change, t, rw, p.shift}); f.viewed != k {
			f.view, f.viewed = drawDiff(t, f.change, rw, p.shift), k
		}
		return f.view.lines
	case f.step == stepPlanning:
		return []string{"", newRow(t, rw).put(t.dim, " making the preview, and scanning the tree as it would be").str()}
	case f.step == stepFailed && f.err != nil:
		d := newDoc(t, rw, -1)
		d.gap()
		d.para(t.bad, f.err.Error(), 1)
		return d.lines
	}
	d := newDoc(t, rw, -1)
	if x := f.remedy(); x != nil {
		d.head(text(x.Title))
		for n, s := range x.Steps {
			d.para("", number(n+1)+". "+text(s), 3)
		}
		for _, c := range x.Commands {
			d.add(d.row().to(5).put(t.accent, text(c)))
		}
	}
	if f.draft != nil {
		return d.lines
	}
	if rule := m.store.rule(f.findings[0].Rule); rule != nil {
		d.head("What the rule advises")
		d.prose(rule.Remedy, 3)
	}
	return d.lines
}
