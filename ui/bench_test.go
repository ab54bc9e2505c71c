package ui

import (
	"fmt"
	"testing"

	"bakedin/checks"
	"bakedin/internal/posture"
)

// many is a report of n findings in as many places.
func many(b testing.TB, n int) *posture.Report {
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
			m := acmeModel(b, func(o *Options) { o.Report = many(b, n) })
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
	m := acmeModel(b, func(o *Options) { o.Report = many(b, 10_000) })
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

// The bar of a key press and its frame: 400 allocations. Time is for the benchmark: a test machine may be busy.
func TestAFrameCostsWhatIsOnTheScreen(t *testing.T) {
	for _, n := range []int{10_000, 100_000} {
		if n > 10_000 && testing.Short() {
			continue
		}
		m := acmeModel(t, func(o *Options) { o.Report = many(t, n) })
		size(m, 100, 30)
		press(m, "2", "j", "l", "j", "l", "j", "l")
		i := 0
		allocs := testing.AllocsPerRun(200, func() {
			i++
			press(m, []string{"j", "k"}[i/20%2])
			m.View()
		})
		if allocs > 400 {
			t.Errorf("with %d findings a key and its frame allocate %.0f times", n, allocs)
		}
	}
}
