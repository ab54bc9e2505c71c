package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// paletteBox lists commands with their keys, also those that do not work now, with the reason. Help is the same box limited
// to this screen. Typing filters.
type paletteBox struct {
	help  bool
	typed string
	list  vlist
}

func newPalette(_ *Model, help bool) *paletteBox { return &paletteBox{help: help} }

// entries are the commands that the typed letters match, in order of the list.
func (p *paletteBox) entries(m *Model) []*command {
	var out []*command
	for i := range m.commands {
		c := &m.commands[i]
		if p.help && m.offReason(c) != "" && p.typed == "" {
			continue
		}
		if subsequence(p.typed, strings.ToLower(c.name+" "+c.binding.Help().Key)) {
			out = append(out, c)
		}
	}
	return out
}

// subsequence tells whether the letters occur in that order.
func subsequence(letters, in string) bool {
	for _, r := range strings.ToLower(letters) {
		if r == ' ' {
			continue
		}
		i := strings.IndexRune(in, r)
		if i < 0 {
			return false
		}
		in = in[i+len(string(r)):]
	}
	return true
}

func (p *paletteBox) draw(m *Model, w, h int) []string {
	t := m.t
	inner := min(78, w-4)
	list := p.entries(m)
	var lines []string
	add := func(r *row) { lines = append(lines, r.end()) }
	add(newRow(t, inner).put(t.key, " > ").put("", p.typed).put("7", " "))
	legend := p.help && h >= 20 && p.typed == ""
	room := h - 7
	if legend {
		room -= 4
	}
	height := max(1, min(len(list), room))
	from, to := p.list.window(len(list), height)
	if len(list) == 0 {
		add(newRow(t, inner).put(t.dim, "   no command matches; backspace"))
	}
	for i := from; i < to; i++ {
		c := list[i]
		r := newRow(t, inner)
		if i == p.list.cursor {
			r.under = t.selected
			r.put(t.accent, " "+t.cursor+" ")
		}
		r.to(3)
		keys := strings.Join(c.binding.Keys(), " ")
		why := m.offReason(c)
		if why != "" {
			name := c.name + " "
			r.put(t.dim, name).put(t.dim, t.dot+" "+why)
			if r.used > inner-width(keys)-2 {
				r = newRow(t, inner).to(3).put(t.dim, cut(name+t.dot+" "+why, inner-width(keys)-6, t.more))
			}
			r.to(inner-width(keys)-1).put(t.dim, keys)
		} else {
			r.put("", c.name).to(inner-width(keys)-1).put(t.key, keys)
		}
		add(r)
	}
	if legend {
		add(newRow(t, inner))
		add(newRow(t, inner).put("", " ").put(t.good, t.proven+" proven ").put(t.vouched, t.attested+" attested by a person ").put(t.bad, t.gap+" gap ").put(t.warn, t.ask+" needs you"))
		add(newRow(t, inner).put("", " ").put(t.off, t.waived+" waived ").put(t.dim, t.none+" n/a ").put(t.warn, t.unknown+" unknown ").put(t.dim, t.known+" known (baseline) "+t.ignored+" ignored in the file"))
		add(newRow(t, inner).put("", " ").put(t.dim, "It looked at files of this commit, not at a running system."))
	}
	title := "Commands"
	if p.help {
		title = "What works on this screen"
	}
	return framed(t, title, lines, inner)
}

func (p *paletteBox) key(m *Model, msg tea.KeyPressMsg) tea.Cmd {
	switch k := msg.String(); k {
	case "esc":
		m.box = nil
	case "enter":
		list := p.entries(m)
		m.box = nil
		if p.list.cursor < len(list) {
			return m.runCommand(list[p.list.cursor])
		}
	case "down", "ctrl+n":
		p.list.move(1, len(p.entries(m)))
	case "up", "ctrl+p":
		p.list.move(-1, len(p.entries(m)))
	case "pgdown":
		p.list.move(8, len(p.entries(m)))
	case "pgup":
		p.list.move(-8, len(p.entries(m)))
	case "backspace":
		if r := []rune(p.typed); len(r) > 0 {
			p.typed = string(r[:len(r)-1])
			p.list = vlist{}
		}
	default:
		switch {
		case k == "?" && p.typed == "" && p.help: // the key that opened it closes it
			m.box = nil
		case msg.Text != "":
			p.paste(text(msg.Text))
		}
	}
	return nil
}

func (p *paletteBox) paste(s string) {
	if ansi.StringWidth(p.typed)+ansi.StringWidth(s) <= 40 {
		p.typed += s
		p.list = vlist{}
	}
}

func (p *paletteBox) hint() string { return "type to filter   enter run   up/down move   esc close" }
