package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"

	"bakedin/checks"
	"bakedin/internal/posture"
	"bakedin/internal/safe"
	"bakedin/rules"
)

//go:embed page/report.html
var pageSource string

var page = template.Must(template.New("report").Parse(pageSource))

// pageView is what the page shows, in its words.
type pageView struct {
	Title, Made, Policy, Looked, Incomplete string
	Unread                                  []string
	Posture                                 *pagePosture
	Empty                                   string
	Findings                                []pageFinding
	Sections                                []pageSection
	Hidden                                  string
	Notes                                   []string
}

type pagePosture struct {
	Low, High string
	Parts     []pagePart
	Critical  []string
	Counts    string
}

type pagePart struct {
	Name     string
	At, Wide int // percent
}

type pageFinding struct {
	Severity, Rule, Title, Place, Message, Why, Fix, Guideline, Status string
	Source                                                             []string
}

type pageSection struct {
	ID, Title string
	Rows      []pageRow
}

type pageRow struct{ ID, Title, Status, Basis, Reason, Next string }

// HTML writes the posture report as one page that needs nothing else: no script, no outside resource.
func HTML(w io.Writer, r *posture.Report, set *rules.Set) error {
	v := pageView{Title: string(safe.Line(r.Target.Name)), Hidden: hidden(r)}
	if r.Target.VCS != nil && len(r.Target.VCS.Commit) >= 7 {
		v.Title += " " + string(safe.Line(r.Target.VCS.Commit[:7]))
	}
	if at, err := time.Parse(time.RFC3339, r.Run.StartedAt); err == nil {
		v.Made = at.UTC().Format("2 January 2006, 15:04 UTC")
	}
	v.Policy, v.Looked = policyLine(r), fmt.Sprintf("%s%s", count(r.Run.Files.Scanned, "file"), inventory(r))
	if fatal := unread(r); !r.Run.Complete {
		v.Incomplete = "INCOMPLETE: " + count(len(fatal), "file") + " could not be read to the end"
		for _, s := range fatal {
			v.Unread = append(v.Unread, fmt.Sprintf("%s (%s: %s)", safe.Path(s.Path), s.Kind, safe.Line(s.Detail)))
		}
	}
	switch p := r.Posture; {
	case p != nil:
		whole := p.Shares.Whole()
		i := whole.Interval()
		v.Posture = &pagePosture{Low: fmt.Sprintf("%.0f", i.Low), High: fmt.Sprintf("%.0f", i.High), Critical: p.CriticalGaps, Counts: statusCounts(p.Counts)}
		at := 0
		for i, share := range []float64{whole.Proven, whole.Attested, whole.Gap, whole.Open} {
			v.Posture.Parts = append(v.Posture.Parts, pagePart{[]string{"proven", "attested", "gap", "open"}[i], at, int(share)})
			at += int(share)
		}
	case r.Run.Partial:
		v.Empty = "No posture: only a part of the tree was looked at."
	default:
		v.Empty = "No AI assets found."
	}
	for i := range r.Findings {
		if f := &r.Findings[i]; counts(f) {
			v.Findings = append(v.Findings, pageFindingOf(f, set))
		}
	}
	titles := map[string]string{}
	for _, s := range set.Guideline.Sections {
		titles[s.ID] = s.Title
	}
	for i := range r.Recommendations {
		x := &r.Recommendations[i]
		if n := len(v.Sections); n == 0 || v.Sections[n-1].ID != x.Section {
			v.Sections = append(v.Sections, pageSection{ID: x.Section, Title: titles[x.Section]})
		}
		row := pageRow{ID: x.ID, Title: string(safe.Line(x.Title)), Status: string(x.Status), Next: string(safe.Line(x.Next.Text))}
		if x.Basis != nil {
			row.Basis = string(*x.Basis)
		}
		var reasons []string
		for _, reason := range x.Reasons {
			reasons = append(reasons, string(safe.Line(reason.Text)))
		}
		row.Reason = strings.Join(reasons, "; ")
		s := &v.Sections[len(v.Sections)-1]
		s.Rows = append(s.Rows, row)
	}
	for _, n := range r.Notices {
		v.Notes = append(v.Notes, string(safe.Line(n.Text)))
	}
	return page.Execute(w, v)
}

func pageFindingOf(f *checks.Finding, set *rules.Set) pageFinding {
	out := pageFinding{Severity: string(f.Severity), Rule: f.Rule, Title: string(safe.Line(f.Title)), Place: placeOf(f), Message: string(safe.Line(string(f.Message))),
		Guideline: strings.Join(f.Supports, ", "), Status: string(f.Status)}
	if f.Location != nil && f.Location.Snippet != nil {
		for _, line := range strings.Split(string(*f.Location.Snippet), "\n") {
			out.Source = append(out.Source, string(safe.Line(line)))
		}
	}
	if rule := set.Rule(f.Rule); rule != nil {
		out.Why = strings.TrimSpace(rule.Why)
	}
	if len(f.Fixes) > 0 {
		out.Fix = fmt.Sprintf("bakedin fix %s (%s: %s)", f.ID, f.Fixes[0].Applicability, safe.Line(f.Fixes[0].Title))
	}
	return out
}
