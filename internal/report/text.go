package report

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"bakedin/checks"
	"bakedin/internal/posture"
	"bakedin/internal/safe"
	"bakedin/rules"
)

// TextOptions say what the reader's terminal can do. The zero value is plain text of 100 columns.
type TextOptions struct {
	Width          int  // columns to wrap at; 0: 100
	Colour         bool // the 16 colours of the terminal's own palette
	ASCII          bool // no character beyond ASCII
	Workflow       bool // stdout is the log of a GitHub workflow: no line may be taken for a command
	ShowSuppressed bool // also what is waived, ignored or known

	Summary string // rules, files, controls: counts in place of findings
}

// Text writes the report for people at a terminal or in a log: findings grouped by file with the worst last, the table, the
// posture, what was looked at and one next step. set explains the rules; a rule it does not have is shown without.
func Text(w io.Writer, r *posture.Report, set *rules.Set, o TextOptions) error {
	if o.Width == 0 {
		o.Width = 100
	}
	t := &text{TextOptions: o, r: r, set: set}
	if o.Summary != "" {
		t.tally()
	} else {
		t.findings()
	}
	t.summary()
	return t.flush(w)
}

// Finding writes one finding for people, as Text does.
func Finding(w io.Writer, f *checks.Finding, set *rules.Set, o TextOptions) error {
	if o.Width == 0 {
		o.Width = 100
	}
	t := &text{TextOptions: o, r: &posture.Report{}, set: set}
	t.finding([]*checks.Finding{f})
	return t.flush(w)
}

// flush writes what was printed, fit for the reader.
func (t *text) flush(w io.Writer) error {
	out := t.b.String()
	if t.ASCII {
		out = asciiTwins.Replace(out)
	}
	if t.Workflow {
		out = safe.WorkflowLines(out)
	}
	_, err := io.WriteString(w, out)
	return err
}

// asciiTwins are what the few characters beyond ASCII become.
var asciiTwins = strings.NewReplacer("·", "-", "…", "...", "–", "-", "⟪", "<<", "⟫", ">>")

type text struct {
	TextOptions
	r   *posture.Report
	set *rules.Set
	b   bytes.Buffer
}

func (t *text) printf(format string, args ...any) { fmt.Fprintf(&t.b, format, args...) }

