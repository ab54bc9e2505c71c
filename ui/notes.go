package ui

import (
	"strings"
	"time"

	"bakedin/checks"
)

// The answers of people stand in two files that are reviewed like code. These boxes show the block to put there, filled in
// as far as a scan can.

// attestNote shows how to answer a recommendation.
func attestNote(m *Model, r *recommendation) dialog {
	day := m.opt.Clock.Now()
	days := 180
	question, counts := "", ""
	if r.data != nil {
		question, counts = text(r.data.Question), text(r.data.AcceptedEvidence)
		if r.data.ReattestDays > 0 {
			days = r.data.ReattestDays
		}
	}
	lines := []string{
		"[[attestation]]",
		"recommendation = " + quoted(r.id),
		`answer    = "met"            # met, partly, not-met, not-applicable`,
		`by        = "@you"           # a handle or a role`,
	}
	if r.severity == "critical" {
		lines = append(lines, `second    = "@somebody-else" # critical: a second name`)
	}
	lines = append(lines,
		"date      = "+day.Format(time.DateOnly),
		"expires   = "+day.AddDate(0, 0, days).Format(time.DateOnly)+"       # "+number(days)+" days is the longest here",
		`statement = "What you do, in your words, 20 characters or more."`,
		"",
		"[[attestation.evidence]]",
		`kind  = "link"`,
		`url   = "https://example.org" # or kind = "file" with path and sha256`,
		"dated = "+day.Format(time.DateOnly),
	)
	b := strings.Join(lines, "\n")
	return &noteBox{title: "Answer " + r.id, copy: b, fill: func(d *doc) {
		d.para(d.t.bold, question, 1)
		d.gap()
		d.kv("Would count", "", counts)
		d.gap()
		d.para("", "Add this block to .bakedin/attestations.toml (its first line is version = 1), fill it in, commit it, and scan again with R:", 1)
		d.gap()
		d.code(b)
		d.gap()
		d.para(d.t.dim, "It will be shown as attested by a person, never as proven.", 1)
	}}
}

// waiveNote shows how to accept a gap for a while.
func waiveNote(m *Model, f *finding) dialog {
	day := m.opt.Clock.Now()
	days := 90
	if f.Severity == "critical" {
		days = 30
	}
	b := strings.Join([]string{
		"[[waiver]]",
		"id       = " + quoted(f.ID),
		`reason   = "Why it may stay, in 10 characters or more."`,
		`owner    = "@you"            # who accepts the risk`,
		`category = "accepted-risk"   # test-data, false-positive, compensating-control, not-applicable`,
		"created  = " + day.Format(time.DateOnly),
		"expires  = " + day.AddDate(0, 0, days).Format(time.DateOnly),
	}, "\n")
	return &noteBox{title: "Waive " + text(f.Rule), copy: b, fill: func(d *doc) {
		d.para(d.t.bold, f.title, 1)
		d.para(d.t.accent, f.place, 1)
		d.gap()
		if f.Status == checks.Waived {
			d.para(d.t.off, "It is waived already.", 1)
			d.gap()
		}
		d.para("", "Add this block to .bakedin.toml (its first line is version = 1), fill it in, commit it, and scan again with R:", 1)
		d.gap()
		d.code(b)
		d.gap()
		d.para(d.t.dim, "A waived gap is not met: it leaves the exit code alone and stays a gap in the posture, until the day it runs out.", 1)
	}}
}

func quoted(s string) string { return `"` + strings.ReplaceAll(text(s), `"`, "") + `"` }
