package code

import (
	"bytes"
	"context"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/python"
	"bakedin/internal/repo"
	"bakedin/rules"
)

// dangerousFlags are switches whose very name says what they do, and what they let in.
var dangerousFlags = map[string]string{
	"allow_dangerous_deserialization":      "a pickle beside the index is loaded",
	"allow_dangerous_code":                 "the model's code is run",
	"allow_dangerous_requests":             "the model may send requests to any address",
	"allow_dangerous_tools":                "tools that reach the machine are handed to the model",
	"allow_dangerous_paths":                "files outside the folder may be read",
	"dangerously_allow_filesystem_access":  "the model may reach the file system",
	"unsafe_allow_code":                    "the model's code is run",
	"allow_unsafe_code":                    "the model's code is run",
	"enable_unsafe_code_execution":         "the model's code is run",
	"dangerously_skip_permissions":         "tools run without asking",
	"allow_unsafe_deserialization":         "objects are built as the data asks",
	"allow_arbitrary_code_execution":       "the model's code is run",
	"dangerously_allow_all_builtins":       "the model's code sees every builtin",
	"allow_dangerous_requests_in_toolkits": "the model may send requests to any address",
}

// dangerousFlag reports calls that switch a safeguard off by such a name.
type dangerousFlag struct{}

// Judge implements checks.Judge over configuration: the switch as a key.
func (dangerousFlag) Judge(p *checks.Pass, m checks.TextMatch) {
	flag := m.Group(1)
	what, ok := dangerousFlags[flag]
	line := m.Text[bytes.LastIndexByte(m.Text[:m.Groups[0]], '\n')+1 : m.Groups[0]]
	if !ok || bytes.HasPrefix(bytes.TrimSpace(line), []byte("#")) || bytes.HasPrefix(bytes.TrimSpace(line), []byte("//")) || codeInString(line) {
		return
	}
	f := p.At(m.Groups[2], m.Groups[5], flag+" is on: "+what+".")
	f.Anchor = "flag " + flag
	if strings.Contains(flag, "requests") || strings.Contains(flag, "paths") {
		f.Lower(rules.Medium, "it reaches data and addresses, not an interpreter")
	}
	f.Fixes = []checks.Fix{{ID: "no-" + strings.ReplaceAll(flag, "_", "-"), Title: "Set " + flag + " to false", Applicability: checks.Unsafe,
		Edits: []repo.TextEdit{p.Replace(m.Groups[4], m.Groups[5], map[bool]string{true: "False", false: "false"}[m.Group(2) == "True"])}, Breaks: "What the switch allows is refused."}}
}

// codeInString tells whether a line of settings is, at its end, inside a call that stands in quotes: an example, not a
// setting.
func codeInString(line []byte) bool {
	if len(line) > proseLine && bytes.Contains(line, []byte(`\n`)) {
		return true // a page of text in a string
	}
	quote := bytes.LastIndexAny(line, "\"'")
	return quote >= 0 && bytes.LastIndexByte(line[quote:], '(') > bytes.LastIndexByte(line[quote:], ')')
}

