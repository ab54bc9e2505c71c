package code

import (
	"context"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/python"
	"bakedin/rules"
)

var conversationName = regexp.MustCompile(`(?i)^(?:(?:\w+_)?prompts?|messages|completion|(?:llm|model|chat)_?response|user_(?:input|message|query)|conversation|chat_history)$`)

var redacts = []string{"redact", "mask", "scrub", "anonymize", "presidio_analyzer", "presidio_anonymizer", "RedactingFilter", "hide_inputs", "hide_outputs"}

// contentLogged is the detector of prompt-content-logged.
type contentLogged struct{}

// Run implements checks.Check over Python.
func (contentLogged) Run(ctx context.Context, p *checks.Pass) error {
	if err := eachCall(p, []string{"langchain.globals.set_debug", "langchain_core.globals.set_debug", "langchain.globals.set_verbose", "langchain_core.globals.set_verbose"}, func(c call) {
		if c.src.Positional(c.Call, 0).Kind != python.True {
			return
		}
		f := c.report("From here on every prompt and answer is printed in clear.")
		f.Fixes = []checks.Fix{checks.Steps("no-debug", "Take the call out", "Delete the call, or make it depend on a switch that is off where people are served.")}
	}); err != nil {
		return err
	}
	return promptLogged(ctx, p)
}

var contentVariables = []environment{
	{name: match(`^(?:OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT|TRACELOOP_TRACE_CONTENT|LANGCHAIN_VERBOSE|LANGCHAIN_DEBUG)$`), when: isOn, says: "is on: traces and logs keep what people write to the model, in clear."},
}

// Judge implements checks.Judge over scripts, container files and manifests.
func (contentLogged) Judge(p *checks.Pass, m checks.TextMatch) {
	for _, e := range contentVariables {
		e.judge(p, m)
	}
}

// promptLogged reports logs and traces that keep what people write to a model, in clear.
func promptLogged(_ context.Context, p *checks.Pass) error {
	src, err := checks.Python.Of(p.File)
	if src == nil || src.File == nil || !importsAny(src, modelRoots) || usesAny(src, redacts) {
		return err
	}
	fix := []checks.Fix{{ID: "redact-log", Title: "Keep lengths and ids, not texts", Applicability: checks.Manual, Steps: []string{
		"Log the id of the request, the model, lengths, times and costs in place of the text.",
		"Where the text is needed to investigate: redact personal data first, limit who can read it, and delete it after a stated time.",
	}}}
	for _, level := range []string{"debug", "info", "warning", "error", "critical", "exception", "log"} {
		for _, i := range src.CallsNamed(level) {
			c := call{&src.Calls[i], src, p, ""}
			object := strings.ToLower(lastBut(src.Callee(c.Call), 1))
			if !strings.Contains(object, "log") {
				continue
			}
			for _, a := range c.Args {
				if name := conversationIn(src, a); name != "" {
					f := c.report("The log keeps " + name + " in clear.")
					f.Anchor = "log " + name
					f.Severity = rules.Low
					f.Fixes = fix
					break
				}
			}
		}
	}
	return err
}

// conversationIn is the name of a conversation among the words of an argument, when its text and not its length is meant.
func conversationIn(src *checks.PythonSource, a python.Arg) string {
	for i := a.First; i < a.Last; i++ {
		if src.Toks[i].Kind != python.Name || src.IsBracket(i-1, '.') {
			continue
		}
		if w := src.Word(i); w == "len" || w == "type" || w == "bool" {
			return ""
		} else if conversationName.MatchString(w) && !src.IsBracket(i+1, '(') && !src.IsBracket(i+1, '=') {
			return w
		}
	}
	return ""
}
