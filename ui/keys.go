package ui

import (
	"charm.land/bubbles/v2/key"
)

// verb is what a key asks for.
type verb int

const (
	none verb = iota
	up
	down
	left
	right
	first
	last
	halfUp
	halfDown
	open
	back
	quit
	nextPane
	prevPane
	toOverview
	toChecklist
	toAssets
	toFixes
	toLog
	doFilter
	palette
	help
	markRow
	markRule
	fix
	start
	fixAll
	undo
	attest
	waive
	copyPlace
	copyMarkdown
	reference
	rescan
	byStatus
	bySeverity
	prevGap
	nextGap
	choose // the three of the guided fix are taken by its screen
	spread
	hunk
	later // a command of a later version: shown with its reason
)

// command is one thing the program can do: its keys, its name in the palette, and where it is a hint.
type command struct {
	verb    verb
	binding key.Binding
	name    string
	short   string // in the hints of the last row
	reason  string // of a command of a later version
	off     func(*Model) string
}

func bind(v verb, name, short string, keys ...string) command {
	return command{verb: v, name: name, short: short, binding: key.NewBinding(key.WithKeys(keys...), key.WithHelp(keyName(keys[0]), name))}
}

func (c command) unless(off func(*Model) string) command { c.off = off; return c }

func notYet(name, reason string, keys ...string) command {
	c := bind(later, name, "", keys...)
	c.reason = reason
	return c
}

// commands is the one list behind keys, hints, help and palette.
func commands() []command {
	return []command{
		bind(open, "Open, confirm", "open", "enter"),
		bind(back, "Back, close, clear the filter", "back", "esc"),
		bind(down, "Move down", "move", "j", "down"),
		bind(up, "Move up", "", "k", "up"),
		bind(right, "Expand; scroll code to the right", "", "l", "right"),
		bind(left, "Collapse; scroll code to the left", "", "h", "left"),
		bind(first, "First", "", "g", "home"),
		bind(last, "Last", "", "G", "end"),
		bind(halfDown, "Half a page down", "", "ctrl+d", "pgdown"),
		bind(halfUp, "Half a page up", "", "ctrl+u", "pgup"),
		bind(nextGap, "Next gap or finding", "next", "]"),
		bind(prevGap, "Previous gap or finding", "prev", "["),
		bind(nextPane, "Next link of a page", "links", "tab"),
		bind(prevPane, "Previous link of a page", "", "shift+tab"),
		bind(fix, "Fix this, or the marked ones", "fix", "f").unless((*Model).noFix),
		bind(start, "Start the document that is asked for", "draft", "d").unless((*Model).noStart),
		bind(fixAll, "Fix all safe ones in one step", "fix all safe", "F").unless((*Model).noFixAll),
		bind(choose, "Choose another remedy (in a fix)", "remedy", "1-9").unless((*Model).noFixOpen),
		bind(spread, "Fix the same elsewhere too (in a fix)", "elsewhere", "space ").unless((*Model).noFixOpen),
		bind(hunk, "Next or previous hunk (in a fix)", "hunk", "n/p").unless((*Model).noFixOpen),
		bind(undo, "Undo the last change", "undo", "u", "z").unless((*Model).noUndo),
		bind(attest, "Answer what no scan can see", "attest", "a").unless((*Model).noAttest),
		bind(waive, "Accept a gap for a while", "waive", "w").unless((*Model).noWaive),
		bind(markRow, "Mark", "mark", "space").unless((*Model).noMark),
		bind(markRule, "Mark all of the same rule", "", "M").unless((*Model).noMark),
		bind(doFilter, "Filter", "filter", "/"),
		bind(byStatus, "Filter by status", "status", "s"),
		bind(bySeverity, "Filter by severity", "", "S"),
		bind(copyPlace, "Copy the place", "copy", "y"),
		bind(copyMarkdown, "Copy as Markdown", "", "Y"),
		bind(reference, "Show and copy the reference", "", "o"),
		bind(rescan, "Scan again", "rescan", "R", "r").unless((*Model).noRescan),
		bind(toOverview, "Overview", "", "1"),
		bind(toChecklist, "Checklist", "checklist", "2"),
		bind(toAssets, "Assets", "assets", "3"),
		bind(toFixes, "Fixes", "fixes", "4"),
		bind(toLog, "Log", "log", "5"),
		bind(palette, "Commands", "commands", ":", "ctrl+p"),
		bind(help, "Keys of this screen", "help", "?"),
		bind(quit, "Leave a page; quit at the top", "quit", "q"),
		notYet("Export a report", "the command bakedin report writes every format", "x"),
		notYet("Export an AI bill of materials", "the command bakedin report writes it", "X"),
		notYet("Redo", "choose the fix again: its preview is made anew", "ctrl+r", "Z"),
		notYet("Watch the files", "a later version; R scans again", "W"),
		notYet("Open in an editor", "a later version; y copies the place", "e"),
		notYet("Say that it does not apply", "a later version; it is an answer in .bakedin/attestations.toml", "i"),
		notYet("Trust an unknown import", "a later version; it is a [[trust]] record in .bakedin.toml", "t"),
		notYet("Group by file, rule or owner", "a later version; filters such as rule: and file: narrow the list", "O"),
		notYet("Mark a range", "a later version; space marks one, M all of a rule", "v"),
		notYet("Mouse", "a later version; everything works by key", "m"),
	}
}

