// Package ui is the terminal program: it shows a posture, answers "what do I do next?", and walks a person through a fix.
// It knows reports and asks its ports for everything else: it never scans, never reads the scanned tree and never writes a
// file.
package ui

import (
	"context"
	"errors"
	"time"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
)

// Run shows the program until the person leaves it or ctx ends.
func Run(ctx context.Context, o Options) error {
	if o.Scanner == nil && o.Report == nil {
		return errors.New("there is nothing to show: give a scanner or a report")
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	opts := []tea.ProgramOption{tea.WithContext(ctx)}
	if o.In != nil {
		opts = append(opts, tea.WithInput(o.In))
	}
	if o.Out != nil {
		opts = append(opts, tea.WithOutput(o.Out))
	}
	if o.Environ != nil {
		opts = append(opts, tea.WithEnvironment(o.Environ))
	}
	if o.Width > 0 && o.Height > 0 {
		opts = append(opts, tea.WithWindowSize(o.Width, o.Height))
	}
	_, err := tea.NewProgram(newModel(ctx, o), opts...).Run()
	if errors.Is(err, tea.ErrProgramKilled) && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// tab is one of the five main screens.
type tab int

const (
	tabOverview tab = iota
	tabChecklist
	tabAssets
	tabFixes
	tabLog
)

// Model is the whole state of the program.
type Model struct {
	ctx   context.Context
	opt   Options
	t     *theme
	lay   layout
	store *store
	now   time.Time // of the last thing that happened

	tab   tab
	pages []*page
	box   dialog

	scanning bool
	stream   *stream
	run, seq int
	progress Progress
	spin     int
	stopped  bool

	tree      tree
	nodes     []node
	results   int
	lists     [5]vlist
	side      sideCache
	input     textinput.Model
	filtering bool
	filter    string
	filterErr string

	fixing     *fixing
	plans      int
	undos      []undoEntry
	takingBack string          // id of the change that is being undone
	marks      map[string]bool // finding ids
	log        []logEntry      // of this session, newest first
	logged     storeLog        // what the scan tells the log

	message  string
	trouble  bool // the message is an error
	asked    bool // quitting was asked for while a change is written
	commands []command
	frame    string // cached until something changes
}

// newModel makes the program. A scanner starts in Init.
func newModel(ctx context.Context, o Options) *Model {
	if o.Clock == nil {
		o.Clock = systemClock{}
	}
	in := textinput.New()
	in.Prompt = ""
	in.CharLimit = 200
	in.KeyMap.Paste = key.NewBinding() // it would start a clipboard program; a terminal's paste comes as a message
	in.SetVirtualCursor(false)
	m := &Model{ctx: ctx, opt: o, t: newTheme(true, !o.NoColor, o.ASCII), lay: fold(0, 0), commands: commands(), input: in, marks: map[string]bool{}}
	m.opt.Title, m.opt.Subtitle, m.opt.Frozen = text(o.Title), text(o.Subtitle), text(o.Frozen)
	m.tree = tree{open: map[nodeID]bool{}, folded: map[nodeID]bool{}}
	m.setStore(newStore(o.Set, o.Report, o.Report == nil))
	m.scanning = o.Scanner != nil && o.Report == nil
	return m
}

// Init implements tea.Model.
func (m *Model) Init() tea.Cmd {
	cmds := []tea.Cmd{tea.RequestBackgroundColor}
	if m.scanning {
		cmds = append(cmds, m.scan())
	}
	return tea.Batch(cmds...)
}

// scan starts a run; what comes from an earlier one is dropped from now on.
func (m *Model) scan() tea.Cmd {
	m.run++
	m.seq, m.scanning, m.stopped, m.progress, m.spin = 0, true, false, Progress{}, 0
	m.stream = startScan(m.ctx, &m.opt, m.run)
	cmd := m.stream.wait(m.opt.Set, 1)
	if m.opt.Still {
		return cmd
	}
	return tea.Batch(cmd, tickAfter(m.run))
}

// Update implements tea.Model: it routes, and nothing else.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	m.frame = ""
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.lay = fold(msg.Width, msg.Height)
	case tea.BackgroundColorMsg:
		m.t = newTheme(msg.IsDark(), !m.opt.NoColor, m.opt.ASCII)
		m.restyle()
	case tea.KeyPressMsg:
		return m, m.key(msg)
	case tea.PasteMsg:
		m.paste(msg)
	case scanBatch:
		if msg.run != m.run || !m.scanning || msg.seq <= m.seq {
			return m, nil
		}
		m.seq, m.progress = msg.seq, msg.progress
		m.setStore(msg.store)
		if m.stream != nil {
			return m, m.stream.wait(m.opt.Set, msg.seq+1)
		}
	case scanDone:
		m.endScan(msg)
	case planReady:
		return m, m.planned(msg)
	case graceOver:
		if m.fixing != nil && m.fixing.id == msg.id {
			m.fixing.grace = false
		}
	case appliedMsg:
		return m, m.applied(msg)
	case undoneMsg:
		return m, m.undone(msg)
	case copiedMsg:
		m.say("copied: " + msg.what)
	case tick:
		if msg.run == m.run && m.scanning {
			m.spin++
			return m, tickAfter(m.run)
		}
	}
	return m, nil
}

// endScan takes the final report of the current run.
func (m *Model) endScan(msg scanDone) {
	if msg.run != m.run || !m.scanning {
		return
	}
	m.scanning, m.stream, m.now = false, nil, msg.at
	m.lists[tabOverview] = vlist{} // its rows are others now
	if msg.store != nil {
		m.setStore(msg.store)
	}
	if msg.err != nil {
		m.complain("the scan did not finish: " + msg.err.Error())
	} else if m.stopped {
		m.say("stopped: what was found is kept, and it is INCOMPLETE")
	}
}

// setStore shows another snapshot without moving the cursor off what it stands on.
func (m *Model) setStore(s *store) {
	first := m.store == nil
	if m.scanning && s.scanning && !first { // newer findings come in above the cursor
		if l := &m.lists[tabOverview]; l.cursor > 0 || m.page() != nil {
			l.cursor += max(0, len(s.findings)-len(m.store.findings))
		}
	}
	m.store = s
	if first {
		for _, sec := range s.sections {
			m.tree.open[nodeID{kind: isSection, id: sec.id}] = true
		}
	}
	m.rebuild()
}

// rebuild lists the rows of the checklist again.
func (m *Model) rebuild() {
	var at nodeID
	l := &m.lists[tabChecklist]
	if l.cursor < len(m.nodes) {
		at = m.nodes[l.cursor].nodeID
	}
	m.nodes, m.results = flatten(m.store, &m.tree)
	l.cursor = indexOf(m.nodes, at, l.cursor)
	m.side = sideCache{}
}

func (m *Model) busy() bool { return m.fixing != nil && m.fixing.step == stepApplying || m.undoing() }

func (m *Model) say(s string)      { m.message, m.trouble = text(s), false }
func (m *Model) complain(s string) { m.message, m.trouble = text(s), true; m.note("error", s, "") }

// View implements tea.Model. The frame is drawn once per change.
func (m *Model) View() tea.View {
	if m.frame == "" {
		m.frame = m.draw()
	}
	v := tea.NewView(m.frame)
	v.AltScreen = true
	v.WindowTitle = "bakedin " + m.opt.Title
	return v
}