// Run implements checks.Check over Python.
func (dangerousFlag) Run(_ context.Context, p *checks.Pass) error {
	src, err := checks.Python.Of(p.File)
	if src == nil || src.File == nil {
		return err
	}
	for i := range src.Calls {
		c := call{&src.Calls[i], src, p, ""}
		for _, a := range c.Args {
			if a.Stars == 2 {
				for flag, what := range dangerousFlags {
					if src.Keyword(c.Call, flag).Kind == python.True {
						f := c.report(flag + "=True: " + what + ".")
						f.Anchor = "flag " + flag + " " + src.Callee(c.Call)
					}
				}
				continue
			}
			if a.Name == 0 || a.Last-a.First > 1 && src.Eval(a.First, a.Last, c.Scope).Kind != python.True {
				continue
			}
			flag := src.Word(a.Name)
			what, ok := dangerousFlags[flag]
			if !ok || src.Eval(a.First, a.Last, c.Scope).Kind != python.True {
				continue
			}
			start, end := src.Token(a.Name, a.Last)
			f := p.At(start, end, flag+"=True: "+what+".")
			f.Anchor = "flag " + flag + " " + src.Callee(c.Call)
			if strings.Contains(flag, "requests") || strings.Contains(flag, "paths") {
				f.Lower(rules.Medium, "it reaches data and addresses, not an interpreter")
			}
			f.Fixes = []checks.Fix{c.unset(a, "no-"+strings.ReplaceAll(flag, "_", "-"), flag, "The call refuses what it did before: use a loader or tool that needs no such switch, such as a vector store without pickle, or a sandboxed interpreter.")}
		}
	}
	return err
}

// unset is the fix that gives a switch the value False.
func (c call) unset(a python.Arg, id, flag, breaks string) checks.Fix {
	fix := checks.Fix{ID: id, Title: "Set " + flag + "=False", Applicability: checks.Unsafe, Breaks: breaks, Edits: c.replace(a.First, a.Last, "False")}
	if len(fix.Edits) == 0 {
		fix.Applicability, fix.Steps = checks.Manual, []string{"Set " + flag + "=False in this cell, and run it once."}
	}
	return fix
}

// interpreters and shells that frameworks hand to a model, and what each is
var codeTools = map[string]string{
	"PythonREPLTool": "an interpreter of Python", "PythonAstREPLTool": "an interpreter of Python", "PythonREPL": "an interpreter of Python", "ShellTool": "a shell", "BashProcess": "a shell", "BashTool": "a shell",
	"create_python_agent": "an interpreter of Python", "create_pandas_dataframe_agent": "an interpreter of Python", "create_csv_agent": "an interpreter of Python", "create_spark_dataframe_agent": "an interpreter of Python",
	"create_xorbits_agent": "an interpreter of Python", "PALChain": "an interpreter of Python", "PandasQueryEngine": "an interpreter of Python", "CodeInterpreterToolSpec": "an interpreter of Python",
	"LocalCommandLineCodeExecutor": "a shell of this machine", "ShellTools": "a shell", "PythonTools": "an interpreter of Python", "LocalPythonExecutor": "an interpreter of Python in this process",
	"PythonInterpreter": "an interpreter of Python", "LLMBashChain": "a shell", "SmartDataframe": "an interpreter of Python", "LocalJupyterServer": "a Jupyter kernel of this machine",
}

// roots of the frameworks that have them
var toolRoots = []string{"langchain", "langchain_experimental", "langchain_community", "langchain_core", "llama_index", "autogen", "autogen_ext", "ag2", "agno", "phi", "smolagents", "crewai", "pandasai", "interpreter", "semantic_kernel", "dspy"}

// sandboxes that hold what a model's code can reach
var sandboxes = []string{"e2b", "e2b_code_interpreter", "modal", "daytona", "daytona_sdk", "docker", "RestrictedPython", "wasmtime", "langchain_sandbox", "llm_sandbox", "runloop_api_client"}

