package code

import (
	"cmp"
	"context"
	"regexp"
	"slices"

	"bakedin/checks"
	"bakedin/internal/lang/javascript"
	"bakedin/internal/lang/python"
	"bakedin/rules"
)

// decorators that hand a function to a model
var toolDecorator = regexp.MustCompile(`(?:^|\.)(?:tool|function_tool|ai_function|kernel_function|register_for_llm|tool_plain|beta_tool|agent_tool|register_tool|llm_tool)$`)

// toolSource says of a parameter that a model chooses it.
func toolSource(src *checks.PythonSource) func(e python.Expr) string {
	return parametersOf(src, func(d *python.Def) bool { return isTool(src, d) })
}

// chosenSource is toolSource without the tools of Prompt flow, which are steps of a fixed flow: its file says where their inputs
// come from, a model or a person.
func chosenSource(src *checks.PythonSource) func(e python.Expr) string {
	return parametersOf(src, func(d *python.Def) bool {
		return isTool(src, d) && !src.ImportsFrom("promptflow")
	})
}

func parametersOf(src *checks.PythonSource, isTool func(d *python.Def) bool) func(e python.Expr) string {
	tools := map[int32]bool{}
	for i := range src.Defs {
		if d := &src.Defs[i]; !d.Class && isTool(d) {
			tools[d.Scope] = true
		}
	}
	return func(e python.Expr) string {
		if e.Param && tools[e.Scope] && !narrow(src, e.First) && !slices.Contains([]string{"self", "cls", "ctx", "context", "state", "config", "runtime"}, e.Label) {
			return e.Label
		}
		return ""
	}
}

// narrowType is the type of an argument that no text gets through: frameworks of tools check what a model gives.
var narrowType = regexp.MustCompile(`^(?:typing\.)?(?:Optional\[|Annotated\[)?\s*(?:(?:int|float|bool|complex|Decimal|datetime|date|(?:uuid\.)?UUID)\b|(?:typing\.)?Literal\[)`)

// narrow tells whether the parameter at a token has such a type.
func narrow(src *checks.PythonSource, name int32) bool {
	return src.IsBracket(name+1, ':') && narrowType.Match(src.Text(name+2, min(name+6, int32(len(src.Toks)))))
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

var (
	toolInput   = taint{source: toolSource, says: "The argument %s, which the model chooses,"}
	chosenInput = taint{source: chosenSource, says: toolInput.says}
)

// toolUnrestricted reports tools that pass what the model chooses to an interpreter, a shell, a file or an address.
func toolUnrestricted(_ context.Context, p *checks.Pass) error {
	for _, k := range []struct {
		input    taint
		python   []sink
		script   []scriptSink
		severity rules.Severity
		why      map[string]string // by what happens to the value
	}{
		{toolInput, codeSinks, scriptCodeSinks, rules.Critical, graver},
		{toolInput, querySinks, scriptQuerySinks, rules.High, nil},
		{chosenInput, addressSinks, scriptAddressSinks, rules.High, nil},
	} {
		refine := func(f *checks.Finding, does string) {
			f.Related[len(f.Related)-1].Message = "the tool takes it here"
			if why := k.why[does]; k.severity != p.Rule.Severity {
				f.Lower(k.severity, cmp.Or(why, "it is code that the model writes"))
			}
			f.Fixes = []checks.Fix{narrowTool()}
			if does == asURL || does == asPath {
				f.Fixes = []checks.Fix{confine(sink{does: does})}
			}
		}
		if err := eachFlow(p, k.input, k.python, func(s sink, c call, _ python.Arg, o *python.Origin) {
			f := c.report(flowMessage(toolInput.says, o.What, s.does))
			describe(f, p, c.src, o)
			refine(f, s.does)
		}); err != nil {
			return err
		}
		if err := eachScriptFlow(p, scriptToolSource, k.script, func(s scriptSink, first, last int32, o *javascript.Origin, file *javascript.File) {
			refine(scriptFinding(p, file, first, last, o, toolInput.says, s.does), s.does)
		}); err != nil {
			return err
		}
	}
	if err := savedAndRun(p, toolInput, func(f *checks.Finding) {
		f.Related[len(f.Related)-1].Message = "the tool takes it here"
		f.Fixes = []checks.Fix{narrowTool()}
	}); err != nil {
		return err
	}
	return wholeFolder(p)
}

// graver says why a tool that starts programs is worse than one that opens files.
var graver = map[string]string{
	asShell:   "the model can add commands of its own",
	asProgram: "the model chooses the program",
}

func narrowTool() checks.Fix {
	return checks.Steps("narrow-tool", "Narrow what the tool can do",
		"Replace the free argument by the few actions that are needed: an enum, an id, a name that is looked up in a table.",
		"Check it before use, refuse the rest, and ask a person before anything is written, sent or run.",
		"Run what must stay free in a sandbox without network, secrets and write access.")
}

// wholeFolder reports toolkits that hand the model every file the process can reach.
func wholeFolder(p *checks.Pass) error {
	src, err := checks.Python.Of(p.File)
	if src == nil || src.File == nil {
		return err
	}
	for _, i := range src.CallsNamed("FileManagementToolkit") {
		c := call{&src.Calls[i], src, p, ""}
		if v := src.Argument(c.Call, "root_dir", 0); v.Kind != python.Absent && v.Kind != python.None {
			continue
		}
		f := c.report("The model may read and write every file that this process can reach: no root_dir is set.")
		f.InAI = true
		f.Fixes = []checks.Fix{checks.Steps("set-root", "Set root_dir", "Make a folder that holds only what the agent works on, and give it as root_dir.", "Give selected_tools the few tools that are needed.")}
	}
	return nil
}
