package ui

import (
	"errors"
	"slices"

	tea "charm.land/bubbletea/v2"

	"bakedin/checks"
)

// step is where a guided fix stands.
type step int

const (
	stepManual   step = iota // steps for a person: nothing to preview
	stepPlanning             // the preview is being made and scanned
	stepPreview              // nothing is written yet
	stepApplying             // files are written, then scanned again
	stepDone
	stepFailed // nothing was written; every choice is kept
)

// fixing is a guided fix: explain, choose, preview, apply, recheck.
type fixing struct {
	id       int // of the plan that was asked for last
	step     step
	grace    bool // keys that were on their way are dropped
	findings []checks.Finding
	others   []checks.Finding // of the same rule elsewhere, with the same remedies
	wide     bool             // the others too
	remedies []checks.Fix     // one rule: its remedies; several rules: none, each finding gets its best; a draft: the documents
	draft    *recommendation  // that a document is started for; then there are no findings
	chosen   int
	skipped  int             // findings without an edit, left to a person
	dropped  map[string]bool // findings that the preview did not take away, and so are left out

	preview *Preview
	change  *change
	after   *store
	before  *store
	err     error

	view   diffView // drawn once for what it depends on
	viewed viewKey
}

// viewKey is what the look of a diff depends on.
type viewKey struct {
	change   *change
	theme    *theme
	w, shift int
}

// undoEntry is a change of this session that can be taken back.
type undoEntry struct {
	id, title, files string
}

// openFix opens the guided fix of findings. With findings of one rule a remedy is chosen; with several, each gets its best.
func (m *Model) openFix(targets []int, fixID string) tea.Cmd {
	if len(targets) == 0 {
		return nil
	}
	f := &fixing{before: m.store}
	rule := m.store.findings[targets[0]].Rule
	one := true
	for _, i := range targets {
		one = one && m.store.findings[i].Rule == rule
		f.findings = append(f.findings, *m.store.findings[i].Finding)
	}
	if one {
		f.remedies = f.findings[0].Fixes
		best := bestFix(&f.findings[0])
		for i := range f.remedies {
			if fixID != "" && f.remedies[i].ID == fixID || fixID == "" && f.remedies[i].ID == best.ID {
				f.chosen = i
			}
		}
		for i := range m.store.findings {
			x := &m.store.findings[i]
			if x.Rule == rule && x.Status == checks.Open && len(x.Fixes) > 0 && !slices.Contains(targets, i) {
				f.others = append(f.others, *x.Finding)
			}
		}
	}
	m.fixing = f
	m.push(pageFix, rule)
	return m.planFix()
}

// openDraft opens the start of a document that the recommendation asks for.
func (m *Model) openDraft() tea.Cmd {
	r := m.currentRec()
	f := &fixing{before: m.store, draft: r}
	for _, d := range m.opt.Fixer.Drafts(r.id) {
		f.remedies = append(f.remedies, checks.Fix{ID: d.ID, Title: d.Title, Applicability: checks.Manual, Steps: []string{d.Path},
			Breaks: "Nothing: it is a new file. It says what the scan saw; each [WRITE: …] in it waits for a person, and until the last is gone it counts as begun, never as done."})
	}
	m.fixing = f
	m.push(pageFix, r.id)
	return m.planFix()
}

// openAll opens one merged preview of every safe fix.
func (m *Model) openAll() tea.Cmd {
	var targets []int
	for _, g := range m.store.fixes {
		if g.applicability == checks.Safe {
			targets = append(targets, g.findings...)
		}
	}
	if len(targets) == 0 {
		return nil
	}
	m.pages = nil
	return m.openFix(targets, "")
}

// rule is the one that all findings of a fix come from; empty with several.
func (f *fixing) rule() string {
	if f == nil || len(f.remedies) == 0 || f.draft != nil {
		return ""
	}
	return text(f.findings[0].Rule)
}

func (m *Model) safeChoices() []Choice {
	var out []Choice
	for _, g := range m.store.fixes {
		if g.applicability == checks.Safe {
			for _, i := range g.findings {
				out = append(out, Choice{Finding: *m.store.findings[i].Finding, FixID: g.id})
			}
		}
	}
	return out
}

// remedy is the one that is chosen; nil when each finding gets its best.
func (f *fixing) remedy() *checks.Fix {
	if f.chosen < len(f.remedies) {
		return &f.remedies[f.chosen]
	}
	return nil
}

// choices is what a plan is asked for. A finding whose remedy has no edit is left to a person.
func (f *fixing) choices() []Choice {
	f.skipped = 0
	if f.draft != nil {
		return []Choice{{Draft: f.remedies[f.chosen].ID}}
	}
	var out []Choice
	list := f.findings
	if f.wide {
		list = append(slices.Clone(list), f.others...)
	}
	for i := range list {
		fix := bestFix(&list[i])
		if want := f.remedy(); want != nil {
			fix = nil
			for k := range list[i].Fixes {
				if list[i].Fixes[k].ID == want.ID {
					fix = &list[i].Fixes[k]
				}
			}
		}
		if fix == nil || fix.Applicability == checks.Manual || f.dropped[list[i].ID] {
			f.skipped++
			continue
		}
		out = append(out, Choice{Finding: list[i], FixID: fix.ID})
	}
	return out
}

// planFix asks for the preview of what is chosen now.
func (m *Model) planFix() tea.Cmd {
	f := m.fixing
	m.plans++
	f.id, f.preview, f.change, f.after, f.err, f.grace = m.plans, nil, nil, nil, nil, false
	if p := m.page(); p != nil {
		p.scroll, p.shift = scroll{}, 0
	}
	choices := f.choices()
	if len(choices) == 0 {
		f.step = stepManual
		return nil
	}
	f.step = stepPlanning
	return plan(m.ctx, &m.opt, f.id, m.store, choices)
}

