package report

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"bakedin/checks"
	"bakedin/internal/posture"
	"bakedin/internal/safe"
)

// CSV writes one row a finding, also the waived and known ones, with their status.
// Source: RFC 4180
func CSV(w io.Writer, r *posture.Report) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	out.Write([]string{"id", "severity", "rule", "status", "new", "confidence", "strength", "path", "line", "column", "entry", "message", "recommendations", "cwe"})
	for i := range r.Findings {
		f := &r.Findings[i]
		path, line, column, entry := "", "", "", ""
		if l := f.Location; l != nil {
			path = string(safe.Path(l.Path))
			if l.Kind == "text" {
				line, column = strconv.Itoa(l.Start.Line), strconv.Itoa(l.Start.Column)
			}
			if l.Member != nil {
				entry = string(safe.Path(*l.Member))
			}
		}
		row := []string{f.ID, string(f.Severity), f.Rule, string(f.Status), strconv.FormatBool(f.IsNew), string(f.Confidence), string(f.Strength),
			path, line, column, entry, string(safe.Line(string(f.Message))), strings.Join(f.Supports, " "), strings.Join(f.CWE, " ")}
		for c := range row {
			row[c] = cell(row[c])
		}
		out.Write(row)
	}
	out.Flush()
	return out.Error()
}

// cell keeps a spreadsheet from taking text for a formula.
func cell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// counts tells whether a finding is one that a person has to look at.
func counts(f *checks.Finding) bool { return f.Status == checks.Open }
