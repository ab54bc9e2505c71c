package report

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"bakedin/checks"
	"bakedin/internal/posture"
	"bakedin/internal/repo"
	"bakedin/internal/safe"
	"bakedin/rules"
)

// SARIFOptions choose what goes into a SARIF log. The zero value is what code-scanning hosts want.
type SARIFOptions struct {
	Category       string // keeps the alerts of two analyses of one repository apart
	ShowSuppressed bool
	Scope          string // file (or empty): findings of files; all: also those of the repository; posture: also the recommendations
	Baseline       bool   // a baseline was given: results say whether they are new
}

// What code-scanning hosts keep of a log.
const (
	sarifResults = 5000 // of a run, worst first
	sarifRelated = 100  // locations of a result
	sarifTags    = 10   // of a rule
)

// SARIF writes the findings as SARIF 2.1.0. Waived and known findings are left out unless asked for, because hosts open them
// as alerts; findings about the repository as a whole are left out because they have no line to stand on.
// Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
func SARIF(w io.Writer, r *posture.Report, set *rules.Set, o SARIFOptions) error {
	var used []*rules.Rule
	index := map[string]int{}
	results := []sarifResult{}
	dropped := 0
	for i := range r.Findings {
		f := &r.Findings[i]
		if !counts(f) && !o.ShowSuppressed || (f.Location == nil || f.Scope == "repo") && o.Scope != "all" {
			continue
		}
		if len(results) == sarifResults {
			dropped++
			continue
		}
		rule := set.Rule(f.Rule)
		if rule == nil { // of a saved report of another version
			rule = &rules.Rule{ID: f.Rule, Title: f.Title, Severity: f.Severity, Confidence: f.Confidence, Supports: f.Supports, Refs: f.CWE}
		}
		if _, ok := index[f.Rule]; !ok {
			index[f.Rule] = len(used)
			used = append(used, rule)
		}
		results = append(results, resultOf(f, index[f.Rule], o))
	}
	if o.Scope == "posture" {
		for i := range r.Recommendations {
			results = append(results, standing(&r.Recommendations[i]))
		}
	}
	catalogues := newTaxonomies(set)
	driver := sarifDriver{Name: "bakedin", SemanticVersion: r.Tool.Version, Organization: "bakedin", Rules: []sarifRule{}}
	for _, rule := range used {
		described := ruleOf(rule)
		described.Relationships = catalogues.relate(rule)
		driver.Rules = append(driver.Rules, described)
	}
	for i, t := range catalogues.list {
		driver.Taxonomies = append(driver.Taxonomies, sarifToolRef{t.Name, i})
	}
	run := sarifRun{
		Tool: sarifTool{driver}, Results: results, ColumnKind: "unicodeCodePoints", Taxonomies: catalogues.list,
		Automation:  sarifAutomation{ID: "bakedin/" + r.Run.Profile + "/" + o.Category},
		URIBases:    map[string]sarifURIBase{"SRCROOT": {Description: sarifText{Text: "the root of the scanned repository"}}},
		Invocations: []sarifInvocation{{Successful: r.Run.Complete, Notifications: notifications(r, dropped)}},
	}
	if v := r.Target.VCS; v != nil && strings.Contains(v.Remote, "://") {
		run.Provenance = []sarifProvenance{{Repository: v.Remote, Revision: v.Commit, Branch: v.Branch}}
	}
	text, err := json.Marshal(sarifLog{Schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}})
	if err != nil {
		return err
	}
	_, err = w.Write(escape(append(text, '\n')))
	return err
}

var sarifLevel = map[rules.Severity]string{rules.Critical: "error", rules.High: "error", rules.Medium: "warning", rules.Low: "note"}
var sarifSeverity = map[rules.Severity]string{rules.Critical: "9.3", rules.High: "8.0", rules.Medium: "5.5", rules.Low: "2.5"}

