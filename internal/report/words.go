package report

import (
	"fmt"
	"strings"

	"bakedin/checks"
	"bakedin/internal/posture"
	"bakedin/internal/repo"
	"bakedin/internal/safe"
)

// The words that text, Markdown and HTML share.

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// placeOf a finding: path:line:column, or the entry and the opcode of a model.
func placeOf(f *checks.Finding) string {
	l := f.Location
	if l == nil {
		return "the repository"
	}
	place := string(safe.Path(l.Path))
	if l.Kind == "text" {
		return fmt.Sprintf("%s:%d:%d", place, l.Start.Line, l.Start.Column)
	}
	if l.Member != nil {
		place += ", entry " + string(safe.Path(*l.Member))
	}
	if l.Index != nil {
		place += fmt.Sprintf(", opcode %d", *l.Index)
	}
	return place
}

// unread files that make the run incomplete.
func unread(r *posture.Report) []checks.Skipped {
	var out []checks.Skipped
	for _, s := range r.Skipped {
		if s.Fatal() {
			out = append(out, s)
		}
	}
	return out
}

// kindsShown is the order of the inventory; code and documents are no news.
var kindsShown = []struct {
	kind repo.Kind
	noun string
}{{repo.Model, "model"}, {repo.Prompt, "prompt"}, {repo.Agent, "agent file"}, {repo.Manifest, "manifest"}, {repo.Dataset, "dataset"}, {repo.Notebook, "notebook"}, {repo.Deploy, "deployment file"}}

// inventory is ": 2 models, 1 prompt", or nothing.
func inventory(r *posture.Report) string {
	var parts []string
	for _, k := range kindsShown {
		if n := r.Summary.Assets[k.kind]; n > 0 {
			parts = append(parts, count(n, k.noun))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return ": " + strings.Join(parts, ", ")
}

// hidden says what is not in the list and why; empty when nothing is.
func hidden(r *posture.Report) string {
	h := r.Suppressed
	if h.Waived+h.Inline+h.Baselined+h.BelowThreshold == 0 {
		return ""
	}
	return fmt.Sprintf("%d known (baseline), %d waived, %d inline, %d below the threshold", h.Baselined, h.Waived, h.Inline, h.BelowThreshold)
}

func statusCounts(c posture.Counts) string {
	return fmt.Sprintf("125 recommendations: %d proven, %d attested, %d gap, %d waived, %d need you, %d unknown, %d not applicable",
		c.PassProven, c.PassAttested, c.Gap, c.Waived, c.NeedsYou, c.Unknown, c.NotApplicable)
}

// policyLine says whose policy it was: a scanned tree may excuse itself.
func policyLine(r *posture.Report) string {
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
	return fmt.Sprintf("%s · profile %s · guideline %s · rules %s", from, safe.Line(r.Run.Profile), safe.Line(r.Tool.Guideline.Version), safe.Line(digest[:min(8, len(digest))]))
}