// keyName is how a key is written on the screen.
func keyName(k string) string { return k }

// hintsOf lists the commands worth a place in the last row, most wanted first.
func (m *Model) hintsOf() []verb {
	if p := m.page(); p != nil {
		switch p.kind {
		case pageFinding:
			return []verb{fix, waive, copyPlace, back, prevGap, nextGap, nextPane, help}
		case pageRecommendation:
			if m.noStart() == "" {
				return []verb{open, attest, start, fix, back, copyPlace, prevGap, nextGap, nextPane, help}
			}
			return []verb{open, attest, fix, back, copyPlace, prevGap, nextGap, nextPane, help}
		case pageFix:
			return m.fixing.hints()
		}
		return []verb{open, back, copyPlace, nextPane, help}
	}
	switch m.tab {
	case tabChecklist:
		return []verb{open, fix, attest, waive, doFilter, markRow, nextGap, byStatus, palette, help}
	case tabAssets:
		return []verb{open, copyPlace, doFilter, down, palette, help}
	case tabFixes:
		return []verb{open, markRow, fixAll, undo, down, palette, help}
	case tabLog:
		return []verb{undo, rescan, down, palette, help, quit}
	}
	if m.scanning {
		return []verb{open, toChecklist, back, palette, help, quit}
	}
	return []verb{open, fixAll, attest, doFilter, down, palette, help, quit}
}

// Reasons why a command cannot run now; empty when it can.

func (m *Model) frozen() string {
	switch {
	case m.opt.Frozen != "":
		return m.opt.Frozen
	case m.opt.Fixer == nil:
		return "nothing can be changed here"
	case m.scanning:
		return "not now: the scan is still running"
	case m.busy():
		return "not now: a change is being made"
	}
	return ""
}

func (m *Model) noFix() string {
	if why := m.frozen(); why != "" {
		return why
	}
	if p := m.page(); p != nil && p.kind == pageFix {
		return "a fix is open already"
	}
	if len(m.targets()) == 0 {
		return "there is no finding here that has a remedy"
	}
	return ""
}

func (m *Model) noStart() string {
	if why := m.frozen(); why != "" {
		return why
	}
	if p := m.page(); p != nil && p.kind == pageFix {
		return "a fix is open already"
	}
	r := m.currentRec()
	if r == nil {
		return "choose a recommendation first"
	}
	if len(m.opt.Fixer.Drafts(r.id)) == 0 {
		return "no document is asked for here that could be started"
	}
	return ""
}

func (m *Model) noFixOpen() string {
	if m.fixing == nil {
		return "only in a guided fix"
	}
	return ""
}

func (m *Model) noFixAll() string {
	if why := m.frozen(); why != "" {
		return why
	}
	if len(m.safeChoices()) == 0 {
		return "no finding has a safe fix"
	}
	return ""
}

func (m *Model) noUndo() string {
	if why := m.frozen(); why != "" {
		return why
	}
	if len(m.undos) == 0 {
		return "nothing was changed in this session"
	}
	return ""
}

func (m *Model) noRescan() string {
	switch {
	case m.opt.Frozen != "":
		return m.opt.Frozen
	case m.opt.Scanner == nil:
		return "there is nothing to scan"
	case m.scanning:
		return "the scan is running already"
	case m.busy():
		return "not now: a change is being made"
	}
	return ""
}

func (m *Model) noAttest() string {
	if m.opt.Frozen != "" {
		return m.opt.Frozen
	}
	if m.currentRec() == nil {
		return "choose a recommendation first"
	}
	return ""
}

func (m *Model) noWaive() string {
	if m.opt.Frozen != "" {
		return m.opt.Frozen
	}
	if f := m.currentFinding(); f == nil || f.Says == "evidence" {
		return "only a finding can be waived: choose one first"
	}
	return ""
}

func (m *Model) noMark() string {
	if m.page() != nil {
		return "rows are marked in the lists"
	}
	if m.tab != tabChecklist && m.tab != tabFixes {
		return "nothing to mark on this screen"
	}
	return ""
}