// ruleOf describes a rule: the same file that explain prints.
func ruleOf(r *rules.Rule) sarifRule {
	out := sarifRule{
		ID: r.ID, Name: r.ID, Short: sarifText{Text: r.Title}, Full: sarifText{Text: firstParagraph(r.Why, r.Title)},
		Configuration: sarifConfiguration{Level: sarifLevel[r.Severity]},
		Properties:    map[string]any{"security-severity": sarifSeverity[r.Severity], "precision": string(r.Confidence)},
	}
	out.Help = sarifText{Text: r.Why + "\n" + r.Remedy, Markdown: helpOf(r)}
	tags := []string{"security"} // must be first, or the severity is ignored
	for _, s := range r.Supports {
		tags = append(tags, "guideline-"+s)
	}
	for _, ref := range r.Refs {
		id, _, _ := strings.Cut(ref, ":")
		switch {
		case strings.HasPrefix(ref, "CWE-"):
			tags = append(tags, "external/cwe/"+strings.ToLower(ref))
		case strings.HasPrefix(ref, "LLM"):
			tags = append(tags, "owasp-"+strings.ToLower(id))
		case strings.HasPrefix(ref, "AML."):
			tags = append(tags, "atlas-"+strings.ToLower(ref))
		}
	}
	out.Properties["tags"] = tags[:min(sarifTags, len(tags))]
	return out
}

func helpOf(r *rules.Rule) string {
	var b strings.Builder
	fmt.Fprintf(&b, "**Why**\n\n%s\n\n**What to do**\n\n%s\n", strings.TrimSpace(r.Why), strings.TrimSpace(r.Remedy))
	if len(r.Examples) > 0 {
		helpExample(&b, "Bad", r.Examples[0].Bad)
		helpExample(&b, "Good", r.Examples[0].Good)
	}
	fmt.Fprintf(&b, "\n**Speaks to** %s\n\n**Accept it for a while**, in `.bakedin.toml`:\n\n```toml\n[[waiver]]\nrule    = %q\npaths   = [\"…\"]\nreason  = \"…\"\nowner   = \"@…\"\ncreated = 2027-01-01\nexpires = 2027-02-01\n```\n", strings.Join(r.Supports, ", "), r.ID)
	return b.String()
}

// helpExample shows an example that fits into a code block.
func helpExample(b *strings.Builder, name string, e *rules.Example) {
	if e != nil && e.Text != "" && len(e.Text) < 2000 && !strings.Contains(e.Text, "```") {
		fmt.Fprintf(b, "\n%s: `%s`\n\n```\n%s\n```\n", name, e.Path, strings.TrimRight(e.Text, "\n"))
	}
}

func firstParagraph(s, fallback string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n\n")
	if s = strings.Join(strings.Fields(s), " "); s == "" {
		return fallback
	}
	return s
}

func resultOf(f *checks.Finding, index int, o SARIFOptions) sarifResult {
	l := f.Location
	if l == nil { // of the repository: hosts want a file to stand on
		l = &checks.Location{Kind: "repo", Path: ".bakedin.toml"}
	}
	out := sarifResult{
		RuleID: f.Rule, RuleIndex: &index, Level: sarifLevel[f.Severity], Kind: "fail",
		Message:      sarifText{Text: string(safe.Line(string(f.Message)))},
		Locations:    []sarifLocation{{sarifPhysical{Artifact: sarifArtifact{URI: uri(l.Path), Base: "SRCROOT"}, Region: regionOf(l)}}},
		Fingerprints: map[string]string{"bakedin/v1": f.Fingerprints["bakedin/v1"]},
		Properties:   map[string]any{"confidence": f.Confidence, "strength": f.Strength, "recommendations": f.Supports, "id": f.ID},
	}
	if hash := f.Fingerprints[checks.LineHash]; hash != "" {
		out.Fingerprints[checks.LineHash] = hash
	} else if fp := f.Fingerprints["bakedin/v1"]; len(fp) >= 16 {
		out.Fingerprints[checks.LineHash] = fp[:16] + ":1"
	}
	if s := f.Suppression; s != nil {
		kind := "external"
		if strings.HasPrefix(s.Kind, "inline") {
			kind = "inSource"
		}
		out.Suppressions = []sarifSuppression{{Kind: kind, Justification: string(safe.Line(s.Reason))}}
	}
	if o.Baseline {
		out.Baseline = "new"
		if !f.IsNew {
			out.Baseline = "unchanged"
		}
	}
	for i, rel := range f.Related[:min(sarifRelated, len(f.Related))] {
		out.Related = append(out.Related, sarifRelatedLocation{ID: i + 1, Message: sarifText{Text: string(safe.Line(string(rel.Message)))},
			Physical: sarifPhysical{Artifact: sarifArtifact{URI: uri(rel.Path), Base: "SRCROOT"}, Region: sarifRegion{StartLine: max(1, rel.Start.Line)}}})
	}
	for _, fix := range f.Fixes {
		if len(fix.Edits) > 0 {
			out.Fixes = append(out.Fixes, sarifFix{Description: sarifText{Text: fix.Title}, Changes: changesOf(fix.Edits)})
		}
	}
	return out
}

