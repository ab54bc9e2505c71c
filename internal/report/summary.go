package report

import (
	"fmt"
	"strings"

	"bakedin/checks"
	"bakedin/internal/posture"
	"bakedin/internal/repo"
	"bakedin/internal/safe"
)

// summary prints the table, the posture, what was looked at, what is hidden, and one next step.
func (t *text) summary() {
	r := t.r
	t.printf("%-12s %5s %6s %7s\n", "", "new", "known", "waived")
	for _, s := range severities {
		c := r.Summary.BySeverity[s]
		t.printf("%-12s %5d %6d %7d\n", s, c.Open, c.Known, c.Waived)
	}
	t.printf("\n")
	if !r.Run.Complete {
		t.incomplete()
	}
	switch {
	case r.Posture != nil:
		t.posture(r.Posture)
	case r.Run.Partial:
		t.printf("no posture: only a part of the tree was looked at\n")
	default:
		t.printf("%s\n", t.paint("33", fmt.Sprintf("no AI assets found (looked for models, prompts, agents, datasets, notebooks and calls of AI libraries in %d files)", r.Run.Files.Scanned)))
	}
	t.lookedAt()
	for _, n := range r.Notices {
		switch n.Kind {
		case "no-ai-assets", "partial-run", "policy-from-tree":
		default:
			t.printf("%-9s %s\n", "note", safe.Line(n.Text))
		}
	}
	t.policy()
	if r.Run.DurationMS > 0 {
		t.printf("%-9s %.1f s\n", "time", float64(r.Run.DurationMS)/1000)
	}
	t.next()
}

func (t *text) incomplete() {
	var fatal []checks.Skipped
	for _, s := range t.r.Skipped {
		if s.Fatal() {
			fatal = append(fatal, s)
		}
	}
	t.printf("%s\n", t.paint("1;33", "INCOMPLETE: "+count(len(fatal), "file")+" could not be read to the end"))
	for _, s := range fatal[:min(len(fatal), 10)] {
		t.printf("  %s (%s: %s)\n", safe.Path(s.Path), s.Kind, safe.Line(s.Detail))
	}
	if len(fatal) > 10 {
		t.printf("  and %d more\n", len(fatal)-10)
	}
	t.printf("\n")
}

func (t *text) posture(p *posture.Posture) {
	if n := len(p.CriticalGaps); n > 0 {
		t.printf("%s\n", t.paint("1;31", fmt.Sprintf("%s: %s", count(n, "critical gap"), strings.Join(p.CriticalGaps, ", "))))
	}
	s := p.Shares.Whole()
	i := s.Interval()
	waived := ""
	if p.Counts.Waived > 0 {
		waived = fmt.Sprintf(" (%d waived)", p.Counts.Waived)
	}
	unknown := ""
	if !p.Complete && p.Counts.Unknown > 0 {
		unknown = fmt.Sprintf(" (%d unknown)", p.Counts.Unknown)
	}
	t.printf("posture   between %.0f and %.0f     proven %.0f · attested %.0f · gap %.0f%s · open %.0f%s\n", i.Low, i.High, s.Proven, s.Attested, s.Gap, waived, s.Open, unknown)
	c := p.Counts
	t.printf("          125 recommendations: %d proven, %d attested, %d gap, %d waived, %d need you, %d unknown, %d not applicable\n",
		c.PassProven, c.PassAttested, c.Gap, c.Waived, c.NeedsYou, c.Unknown, c.NotApplicable)
	if p.NotApplicableShare > 30 {
		t.printf("          not applicable is %.0f %% of the catalogue: look at the reasons\n", p.NotApplicableShare)
	}
	if p.NothingOpen {
		t.printf("          nothing open today\n")
	}
	if e := p.NextExpiry; e != nil {
		t.printf("          next to run out: %s %s on %s\n", e.What, safe.Line(e.Ref), e.Date)
	}
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// kindsShown is the order of the inventory; code and documents are no news.
var kindsShown = []struct {
	kind repo.Kind
	noun string
}{{repo.Model, "model"}, {repo.Prompt, "prompt"}, {repo.Agent, "agent file"}, {repo.Manifest, "manifest"}, {repo.Dataset, "dataset"}, {repo.Notebook, "notebook"}, {repo.Deploy, "deployment file"}}

func (t *text) lookedAt() {
	r := t.r
	var parts []string
	for _, k := range kindsShown {
		if n := r.Summary.Assets[k.kind]; n > 0 {
			parts = append(parts, count(n, k.noun))
		}
	}
	what := ""
	if len(parts) > 0 {
		what = ": " + strings.Join(parts, ", ")
	}
	t.printf("%-9s %s%s\n", "looked at", count(r.Run.Files.Scanned, "file"), what)
	var left []string
	if n := r.Run.Files.Excluded; n > 0 {
		left = append(left, fmt.Sprintf("%d excluded", n))
	}
	if n := r.Run.Files.Ignored; n > 0 {
		left = append(left, fmt.Sprintf("%d ignored by git", n))
	}
	if n := r.Run.Files.Skipped; n > 0 {
		left = append(left, fmt.Sprintf("%d not read", n))
	}
	if len(left) > 0 {
		t.printf("          %s\n", strings.Join(left, ", "))
	}
	h := r.Suppressed
	if h.Waived+h.Inline+h.Baselined+h.BelowThreshold > 0 {
		t.printf("%-9s %d waived, %d inline, %d known, %d below the threshold\n", "hidden", h.Waived, h.Inline, h.Baselined, h.BelowThreshold)
	}
}

func (t *text) policy() {
	r := t.r
	from := map[string]string{"tree": "scanned tree", "none": "none"}[r.Policy.Source]
	if from == "" {
		from = string(safe.Line(r.Policy.Source))
	}
	var files []string
	for _, f := range r.Policy.Files {
		files = append(files, string(safe.Path(f.Path)))
	}
	if len(files) > 0 {
		from += " (" + strings.Join(files, ", ") + ")"
	}
	digest := strings.TrimPrefix(r.Tool.RulesDigest, "sha256:")
	t.printf("%-9s %s · profile %s · guideline %s · rules %s\n", "policy", from, safe.Line(r.Run.Profile), safe.Line(r.Tool.Guideline.Version), safe.Line(digest[:min(8, len(digest))]))
}

// next names the one thing to do now.
func (t *text) next() {
	safeFixes, first := 0, ""
	for i := range t.r.Findings {
		f := &t.r.Findings[i]
		if f.Status != checks.Open {
			continue
		}
		if first == "" {
			first = f.Explain
		}
		for _, fix := range f.Fixes {
			if fix.Applicability == checks.Safe {
				safeFixes++
				break
			}
		}
	}
	switch {
	case safeFixes > 0:
		plural := "1 safe fix"
		if safeFixes > 1 {
			plural = fmt.Sprintf("%d safe fixes", safeFixes)
		}
		t.printf("%-9s bakedin fix     shows %s as a diff\n", "next", plural)
	case first != "":
		t.printf("%-9s %s\n", "next", first)
	case t.r.Posture != nil:
		for i := range t.r.Recommendations {
			if x := &t.r.Recommendations[i]; x.Status == posture.NeedsYou && x.Severity == "critical" {
				t.printf("%-9s bakedin explain %s     a critical question is open\n", "next", x.ID)
				return
			}
		}
	}
}
