package ui

import (
	"cmp"
	"slices"
	"strings"

	"bakedin/checks"
	"bakedin/internal/posture"
	"bakedin/rules"
)

// scanningStatus is what a recommendation shows until the last rule that speaks to it has finished. It exists on the screen
// only.
const scanningStatus posture.Status = "scanning"

// store is a report joined with the catalogue, ready to be drawn. It is made outside Update and never changed afterwards.
type store struct {
	report   *posture.Report
	set      *rules.Set
	scanning bool

	sections []section
	controls []control
	recs     []recommendation
	findings []finding // gaps, in the report's order
	evidence []finding
	assets   []assetRow
	fixes    []fixGroup
	actions  []action // what to do next, the most pressing first

	recOf      map[string]int
	findingOf  map[string]int
	evidenceOf map[string]int
	ruleState  map[string]checks.State

	fresh, known, accepted int // findings: open, in the baseline, waived or ignored
}

type section struct {
	id, title string
	controls  []int
	tally     tally
}

type control struct {
	id, title, asks string
	recs            []int
	tally           tally
	data            *rules.Control // nil: not in the catalogue
}

type recommendation struct {
	id, control, section, title string
	severity                    rules.Severity
	status                      posture.Status
	basis                       posture.Basis
	groups                      []group
	known                       int // findings of the baseline
	data                        *rules.Recommendation
	report                      *posture.Recommendation
	words                       string // what the filter searches
}

// finding is a finding with its strings made fit for the screen.
type finding struct {
	*checks.Finding
	title, path, place string // place is "path:line", or what stands for it
	words              string
}

// group is the findings of one rule in one file below a recommendation, or all of them that share a suppression.
type group struct {
	status   checks.Status
	rule     string
	path     string
	findings []int
}

// newStore joins a report with the catalogue. Recommendations that only one of them knows are shown too.
func newStore(set *rules.Set, report *posture.Report, scanning bool) *store {
	if report == nil {
		report = &posture.Report{}
	}
	s := &store{report: report, set: set, scanning: scanning, recOf: map[string]int{}, findingOf: map[string]int{}, evidenceOf: map[string]int{}, ruleState: map[string]checks.State{}}
	for _, r := range report.Rules {
		s.ruleState[r.Rule] = r.State
	}
	for i := range report.Findings {
		f := &report.Findings[i]
		if _, ok := s.findingOf[f.ID]; !ok {
			s.findingOf[f.ID] = len(s.findings)
		}
		s.findings = append(s.findings, newFinding(f))
	}
	for i := range report.Evidence {
		f := &report.Evidence[i]
		s.evidenceOf[f.ID] = len(s.evidence)
		s.evidence = append(s.evidence, newFinding(f))
	}
	s.addRecommendations()
	s.addGroups()
	s.addStatuses()
	s.count()
	s.assets = inventory(s)
	s.fixes = fixGroups(s)
	s.actions = findActions(s)
	return s
}

func newFinding(f *checks.Finding) finding {
	out := finding{Finding: f, title: text(f.Title)}
	switch l := f.Location; {
	case l == nil:
		out.path, out.place = "", "the repository"
	case l.Kind == "member" && l.Member != nil:
		out.path = file(l.Path)
		out.place = out.path + "!" + file(*l.Member)
	case l.Start.Line > 0:
		out.path = file(l.Path)
		out.place = out.path + ":" + number(l.Start.Line)
	default:
		out.path = file(l.Path)
		out.place = out.path
	}
	out.words = strings.ToLower(out.title + "\n" + out.place + "\n" + text(f.Rule))
	return out
}