// stale tells whether a file has moved on since it was scanned.
func (f *fixing) stale() bool { return errors.Is(f.err, ErrChanged) }

func (m *Model) planned(msg planReady) tea.Cmd {
	f := m.fixing
	if f == nil || f.id != msg.id || f.step != stepPlanning {
		return nil
	}
	if msg.err != nil {
		f.step, f.err = stepFailed, msg.err
		m.complain("no plan: " + msg.err.Error())
		return nil
	}
	if left := remaining(f, msg.change); len(left) > 0 && len(f.remedies) == 0 && len(f.dropped) == 0 {
		f.dropped = map[string]bool{} // the others may go on without them
		for i := range left {
			f.dropped[left[i].ID] = true
		}
		if len(f.choices()) > 0 {
			return m.planFix()
		}
	}
	f.step, f.preview, f.change, f.after = stepPreview, msg.preview, msg.change, msg.after
	m.message = "" // what was said while it was made
	f.grace = true
	return grace(f.id)
}

// remaining are the findings of a plan that its preview does not take away.
func remaining(f *fixing, c *change) []checks.Finding {
	if c == nil || !c.scans {
		return nil
	}
	var out []checks.Finding
	for _, x := range planFindings(f) {
		if !c.gone[x.ID] {
			out = append(out, x)
		}
	}
	return out
}

// confirmFix writes what the preview shows. A preview that leaves the finding where it is is no fix.
func (m *Model) confirmFix() tea.Cmd {
	f := m.fixing
	if left := remaining(f, f.change); len(left) > 0 {
		m.complain(newFinding(&left[0]).place + " would still be a finding, so this is not applied; choose another remedy")
		return nil
	}
	f.step = stepApplying
	return apply(m.ctx, &m.opt, f.id, f.preview)
}

// planFindings are the findings that the plan has a choice for.
func planFindings(f *fixing) []checks.Finding {
	left := map[string]bool{}
	if f.preview != nil {
		for _, l := range f.preview.LeftOut {
			left[l.Choice.Finding.ID] = true
		}
	}
	var out []checks.Finding
	for _, c := range f.choices() {
		if c.Draft == "" && !left[c.Finding.ID] {
			out = append(out, c.Finding)
		}
	}
	return out
}

func (m *Model) applied(msg appliedMsg) tea.Cmd {
	f := m.fixing
	if f == nil || f.id != msg.id || f.step != stepApplying {
		return nil
	}
	m.now = msg.at
	m.asked = false
	if msg.undo != "" {
		files := planFiles(f.preview)
		m.undos = append(m.undos, undoEntry{msg.undo, text(f.preview.Title), files})
		m.note("written", text(f.preview.Title), files)
	}
	if msg.store != nil {
		m.noteMoves(f.before, msg.store)
		m.setStore(msg.store)
		m.dropStaleMarks()
	}
	switch {
	case msg.err == nil:
		f.step, f.after = stepDone, msg.store
		m.say("fixed " + msg.at.Format("15:04") + ", u undoes")
	case msg.undo != "":
		f.step = stepDone
		m.complain("written, but it could not be scanned again: " + msg.err.Error())
	default:
		f.step, f.err = stepFailed, msg.err
		if errors.Is(msg.err, ErrChanged) {
			m.complain("a file changed under us: plan again, nothing was written")
		} else {
			m.complain("nothing was written: " + msg.err.Error())
		}
	}
	return nil
}

func planFiles(p *Preview) string {
	if p == nil || len(p.Files) == 0 {
		return ""
	}
	if len(p.Files) > 3 {
		return file(p.Files[0].Path) + " and " + number(len(p.Files)-1) + " more"
	}
	out := file(p.Files[0].Path)
	for _, f := range p.Files[1:] {
		out += ", " + file(f.Path)
	}
	return out
}

// undoLast takes the last change of this session back.
func (m *Model) undoLast() tea.Cmd {
	last := m.undos[len(m.undos)-1]
	m.takingBack = last.id
	m.say("taking back: " + last.title)
	return takeBack(m.ctx, &m.opt, last.id)
}

func (m *Model) undoing() bool { return m.takingBack != "" }

func (m *Model) undone(msg undoneMsg) tea.Cmd {
	if msg.id != m.takingBack {
		return nil
	}
	m.takingBack, m.asked = "", false
	m.now = msg.at
	before := m.store
	if msg.store != nil {
		m.setStore(msg.store)
	}
	if msg.err != nil {
		if errors.Is(msg.err, ErrChanged) {
			m.complain("cannot undo: the file has moved on since, nothing was written")
		} else {
			m.complain("undo: " + msg.err.Error())
		}
		return nil
	}
	var e undoEntry
	for i := range m.undos {
		if m.undos[i].id == msg.id {
			e = m.undos[i]
			m.undos = slices.Delete(m.undos, i, i+1)
			break
		}
	}
	m.note("undone", e.title, e.files)
	m.noteMoves(before, m.store)
	if p := m.page(); p != nil && p.kind == pageFix {
		m.goBack()
	}
	m.say("taken back, byte for byte: " + e.title)
	return nil
}

// dropStaleMarks forgets marks of findings that are gone.
func (m *Model) dropStaleMarks() {
	for id := range m.marks {
		if m.store.find(id) == nil {
			delete(m.marks, id)
		}
	}
}
