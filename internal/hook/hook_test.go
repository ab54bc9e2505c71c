package hook

import (
	"strings"
	"testing"

	"bakedin/checks"
	"bakedin/internal/posture"
	"bakedin/internal/repo"
	"bakedin/rules"
)

func report(found []checks.Finding, skipped ...checks.Skipped) *posture.Report {
	r := &posture.Report{Findings: found, Skipped: skipped}
	r.Run.Files = repo.Counts{Seen: 3, Scanned: 2}
	return r
}

func gap(severity rules.Severity, status checks.Status) checks.Finding {
	return checks.Finding{ID: "bk1:x", Rule: "torch-load-unrestricted", Says: rules.Gap, Severity: severity, Status: status, Message: "it runs code",
		Explain: "bakedin explain torch-load-unrestricted", Location: &checks.Location{Kind: "text", Path: "a\x1b[31m.py", Start: checks.Position{Line: 7}}}
}

func TestTell(t *testing.T) {
	for _, c := range []struct {
		name   string
		report *posture.Report
		opt    Options
		code   int
		want   string
	}{
		{"a high finding blocks", report([]checks.Finding{gap("high", checks.Open)}), Options{FailOn: "high"}, 1, "1 finding blocks this commit"},
		{"a medium one does not", report([]checks.Finding{gap("medium", checks.Open)}), Options{FailOn: "high"}, 0, "nothing new at high or above (1 below"},
		{"a waived one does not", report([]checks.Finding{gap("critical", checks.Waived)}), Options{FailOn: "high"}, 0, "1 waived"},
		{"never means never", report([]checks.Finding{gap("critical", checks.Open)}), Options{FailOn: "never"}, 0, "nothing new"},
		{"what could not be read blocks", report(nil, checks.Skipped{Path: "m.pt", Kind: "parse"}), Options{FailOn: "high"}, 3, "BAKEDIN_SKIP=1"},
		{"unless a warning is enough", report(nil, checks.Skipped{Path: "m.pt", Kind: "parse"}), Options{FailOn: "high", WarnIncomplete: true}, 0, "not checked: m.pt"},
		{"a submodule is no failure", report(nil, checks.Skipped{Path: "sub", Kind: "submodule"}), Options{FailOn: "high"}, 0, "2 staged files looked at"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b strings.Builder
			if code := Tell(&b, c.report, with(c.opt)); code != c.code || !strings.Contains(b.String(), c.want) {
				t.Errorf("code %d, want %d; %q is not in:\n%s", code, c.code, c.want, &b)
			}
			if strings.Contains(b.String(), "\x1b") {
				t.Error("a file name reached the terminal raw")
			}
		})
	}
}

func TestNothingLookedAtIsNotClean(t *testing.T) {
	r := report(nil)
	r.Run.Files.Scanned = 0
	var b strings.Builder
	if code := Tell(&b, r, with(Options{FailOn: "high"})); code != 0 || !strings.Contains(b.String(), "nothing was checked") || strings.Contains(b.String(), "clean") {
		t.Errorf("%d %s", code, &b)
	}
}

func with(o Options) Options {
	o.Words = Words{Of: "staged", Act: "commit", Skip: "BAKEDIN_SKIP=1 git commit …"}
	return o
}

func TestAHookOfOursIsKnownByItsDigest(t *testing.T) {
	for _, stage := range Stages {
		script := Shim(stage, "/home/o'brien/bin/bakedin", true)
		if got := owner(script); got != "ours" {
			t.Errorf("%s: our own hook is %q", stage, got)
		}
		if got := owner([]byte(strings.Replace(string(script), "required=1", "required=0", 1))); got != "edited" {
			t.Errorf("%s: an edited hook is %q", stage, got)
		}
		if got := value(script, "recorded"); got != "/home/o'brien/bin/bakedin" {
			t.Errorf("%s: the recorded program is %q", stage, got)
		}
		if n := strings.Count(string(script), "\n"); n > 32 {
			t.Errorf("%s has %d lines", stage, n)
		}
	}
	if got := owner([]byte("#!/bin/sh\nexec true\n")); got != "other" {
		t.Errorf("another hook is %q", got)
	}
}
