package ui

import (
	"fmt"
	"testing"

	"bakedin/checks"
	"bakedin/internal/posture"
)

// many is a report of n findings in as many places.
func many(b *testing.B, n int) *posture.Report {
	_, report := acme(b)
	r := *report
	of := r.Findings
	r.Findings = nil
	for i := range n {
		f := of[i%len(of)]
		l := checks.Location{Kind: "text", Path: fmt.Sprintf("src/module%d/file%d.py", i%97, i%971), Start: checks.Position{Line: i%400 + 1, Column: 1}}
		f.ID, f.Location = fmt.Sprintf("bk1:%020d", i), &l
		r.Findings = append(r.Findings, f)
	}
	return &r
}

// A key press and the frame after it: what the checklist costs with that many findings.
func BenchmarkKeyAndFrame(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			m := sample(b, Options{Report: many(b, n)})
			size(m, 100, 30)
			press(m, "2", "j", "l", "j", "l", "j", "l")
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				press(m, []string{"j", "k"}[i/20%2])
				m.View()
			}
		})
	}
}

func BenchmarkFilterKey(b *testing.B) {
	m := sample(b, Options{Report: many(b, 10_000)})
	size(m, 100, 30)
	press(m, "/")
	b.ReportAllocs()
	for b.Loop() {
		press(m, "x", "backspace")
		m.View()
	}
}

func BenchmarkStore(b *testing.B) {
	r := many(b, 10_000)
	for b.Loop() {
		newStore(nil, r, true)
	}
}
