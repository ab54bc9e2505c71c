package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// dialog is a box over the screen. It gets keys first.
type dialog interface {
	draw(m *Model, w, h int) []string // lines of one width
	key(m *Model, msg tea.KeyPressMsg) tea.Cmd
	paste(s string)
	hint() string
}

// overlay lays a box into the middle of the frame.
func overlay(lines, box []string, w int) {
	if len(box) == 0 {
		return
	}
	bw := ansi.StringWidth(box[0])
	x, y := max(0, (w-bw)/2), max(0, (len(lines)-len(box))/2)
	for i, b := range box {
		if y+i >= len(lines) {
			return
		}
		under := lines[y+i]
		left := ansi.Truncate(under, x, "")
		left += blanks(x - ansi.StringWidth(left))
		right := ""
		if ansi.StringWidth(under) > x+bw {
			right = ansi.TruncateLeft(under, x+bw, "")
		}
		lines[y+i] = left + "\x1b[m" + b + "\x1b[m" + right
	}
}

// framed puts lines, which are w cells wide each, into a box with a title.
func framed(t *theme, title string, lines []string, w int) []string {
	title = " " + cut(title, max(0, w-4), t.more) + " "
	top := newRow(t, w+2).put(t.line, t.boxTL+t.boxH).put(t.both(t.bold, t.accent), title)
	top.put(t.line, repeat(t.boxH, w-1-width(title))+t.boxTR)
	out := []string{top.end()}
	for _, l := range lines {
		out = append(out, newRow(t, 1).put(t.line, t.boxV).str()+l+newRow(t, 1).put(t.line, t.boxV).str())
	}
	return append(out, newRow(t, w+2).put(t.line, t.boxBL+repeat(t.boxH, w)+t.boxBR).end())
}

// noteBox is a page of text with something to copy.
type noteBox struct {
	title string
	fill  func(d *doc)
	copy  string
	top   scroll
}

func (n *noteBox) draw(m *Model, w, h int) []string {
	inner := min(86, w-4)
	d := newDoc(m.t, inner, -1)
	n.fill(d)
	height := max(1, min(len(d.lines), h-6))
	from, to := n.top.window(len(d.lines), height)
	var lines []string
	for _, l := range d.lines[from:to] {
		lines = append(lines, l+blanks(inner-ansi.StringWidth(l)))
	}
	return framed(m.t, n.title, lines, inner)
}

func (n *noteBox) key(m *Model, msg tea.KeyPressMsg) tea.Cmd {
	switch msg.String() {
	case "esc", "q", "enter":
		m.box = nil
	case "j", "down":
		n.top.top++
	case "k", "up":
		n.top.top = max(0, n.top.top-1)
	case "y":
		if n.copy != "" {
			m.box = nil
			return copyText(n.copy)
		}
	}
	return nil
}

func (n *noteBox) paste(string) {}

func (n *noteBox) hint() string {
	if n.copy != "" {
		return "y copy the block   j/k scroll   esc close"
	}
	return "j/k scroll   esc close"
}

// code adds lines as they are.
func (d *doc) code(s string) {
	for _, l := range strings.Split(s, "\n") {
		d.add(d.row().put("", "   ").put(d.t.accent, text(l)))
	}
}