func (s *store) addRecommendations() {
	controlOf, sectionOf := map[string]int{}, map[string]int{}
	addControl := func(id, sectionID, title string, data *rules.Control) {
		if _, ok := controlOf[id]; ok {
			return
		}
		if _, ok := sectionOf[sectionID]; !ok {
			sectionOf[sectionID] = len(s.sections)
			s.sections = append(s.sections, section{id: sectionID, title: sectionID})
		}
		controlOf[id] = len(s.controls)
		c := control{id: id, title: title, data: data}
		if data != nil {
			c.asks = data.Asks
		}
		s.controls = append(s.controls, c)
		at := &s.sections[sectionOf[sectionID]]
		at.controls = append(at.controls, controlOf[id])
	}
	addRec := func(r recommendation) {
		if _, ok := s.recOf[r.id]; ok {
			return
		}
		addControl(r.control, r.section, r.control, nil)
		s.recOf[r.id] = len(s.recs)
		c := &s.controls[controlOf[r.control]]
		c.recs = append(c.recs, len(s.recs))
		s.recs = append(s.recs, r)
	}
	if s.set != nil && s.set.Guideline != nil {
		g := s.set.Guideline
		for _, sec := range g.Sections {
			sectionOf[sec.ID] = len(s.sections)
			s.sections = append(s.sections, section{id: sec.ID, title: sec.Title})
		}
		for i := range g.Controls {
			addControl(g.Controls[i].ID, g.Controls[i].Section, g.Controls[i].Title, &g.Controls[i])
		}
		for i := range g.Recommendations {
			d := &g.Recommendations[i]
			sec, _, _ := strings.Cut(d.Control, "-")
			addRec(recommendation{id: d.ID, control: d.Control, section: sec, title: d.Title, severity: d.Severity, data: d})
		}
	}
	for _, c := range s.report.Controls {
		addControl(text(c.ID), text(c.Section), text(c.Title), nil)
	}
	for i := range s.report.Recommendations {
		r := &s.report.Recommendations[i]
		if _, ok := s.recOf[r.ID]; !ok {
			addRec(recommendation{id: text(r.ID), control: text(r.Control), section: text(r.Section), title: text(r.Title), severity: r.Severity})
		}
		if at, ok := s.recOf[r.ID]; ok {
			s.recs[at].report, s.recs[at].status = r, r.Status
			if r.Basis != nil {
				s.recs[at].basis = *r.Basis
			}
		}
	}
	for i := range s.recs {
		r := &s.recs[i]
		r.words = strings.ToLower(r.id + "\n" + r.title)
	}
}

// addGroups hangs findings below every recommendation they speak to. Those of the baseline, waived and ignored ones are one
// row each.
func (s *store) addGroups() {
	type key struct {
		rec        int
		status     checks.Status
		rule, path string
	}
	at := map[key]int{}
	for i := range s.findings {
		f := &s.findings[i]
		for _, id := range f.Supports {
			rec, ok := s.recOf[id]
			if !ok {
				continue
			}
			k := key{rec: rec, status: f.Status}
			if f.Status == checks.Open || f.Status == "" {
				k = key{rec, checks.Open, f.Rule, f.path}
			}
			g, ok := at[k]
			if !ok {
				g = len(s.recs[rec].groups)
				at[k] = g
				s.recs[rec].groups = append(s.recs[rec].groups, group{status: k.status, rule: k.rule, path: k.path})
			}
			s.recs[rec].groups[g].findings = append(s.recs[rec].groups[g].findings, i)
			if f.Status == checks.Baselined {
				s.recs[rec].known++
			}
		}
	}
	rank := map[checks.Status]int{checks.Open: 0, checks.Baselined: 1, checks.Waived: 2, checks.IgnoredInline: 3}
	for i := range s.recs {
		slices.SortStableFunc(s.recs[i].groups, func(a, b group) int { return cmp.Compare(rank[a.status], rank[b.status]) })
	}
}

// recsOf lists the recommendations of a section.
func (s *store) recsOf(sec *section) []int {
	var out []int
	for _, c := range sec.controls {
		out = append(out, s.controls[c].recs...)
	}
	return out
}

// rec and find return nil when a rescan has taken the thing away.
func (s *store) rec(id string) *recommendation {
	if i, ok := s.recOf[id]; ok {
		return &s.recs[i]
	}
	return nil
}

func (s *store) find(id string) *finding {
	if i, ok := s.findingOf[id]; ok {
		return &s.findings[i]
	}
	if i, ok := s.evidenceOf[id]; ok {
		return &s.evidence[i]
	}
	return nil
}

func (s *store) rule(id string) *rules.Rule {
	if s.set == nil {
		return nil
	}
	return s.set.Rule(id)
}

// count counts the findings by what became of them.
func (s *store) count() {
	for i := range s.findings {
		switch s.findings[i].Status {
		case checks.Baselined:
			s.known++
		case checks.Waived, checks.IgnoredInline:
			s.accepted++
		default:
			s.fresh++
		}
	}
}

// unfinished counts the rules that should have run and did not end.
func (s *store) unfinished() int {
	n := 0
	for _, r := range s.report.Rules {
		if r.State != checks.Completed && r.State != "disabled" {
			n++
		}
	}
	return n
}

// criticalGaps are the recommendations of the red line.
func (s *store) criticalGaps() []int {
	var out []int
	for i := range s.recs {
		if s.recs[i].severity == rules.Critical && s.recs[i].status == posture.Gap {
			out = append(out, i)
		}
	}
	return out
}
