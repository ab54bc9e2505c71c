package checks

import (
	"encoding/base64"
	"slices"
	"strings"
	"unicode/utf8"

	"bakedin/internal/repo"
	"bakedin/internal/safe"
	"bakedin/rules"
)

// most of a text line that a snippet shows, and most lines
const (
	snippetWidth = 200
	snippetLines = 3
)

// securitySeverity is what code-scanning hosts sort by.
var securitySeverity = map[rules.Severity]float64{rules.Critical: 9.3, rules.High: 8.0, rules.Medium: 5.5, rules.Low: 2.5}

// complete fills in what the rule and the file say about a raw finding, and returns false for one that must not be shown:
// evidence in tests, a gap in generated code.
func (p *program) complete(c *compiled, f *Finding, file *File, fp *fingerprints) bool {
	f.Rule, f.Family, f.Custom, f.Says, f.Title = c.ID, c.Family, c.Custom, c.Says, c.Title
	f.Confidence, f.Audience = c.Confidence, c.Audience
	f.Supports = slices.Clone(c.Supports)
	f.Controls = p.controlsOf(c.Supports)
	f.CWE, f.Taxa = taxa(c.Refs)
	f.Status, f.IsNew = Open, true
	f.Explain = "bakedin explain " + c.ID
	if f.Related == nil {
		f.Related = []Related{}
	}
	if f.Severity == "" {
		f.Severity = c.Severity
	}
	limit := c.Strength
	if limit == "" {
		limit = rules.E3
	}
	if f.Strength == "" {
		f.Strength = limit
	}
	if !c.Detector && f.Strength > limit {
		f.Strength = limit
	}
	if file != nil && !p.place(c, f, file) {
		return false
	}
	if f.Message == "" {
		f.Message = safe.Line(c.Title)
		if c.Says == rules.Evidence && f.Strength == rules.E1 { // the title is what more of it would show
			f.Message = "Only a mention: " + f.Message
		}
	}
	if file != nil {
		f.Message = safe.Text(file.mask.hide(string(f.Message)))
		for i := range f.Related {
			f.Related[i].Message = safe.Text(file.mask.hide(string(f.Related[i].Message)))
		}
	}
	if c.Says == rules.Gap {
		f.SecuritySeverity = securitySeverity[f.Severity]
		if len(f.Fixes) == 0 {
			for _, r := range c.Fix {
				f.Fixes = append(f.Fixes, remedy(r))
			}
		}
		for i := range f.Fixes {
			for j := range f.Fixes[i].Edits {
				if e := &f.Fixes[i].Edits[j]; e.Base == "" && file != nil && e.Path == file.Path {
					e.Base = file.SHA256()
				}
			}
			if f.Fixes[i].Edits == nil {
				f.Fixes[i].Edits = []repo.TextEdit{}
			}
			if f.Fixes[i].Commands == nil {
				f.Fixes[i].Commands = []string{}
			}
		}
		if file != nil {
			f.tryFixes(file)
		}
	} else {
		f.Fixes = nil
	}
	kind, anchor := "repo", f.Anchor
	if file != nil {
		kind, anchor = p.locate(c, f, file)
	}
	fp.set(f, kind, anchor)
	if file != nil && f.Location.Kind == "text" && c.Says == rules.Gap {
		f.Fingerprints[LineHash] = file.lineHash(f.Location.Start.Line)
	}
	if file != nil && file.text.Moved() {
		file.moved(f)
	}
	return true
}

// moved turns the offsets of a finding in a text with a byte order mark into those of the file.
func (f *File) moved(x *Finding) {
	if x.Location.Kind == "text" {
		x.Location.Start.Byte, x.Location.End.Byte = f.text.Offset(x.Location.Start.Byte), f.text.Offset(x.Location.End.Byte)
	}
	for i := range x.Related {
		if r := &x.Related[i]; r.Path == f.Path {
			r.Start.Byte, r.End.Byte = f.text.Offset(r.Start.Byte), f.text.Offset(r.End.Byte)
		}
	}
	for i := range x.Fixes {
		fix := &x.Fixes[i]
		if f.text.Recoded() && len(fix.Edits) > 0 {
			fix.Applicability, fix.Edits = Manual, []repo.TextEdit{}
			fix.Steps = append(fix.Steps, "The file is in UTF-16: make the change in an editor that keeps it, or store the file in UTF-8.")
			continue
		}
		for j := range fix.Edits {
			if e := &fix.Edits[j]; e.Path == f.Path {
				e.Start, e.End = f.text.Offset(e.Start), f.text.Offset(e.End)
			}
		}
	}
}

