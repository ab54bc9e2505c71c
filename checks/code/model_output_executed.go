package code

import (
	"context"

	"bakedin/checks"
	"bakedin/internal/lang/python"
	"bakedin/rules"
)

// modelOutputExecuted reports answers of a model that reach an interpreter or a shell, at once or through a file.
func modelOutputExecuted(ctx context.Context, p *checks.Pass) error {
	if err := outputRun(ctx, p); err != nil {
		return err
	}
	return savedAndRun(p, modelOutput, func(f *checks.Finding) {
		f.Lower(rules.High, "the way goes through a file")
		f.Fixes = []checks.Fix{allowActions}
	})
}

const runs = "is run as code."

// interpreters and shells of Python's library, of notebooks and of the usual frameworks
var codeSinks = []sink{
	{name: "eval", position: 0, does: runs}, {name: "exec", position: 0, does: runs}, {name: "builtins.eval", position: 0, does: runs}, {name: "builtins.exec", position: 0, does: runs},
	{name: "os.system", position: 0, does: asShell, ends: "quote"}, {name: "os.popen", position: 0, does: asShell, ends: "quote"},
	{name: "subprocess.run", keyword: "args", does: asProgram, ends: "quote", shell: true},
	{name: "subprocess.call", keyword: "args", does: asProgram, ends: "quote", shell: true},
	{name: "subprocess.check_call", keyword: "args", does: asProgram, ends: "quote", shell: true},
	{name: "subprocess.check_output", keyword: "args", does: asProgram, ends: "quote", shell: true},
	{name: "subprocess.Popen", keyword: "args", does: asProgram, ends: "quote", shell: true},
	{name: "subprocess.getoutput", position: 0, does: asShell, ends: "quote"}, {name: "subprocess.getstatusoutput", position: 0, does: asShell, ends: "quote"},
	{name: "asyncio.create_subprocess_shell", position: 0, does: asShell, ends: "quote"},
	{name: "asyncio.create_subprocess_exec", position: 0, does: asProgram},
	{name: "asyncio.subprocess.create_subprocess_shell", position: 0, does: asShell, ends: "quote"},
	{name: "pty.spawn", position: 0, does: asProgram}, {name: "os.execvp", position: 0, does: asProgram},
	{name: "pickle.loads", position: 0, does: "is unpickled, which runs what it asks for."}, {name: "dill.loads", position: 0, does: "is unpickled, which runs what it asks for."},
	{name: "importlib.import_module", position: 0, does: "decides which module is imported."}, {name: "__import__", position: 0, does: "decides which module is imported."},
	{name: "importlib.util.spec_from_file_location", keyword: "location", position: 1, does: "decides which module is imported."},
	{name: "runpy.run_path", position: 0, does: "decides which file is run."}, {name: "code.InteractiveInterpreter().runsource", position: 0, does: runs},
	{name: "*.run_cell", position: 0, does: runs}, {name: "*.run_line_magic", position: 1, does: runs}, {name: "*.exec_command", position: 0, does: "is run on another machine.", ends: "quote"},
	{name: "langchain_experimental.utilities.PythonREPL().run", position: 0, does: runs}, {name: "langchain_experimental.tools.PythonREPLTool().run", position: 0, does: runs},
	{name: "pandas.eval", position: 0, does: runs}, {name: "numexpr.evaluate", position: 0, does: runs}, {name: "asteval.Interpreter()()", position: 0, does: runs},
}

// outputRun reports answers of a model that reach an interpreter or a shell at once.
var outputRun = outputSinks(codeSinks, scriptCodeSinks, func(s sink, c call, arg python.Arg) []checks.Fix {
	if s.name == "eval" && len(c.Args) == 1 {
		if !hasImport(c.src, "ast") || !c.src.Editable() {
			return []checks.Fix{{ID: "literal-eval", Title: "Read the value with ast.literal_eval", Applicability: checks.Manual, Steps: []string{
				"If the answer is only data: import ast, and write ast.literal_eval in place of eval, or ask the model for JSON and use json.loads.",
				"If it is an action: let the model choose one from a table of functions of yours, and check the arguments.",
				"If it must be code: run it in a sandbox without network, files and secrets.",
			}}}
		}
		return []checks.Fix{{ID: "literal-eval", Title: "Read the value with ast.literal_eval", Applicability: checks.Unsafe, Edits: c.replace(c.First, c.Open, "ast.literal_eval"),
			Breaks: "Only literals are understood: numbers, strings, lists, dicts. Expressions with names or calls are refused."}}
	}
	return []checks.Fix{allowActions}
}, allowActions)

var allowActions = checks.Fix{ID: "allow-list", Title: "Let the model choose from a list of actions", Applicability: checks.Manual, Steps: []string{
	"Write down the actions that the model may take as a table from name to function.",
	"Ask for a name and arguments in a schema, look the name up, refuse what is not there, and check the arguments.",
	"Where free code is the point of the product: run it in a container or virtual machine without network, secrets and write access.",
}}

// hasImport tells whether the file has "import name" at module level.
func hasImport(src *checks.PythonSource, name string) bool {
	for i := range src.Imports {
		if m := &src.Imports[i]; m.Path == name && m.Name == name && m.Scope == 0 {
			return true
		}
	}
	return false
}