// standing is the status of a recommendation as a result without a place.
func standing(x *posture.Recommendation) sarifResult {
	out := sarifResult{RuleID: x.ID, Level: "none", Properties: map[string]any{"status": x.Status, "basis": x.Basis, "severity": x.Severity}}
	out.Kind = map[posture.Status]string{posture.Pass: "pass", posture.Gap: "fail", posture.Waived: "fail", posture.NeedsYou: "review", posture.NotApplicable: "notApplicable"}[x.Status]
	if out.Kind == "" {
		out.Kind = "open"
	}
	if out.Kind == "fail" {
		out.Level = sarifLevel[x.Severity]
	}
	if x.Status == posture.Waived {
		out.Suppressions = []sarifSuppression{{Kind: "external", Justification: "waived"}}
	}
	text := fmt.Sprintf("%s %s: %s", x.ID, safe.Line(x.Title), x.Status)
	for _, reason := range x.Reasons {
		text += "; " + string(safe.Line(reason.Text))
	}
	out.Message.Text = text
	return out
}

func regionOf(l *checks.Location) sarifRegion {
	switch l.Kind {
	case "text":
		return sarifRegion{StartLine: max(1, l.Start.Line), StartColumn: l.Start.Column, EndLine: l.End.Line, EndColumn: l.End.Column}
	case "repo":
		return sarifRegion{StartLine: 1}
	}
	length := max(0, l.End.Byte-l.Start.Byte)
	return sarifRegion{StartLine: 1, ByteOffset: &l.Start.Byte, ByteLength: &length}
}

func changesOf(edits []repo.TextEdit) []sarifChange {
	var out []sarifChange
	for _, e := range edits {
		length := e.End - e.Start
		replacement := sarifReplacement{Deleted: sarifRegion{ByteOffset: &e.Start, ByteLength: &length}, Inserted: sarifContent{Text: e.Replacement}}
		i := slices.IndexFunc(out, func(c sarifChange) bool { return c.Artifact.URI == uri(e.Path) })
		if i < 0 {
			out = append(out, sarifChange{Artifact: sarifArtifact{URI: uri(e.Path), Base: "SRCROOT"}})
			i = len(out) - 1
		}
		out[i].Replacements = append(out[i].Replacements, replacement)
	}
	return out
}

func notifications(r *posture.Report, dropped int) []sarifNotification {
	out := []sarifNotification{}
	for _, s := range r.Skipped {
		level := "note"
		if s.Fatal() {
			level = "error"
		}
		out = append(out, sarifNotification{Level: level, Message: sarifText{Text: fmt.Sprintf("%s: %s: %s", safe.Path(s.Path), s.Kind, safe.Line(s.Detail))}})
	}
	if dropped > 0 {
		out = append(out, sarifNotification{Level: "warning", Message: sarifText{Text: fmt.Sprintf("%d results of lower severity were left out", dropped)}})
	}
	return out
}

// uri percent-encodes a path of the repository.
func uri(path string) string {
	return strings.ReplaceAll((&url.URL{Path: path}).EscapedPath(), ":", "%3A") // a first segment with a colon would be a scheme
}
