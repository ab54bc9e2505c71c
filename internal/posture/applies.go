package posture

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"bakedin/rules"
)

func matchGlob(glob, path string) bool { return doublestar.MatchUnvalidated(glob, path) }

// applies decides whether a recommendation applies, before anything else is asked. It sets status and reason when that
// alone decides.
func (f *Fold) applies(j *judgement) {
	j.applies = Applies{By: "detector", Because: []string{}}
	var unset []rules.Fact
	var looked []string
	broken := false
	for _, when := range j.rec.AppliesWhen {
		if when == "always" {
			j.applies = Applies{Value: true, By: "always", Because: []string{}}
			break
		}
		if fact := f.fact(when); fact != nil {
			switch value, known := f.factValue(fact); {
			case known && value:
				j.applies.Value, j.applies.By = true, "person"
				j.applies.Because = append(j.applies.Because, fact.Question)
			case !known:
				unset = append(unset, *fact)
			}
			continue
		}
		looked = append(looked, f.signalTitle(when))
		if seen, onlyTests := f.seen(when); seen {
			because := f.signalTitle(when)
			if onlyTests {
				because += " (seen only in tests or examples)"
			}
			j.applies.Value = true
			j.applies.Because = append(j.applies.Because, because)
		} else if !f.looked(when) {
			broken = true
		}
	}
	j.answer = f.answerTo(j.rec)
	if j.answer != nil && j.answer.live && j.answer.Answer == "not-applicable" {
		if !j.applies.Value || j.applies.By == "always" {
			j.status = NotApplicable
			j.reason = Reason{Code: "person-says-not-applicable", Text: j.answer.By + " says that it does not apply here", Refs: []string{}}
			j.applies = Applies{By: "person", Because: []string{}}
			return
		}
		j.status = NeedsYou
		j.reason = Reason{Code: "question-open", Text: j.answer.By + " says that it does not apply, but the scan saw: " + strings.Join(j.applies.Because, ", "), Refs: []string{}}
		return
	}
	switch {
	case j.applies.Value:
	case broken:
		j.status = Unknown
		j.reason = Reason{Code: "rule-failed", Text: "whether it applies is not known: the scan is incomplete", Refs: []string{}}
	case len(unset) > 0:
		j.status = NeedsYou
		j.reason = Reason{Code: "fact-unset", Text: unset[0].Question + " Set " + unset[0].ID + " under [facts] of .bakedin.toml", Refs: []string{}}
	default:
		j.status = NotApplicable
		text := "the fact is stated false"
		if len(looked) > 0 {
			text = "nothing of this was found: " + strings.Join(looked, "; ")
		}
		j.reason = Reason{Code: "context-absent", Text: text, Refs: []string{}}
	}
}

func (f *Fold) fact(id string) *rules.Fact {
	for i := range f.set.Guideline.Facts {
		if f.set.Guideline.Facts[i].ID == id {
			return &f.set.Guideline.Facts[i]
		}
	}
	return nil
}

// factValue is what the person stated, or yes when a scan saw it. A scan never answers no, and a no against what it saw
// does not count.
func (f *Fold) factValue(fact *rules.Fact) (value, known bool) {
	for _, s := range fact.YesIf {
		if seen, onlyTests := f.seen(s); seen && !onlyTests {
			return true, true
		}
	}
	v, ok := f.opt.Policy.Facts[fact.ID]
	return v, ok
}

// seen tells whether a signal was seen at all, and whether only in tests or examples.
func (f *Fold) seen(signal string) (seen, onlyTests bool) {
	onlyTests = true
	for i := range f.contexts {
		if f.contexts[i].Signal == signal {
			seen = true
			onlyTests = onlyTests && f.contexts[i].InTests
		}
	}
	for _, rule := range f.set.Signals[signal] {
		for _, e := range f.evidence {
			if e.Rule == rule {
				seen, onlyTests = true, false
			}
		}
	}
	return seen, seen && onlyTests
}

// looked tells whether the search for a signal was completed over the whole tree.
func (f *Fold) looked(signal string) bool {
	if !f.ended || f.end.Cancelled {
		return false
	}
	if strings.HasPrefix(signal, "C-") {
		return !slices.ContainsFunc(f.skipped, func(s skip) bool { return s.Fatal() })
	}
	for _, rule := range f.set.Signals[signal] {
		if s, ok := f.states[rule]; !ok || s.State != "completed" {
			return false
		}
	}
	return true
}

func (f *Fold) signalTitle(id string) string {
	for _, s := range f.set.Guideline.Signals {
		if s.ID == id {
			return lowerFirst(s.Title)
		}
	}
	return fmt.Sprintf("%q", id)
}

// lowerFirst fits a title into a sentence. An abbreviation stays what it is.
func lowerFirst(title string) string {
	if len(title) > 1 && title[1] >= 'A' && title[1] <= 'Z' {
		return title
	}
	return strings.ToLower(title[:1]) + title[1:]
}
