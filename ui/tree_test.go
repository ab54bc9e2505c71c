package ui

import (
	"slices"
	"testing"

	"bakedin/checks"
	"bakedin/internal/posture"
)

// rowsOf lists what the rows of a tree are about.
func rowsOf(nodes []node, kinds ...kind) []string {
	var out []string
	for _, n := range nodes {
		if slices.Contains(kinds, n.kind) {
			out = append(out, n.id)
		}
	}
	return out
}

func TestTheChecklistOpensAsItIsTold(t *testing.T) {
	set, r := acme(t)
	s := newStore(set, r, false)
	tr := tree{open: map[nodeID]bool{}, folded: map[nodeID]bool{}}

	nodes, _ := flatten(s, &tr)
	if got := rowsOf(nodes, isSection, isControl); !slices.Equal(got, []string{"SD", "DV", "DP", "OM"}) {
		t.Errorf("closed, it lists %v", got)
	}
	tr.set(nodeID{kind: isSection, id: "DV"}, true)
	tr.set(nodeID{kind: isControl, id: "DV-1"}, true)
	nodes, _ = flatten(s, &tr)
	if got := rowsOf(nodes, isControl); !slices.Equal(got, []string{"DV-1", "DV-2", "DV-3", "DV-4"}) {
		t.Errorf("DV has the controls %v", got)
	}
	if got := rowsOf(nodes, isRecommendation); len(got) != 7 || got[0] != "DV-1.1" {
		t.Errorf("DV-1 has %v", got)
	}
	tr.set(nodeID{kind: isRecommendation, id: "DV-1.4"}, true)
	nodes, _ = flatten(s, &tr)
	var groups, single int
	for _, n := range nodes {
		switch n.kind {
		case isGroup:
			groups++
		case isFinding:
			single++
		}
	}
	if groups != 2 || single != 3 { // three dependencies of one file, twelve known ones; three loads in three files
		t.Errorf("DV-1.4 has %d groups and %d findings", groups, single)
	}
}

func TestAFilterOpensWhatItFindsAndNothingElse(t *testing.T) {
	set, r := acme(t)
	s := newStore(set, r, false)
	q, err := parseQuery("rule:torch control:dv-1.4")
	if err != nil {
		t.Fatal(err)
	}
	tr := tree{open: map[nodeID]bool{}, folded: map[nodeID]bool{}, query: q}
	nodes, results := flatten(s, &tr)
	if results != 3 || len(nodes) != 6 { // section, control, recommendation, three findings
		t.Errorf("%d results in %d rows", results, len(nodes))
	}
	tr.set(nodeID{kind: isControl, id: "DV-1"}, false)
	if nodes, results = flatten(s, &tr); results != 3 || len(nodes) != 2 {
		t.Errorf("folded: %d results in %d rows", results, len(nodes))
	}
}

func TestTheCursorStaysOnItsRowWhateverComesAbove(t *testing.T) {
	m := acmeModel(t, nil)
	size(m, 100, 30)
	press(m, "2", "G", "k", "k")
	at := m.node().nodeID
	more := *m.store.report
	more.Findings = append(slices.Clone(more.Findings), more.Findings[3])
	more.Findings[len(more.Findings)-1].ID = "bk1:another"
	m.setStore(newStore(m.opt.Set, &more, false))
	if m.node().nodeID != at {
		t.Errorf("it stood on %v and stands on %v", at, m.node().nodeID)
	}
	m.setStore(newStore(nil, nil, false)) // all is gone
	if why := wrongWith(m); why != "" {
		t.Error(why)
	}
	press(m, "j", "enter", "f", "]", "space")
}

// A gap may show before its rules have finished, a pass never.
func TestNothingIsGreenBeforeItsLastRuleHasFinished(t *testing.T) {
	set, r := acme(t)
	early := *r
	early.Rules = nil
	s := newStore(set, &early, true)
	for i := range s.recs {
		rec := &s.recs[i]
		if rec.status == posture.Pass && ruleSpeaksTo(s, rec.id) {
			t.Errorf("%s is %s already", rec.id, rec.basis)
		}
	}
	if got := s.rec("SD-3.7").status; got != posture.Gap {
		t.Errorf("SD-3.7 is %s though a gap was found", got)
	}
	early.Rules = []checks.RuleState{{Rule: "torch-load-unrestricted", State: checks.Completed}}
	if got := newStore(set, &early, true).rec("DV-2.6").status; got == posture.Pass {
		t.Error("DV-2.6 passes while one of its rules runs")
	}
}

func ruleSpeaksTo(s *store, id string) bool {
	for _, r := range s.set.Rules {
		if slices.Contains(r.Supports, id) {
			return true
		}
	}
	return false
}
