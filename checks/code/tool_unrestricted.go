package code

import (
	"cmp"
	"context"

	"bakedin/checks"
	"bakedin/internal/lang/javascript"
	"bakedin/internal/lang/python"
	"bakedin/rules"
)

var (
	toolInput   = taint{source: toolSource, says: "The argument %s, which the model chooses,"}
	chosenInput = taint{source: chosenSource, says: toolInput.says}
)

// writes says why what the model chooses is as grave as code.
var writes = map[string]string{
	runs:      "it is code that the model writes",
	asShell:   "the model writes a part of what the shell reads, and the shell obeys every word of it",
	asProgram: "the model chooses the program",
}

// toolUnrestricted reports tools that pass what the model chooses to an interpreter, a shell, a file or an address.
func toolUnrestricted(_ context.Context, p *checks.Pass) error {
	for _, k := range []struct {
		input    taint
		python   []sink
		script   []scriptSink
		severity rules.Severity
	}{
		{toolInput, codeSinks, scriptCodeSinks, rules.Critical},
		{toolInput, querySinks, scriptQuerySinks, rules.High},
		{chosenInput, addressSinks, scriptAddressSinks, rules.High},
	} {
		refine := func(f *checks.Finding, does string) {
			f.Related[len(f.Related)-1].Message = "the tool takes it here"
			if k.severity != p.Rule.Severity {
				f.Lower(k.severity, cmp.Or(writes[does], writes[runs]))
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
			if s.does == asSQL && c.onlyReads() {
				f.Lower(rules.Medium, "the connection can only read")
			}
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