// codeExecutionTool reports agents that are given an interpreter or a shell without a wall around it.
func codeExecutionTool(_ context.Context, p *checks.Pass) error {
	src, err := checks.Python.Of(p.File)
	if src == nil || src.File == nil || !importsAny(src, append(toolRoots, modelRoots...)) {
		return err
	}
	walled := importsAny(src, sandboxes)
	report := func(c call, what string) *checks.Finding {
		f := c.report("The model is given " + what + ".")
		if walled {
			f.Lower(rules.Medium, "the file also uses a sandbox")
		} else if p.File.Place == repo.Tests {
			f.Lower(rules.Medium, "what it runs is what the test says")
		}
		f.InAI = true
		f.Fixes = []checks.Fix{isolate()}
		return f
	}
	for i := range src.Calls {
		c := call{&src.Calls[i], src, p, ""}
		label := src.Method(c.Call)
		names := src.CallNames(i)
		if what, ok := codeTools[label]; ok && rooted(names, toolRoots) {
			if label == "SmartDataframe" {
				continue // its sandbox is its own affair
			}
			report(c, what)
			continue
		}
		switch {
		case label == "load_tools" && c.listHas("terminal", "python_repl"):
			report(c, "a shell or an interpreter of Python, by load_tools")
		case label == "load_tools" && c.listHas("requests_all", "requests_get", "requests_post"):
			report(c, "requests to any address, by load_tools").Lower(rules.Medium, "it reaches addresses, not an interpreter")
		case (label == "from_math_prompt" || label == "from_colored_object_prompt") && rooted(names, toolRoots):
			report(c, "an interpreter of Python")
		case label == "CodeAgent" && rooted(names, []string{"smolagents"}):
			c.codeAgent(report)
		case c.src.Keyword(c.Call, "allow_code_execution").Kind == python.True && c.src.Keyword(c.Call, "code_execution_mode").Str == "unsafe":
			report(c, "an interpreter of this machine: code_execution_mode is \"unsafe\"")
		case label == "chat" && c.src.Keyword(c.Call, "auto_run").Kind == python.True:
			report(c, "an interpreter that runs without asking")
		}
		if v := src.DictValue(c.Call, "code_execution_config", "use_docker"); v.Kind == python.False {
			f := report(c, "a shell of this machine: use_docker is False")
			if v.First != 0 && src.Editable() {
				f.Fixes = append([]checks.Fix{{ID: "use-docker", Title: "Run the model's code in a container", Applicability: checks.Unsafe, Edits: c.replace(v.First, v.Last, "True"),
					Breaks: "Docker has to run on the machine, and the code sees only its work folder."}}, f.Fixes...)
			}
		}
	}
	for i := range src.Assigns {
		a := &src.Assigns[i]
		if name := string(src.Text(a.Target, a.TargetEnd)); name == "interpreter.auto_run" && src.Eval(a.First, a.Last, a.Scope).Kind == python.True {
			start, end := src.Token(a.Target, a.Last)
			f := p.At(start, end, "The interpreter runs the model's code without asking.")
			f.Fixes = []checks.Fix{isolate()}
		}
	}
	return err
}

// codeAgent looks at the agent of smolagents, whose tools are code.
func (c call) codeAgent(report func(c call, what string) *checks.Finding) {
	executor := c.src.Keyword(c.Call, "executor_type")
	if executor.Kind == python.String && executor.Str != "local" {
		return // docker, e2b, modal, wasm
	}
	for _, a := range c.Args {
		if a.Name != 0 && c.src.Word(a.Name) == "additional_authorized_imports" && c.src.ListHas(a.First, a.Last, "*", "os", "subprocess", "sys", "shutil", "socket") {
			report(c, "an interpreter in this process that may import what reaches the machine")
			return
		}
	}
	if executor.Kind == python.String {
		report(c, "an interpreter in this process: executor_type is \"local\"")
	}
}

func (c call) listHas(words ...string) bool {
	for _, a := range c.Args {
		if c.src.ListHas(a.First, a.Last, words...) {
			return true
		}
	}
	return false
}

func rooted(names, roots []string) bool {
	for _, n := range names {
		for _, r := range roots {
			if hasRoot(n, r) {
				return true
			}
		}
	}
	return false
}

func isolate() checks.Fix {
	return checks.Fix{ID: "isolate-code", Title: "Put a wall around the model's code", Applicability: checks.Manual, Steps: []string{
		"Ask whether the task needs free code: a few functions with typed arguments are often enough.",
		"If it does: run it in a container or remote sandbox without network, secrets and write access, with limits of time and memory.",
		"Ask a person before code runs that can change something.",
	}}
}