// place applies what the part of the repository means for evidence and for severity.
func (p *program) place(c *compiled, f *Finding, file *File) bool {
	f.InTests = file.InTests()
	if c.Says == rules.Evidence {
		switch file.Place {
		case repo.Tests, repo.Examples, repo.Generated:
			return false
		case repo.Vendored:
			return c.Family == "dependency"
		}
		if f.Strength > rules.E1 && Unwritten(file.text.Bytes) {
			f.Strength = rules.E1
		}
		return true
	}
	if file.Place == repo.Generated && c.Family != "model" {
		return false
	}
	if f.Strength == rules.E4 || c.keep {
		return true
	}
	lower := f.InTests
	if (c.Family == "agent" || c.Family == "prompt") && (file.Is(repo.Agent) || file.Is(repo.Prompt)) { // agents load files from examples too
		lower = file.Place == repo.Vendored || strings.Contains("/"+file.Path, "/testdata/") || strings.Contains("/"+file.Path, "/fixtures/")
	}
	if lower && f.Severity != rules.Low {
		reason := "one step lower: it lies only in " + string(file.Place)
		f.Severity = oneLower(f.Severity)
		if f.Severity == rules.High && file.Place == repo.Tests {
			f.Severity, reason = rules.Medium, "medium at most: only developers run tests"
		}
		if f.SeverityReason != nil {
			reason = *f.SeverityReason + "; " + reason
		}
		f.SeverityReason = &reason
	}
	return true
}

func oneLower(s rules.Severity) rules.Severity {
	switch s {
	case rules.Critical:
		return rules.High
	case rules.High:
		return rules.Medium
	}
	return rules.Low
}

// locate fills in lines, columns and snippet, and returns the key of the fingerprint.
func (p *program) locate(c *compiled, f *Finding, file *File) (kind, anchor string) {
	secret := hasRef(c.Rule, "CWE-798")
	loc := f.Location
	if !utf8.ValidString(loc.Path) {
		exact := base64.StdEncoding.EncodeToString([]byte(loc.Path))
		loc.PathBytes = &exact
	}
	if loc.Kind != "text" {
		loc.Start.Line, loc.Start.Column, loc.End.Line, loc.End.Column = 1, 1, 1, 1
		if f.Anchor != "" {
			return "structured", f.Anchor
		}
		return "textual", string(f.Message)
	}
	text, _ := file.Bytes()
	loc.Start = file.Position(loc.Start.Byte)
	loc.End = file.Position(loc.End.Byte)
	matched := string(text[loc.Start.Byte:max(loc.Start.Byte, loc.End.Byte)])
	if c.Says == rules.Gap {
		s := file.snippet(loc.Start, loc.End, file.mask)
		loc.Snippet = &s
	}
	if c.Says == rules.Evidence && f.Bound == nil {
		f.Bound = &Bound{Path: file.Path, SHA256: file.SHA256()}
	}
	for i := range f.Related {
		if r := &f.Related[i]; r.Path == file.Path || r.Path == "" {
			r.Path = file.Path
			r.Start, r.End = file.Position(r.Start.Byte), file.Position(r.End.Byte)
		}
	}
	if f.Anchor != "" {
		return "structured", f.Anchor
	}
	return "textual", textAnchor(matched, secret)
}

// snippet shows the lines of a match, made safe, secrets masked.
func (f *File) snippet(start, end Position, mask *Mask) safe.Text {
	var lines []string
	for n := start.Line; n <= max(start.Line, end.Line) && len(lines) < snippetLines; n++ {
		if n > start.Line && n == end.Line && end.Column == 1 {
			break
		}
		line := string(f.lines.line(n))
		line = string(safe.Line(mask.Line(line)))
		if r := []rune(line); len(r) > snippetWidth {
			line = string(r[:snippetWidth-1]) + "…"
		}
		lines = append(lines, line)
		if strings.Contains(line, "PRIVATE KEY-----") {
			break // its body follows
		}
	}
	return safe.Text(strings.Join(lines, "\n"))
}

func (p *program) controlsOf(recommendations []string) []string {
	out := []string{}
	for _, r := range recommendations {
		if c := p.control[r]; c != "" && !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}

// taxa sorts the references of a rule into the catalogues that reports name; addresses stay with the rule.
func taxa(refs []string) (cwe []string, out []Taxon) {
	cwe, out = []string{}, []Taxon{}
	for _, r := range refs {
		id, _, _ := strings.Cut(r, ":")
		switch {
		case strings.HasPrefix(r, "CWE-"):
			cwe = append(cwe, r)
		case strings.HasPrefix(r, "LLM"):
			out = append(out, Taxon{"owasp-llm-2025", id})
		case strings.HasPrefix(r, "ML0") || strings.HasPrefix(r, "ML1"):
			out = append(out, Taxon{"owasp-ml-2023", id})
		case strings.HasPrefix(r, "AML."):
			out = append(out, Taxon{"mitre-atlas", r})
		}
	}
	return cwe, out
}