// paint wraps a word in a colour of the palette; colour never is the only carrier.
func (t *text) paint(code, s string) string {
	if !t.Colour {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

var severityColour = map[rules.Severity]string{rules.Critical: "1;31", rules.High: "31", rules.Medium: "33", rules.Low: "36"}

// findings prints them by file; files and findings with the worst last, where it stays on the screen.
func (t *text) findings() {
	byFile := map[string][]*checks.Finding{}
	var files []string
	for i := len(t.r.Findings) - 1; i >= 0; i-- {
		f := &t.r.Findings[i]
		if f.Status != checks.Open && !t.ShowSuppressed {
			continue
		}
		path := ""
		if f.Location != nil {
			path = f.Location.Path
		}
		if byFile[path] == nil {
			files = append(files, path)
		}
		byFile[path] = append(byFile[path], f)
	}
	slices.SortStableFunc(files, func(a, b string) int { return worstOf(byFile[b]) - worstOf(byFile[a]) })
	for _, file := range files {
		for _, group := range alike(byFile[file]) {
			t.finding(group)
		}
	}
}

func worstOf(found []*checks.Finding) int {
	n := len(severities)
	for _, f := range found {
		n = min(n, slices.Index(severities, f.Severity))
	}
	return n
}

var severities = []rules.Severity{rules.Critical, rules.High, rules.Medium, rules.Low}

// alike puts findings of one rule, severity and message together: the same explanation ten times helps nobody.
func alike(found []*checks.Finding) [][]*checks.Finding {
	var groups [][]*checks.Finding
	at := map[string]int{}
	for _, f := range found {
		key := f.Rule + "\x00" + string(f.Status) + "\x00" + string(f.Severity) + "\x00" + string(f.Message)
		if i, ok := at[key]; ok {
			groups[i] = append(groups[i], f)
			continue
		}
		at[key] = len(groups)
		groups = append(groups, []*checks.Finding{f})
	}
	for _, g := range groups {
		slices.SortStableFunc(g, func(a, b *checks.Finding) int { return start(a).Byte - start(b).Byte })
	}
	return groups
}

func start(f *checks.Finding) checks.Position {
	if f.Location == nil {
		return checks.Position{}
	}
	return f.Location.Start
}

func (t *text) finding(group []*checks.Finding) {
	f := group[0]
	status := ""
	if f.Status != checks.Open {
		status = " (" + string(f.Status) + ")"
	}
	t.printf("%s: %s%s\n", t.paint(severityColour[f.Severity], fmt.Sprintf("%s[%s]", f.Severity, f.Rule)), safe.Line(f.Title), status)
	t.place(f)
	if len(group) > 1 {
		var more []string
		for _, g := range group[1:min(len(group), 9)] {
			more = append(more, fmt.Sprintf("%d:%d", start(g).Line, start(g).Column))
		}
		if len(group) > 9 {
			more = append(more, fmt.Sprintf("%d more", len(group)-9))
		}
		t.note("also", "at "+strings.Join(more, ", "))
	}
	if f.SeverityReason != nil {
		t.note("severity", string(safe.Line(*f.SeverityReason)))
	}
	if r := t.set.Rule(f.Rule); r != nil {
		t.note("why", string(safe.Line(firstSentence(r.Why))))
	}
	for _, rel := range f.Related {
		t.note(safe.Line(rel.Role), fmt.Sprintf("%s:%d:%d: %s", safe.Path(rel.Path), rel.Start.Line, rel.Start.Column, safe.Line(string(rel.Message))))
	}
	if len(f.Fixes) > 0 {
		if fix := f.Fixes[0]; fix.Applicability == checks.Manual {
			t.note("fix", fmt.Sprintf("%s (by hand: bakedin fix %s lists the steps)", safe.Line(fix.Title), f.ID))
		} else {
			t.note("fix", fmt.Sprintf("bakedin fix %s   (%s: %s)", f.ID, fix.Applicability, safe.Line(fix.Title)))
		}
	}
	if s := f.Suppression; s != nil {
		t.note(silenced[s.Kind], string(safe.Line(suppressedBy(s))))
	}
	t.note("guideline", strings.Join(f.Supports, ", "))
	t.printf("\n")
}

var silenced = map[string]safe.Text{"waiver": "waived", "inline": "ignored", "inline-foreign": "ignored", "baseline": "known"}

// suppressedBy says who silenced a finding and why.
func suppressedBy(s *checks.Suppression) string {
	var parts []string
	if s.Owner != "" {
		parts = append(parts, "by "+s.Owner)
	}
	if s.Reason != "" {
		parts = append(parts, s.Reason)
	}
	if s.Expires != nil {
		parts = append(parts, "until "+*s.Expires)
	}
	return strings.Join(append(parts, "("+s.Source+")"), ", ")
}

// place prints where a finding lies, with the line and a caret for text.
func (t *text) place(f *checks.Finding) {
	l := f.Location
	switch {
	case l == nil:
		t.printf("  --> the repository\n   |\n   | %s\n", safe.Line(string(f.Message)))
	case l.Kind == "text":
		t.printf("  --> %s:%d:%d\n", safe.Path(l.Path), l.Start.Line, l.Start.Column)
		if l.Snippet != nil {
			t.source(f)
		} else {
			t.printf("   |\n   | %s\n", safe.Line(string(f.Message)))
		}
	default:
		t.printf("  --> %s", safe.Path(l.Path))
		if l.Member != nil {
			t.printf(", entry %s", safe.Path(*l.Member))
		}
		if l.Index != nil {
			t.printf(", opcode %d", *l.Index)
		}
		t.printf("\n   |\n")
		if l.Snippet != nil {
			for _, line := range strings.Split(string(*l.Snippet), "\n") {
				t.printf("   | %s\n", safe.Line(line))
			}
		}
		t.printf("   | %s\n", safe.Line(string(f.Message)))
	}
	t.printf("   |\n")
}

func (t *text) source(f *checks.Finding) {
	l := f.Location
	lines := strings.Split(string(*l.Snippet), "\n")
	gutter := len(fmt.Sprint(l.Start.Line + len(lines) - 1))
	blank := strings.Repeat(" ", gutter)
	t.printf("%s |\n", blank)
	for i, line := range lines {
		shown := string(safe.Line(line))
		t.printf("%*d | %s\n", gutter, l.Start.Line+i, shown)
		if i > 0 {
			continue
		}
		width := 1
		if l.End.Line == l.Start.Line {
			width = max(1, l.End.Column-l.Start.Column)
		}
		if at := l.Start.Column - 1; at <= len([]rune(shown)) && at+width < 160 { // not when the line was cut before it
			t.printf("%s | %s%s %s\n", blank, strings.Repeat(" ", at), t.paint("31", strings.Repeat("^", width)), safe.Line(string(f.Message)))
		} else {
			t.printf("%s | %s\n", blank, safe.Line(string(f.Message)))
		}
	}
}

// note prints "= name: text", wrapped.
func (t *text) note(name safe.Text, s string) {
	prefix := "   = " + string(name) + ": "
	line, indent := prefix, strings.Repeat(" ", len(prefix))
	empty := true
	for _, word := range strings.Fields(s) {
		if !empty && len([]rune(line))+1+len([]rune(word)) > t.Width {
			t.printf("%s\n", line)
			line, empty = indent, true
		}
		if !empty {
			line += " "
		}
		line, empty = line+word, false
	}
	t.printf("%s\n", line)
}

func firstSentence(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if i := strings.Index(s, ". "); i >= 0 {
		return s[:i+1]
	}
	return s
}
