package ui

import (
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"bakedin/checks"
	"bakedin/internal/patch"
	"bakedin/internal/posture"
)

// change is a preview made ready to be drawn: outside Update, because diffs take time.
type change struct {
	mask           *checks.Mask
	lines          []diffLine
	heads          []int // lines where a file or a hunk begins
	files          int
	added, removed int

	rules  []ruleMove
	fresh  []string // findings that would be new
	moves  []move   // recommendations that would change
	gone   map[string]bool
	scans  bool // the preview was scanned again
	unread bool // … but not to its end
}

// diffLine is one line of a diff. Kind is a blank, "+", "-", "f" for a file, "@" for a hunk or "t" for a row of a table.
type diffLine struct {
	kind byte
	no   int
	text string
	// what differs from the line that it replaces or that replaces it, in characters
	from, to int
}

// ruleMove is how many findings of a rule there are before and after.
type ruleMove struct {
	rule          string
	before, after int
}

// move is a recommendation whose status changes.
type move struct {
	id       string
	from, to mark3
}

// mark3 is a status with its basis.
type mark3 struct {
	status posture.Status
	basis  posture.Basis
}

// lines of a file beyond this are not compared on the screen
const diffLimit = 20000

// newChange makes a preview ready to be drawn. Credentials in it are masked: one may stand in what is taken out, and beside it.
func newChange(p *Preview, before, after *store, mask *checks.Mask) *change {
	c := &change{files: len(p.Files), gone: map[string]bool{}, mask: mask}
	for i := range p.Files {
		c.addFile(&p.Files[i])
	}
	if after == nil {
		return c
	}
	c.scans, c.unread = true, !after.report.Run.Complete
	c.compare(before, after)
	return c
}

func (c *change) addFile(f *FileChange) {
	name := file(f.Path)
	switch {
	case f.To != "":
		name += " becomes " + file(f.To)
	case f.Before == nil && f.Table == nil:
		name += " (new file)"
	case f.After == nil && f.Table == nil:
		name += " (removed)"
	}
	c.heads = append(c.heads, len(c.lines))
	c.lines = append(c.lines, diffLine{kind: 'f', text: name})
	if f.Table != nil {
		for _, row := range f.Table {
			cells := make([]string, len(row))
			for i := range row {
				cells[i] = text(row[i])
			}
			c.lines = append(c.lines, diffLine{kind: 't', text: strings.Join(cells, "   ")})
		}
		return
	}
	if n := strings.Count(string(f.Before), "\n"); n > diffLimit {
		c.lines = append(c.lines, diffLine{kind: 't', text: number(n) + " lines: too many to compare here; bakedin fix prints the diff"})
		return
	}
	begun := len(c.lines)
	c.addHunks(patch.Unified("a", "b", f.Before, f.After))
	pairUp(c.lines[begun:])
}

// pairUp finds what differs between lines that replace each other: as many removed ones as are added right after them.
func pairUp(lines []diffLine) {
	for i := 0; i < len(lines); {
		removed := streak(lines[i:], '-')
		added := streak(lines[i+removed:], '+')
		if removed == added {
			for k := range removed {
				a, b := &lines[i+k], &lines[i+removed+k]
				a.from, a.to, b.to = differ([]rune(a.text), []rune(b.text))
				b.from = a.from
			}
		}
		i += max(1, removed+added)
	}
}

// streak counts the lines of a kind at the beginning.
func streak(lines []diffLine, kind byte) int {
	n := 0
	for n < len(lines) && lines[n].kind == kind {
		n++
	}
	return n
}

// differ gives where two lines begin to differ, and where that ends in each.
func differ(a, b []rune) (from, aTo, bTo int) {
	for from < len(a) && from < len(b) && a[from] == b[from] {
		from++
	}
	aTo, bTo = len(a), len(b)
	for aTo > from && bTo > from && a[aTo-1] == b[bTo-1] {
		aTo, bTo = aTo-1, bTo-1
	}
	return from, aTo, bTo
}

// addHunks reads a unified diff. Lines that look alike and differ in characters nobody sees are made visible.
func (c *change) addHunks(unified string) {
	lines := strings.Split(strings.TrimSuffix(unified, "\n"), "\n")
	if len(lines) < 3 {
		return
	}
	from, to, first := 0, 0, true
	for _, l := range lines[2:] {
		if l == "" {
			continue
		}
		if l[0] != '@' {
			l = l[:1] + c.mask.Line(l[1:])
		}
		body := string(block(l[1:]))
		if strings.ContainsRune(body, '\n') {
			body = text(l[1:])
		}
		switch l[0] {
		case '@':
			from, to = hunkStart(l)
			if !first {
				c.heads = append(c.heads, len(c.lines))
				c.lines = append(c.lines, diffLine{kind: '@'})
			}
			first = false
		case '-':
			c.lines = append(c.lines, diffLine{kind: '-', no: from, text: body})
			from++
			c.removed++
		case '+':
			c.lines = append(c.lines, diffLine{kind: '+', no: to, text: body})
			to++
			c.added++
		case ' ':
			c.lines = append(c.lines, diffLine{kind: ' ', no: to, text: body})
			from++
			to++
		default: // "\ No newline at end of file"
			c.lines = append(c.lines, diffLine{kind: 't', text: text(strings.TrimPrefix(l, "\\ "))})
		}
	}
}

