package posture

import (
	"fmt"
	"slices"
	"strings"

	"bakedin/checks"
	"bakedin/rules"
)

// judge decides the status of every recommendation, in catalogue order, and counts them by control.
func (f *Fold) judge(gaps []checks.Finding, uses []use) ([]Recommendation, []Control) {
	g := f.set.Guideline
	section := map[string]string{}
	for _, c := range g.Controls {
		section[c.ID] = c.Section
	}
	recs := make([]Recommendation, 0, len(g.Recommendations))
	for i := range g.Recommendations {
		r := &g.Recommendations[i]
		recs = append(recs, f.recommend(r, section[r.Control], gaps, uses))
	}
	controls := make([]Control, 0, len(g.Controls))
	for _, c := range g.Controls {
		mine := func(r *Recommendation) bool { return r.Control == c.ID }
		a, _, _, _, counts := weigh(recs, mine)
		controls = append(controls, Control{ID: c.ID, Section: c.Section, Title: c.Title, Counts: counts, ApplicableWeight: a.sum(), Worst: worst(recs, mine)})
	}
	return recs, controls
}

func (f *Fold) recommend(r *rules.Recommendation, section string, gaps []checks.Finding, uses []use) Recommendation {
	j := &judgement{rec: r, datum: f.hasData(r), missingID: missingID(r), fold: f}
	f.applies(j)
	speaks := func(x *checks.Finding) bool { return slices.Contains(x.Supports, r.ID) }
	for i := range gaps {
		if x := &gaps[i]; speaks(x) && x.Strength >= rules.E2 && x.Confidence != "low" && !x.InTests {
			if x.Status == checks.Waived || x.Status == checks.IgnoredInline && x.Suppression.Expires != nil {
				j.waived = append(j.waived, x)
			} else {
				j.gaps = append(j.gaps, x)
			}
		}
	}
	for i := range f.evidence {
		if x := &f.evidence[i]; speaks(x) {
			j.evidence = append(j.evidence, x)
		}
	}
	j.broken = f.broken(r)
	for _, group := range r.PassNeeds {
		if !slices.ContainsFunc(group, func(s string) bool { return len(f.set.Signals[s]) > 0 }) {
			j.noRules = append(j.noRules, group)
		}
	}
	for _, u := range uses {
		j.waivedGap = j.waivedGap || u.live && u.waiver.ID == j.missingID
	}
	status, b, reasons := f.decide(j)
	if status == Gap && *b == Missing && f.ended && f.end.Complete && !f.anyAI() { // no AI assets, no AI gaps
		j.applies = Applies{By: "detector", Because: []string{}}
		status, b, reasons = NotApplicable, nil, []Reason{{Code: "context-absent", Text: "no AI assets were found here", Refs: []string{}}}
	}
	out := Recommendation{
		ID: r.ID, Control: r.Control, Section: section, Title: r.Title, Mode: r.Mode, Severity: r.Severity, Weight: f.set.Guideline.Weights[r.Severity],
		Applies: j.applies, Status: status, Basis: b, Reasons: reasons, Findings: append(idsOf(j.gaps), idsOf(j.waived)...), Evidence: idsOf(j.evidence),
		Waivers: []WaiverRef{},
	}
	for _, x := range j.waived {
		out.Waivers = append(out.Waivers, WaiverRef{ID: x.ID, Expires: *x.Suppression.Expires})
	}
	if j.answer != nil {
		out.Attestation = &j.answer.Attestation
	}
	if status == NeedsYou || status == Gap && *b != Proven {
		out.Question, out.AcceptedEvidence = &r.Question, &r.AcceptedEvidence
	}
	out.Next = next(&out, j)
	return out
}

// broken says which rules and files keep a recommendation from being decided.
func (f *Fold) broken(r *rules.Recommendation) []Reason {
	var reasons []Reason
	add := func(code, text string, refs ...string) {
		if len(reasons) < 3 {
			reasons = append(reasons, Reason{Code: code, Text: text, Refs: refs})
		}
	}
	for _, rule := range f.set.Rules {
		if !slices.Contains(rule.Supports, r.ID) {
			continue
		}
		state, told := f.states[rule.ID]
		switch {
		case !told && !f.ended:
			add("rule-failed", "still scanning", rule.ID)
		case !told: // not in this profile
		case state.State == checks.Disabled:
			add("rule-disabled", "the rule "+rule.ID+" is switched off", rule.ID)
		case state.State != checks.Completed && f.decisive(rule.ID):
			reason := "did not finish"
			if state.Reason != nil {
				reason = *state.Reason
			}
			add(codeOf(reason), "the rule "+rule.ID+": "+reason, rule.ID)
		}
	}
	return reasons
}

// decisive tells whether a file that the rule could not read is one that its recommendations rest on. A link that leads
// out of the tree, or a submodule, is not.
func (f *Fold) decisive(rule string) bool {
	return slices.ContainsFunc(f.skipped, func(s skip) bool { return slices.Contains(s.Rules, rule) }) || f.end.Cancelled
}

// codeOf maps the kind of a skip to a reason code.
func codeOf(reason string) string {
	for _, k := range [][2]string{
		{"limit", "limit"}, {"timeout", "timeout"}, {"encrypted", "encrypted"}, {"unsupported", "unsupported-format"},
		{"object-missing", "lfs-object-missing"}, {"submodule", "submodule-absent"}, {"parse", "file-skipped"}, {"unreadable", "file-skipped"},
	} {
		if strings.HasSuffix(reason, ": "+k[0]) {
			return k[1]
		}
	}
	return "rule-failed"
}

// next is one next step.
func next(r *Recommendation, j *judgement) Next {
	switch r.Status {
	case Gap:
		for _, x := range j.gaps {
			for _, fix := range x.Fixes {
				if fix.Applicability != checks.Manual {
					return Next{Verb: "fix", Text: "bakedin fix " + x.ID}
				}
			}
		}
		if len(j.gaps) > 0 {
			return Next{Verb: "read", Text: "bakedin explain " + j.gaps[0].Rule}
		}
		return Next{Verb: "read", Text: "bakedin explain " + r.ID}
	case NeedsYou:
		return Next{Verb: "attest", Text: "answer " + r.ID + " in .bakedin/attestations.toml"}
	case Unknown:
		return Next{Verb: "rescan", Text: "make the scan complete, then scan again"}
	case Waived:
		return Next{Verb: "waive", Text: fmt.Sprintf("mend it before the waiver runs out (%d)", len(r.Waivers))}
	}
	return Next{Verb: "read", Text: "bakedin explain " + r.ID}
}

// worst is the first status that occurs, in the order in which people should look.
func worst(recs []Recommendation, keep func(*Recommendation) bool) Status {
	rank := func(r *Recommendation) int {
		switch r.Status {
		case Gap:
			if *r.Basis == Proven || *r.Basis == Likely {
				return 0
			}
			return 2
		case Unknown:
			return 1
		case NeedsYou:
			return 3
		case Waived:
			return 4
		case Pass:
			return 5
		}
		return 6
	}
	best, status := 7, NotApplicable
	for i := range recs {
		if r := &recs[i]; keep(r) && rank(r) < best {
			best, status = rank(r), r.Status
		}
	}
	return status
}
