package ui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// key routes a key press: to the dialog, to the filter, or to the command that is bound to it.
func (m *Model) key(msg tea.KeyPressMsg) tea.Cmd {
	k := msg.String()
	if k == "ctrl+c" {
		return m.leave()
	}
	if m.lay.tiny { // includes keys before the first size
		if k == "q" && m.lay.w > 0 {
			return m.leave()
		}
		return nil
	}
	if k == "ctrl+l" {
		return func() tea.Msg { return tea.ClearScreen() }
	}
	if m.box != nil {
		return m.box.key(m, msg)
	}
	if m.filtering {
		return m.keyFilter(msg)
	}
	m.message = ""
	if k != "q" {
		m.asked = false
	}
	if p := m.page(); p != nil && p.kind == pageFix {
		if cmd, taken := m.keyFix(k); taken {
			return cmd
		}
	}
	for i := range m.commands {
		if c := &m.commands[i]; slices.Contains(c.binding.Keys(), k) {
			return m.runCommand(c)
		}
	}
	return nil
}

// runCommand does what a command asks, or says why not.
func (m *Model) runCommand(c *command) tea.Cmd {
	if why := m.offReason(c); why != "" {
		m.say(c.name + ": " + why)
		return nil
	}
	return m.do(c.verb)
}

func (m *Model) offReason(c *command) string {
	if c.verb == later {
		return "not here: " + c.reason
	}
	if c.off != nil {
		return c.off(m)
	}
	return ""
}

// do carries out a verb. Moves go to the page or list that is shown.
func (m *Model) do(v verb) tea.Cmd {
	switch v {
	case quit:
		if len(m.pages) > 0 {
			m.goBack()
			return nil
		}
		return m.leave()
	case back:
		return m.escape()
	case toOverview, toChecklist, toAssets, toFixes, toLog:
		if m.busy() {
			m.say("a change is being written")
			return nil
		}
		m.tab, m.pages, m.fixing = tab(v-toOverview), nil, nil
	case doFilter:
		if m.tab != tabChecklist || m.page() != nil {
			m.tab, m.pages, m.fixing = tabChecklist, nil, nil
		}
		m.filtering = true
		m.input.SetValue(m.filter)
		m.input.CursorEnd()
		m.input.Focus()
	case byStatus, bySeverity:
		k := map[verb]string{byStatus: "status", bySeverity: "severity"}[v]
		m.tab, m.pages, m.fixing = tabChecklist, nil, nil
		m.setFilter(withToken(m.filter, k, nextValue(k, tokenOf(m.filter, k))))
	case palette:
		m.box = newPalette(m, false)
	case help:
		m.box = newPalette(m, true)
	case attest:
		m.box = attestNote(m, m.currentRec())
	case waive:
		m.box = waiveNote(m, m.currentFinding())
	case fix:
		return m.openFix(m.targets(), "")
	case start:
		return m.openDraft()
	case fixAll:
		return m.openAll()
	case undo:
		return m.undoLast()
	case rescan:
		m.pages, m.fixing = nil, nil
		return m.scan()
	case copyPlace, copyMarkdown, reference:
		return m.copy(v)
	default:
		if p := m.page(); p != nil {
			return m.movePage(p, v)
		}
		return m.moveList(v)
	}
	return nil
}

// escape goes one step back: it stops a scan, clears a filter, closes a page; it never quits.
func (m *Model) escape() tea.Cmd {
	switch {
	case len(m.pages) > 0:
		m.goBack()
	case m.scanning && m.stream != nil:
		m.stream.cancel()
		m.stopped = true
		m.say("stopping")
	case m.tab == tabChecklist && m.filter != "":
		m.setFilter("")
	case len(m.marks) > 0:
		clear(m.marks)
	default:
		m.say("q quits")
	}
	return nil
}

// leave quits, but not while files are being written unless it is asked for twice.
func (m *Model) leave() tea.Cmd {
	if m.busy() && !m.asked {
		m.asked = true
		m.say("a change is being written; press again to leave without waiting for the recheck")
		return nil
	}
	if m.stream != nil {
		m.stream.cancel()
	}
	return tea.Quit
}

func (m *Model) keyFilter(msg tea.KeyPressMsg) tea.Cmd {
	switch msg.String() {
	case "esc":
		m.filtering = false
		m.setFilter("")
		return nil
	case "enter", "down", "up":
		m.filtering = false
		return nil
	}
	m.input, _ = m.input.Update(msg)
	if v := m.input.Value(); v != m.filter {
		m.setFilter(v)
	}
	return nil
}

func (m *Model) paste(msg tea.PasteMsg) {
	switch {
	case m.box != nil:
		m.box.paste(text(msg.Content))
	case m.filtering:
		m.input, _ = m.input.Update(tea.PasteMsg{Content: text(msg.Content)})
		m.setFilter(m.input.Value())
	}
}

// setFilter filters the checklist. A word that is not understood filters nothing, and the message line says why.
func (m *Model) setFilter(s string) {
	m.filter, m.filterErr = s, ""
	q, err := parseQuery(s)
	if err != nil {
		m.filterErr = text(err.Error())
	}
	m.tree.query = q
	clear(m.tree.folded)
	m.rebuild()
}

// copy puts the place, a Markdown line or the reference of the current thing on the clipboard.
func (m *Model) copy(v verb) tea.Cmd {
	f, r := m.currentFinding(), m.currentRec()
	a := m.currentAsset()
	switch {
	case f != nil && v == copyPlace:
		return copyText(f.place)
	case f != nil && v == copyMarkdown:
		return copyText("- " + f.title + " (" + text(string(f.Severity)) + "), " + f.place + ", rule " + text(f.Rule) + ", speaks to " + text(strings.Join(f.Supports, ", ")))
	case f != nil:
		if rule := m.store.rule(f.Rule); rule != nil && len(rule.Refs) > 0 {
			return copyText(text(rule.Refs[0]))
		}
		m.say("this rule has no reference")
	case a != nil && v != reference:
		return copyText(file(a.Path))
	case r != nil && v != reference:
		return copyText(r.id + " " + r.title)
	default:
		m.say("nothing to copy here")
	}
	return nil
}
