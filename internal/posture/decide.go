package posture

import (
	"fmt"
	"slices"
	"strings"

	"bakedin/checks"
	"bakedin/rules"
)

// judgement is everything that bears on one recommendation.
type judgement struct {
	rec       *rules.Recommendation
	applies   Applies
	status    Status // decided by applicability: not-applicable, needs-you, unknown; else empty
	reason    Reason
	gaps      []*checks.Finding // open
	waived    []*checks.Finding
	evidence  []*checks.Finding
	broken    []Reason // rules and files that did not finish
	answer    *answer
	noRules   [][]string // groups of pass_needs whose signals no rule realises
	datum     bool       // every datum it needs is there
	missingID string
	waivedGap bool // the missing artefact itself is waived
	fold      *Fold
}

func (j *judgement) realises(rule, signal string) bool {
	return slices.Contains(j.fold.set.Signals[signal], rule)
}

// decide is the table of the guideline's honesty: gap (proven) > gap (likely) > unknown > gap (missing, declared) >
// needs-you > waived > pass. Unknown always beats pass.
func (f *Fold) decide(j *judgement) (Status, *Basis, []Reason) {
	if j.status != "" {
		return j.status, nil, []Reason{j.reason}
	}
	var proven, likely []*checks.Finding
	for _, g := range j.gaps {
		switch {
		case g.Strength >= rules.E3:
			proven = append(proven, g)
		case g.Strength == rules.E2 && !j.answer.covers(g):
			likely = append(likely, g)
		}
	}
	if len(proven) > 0 {
		return Gap, basis(Proven), []Reason{against(proven)}
	}
	if len(likely) > 0 {
		return Gap, basis(Likely), []Reason{against(likely)}
	}
	if len(j.broken) > 0 {
		return Unknown, nil, j.broken
	}
	status, b, reasons := f.candidate(j)
	if status != Gap && len(j.waived) > 0 {
		if status == Pass {
			return Waived, nil, append(reasons, waivedReason(j.waived))
		}
		reasons = append(reasons, waivedReason(j.waived))
	}
	return status, b, reasons
}

// candidate is the status when nothing speaks against the recommendation and everything was looked at.
func (f *Fold) candidate(j *judgement) (Status, *Basis, []Reason) {
	live := j.answer != nil && j.answer.live
	if live && (j.answer.Answer == "not-met" || j.answer.Answer == "partly") {
		return Gap, basis(Declared), []Reason{{Code: "person-says-not-met", Text: fmt.Sprintf("%s answered %q on %s", j.answer.By, j.answer.Answer, j.answer.Date), Refs: []string{}}}
	}
	met := live && j.answer.Answer == "met"
	attested := func() (Status, *Basis, []Reason) {
		return Pass, basis(Attested), []Reason{{Code: "attested", Text: fmt.Sprintf("attested by %s until %s", j.answer.By, j.answer.Expires), Refs: []string{}}}
	}
	if j.rec.Mode == rules.Prove && j.datum {
		missing, refs := j.unmet()
		switch {
		case len(missing) == 0:
			return Pass, basis(Proven), []Reason{{Code: "evidence-complete", Text: "shown by " + j.sources(refs), Refs: refs}}
		case met:
			return attested()
		case len(j.noRules) > 0:
			return Unknown, nil, []Reason{{Code: "rule-disabled", Text: "no rule looks for this yet: " + strings.Join(j.titles(j.noRules), ", "), Refs: []string{}}}
		case j.waivedGap:
			return Waived, nil, []Reason{{Code: "waiver-active", Text: "that it is missing is accepted for now", Refs: []string{j.missingID}}}
		}
		return Gap, basis(Missing), []Reason{{Code: "artefact-missing", Text: strings.Join(missing, "; "), Refs: []string{j.missingID}}}
	}
	if met {
		return attested()
	}
	return NeedsYou, nil, j.open()
}

// open says why a person is needed: the last answer does not hold, a datum is absent, or the question was never answered.
func (j *judgement) open() []Reason {
	var reasons []Reason
	if j.answer != nil && !j.answer.live {
		reasons = append(reasons, Reason{Code: j.answer.code, Text: j.answer.why, Refs: []string{}})
	}
	if j.rec.Mode == rules.Prove && !j.datum {
		reasons = append(reasons, Reason{Code: "datum-absent", Text: j.fold.whyNoData(j.rec), Refs: []string{}})
	}
	if len(reasons) == 0 {
		text := "no scan can see this"
		if len(j.evidence) > 0 {
			text = "no scan can see all of this; found so far: " + j.sources(idsOf(j.evidence))
		}
		reasons = append(reasons, Reason{Code: "question-open", Text: text, Refs: idsOf(j.evidence)})
	}
	return reasons
}