// hunkStart reads "@@ -3,7 +3,8 @@".
func hunkStart(l string) (from, to int) {
	parts := strings.Fields(l)
	if len(parts) < 3 {
		return 1, 1
	}
	n := func(s string) int {
		s, _, _ = strings.Cut(s[1:], ",")
		v, err := strconv.Atoi(s)
		if err != nil {
			return 1
		}
		return v
	}
	return n(parts[1]), n(parts[2])
}

// compare says what the rescan of the preview found otherwise than before.
func (c *change) compare(before, after *store) {
	counts := map[string]*ruleMove{}
	of := func(rule string) *ruleMove {
		if counts[rule] == nil {
			counts[rule] = &ruleMove{rule: text(rule)}
		}
		return counts[rule]
	}
	was := map[string]bool{}
	var order []string
	for i := range before.findings {
		f := &before.findings[i]
		was[f.ID] = true
		if of(f.Rule).before == 0 {
			order = append(order, f.Rule)
		}
		of(f.Rule).before++
		if after.find(f.ID) == nil {
			c.gone[f.ID] = true
		}
	}
	for i := range after.findings {
		f := &after.findings[i]
		of(f.Rule).after++
		if !was[f.ID] && of(f.Rule).after > of(f.Rule).before {
			c.fresh = append(c.fresh, f.title+" "+f.place)
		}
	}
	for _, rule := range order {
		if m := of(rule); m.before != m.after {
			c.rules = append(c.rules, *m)
		}
	}
	for i := range after.recs {
		r := &after.recs[i]
		b := before.rec(r.id)
		if b == nil || b.status == r.status && b.basis == r.basis {
			continue
		}
		c.moves = append(c.moves, move{r.id, mark3{b.status, b.basis}, mark3{r.status, r.basis}})
	}
}

// word names a status for a sentence.
func (k mark3) word() string {
	switch k.status {
	case posture.Pass:
		return string(k.basis)
	case posture.NeedsYou:
		return "needs you"
	case posture.NotApplicable:
		return "n/a"
	}
	return text(string(k.status))
}

// diffView is a diff as it is drawn at a width, with the lines at which a file or a hunk begins.
type diffView struct {
	lines []string
	heads []int
}

// most lines of the screen that one line of a file takes: what is changed is shown whole, a minified file is not
const wrapLimit = 8

// drawDiff draws a diff. A changed line that is wider than the screen goes on below; the others are cut, and moved to the left
// by shift columns.
func drawDiff(t *theme, c *change, w, shift int) diffView {
	var v diffView
	digits := 3
	for i := range c.lines {
		digits = max(digits, len(number(c.lines[i].no)))
	}
	heads := c.heads
	for i := range c.lines {
		if len(heads) > 0 && heads[0] == i {
			v.heads = append(v.heads, len(v.lines))
			heads = heads[1:]
		}
		l := &c.lines[i]
		r := newRow(t, w).put("", " ")
		switch l.kind {
		case 'f':
			v.lines = append(v.lines, r.put(t.bold, cutMiddle(l.text, w-2, t.more)).str())
		case '@':
			v.lines = append(v.lines, r.put(t.line, repeat(t.dot, min(3, w))).str())
		case 't':
			v.lines = append(v.lines, r.put(t.dim, "  "+l.text).str())
		case ' ':
			v.lines = append(v.lines, r.put(t.dim, "  "+padLeft(number(l.no), digits)+"  ").put("", moved(t, l.text, shift)).str())
		default:
			i0 := t.added
			if l.kind == '-' {
				i0 = t.removed
			}
			at := 0 // characters of the line that are drawn
			if shift > 0 {
				at = shift - len([]rune(t.more))
			}
			for n, part := range chopped(moved(t, l.text, shift), w-digits-5, t.more) {
				r := newRow(t, w).put("", " ").put(i0, string(l.kind)+" ")
				if n == 0 {
					r.put(t.dim, padLeft(number(l.no), digits))
				}
				before, rest := splitAt(part, l.from-at)
				changed, after := splitAt(rest, l.to-at-len([]rune(before)))
				v.lines = append(v.lines, r.to(digits+5).put(i0, before).put(t.both(t.both("1", "4"), i0), changed).put(i0, after).str())
				at += len([]rune(part))
			}
		}
	}
	return v
}

// chopped breaks a line of code into pieces of at most w cells, behind a sign where there is one near the edge.
func chopped(s string, w int, more string) []string {
	if w < 8 || width(s) <= w {
		return []string{s}
	}
	var out []string
	for width(s) > w && len(out) < wrapLimit-1 {
		head := ansi.Truncate(s, w, "")
		if i := strings.LastIndexAny(head, " ,(=[{"); i > len(head)*2/3 {
			head = head[:i+1]
		}
		if head == "" {
			break
		}
		out = append(out, head)
		s = s[len(head):]
	}
	return append(out, cut(s, w, more))
}

// moved drops the first n characters of a line, and says so.
func moved(t *theme, s string, n int) string {
	r := []rune(s)
	switch {
	case n <= 0 || len(r) == 0:
		return s
	case n >= len(r):
		return t.more
	}
	return t.more + string(r[n:])
}

// ruleTitle is the title of a rule, or its slug when it is not known here.
func (s *store) ruleTitle(id string) string {
	if r := s.rule(id); r != nil {
		return text(r.Title)
	}
	return text(id)
}
