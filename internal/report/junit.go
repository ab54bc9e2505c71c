package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"bakedin/checks"
	"bakedin/internal/posture"
	"bakedin/internal/safe"
	"bakedin/rules"
)

type junitSuites struct {
	XMLName xml.Name     `xml:"testsuites"`
	Name    string       `xml:"name,attr"`
	Suites  []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string      `xml:"classname,attr"`
	Name    string      `xml:"name,attr"`
	Failure *junitWords `xml:"failure"`
	Error   *junitWords `xml:"error"`
	Skipped *junitWords `xml:"skipped"`
}

type junitWords struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// JUnit writes one suite a control and one case a rule and file. A rule of gaps that ran to its end and found nothing is a
// case that passes; what could not be read is an error.
func JUnit(w io.Writer, r *posture.Report, set *rules.Set) error {
	suites := map[string]*junitSuite{}
	add := func(control string, c junitCase) {
		s := suites[control]
		if s == nil {
			s = &junitSuite{Name: control}
			suites[control] = s
		}
		s.Tests++
		switch {
		case c.Failure != nil:
			s.Failures++
		case c.Error != nil:
			s.Errors++
		case c.Skipped != nil:
			s.Skipped++
		}
		s.Cases = append(s.Cases, c)
	}
	type key struct{ rule, path string }
	at := map[key][]*checks.Finding{}
	var order []key
	matched := map[string]bool{}
	for i := range r.Findings {
		f := &r.Findings[i]
		k := key{rule: f.Rule}
		if f.Location != nil {
			k.path = f.Location.Path
		}
		if at[k] == nil {
			order = append(order, k)
		}
		at[k] = append(at[k], f)
		matched[f.Rule] = true
	}
	for _, k := range order {
		add(firstControl(at[k][0].Controls), caseOf(k.rule, k.path, at[k]))
	}
	for _, state := range r.Rules {
		if state.Says != rules.Gap || matched[state.Rule] {
			continue
		}
		c := junitCase{Class: "bakedin." + state.Rule, Name: state.Rule}
		why := ""
		if state.Reason != nil {
			why = xmlText(string(safe.Line(*state.Reason)))
		}
		switch state.State {
		case checks.Completed:
		case checks.Disabled, checks.NotRun:
			c.Skipped = &junitWords{Message: string(state.State) + " " + why}
		default:
			c.Error = &junitWords{Message: string(state.State) + " " + why}
		}
		var supports []string
		if rule := set.Rule(state.Rule); rule != nil {
			supports = rule.Supports
		}
		add(firstControl(controlsOf(set, supports)), c)
	}
	for _, s := range r.Skipped {
		if s.Fatal() {
			path := xmlText(string(safe.Path(s.Path)))
			add("unread", junitCase{Class: "bakedin.unread", Name: path, Error: &junitWords{Message: s.Kind, Text: xmlText(string(safe.Line(s.Detail)))}})
		}
	}
	out := junitSuites{Name: "bakedin"}
	for _, s := range suites {
		out.Suites = append(out.Suites, *s)
	}
	slices.SortFunc(out.Suites, func(a, b junitSuite) int { return strings.Compare(a.Name, b.Name) })
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", " ")
	if err := e.Encode(out); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func caseOf(rule, path string, found []*checks.Finding) junitCase {
	c := junitCase{Class: "bakedin." + rule, Name: rule}
	if path != "" {
		c.Name += " " + xmlText(string(safe.Path(path)))
	}
	var open, silent []string
	for _, f := range found {
		line := string(safe.Line(string(f.Message)))
		if f.Location != nil && f.Location.Kind == "text" {
			line = fmt.Sprintf("%d:%d: %s", f.Location.Start.Line, f.Location.Start.Column, line)
		}
		if counts(f) {
			open = append(open, line)
		} else {
			reason := string(f.Status)
			if f.Suppression != nil {
				reason += ": " + string(safe.Line(f.Suppression.Reason))
			}
			silent = append(silent, reason)
		}
	}
	if len(open) > 0 {
		c.Failure = &junitWords{Message: fmt.Sprintf("%s: %s", found[0].Severity, xmlText(found[0].Title)), Text: xmlText(strings.Join(open, "\n"))}
	} else {
		c.Skipped = &junitWords{Message: xmlText(silent[0])}
	}
	return c
}

func firstControl(controls []string) string {
	if len(controls) == 0 {
		return "other"
	}
	return controls[0]
}

// controlsOf the recommendations that a rule speaks to.
func controlsOf(set *rules.Set, recommendations []string) []string {
	var out []string
	for _, r := range set.Guideline.Recommendations {
		if slices.Contains(recommendations, r.ID) && !slices.Contains(out, r.Control) {
			out = append(out, r.Control)
		}
	}
	return out
}

// xmlText replaces the characters that XML 1.0 forbids.
// Source: https://www.w3.org/TR/xml/#charsets
func xmlText(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t', r == '\n', r >= ' ' && r <= 0xD7FF, r >= 0xE000 && r <= 0xFFFD, r >= 0x10000 && r <= 0x10FFFF:
			return r
		}
		return utf8.RuneError
	}, s)
}
