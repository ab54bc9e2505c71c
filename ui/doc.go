package ui

import "strings"

// doc is a page of text under construction: paragraphs, labelled values, links, wrapped to a width.
type doc struct {
	t     *theme
	w     int
	lines []string
	links []link
	link  int // the chosen one, -1 for none
	shift int // columns that lines of code are moved to the left
}

func newDoc(t *theme, w, chosen int) *doc { return &doc{t: t, w: max(1, w), link: chosen} }

func (d *doc) row() *row { return newRow(d.t, d.w) }

func (d *doc) add(r *row) { d.lines = append(d.lines, r.str()) }

// gap leaves one empty line, never two.
func (d *doc) gap() {
	if n := len(d.lines); n > 0 && d.lines[n-1] != "" {
		d.lines = append(d.lines, "")
	}
}

func (d *doc) head(s string) {
	d.gap()
	d.add(d.row().put("", " ").put(d.t.both(d.t.bold, d.t.accent), s))
}

// para is wrapped text at an indent.
func (d *doc) para(i ink, s string, indent int) {
	for _, l := range wrap(s, d.w-indent-1) {
		if l == "" {
			d.gap()
			continue
		}
		d.add(d.row().to(indent).put(i, l))
	}
}

// kv is a label and its value: side by side where there is room.
func (d *doc) kv(label string, i ink, value string) {
	if value == "" {
		return
	}
	at := d.labels()
	if at == 0 {
		d.add(d.row().put("", " ").put(d.t.dim, label))
		d.para(i, value, 3)
		return
	}
	for n, l := range wrap(value, d.w-at-1) {
		r := d.row().put("", " ")
		if n == 0 {
			r.put(d.t.dim, label)
		}
		d.add(r.to(at).put(i, l))
	}
}

// labels is the column of values; 0: values stand below their label.
func (d *doc) labels() int {
	switch {
	case d.w >= 90:
		return 18
	case d.w >= 44:
		return 15
	}
	return 0
}

// to adds a line that leads to a page. draw appends what it looks like.
func (d *doc) to(kind pageKind, id string, draw func(*row)) {
	r := d.row()
	if len(d.links) == d.link {
		r.under = d.t.selected
		r.put(d.t.accent, " "+d.t.cursor+" ")
	} else {
		r.put("", "   ")
	}
	draw(r)
	d.links = append(d.links, link{len(d.lines), kind, id})
	if r.under != "" {
		d.lines = append(d.lines, r.end())
		return
	}
	d.add(r)
}

// prose draws our small subset of Markdown: paragraphs, lists, indented code and `code`.
func (d *doc) prose(s string, indent int) {
	var paragraph []string
	flush := func() {
		if len(paragraph) > 0 {
			d.para("", plainProse(strings.Join(paragraph, " ")), indent)
			paragraph = nil
		}
	}
	for _, l := range strings.Split(strings.TrimSpace(block(s)), "\n") {
		trimmed := strings.TrimSpace(l)
		switch {
		case trimmed == "":
			flush()
			d.gap()
		case strings.HasPrefix(trimmed, "#"):
			flush()
			d.para(d.t.bold, plainProse(strings.TrimLeft(trimmed, "# ")), indent)
		case strings.HasPrefix(l, "    "):
			flush()
			d.add(d.row().to(indent+2).put(d.t.accent, strings.TrimPrefix(l, "    ")))
		case isItem(trimmed):
			flush()
			mark, rest, _ := strings.Cut(trimmed, " ")
			if mark == "*" || mark == "-" {
				mark = d.t.dot
			}
			for n, line := range wrap(plainProse(rest), d.w-indent-width(mark)-2) {
				r := d.row().to(indent)
				if n == 0 {
					r.put(d.t.dim, mark)
				}
				d.add(r.to(indent+width(mark)+1).put("", line))
			}
		default:
			paragraph = append(paragraph, trimmed)
		}
	}
	flush()
}

func isItem(s string) bool {
	if strings.HasPrefix(s, "- ") || strings.HasPrefix(s, "* ") {
		return true
	}
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	return i > 0 && i < 3 && (strings.HasPrefix(s[i:], ". ") || strings.HasPrefix(s[i:], ") "))
}

// plainProse drops the marks of code and bold: the words stay.
func plainProse(s string) string {
	return strings.NewReplacer("`", "", "**", "").Replace(s)
}
