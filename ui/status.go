package ui

import (
	"slices"

	"bakedin/checks"
	"bakedin/internal/posture"
)

// tally counts recommendations by status.
type tally struct{ proven, attested, gap, ask, waived, none, unknown, scanning int }

func (t *tally) add(s posture.Status, b posture.Basis) {
	switch s {
	case posture.Pass:
		if b == posture.Proven {
			t.proven++
		} else {
			t.attested++
		}
	case posture.Gap:
		t.gap++
	case posture.NeedsYou:
		t.ask++
	case posture.Waived:
		t.waived++
	case posture.NotApplicable:
		t.none++
	case scanningStatus:
		t.scanning++
	default:
		t.unknown++
	}
}

func (t tally) total() int {
	return t.proven + t.attested + t.gap + t.ask + t.waived + t.none + t.unknown + t.scanning
}

// addStatuses decides what a recommendation shows while rules still run: a gap may show early, a pass never.
func (s *store) addStatuses() {
	waiting := map[string]bool{}
	if s.scanning && s.set != nil {
		for _, r := range s.set.Rules {
			if _, done := s.ruleState[r.ID]; !done {
				for _, id := range r.Supports {
					waiting[id] = true
				}
			}
		}
	}
	for i := range s.recs {
		r := &s.recs[i]
		switch {
		case s.scanning && r.status != posture.Gap && hasOpen(r.groups):
			r.status, r.basis = posture.Gap, posture.Likely
		case s.scanning && r.status != posture.Gap && (waiting[r.id] || r.report == nil):
			r.status, r.basis = scanningStatus, ""
		case r.report == nil && !s.scanning:
			r.status = posture.Unknown
		}
	}
	for i := range s.sections {
		sec := &s.sections[i]
		for _, c := range sec.controls {
			for _, r := range s.controls[c].recs {
				s.controls[c].tally.add(s.recs[r].status, s.recs[r].basis)
				sec.tally.add(s.recs[r].status, s.recs[r].basis)
			}
		}
	}
}

func hasOpen(groups []group) bool {
	return slices.ContainsFunc(groups, func(g group) bool { return g.status == checks.Open })
}

// worst is the status that a control or a section shows: gap proven or likely, unknown, gap missing,
// needs you, waived, pass, not applicable.
func (s *store) worst(recs []int) (posture.Status, posture.Basis) {
	status, basis, best := posture.NotApplicable, posture.Basis(""), 99
	for _, i := range recs {
		r := &s.recs[i]
		if n := rankOf(r.status, r.basis); n < best {
			status, basis, best = r.status, r.basis, n
		}
	}
	return status, basis
}

func rankOf(s posture.Status, b posture.Basis) int {
	switch s {
	case posture.Gap:
		if b == posture.Missing || b == posture.Declared {
			return 2
		}
		return 0
	case posture.Unknown:
		return 1
	case scanningStatus:
		return 3
	case posture.NeedsYou:
		return 4
	case posture.Waived:
		return 5
	case posture.Pass:
		if b == posture.Attested {
			return 6
		}
		return 7
	}
	return 8
}
