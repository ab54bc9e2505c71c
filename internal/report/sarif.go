package report

import (
	"bytes"
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
}

// most results that code-scanning hosts keep of a run
const sarifResults = 5000

// SARIF writes the findings of files as SARIF 2.1.0. Waived findings are left out unless asked for, because hosts open them
// as alerts; findings about the repository as a whole are left out because they have no line to stand on.
// Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
func SARIF(w io.Writer, r *posture.Report, set *rules.Set, o SARIFOptions) error {
	var used []*rules.Rule
	index := map[string]int{}
	results := []sarifResult{}
	dropped := 0
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Scope == "repo" || f.Location == nil || f.Status != checks.Open && !o.ShowSuppressed {
			continue
		}
		if len(results) == sarifResults {
			dropped++
			continue
		}
		rule := set.Rule(f.Rule)
		if rule == nil {
			rule = &rules.Rule{ID: f.Rule, Title: f.Title, Severity: f.Severity, Confidence: f.Confidence}
		}
		if _, ok := index[f.Rule]; !ok {
			index[f.Rule] = len(used)
			used = append(used, rule)
		}
		results = append(results, resultOf(f, index[f.Rule]))
	}
	driver := sarifDriver{Name: "bakedin", SemanticVersion: r.Tool.Version, Rules: []sarifRule{}}
	for _, rule := range used {
		driver.Rules = append(driver.Rules, ruleOf(rule))
	}
	run := sarifRun{
		Tool: sarifTool{driver}, Results: results, ColumnKind: "unicodeCodePoints",
		Automation:  sarifAutomation{ID: "bakedin/" + r.Run.Profile + "/" + o.Category},
		URIBases:    map[string]sarifURIBase{"SRCROOT": {Description: sarifText{Text: "the root of the scanned repository"}}},
		Invocations: []sarifInvocation{{Successful: r.Run.Complete, Notifications: notifications(r, dropped)}},
	}
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(sarifLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}}); err != nil {
		return err
	}
	_, err := w.Write(escape(b.Bytes()))
	return err
}

var sarifLevel = map[rules.Severity]string{rules.Critical: "error", rules.High: "error", rules.Medium: "warning", rules.Low: "note"}
var sarifSeverity = map[rules.Severity]string{rules.Critical: "9.3", rules.High: "8.0", rules.Medium: "5.5", rules.Low: "2.5"}

func ruleOf(r *rules.Rule) sarifRule {
	out := sarifRule{
		ID: r.ID, Name: r.ID, Short: sarifText{Text: r.Title}, Full: sarifText{Text: paragraph(r.Why, r.Title)},
		Configuration: sarifConfiguration{Level: sarifLevel[r.Severity]},
		Properties:    map[string]any{"security-severity": sarifSeverity[r.Severity], "precision": string(r.Confidence)},
	}
	out.Help = sarifText{Text: r.Why + "\n" + r.Remedy, Markdown: "**Why**\n\n" + r.Why + "\n**What to do**\n\n" + r.Remedy}
	tags := []string{"security"} // must be first, or the severity is ignored
	for _, s := range r.Supports {
		tags = append(tags, "guideline-"+s)
	}
	for _, ref := range r.Refs {
		switch {
		case strings.HasPrefix(ref, "CWE-"):
			tags = append(tags, "external/cwe/"+strings.ToLower(ref))
		case strings.HasPrefix(ref, "LLM"):
			tags = append(tags, "owasp-"+strings.ToLower(ref[:5]))
		}
	}
	out.Properties["tags"] = tags[:min(10, len(tags))]
	return out
}

func paragraph(s, fallback string) string {
	if s = strings.Join(strings.Fields(s), " "); s == "" {
		return fallback
	}
	return s
}

func resultOf(f *checks.Finding, index int) sarifResult {
	loc := sarifPhysical{Artifact: sarifArtifact{URI: uri(f.Location.Path), Base: "SRCROOT"}, Region: regionOf(f.Location)}
	out := sarifResult{
		RuleID: f.Rule, RuleIndex: index, Level: sarifLevel[f.Severity], Kind: "fail",
		Message:      sarifText{Text: string(safe.Line(string(f.Message)))},
		Locations:    []sarifLocation{{loc}},
		Fingerprints: map[string]string{"bakedin/v1": f.Fingerprints["bakedin/v1"]},
		Properties:   map[string]any{"confidence": f.Confidence, "strength": f.Strength, "recommendations": f.Supports, "id": f.ID},
	}
	if fp := f.Fingerprints["bakedin/v1"]; len(fp) >= 16 && f.Location.Kind != "text" {
		out.Fingerprints["primaryLocationLineHash"] = fp[:16] + ":1"
	}
	if s := f.Suppression; s != nil {
		out.Suppressions = []sarifSuppression{{Kind: "external", Justification: string(safe.Line(s.Reason))}}
	}
	for i, rel := range f.Related {
		if i == 100 {
			break
		}
		out.Related = append(out.Related, sarifRelated{ID: i + 1, Message: sarifText{Text: string(safe.Line(string(rel.Message)))},
			Physical: sarifPhysical{Artifact: sarifArtifact{URI: uri(rel.Path), Base: "SRCROOT"}, Region: sarifRegion{StartLine: max(1, rel.Start.Line)}}})
	}
	for _, fix := range f.Fixes {
		if len(fix.Edits) > 0 {
			out.Fixes = append(out.Fixes, sarifFix{Description: sarifText{Text: fix.Title}, Changes: changesOf(fix.Edits)})
		}
	}
	return out
}

func regionOf(l *checks.Location) sarifRegion {
	if l.Kind != "text" {
		length := max(0, l.End.Byte-l.Start.Byte)
		return sarifRegion{StartLine: 1, ByteOffset: &l.Start.Byte, ByteLength: &length}
	}
	return sarifRegion{StartLine: max(1, l.Start.Line), StartColumn: l.Start.Column, EndLine: l.End.Line, EndColumn: l.End.Column}
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
