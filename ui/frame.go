package ui

import (
	"strings"

	"charm.land/bubbles/v2/textinput"
)

// draw makes the whole frame: title, tabs, body, message, keys. Each line is at most as wide as the screen.
func (m *Model) draw() string {
	l := m.lay
	if l.w <= 0 || l.h <= 0 {
		return ""
	}
	if l.tiny {
		return m.drawTiny()
	}
	lines := make([]string, 0, l.h)
	lines = append(lines, m.drawTitle())
	if l.tabs && m.page() == nil {
		lines = append(lines, m.drawTabs())
	}
	rule := newRow(m.t, l.w).put(m.t.line, repeat(m.t.rule, l.w)).end()
	lines = append(lines, rule)
	height := m.body()
	body := m.drawBody(l.w, height)
	for i := range height {
		if i < len(body) {
			lines = append(lines, body[i])
		} else {
			lines = append(lines, "")
		}
	}
	lines = append(lines, m.drawMessage(), rule, m.drawHints())
	if m.box != nil {
		overlay(lines, m.box.draw(m, l.w, l.h), l.w)
	}
	return strings.Join(lines, "\n")
}

// body is the height of what lies between the rules: a page has no tabs above it.
func (m *Model) body() int {
	if m.lay.tabs && m.page() != nil {
		return m.lay.body + 1
	}
	return m.lay.body
}

func (m *Model) drawTiny() string {
	lines := []string{number(m.lay.w) + "x" + number(m.lay.h) + " is too small", "needs 40x10; q quits"}
	if m.lay.h < 2 {
		lines = lines[:1]
	}
	for i := range lines {
		lines[i] = newRow(m.t, m.lay.w).put("", lines[i]).str()
	}
	return strings.Join(lines, "\n")
}

func (m *Model) drawBody(w, h int) []string {
	if p := m.page(); p != nil {
		return m.drawPage(p, w, h)
	}
	switch m.tab {
	case tabChecklist:
		return m.drawChecklist(w, h)
	case tabAssets:
		return m.drawAssets(w, h)
	case tabFixes:
		return m.drawFixes(w, h)
	case tabLog:
		return m.drawLog(w, h)
	}
	if m.scanning {
		return m.drawScan(w, h)
	}
	return m.drawOverview(w, h)
}

func (m *Model) command(v verb) *command {
	for i := range m.commands {
		if m.commands[i].verb == v {
			return &m.commands[i]
		}
	}
	return nil
}

// restyle gives the text field no colours of its own.
func (m *Model) restyle() { m.input.SetStyles(textinput.Styles{}) }
