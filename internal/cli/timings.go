package cli

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"time"

	"bakedin/checks"
	"bakedin/internal/safe"
)

// stopwatch notes when the phases of a scan end.
type stopwatch struct {
	checks.Discard
	out   io.Writer
	since func() time.Duration
	at    map[string]time.Duration
	files int
	bytes int64
	rules []checks.RuleState
}

// stopwatch of --timings, or nil.
func (a *app) stopwatch(opt *checkFlags) *stopwatch {
	if !opt.timings {
		return nil
	}
	return &stopwatch{out: a.streams.Err, since: a.started, at: map[string]time.Duration{}}
}

// Begin implements checks.Handler.
func (w *stopwatch) Begin(b checks.Begin) error {
	w.at["listed"], w.files = w.since(), b.Files
	return nil
}

// Progress implements checks.Handler.
func (w *stopwatch) Progress(p checks.Progress) error {
	w.at[p.Phase] = w.since()
	return nil
}

// End implements checks.Handler.
func (w *stopwatch) End(e checks.End) error {
	w.at["end"], w.bytes = w.since(), e.BytesRead
	return nil
}

// Rule implements checks.Handler.
func (w *stopwatch) Rule(r checks.RuleState) error {
	w.rules = append(w.rules, r)
	return nil
}

// dearest is how many rules are named.
const dearest = 15

// tellRules names the rules that cost most. Their times are those of all workers together.
func (w *stopwatch) tellRules() {
	slices.SortFunc(w.rules, func(a, b checks.RuleState) int { return cmp.Compare(b.Elapsed, a.Elapsed) })
	var rest time.Duration
	for i, r := range w.rules {
		if i >= dearest || r.Elapsed == 0 {
			rest += r.Elapsed
			continue
		}
		fmt.Fprintf(w.out, "rule: %-26s %7.1f ms   %d files, %d matches\n", r.Rule, float64(r.Elapsed.Microseconds())/1000, r.Files, r.Matches)
	}
	fmt.Fprintf(w.out, "rule: %-26s %7.1f ms\n", "all others", float64(rest.Microseconds())/1000)
}

func (w *stopwatch) tell() {
	w.tellRules()

	last := time.Duration(0)
	for _, phase := range []struct{ key, name string }{{"listed", "start, policy, listing"}, {"files", "what the files are"}, {"rules", "rules over files"}, {"end", "rules over the repository"}} {
		at, ok := w.at[phase.key]
		if !ok {
			at = last
		}
		fmt.Fprintf(w.out, "time: %-26s %7.1f ms\n", phase.name, float64((at-last).Microseconds())/1000)
		last = at
	}
	fmt.Fprintf(w.out, "time: %-26s %7.1f ms   %d files, %.1f MB read\n", "in all", float64(w.since().Microseconds())/1000, w.files, float64(w.bytes)/1e6)
}

// explainSession says on standard error what is read and by whose policy (-v), and hints (unless -q).
func (a *app) explainSession(s *session) {
	if !s.opt.quiet {
		for _, h := range s.hints {
			fmt.Fprintf(a.streams.Err, "hint: %s\n", safe.Line(h))
		}
	}
	if !s.opt.verbose {
		return
	}
	say := func(format string, args ...any) { fmt.Fprintf(a.streams.Err, "bakedin: "+format+"\n", args...) }
	say("mode %s, profile %s, fail on %s", s.mode, s.profile(), s.failOn())
	say("policy from %s", s.source.name)
	for _, f := range s.policy.Files {
		say("read %s (sha256 %.12s)", safe.Path(f.Path), f.SHA256)
	}
	say("%d rules, %d of them off", len(s.rules.Set.Rules), len(s.choice.disabled))
}
