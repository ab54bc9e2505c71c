package ui

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"bakedin/internal/posture"
)

var noon = time.Date(2027, 3, 4, 12, 0, 0, 0, time.UTC)

type stopped struct{}

func (stopped) Now() time.Time { return noon }

// pretender is a Fixer that changes nothing and says it did.
type pretender struct {
	report *posture.Report
	fail   error
}

func (p *pretender) Plan(_ context.Context, choices []Choice) (*Preview, error) {
	if len(choices) == 0 {
		return nil, errors.New("there is nothing to apply")
	}
	gone := map[string]bool{}
	for _, c := range choices {
		gone[c.Finding.ID] = true
	}
	after := *p.report
	after.Findings = nil
	for _, f := range p.report.Findings {
		if !gone[f.ID] {
			after.Findings = append(after.Findings, f)
		}
	}
	return &Preview{Title: "A fix", Report: &after, Files: []FileChange{{Path: "a.py", Before: []byte("a\nb\n"), After: []byte("a\nc\n")}}}, nil
}

func (p *pretender) Drafts(recommendation string) []Draft {
	if recommendation == "SD-2.1" {
		return []Draft{{"threat-model", "Threat model", "THREAT_MODEL.md"}, {"risk-register", "Risk register", "docs/risk-register.md"}}
	}
	return nil
}

func (p *pretender) Apply(_ context.Context, pre *Preview) (*Applied, error) {
	if p.fail != nil {
		return nil, p.fail
	}
	return &Applied{UndoID: "7", Report: pre.Report}, nil
}

func (p *pretender) Undo(context.Context, string) (*posture.Report, error) { return p.report, p.fail }

// press sends keys, and carries out what they start, without the timers.
func press(m *Model, keys ...string) {
	for _, k := range keys {
		run(m, second(m.Update(keyOf(k))))
	}
}

func second(_ tea.Model, cmd tea.Cmd) tea.Cmd { return cmd }

// run carries out a command and what follows from it. A grace period passes at once; a spinner stands still.
func run(m *Model, cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	if m.fixing != nil && m.fixing.grace {
		run(m, second(m.Update(graceOver{m.fixing.id})))
		return
	}
	switch msg := cmd().(type) {
	case tea.BatchMsg:
		for _, c := range msg {
			run(m, c)
		}
	case tea.QuitMsg, tick, nil:
	default:
		run(m, second(m.Update(msg)))
	}
}

func keyOf(k string) tea.KeyPressMsg {
	codes := map[string]rune{"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft,
		"right": tea.KeyRight, "space": tea.KeySpace, "backspace": tea.KeyBackspace, "home": tea.KeyHome, "end": tea.KeyEnd, "pgdown": tea.KeyPgDown, "pgup": tea.KeyPgUp}
	if c, ok := codes[k]; ok {
		msg := tea.KeyPressMsg{Code: c}
		if k == "space" {
			msg.Text = " "
		}
		return msg
	}
	if rest, ok := strings.CutPrefix(k, "ctrl+"); ok {
		return tea.KeyPressMsg{Code: rune(rest[0]), Mod: tea.ModCtrl}
	}
	return tea.KeyPressMsg{Code: []rune(k)[0], Text: k}
}

func size(m *Model, w, h int) { m.Update(tea.WindowSizeMsg{Width: w, Height: h}) }

// plainFrame is the screen without its escape codes.
func plainFrame(m *Model) string { return ansi.Strip(m.View().Content) }

var styling = regexp.MustCompile("\x1b\\[[0-9;]*m")

// wrongWith says what no frame may ever be.
func wrongWith(m *Model) string {
	frame := m.View().Content
	if m.lay.w == 0 || m.lay.h == 0 {
		return ""
	}
	lines := strings.Split(frame, "\n")
	if len(lines) > m.lay.h {
		return fmt.Sprintf("%d lines on a screen of %d", len(lines), m.lay.h)
	}
	for i, l := range lines {
		if w := ansi.StringWidth(l); w > m.lay.w {
			return fmt.Sprintf("line %d is %d wide on a screen of %d: %q", i+1, w, m.lay.w, ansi.Strip(l))
		}
		for _, r := range styling.ReplaceAllString(l, "") {
			if r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
				return fmt.Sprintf("line %d has the raw character %U", i+1, r)
			}
		}
	}
	return ""
}

// partly are stores of a scan that has not ended: nothing, some, and much of it.
func partly(s *store) []*store {
	var out []*store
	for _, n := range []int{0, 1, 5, 20} {
		r := *s.report
		r.Recommendations, r.Posture, r.Rules, r.Run.Complete = nil, nil, nil, false
		r.Findings, r.Evidence, r.Assets = r.Findings[:min(n, len(r.Findings))], r.Evidence[:min(n, len(r.Evidence))], r.Assets[:min(n, len(r.Assets))]
		out = append(out, newStore(s.set, &r, true))
	}
	return out
}

// Whatever keys come, in whatever order, at whatever size: no panic, and every frame holds.
func TestRandomKeysNeverBreakAFrame(t *testing.T) {
	events := 9000 // a run has six of them
	if testing.Short() {
		events = 1500
	}
	keys := strings.Fields("j k h l g G / : ? f F u a w y Y o s S [ ] M 1 2 3 4 5 q n p r R x e i t O v m z " +
		"enter esc tab up down left right space backspace home end pgdown pgup ctrl+d ctrl+u ctrl+p ctrl+l")
	for _, ascii := range []bool{false, true} {
		for seed := range uint64(3) {
			r := rand.New(rand.NewPCG(seed, 7))
			m := acmeModel(t, func(o *Options) { o.ASCII, o.Fixer = ascii, &pretender{report: o.Report} })
			whole := m.store
			parts := partly(whole)
			var log []string
			for i := range events {
				switch n := r.IntN(100); {
				case n < 3:
					w, h := r.IntN(140), r.IntN(50)
					log = append(log, fmt.Sprintf("%dx%d", w, h))
					size(m, w, h)
				case n < 5:
					log = append(log, "paste")
					m.Update(tea.PasteMsg{Content: "severity:high \x1b[2J 日本語 \u202e" + strings.Repeat("x", r.IntN(90))})
				case n < 6: // a scan begins: what it sends comes late, twice or out of order
					log = append(log, "scan")
					m.run++
					m.scanning, m.seq = true, 0
				case n < 9:
					m.Update(scanBatch{run: max(0, m.run-r.IntN(2)), seq: r.IntN(9), store: parts[r.IntN(len(parts))], progress: Progress{Files: r.IntN(9), FilesTotal: r.IntN(9)}})
				case n < 10:
					m.Update(scanDone{run: max(0, m.run-r.IntN(2)), store: []*store{whole, parts[0], nil}[r.IntN(3)], at: noon})
				case n < 11:
					m.Update(appliedMsg{id: r.IntN(5), at: noon})
					m.Update(undoneMsg{id: "7", at: noon, store: whole})
					m.Update(planReady{id: r.IntN(5), err: errors.New("no")})
				case n < 12:
					m.Update(tea.MouseClickMsg{X: r.IntN(99), Y: r.IntN(99)})
					m.Update(tick{run: m.run})
				case n < 13:
					m.Update(tea.BackgroundColorMsg{})
				default:
					k := keys[r.IntN(len(keys))]
					log = append(log, k)
					press(m, k)
				}
				if why := wrongWith(m); why != "" {
					t.Fatalf("seed %d, event %d: %s\nlast keys: %s\n%s", seed, i, why, strings.Join(log[max(0, len(log)-30):], " "), plainFrame(m))
				}
			}
		}
	}
}
