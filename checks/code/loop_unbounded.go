package code

import (
	"context"
	"regexp"
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
	if err := scriptLoopUnbounded(p); err != nil {
		return err
	}
	src, err := checks.Python.Of(p.File)
	if src == nil || src.File == nil || !importsAny(src, modelRoots) {
		return err
	}
	endlessLoops(p, src)
	for i := range src.Calls {
		c := call{&src.Calls[i], src, p, ""}
		if v := configured(c, "recursion_limit"); v.Kind == python.Num && number(v.Str) >= boundless {
			f := c.report("recursion_limit bounds nothing: the agent may go on, and spend, until somebody notices.")
			f.Anchor = "bound recursion_limit"
			f.Fixes = []checks.Fix{checks.Steps("set-bound", "Set recursion_limit to 25", "Set the limit to the number of rounds that a task needs, and raise it on purpose.")}
		}
		if !strings.Contains(strings.ToLower(src.Callee(c.Call)), "agent") && !rooted(src.CallNames(i), []string{"agents", "crewai", "langgraph", "autogen", "smolagents"}) {
			continue
		}
		for _, b := range bounds {
			v := src.Keyword(c.Call, b)
			if v.Kind != python.None && (v.Kind != python.Num || number(v.Str) < boundless) {
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

func number(s string) int {
	n, _ := strconv.Atoi(strings.ReplaceAll(s, "_", ""))
	return n
}

// configured is an entry of the configuration that LangGraph takes: invoke(x, {"recursion_limit": 50}), invoke(x, config={…}).
func configured(c call, key string) python.Value {
	switch c.src.Method(c.Call) {
	case "invoke", "ainvoke", "stream", "astream", "with_config":
	default:
		return python.Value{}
	}
	if v := c.src.DictValue(c.Call, "config", key); v.Kind != python.Absent {
		return v
	}
	for _, a := range c.Args {
		if a.Name != 0 || !c.src.IsBracket(a.First, '{') {
			continue
		}
		for _, item := range c.src.Args(a.First) {
			if c.src.Toks[item.First].Kind == python.Str && c.src.Literal(item.First) == key {
				return c.src.Eval(item.First+2, item.Last, c.Scope)
			}
		}
	}
	return python.Value{}
}

// counts are words of a loop that ends by count, time or cost, or that waits for a person in every round.
var counts = regexp.MustCompile(`(?i)max_|limit|budget|timeout|deadline|attempt|retries|iteration|(?:^|_)(?:steps?|turns?|rounds?)$|^i$|^input$|^range$|elapsed|sleep|_input$|prompt_user|get_user|recv|accept|queue|websocket`)

// endlessLoops reports loops that ask a model with tools until the model itself stops.
func endlessLoops(p *checks.Pass, src *checks.PythonSource) {
	for i := int32(1); int(i) < len(src.Toks)-2; i++ {
		if !src.IsKeyword(i, "while") || !src.IsBracket(i+2, ':') || !src.IsKeyword(i+1, "True") && src.Word(i+1) != "1" {
			continue
		}
		end := src.BlockEnd(i)
		asks, counted := int32(-1), false
		for k := range src.Calls {
			c := &src.Calls[k]
			if c.First > i && c.Close < end && (src.Keyword(c, "tools").Kind != python.Absent || src.Keyword(c, "functions").Kind != python.Absent) && modelMethods.MatchString(src.Callee(c)) {
				asks = int32(k)
				break
			}
		}
		for k := i + 3; k < end && asks >= 0 && !counted; k++ {
			counted = src.Toks[k].Kind == python.Name && counts.MatchString(src.Word(k)) && src.Word(k) != "max_tokens" && src.Word(k) != "max_completion_tokens"
		}
		if asks < 0 || counted {
			continue
		}
		start, stop := src.Token(i, i+2)
		f := p.At(start, stop, "The loop asks the model, with tools, until the model itself stops: nothing counts the rounds.")
		f.Anchor = "endless " + src.Callee(&src.Calls[asks])
		f.Fixes = []checks.Fix{checks.Steps("count-rounds", "Count the rounds", "Write for _ in range(25): in place of while True:, and say what happens when it is used up.", "Give the task a limit of time and of cost too.")}
	}
}

// bound is a usual limit: rounds, or seconds.
func bound(name string) string {
	if name == "max_execution_time" {
		return "300"
	}
	return "25"
}
