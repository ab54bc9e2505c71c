package code

import (
	"context"
	"strconv"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/python"
)

// bounds are the arguments that end an agent's loop.
var bounds = []string{"max_iterations", "max_turns", "max_steps", "recursion_limit", "max_execution_time", "max_consecutive_auto_reply", "max_iter"}

// boundless is a number of rounds that bounds nothing.
const boundless = 1000

// loopUnbounded reports agents whose loop has its limit taken away.
func loopUnbounded(_ context.Context, p *checks.Pass) error {
	src, err := checks.Python.Of(p.File)
	if src == nil || src.File == nil || !importsAny(src, modelRoots) {
		return err
	}
	for i := range src.Calls {
		c := call{&src.Calls[i], src, p, ""}
		if !strings.Contains(strings.ToLower(src.Callee(c.Call)), "agent") && !rooted(src.CallNames(i), []string{"agents", "crewai", "langgraph", "autogen", "smolagents"}) {
			continue
		}
		for _, b := range bounds {
			v := src.Keyword(c.Call, b)
			n, _ := strconv.Atoi(strings.ReplaceAll(v.Str, "_", ""))
			if v.Kind != python.None && (v.Kind != python.Num || n < boundless) {
				continue
			}
			f := c.report(b + " bounds nothing: the agent may go on, and spend, until somebody notices.")
			f.Anchor = "bound " + b
			f.Fixes = []checks.Fix{{ID: "set-bound", Title: "Set " + b + "=25", Applicability: checks.Unsafe, Edits: c.replace(v.First, v.Last, bound(b)),
				Breaks: "A task that needs more rounds ends early: raise the number on purpose."}}
			if v.First == 0 || len(f.Fixes[0].Edits) == 0 {
				f.Fixes = nil
			} else {
				f.Fixes[0].Title = "Set " + b + "=" + bound(b)
			}
		}
	}
	return err
}

// bound is a usual limit: rounds, or seconds.
func bound(name string) string {
	if name == "max_execution_time" {
		return "300"
	}
	return "25"
}
