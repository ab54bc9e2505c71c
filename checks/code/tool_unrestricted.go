package code

import (
	"context"
	"regexp"
	"slices"

	"bakedin/checks"
	"bakedin/internal/lang/python"
	"bakedin/rules"
)

// decorators that hand a function to a model
var toolDecorator = regexp.MustCompile(`(?:^|\.)(?:tool|function_tool|ai_function|kernel_function|register_for_llm|tool_plain|beta_tool|agent_tool|register_tool|llm_tool)$`)

// toolSource says of a parameter that a model chooses it.
func toolSource(src *checks.PythonSource) func(e python.Expr) string {
	tools := map[int32]bool{}
	for i := range src.Defs {
		if d := &src.Defs[i]; !d.Class && isTool(src, d) {
			tools[d.Scope] = true
		}
	}
	return func(e python.Expr) string {
		if e.Param && tools[e.Scope] && !slices.Contains([]string{"self", "cls", "ctx", "context", "state", "config", "runtime"}, e.Label) {
			return e.Label
		}
		return ""
	}
}

// isTool tells whether a function is decorated as a tool, handed to one by name, or is the _run of a tool class.
func isTool(src *checks.PythonSource, d *python.Def) bool {
	for _, name := range src.Decorators(d) {
		if toolDecorator.MatchString(name) {
			return true
		}
	}
	name := src.Word(d.Name)
	if (name == "_run" || name == "_arun" || name == "forward") && src.InClassNamed(d, regexp.MustCompile(`Tool$`)) {
		return true
	}
	for _, maker := range []string{"Tool", "from_function", "FunctionTool", "StructuredTool", "from_defaults", "register_function"} {
		for _, i := range src.CallsNamed(maker) {
			c := &src.Calls[i]
			for _, a := range c.Args {
				if a.Last == a.First+1 && src.Word(a.First) == name && importsAny(src, modelRoots) {
					return true
				}
			}
		}
	}
	return false
}

var toolInput = taint{toolSource, "The argument %s, which the model chooses,"}

// toolUnrestricted reports tools that pass what the model chooses to an interpreter, a shell, a file or an address.
func toolUnrestricted(_ context.Context, p *checks.Pass) error {
	report := func(severity rules.Severity, why string) func(s sink, c call, _ python.Arg, o *python.Origin) {
		return func(s sink, c call, _ python.Arg, o *python.Origin) {
			f := c.report(flowMessage(toolInput.says, o.What, s.does))
			describe(f, p, c.src, o)
			f.Related[len(f.Related)-1].Message = "the tool takes it here"
			if severity != p.Rule.Severity {
				lower(f, severity, why)
			}
			f.Fixes = []checks.Fix{{ID: "narrow-tool", Title: "Narrow what the tool can do", Applicability: checks.Manual, Steps: []string{
				"Replace the free argument by the few actions that are needed: an enum, an id, a name that is looked up in a table.",
				"Check it before use, refuse the rest, and ask a person before anything is written, sent or run.",
				"Run what must stay free in a sandbox without network, secrets and write access.",
			}}}
			if s.does == asURL || s.does == asPath {
				f.Fixes = []checks.Fix{confine(s)}
			}
		}
	}
	if err := eachFlow(p, toolInput, codeSinks, report(rules.Critical, "it is code that the model writes")); err != nil {
		return err
	}
	if err := eachFlow(p, toolInput, querySinks, report(rules.High, "")); err != nil {
		return err
	}
	return eachFlow(p, toolInput, addressSinks, report(rules.High, ""))
}
