package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"bakedin/internal/posture"
	"bakedin/internal/safe"
	"bakedin/rules"
)

type codeQuality struct {
	Description string `json:"description"`
	CheckName   string `json:"check_name"`
	Fingerprint string `json:"fingerprint"`
	Severity    string `json:"severity"`
	Location    struct {
		Path  string `json:"path"`
		Lines struct {
			Begin int `json:"begin"`
		} `json:"lines"`
	} `json:"location"`
}

var codeQualitySeverity = map[rules.Severity]string{rules.Low: "minor", rules.Medium: "major", rules.High: "critical", rules.Critical: "blocker"}

// CodeQuality writes the open findings of files for the code quality widget of GitLab. The widget shows no check_name, so
// the description begins with it; it keeps only the first of equal fingerprints, so these are ours, which are unique.
// Source: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
func CodeQuality(w io.Writer, r *posture.Report) error {
	out := []codeQuality{}
	for i := range r.Findings {
		f := &r.Findings[i]
		if !counts(f) || f.Location == nil {
			continue
		}
		q := codeQuality{Description: f.Rule + ": " + string(safe.Line(string(f.Message))), CheckName: f.Rule,
			Fingerprint: f.Fingerprints["bakedin/v1"], Severity: codeQualitySeverity[f.Severity]}
		q.Location.Path, q.Location.Lines.Begin = validUTF8(f.Location.Path), max(1, f.Location.Start.Line)
		out = append(out, q)
	}
	return compact(w, out)
}

type sastReport struct {
	Version         string              `json:"version"`
	Scan            sastScan            `json:"scan"`
	Vulnerabilities []sastVulnerability `json:"vulnerabilities"`
}

type sastScan struct {
	Analyzer sastProgram   `json:"analyzer"`
	Scanner  sastProgram   `json:"scanner"`
	Type     string        `json:"type"`
	Start    string        `json:"start_time"`
	End      string        `json:"end_time"`
	Status   string        `json:"status"` // success, failure
	Messages []sastMessage `json:"messages,omitempty"`
}

type sastProgram struct {
	ID      string            `json:"id"`
	Name    string            `json:"name"`
	Version string            `json:"version"`
	Vendor  map[string]string `json:"vendor"`
}

type sastMessage struct {
	Level string `json:"level"`
	Value string `json:"value"`
}

type sastVulnerability struct {
	ID          string           `json:"id"`
	Name        string           `json:"name"`
	Description string           `json:"description"`
	Severity    string           `json:"severity"`
	Solution    string           `json:"solution,omitempty"`
	Identifiers []sastIdentifier `json:"identifiers"`
	Location    sastLocation     `json:"location"`
}

type sastIdentifier struct {
	Type  string `json:"type"`
	Name  string `json:"name"`
	Value string `json:"value"`
	URL   string `json:"url,omitempty"`
}

type sastLocation struct {
	File  string `json:"file"`
	Start int    `json:"start_line,omitempty"`
	End   int    `json:"end_line,omitempty"`
}

var sastSeverity = map[rules.Severity]string{rules.Low: "Low", rules.Medium: "Medium", rules.High: "High", rules.Critical: "Critical"}

// sastVersion is the version of GitLab's security report schemas that is written.
const sastVersion = "15.0.7"

// GitLabSAST writes the open findings of files as a security report of type sast. A scan that is incomplete is a failure.
// Source: https://gitlab.com/gitlab-org/security-products/security-report-schemas
func GitLabSAST(w io.Writer, r *posture.Report, set *rules.Set) error {
	us := sastProgram{ID: "bakedin", Name: "bakedin", Version: r.Tool.Version, Vendor: map[string]string{"name": "bakedin"}}
	out := sastReport{Version: sastVersion, Vulnerabilities: []sastVulnerability{}, Scan: sastScan{Analyzer: us, Scanner: us, Type: "sast", Status: "success"}}
	const layout = "2006-01-02T15:04:05"
	begin, _ := time.Parse(time.RFC3339, r.Run.StartedAt) // of a saved report it may be anything; then it is the year one
	out.Scan.Start, out.Scan.End = begin.UTC().Format(layout), begin.UTC().Add(time.Duration(r.Run.DurationMS)*time.Millisecond).Format(layout)
	if !r.Run.Complete {
		out.Scan.Status = "failure"
	}
	for _, s := range r.Skipped {
		level := "info"
		if s.Fatal() {
			level = "warn"
		}
		out.Scan.Messages = append(out.Scan.Messages, sastMessage{level, fmt.Sprintf("%s: %s: %s", safe.Path(s.Path), s.Kind, safe.Line(s.Detail))})
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		if !counts(f) || f.Location == nil {
			continue
		}
		v := sastVulnerability{ID: f.Fingerprints["bakedin/v1"], Name: f.Title, Description: string(safe.Line(string(f.Message))), Severity: sastSeverity[f.Severity],
			Identifiers: []sastIdentifier{{Type: "bakedin_rule", Name: f.Rule, Value: f.Rule}}, Location: sastLocation{File: validUTF8(f.Location.Path)}}
		if f.Location.Kind == "text" {
			v.Location.Start, v.Location.End = max(1, f.Location.Start.Line), max(1, f.Location.Start.Line, f.Location.End.Line)
		}
		for _, cwe := range f.CWE {
			n := strings.TrimPrefix(cwe, "CWE-")
			v.Identifiers = append(v.Identifiers, sastIdentifier{"cwe", cwe, n, "https://cwe.mitre.org/data/definitions/" + n + ".html"})
		}
		if rule := set.Rule(f.Rule); rule != nil {
			v.Solution = strings.TrimSpace(rule.Remedy)
		}
		out.Vulnerabilities = append(out.Vulnerabilities, v)
	}
	return compact(w, out)
}

func validUTF8(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// compact writes a value as one line of JSON, whole, with hostile characters escaped.
func compact(w io.Writer, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = w.Write(escape(append(text, '\n')))
	return err
}
