// Package hook says to a person who commits what a scan of the staged content found: what blocks, and one line of summary.
// It knows the words of a hook; scanning and git are not its business.
package hook

import (
	"fmt"
	"io"

	"bakedin/checks"
	"bakedin/internal/posture"
	"bakedin/internal/safe"
	"bakedin/rules"
)

// Options of Tell.
type Options struct {
	FailOn         string // never, or the severity from which a finding blocks
	WarnIncomplete bool   // an incomplete scan is told and does not block
	Words          Words
}

// Words name what is looked at and how to go on without: files are staged for a commit, or pushed.
type Words struct{ Of, Act, Skip string }

// Nothing says that nothing was looked at; it never says clean.
func Nothing(w io.Writer, files int) {
	fmt.Fprintf(w, "bakedin: 0 files matched, of %d; nothing was checked\n", files)
}

// Tell writes what blocks the commit and one line of summary, and returns the exit code of the hook.
func Tell(w io.Writer, r *posture.Report, o Options) int {
	blocking, known, waived, below := 0, 0, 0, 0
	for i := range r.Findings {
		f := &r.Findings[i]
		switch {
		case f.Status == checks.Waived || f.Status == checks.IgnoredInline:
			waived++
		case f.Status == checks.Baselined:
			known++
		case !blocks(f, o.FailOn):
			below++
		default:
			blocking++
			tellFinding(w, f)
		}
	}
	incomplete := 0
	for _, s := range r.Skipped {
		if s.Fatal() {
			incomplete++
			fmt.Fprintf(w, "not checked: %s: %s (%s)\n", safe.Path(s.Path), s.Kind, safe.Line(s.Detail))
		}
	}
	switch {
	case incomplete > 0 && !o.WarnIncomplete:
		fmt.Fprintf(w, "bakedin: %s could not be checked; to %s all the same: %s\n", files(incomplete, o.Words.Of), o.Words.Act, o.Words.Skip)
		return 3
	case blocking > 0:
		fmt.Fprintf(w, "bakedin: %d of %s looked at, %s this %s; bakedin fix shows what can be mended\n", r.Run.Files.Scanned, files(r.Run.Files.Seen, o.Words.Of), howMany(blocking), o.Words.Act)
		return 1
	case r.Run.Files.Scanned == 0:
		Nothing(w, r.Run.Files.Seen)
	default:
		fmt.Fprintf(w, "bakedin: %s looked at, nothing new at %s or above (%d below, %d known, %d waived)\n", files(r.Run.Files.Scanned, o.Words.Of), o.FailOn, below, known, waived)
	}
	return 0
}

func blocks(f *checks.Finding, failOn string) bool {
	order := map[string]int{"low": 0, "medium": 1, "high": 2, "critical": 3, "never": 4}
	return order[string(f.Severity)] >= order[failOn]
}

func tellFinding(w io.Writer, f *checks.Finding) {
	place := "the repository"
	if f.Location != nil {
		place = fmt.Sprintf("%s:%d", safe.Path(f.Location.Path), f.Location.Start.Line)
		if f.Location.Kind != "text" {
			place = string(safe.Path(f.Location.Path))
			if f.Location.Member != nil {
				place += ", entry " + string(safe.Line(*f.Location.Member))
			}
		}
	}
	fmt.Fprintf(w, "%s[%s] %s\n  %s\n", f.Severity, f.Rule, place, f.Message)
	for _, fix := range f.Fixes {
		if fix.Applicability != checks.Manual {
			fmt.Fprintf(w, "  fix: bakedin fix %s   (%s: %s)\n", f.ID, fix.Applicability, fix.Title)
			return
		}
	}
	if f.Says == rules.Gap {
		fmt.Fprintf(w, "  read: %s\n", f.Explain)
	}
}

func files(n int, of string) string {
	if n == 1 {
		return "1 " + of + " file"
	}
	return fmt.Sprintf("%d %s files", n, of)
}

func howMany(findings int) string {
	if findings == 1 {
		return "1 finding blocks"
	}
	return fmt.Sprintf("%d findings block", findings)
}
