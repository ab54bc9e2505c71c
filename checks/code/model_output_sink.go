package code

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/python"
	"bakedin/internal/safe"
	"bakedin/rules"
)

// sink is a function that does something with a text that a stranger must not choose.
type sink struct {
	name     string // canonical, or "*.method" for a method of anything
	keyword  string // the argument that matters, by its keyword
	position int    // or its position; -1: keyword only
	does     string // what happens to it
	ends     string // functions that make it harmless here, separated by blanks
	shell    bool   // a list is run as a program: only its first element, or what an interpreter is told, is code
	when     func(c call) bool
}

// receiver is the position of what a method is called on.
const receiver = -2

// sources of a rule: where from, and how sure and grave that makes it
type taint struct {
	source func(src *checks.PythonSource) func(e python.Expr) string
	says   string             // with %s for the source
	adapt  func(*python.Flow) // when values of it are carried by other functions than those of an answer
}

// flow follows values of this kind through a source.
func (t taint) flow(src *checks.PythonSource) *python.Flow {
	flow := flowOf(src, t.source(src))
	if t.adapt != nil {
		t.adapt(flow)
	}
	return flow
}

var modelOutput = taint{source: modelSource, says: "What %s answered"}

// eachFlow reports the calls of the sinks that a tainted value reaches.
func eachFlow(p *checks.Pass, t taint, sinks []sink, report func(s sink, c call, arg python.Arg, o *python.Origin)) error {
	src, err := checks.Python.Of(p.File)
	if src == nil || src.File == nil {
		return err
	}
	var flow *python.Flow
	type hit struct {
		call   int32
		sink   *sink
		handed []python.Arg // what the sink is given by something that calls it
	}
	var hits []hit
	var partials map[string][]int32
	var handed []handedCall
	if nearModel(src) {
		partials, handed = partialCalls(src), handedCalls(src)
	}
	for k := range sinks {
		s := &sinks[k]
		calls := src.CallsOf(s.name)
		if method, ok := strings.CutPrefix(s.name, "*."); ok {
			calls = src.CallsNamed(method)
		}
		for _, i := range calls {
			hits = append(hits, hit{i, s, nil})
		}
		for _, i := range partials[s.name] {
			hits = append(hits, hit{i, s, nil})
		}
	}
	for _, h := range handed {
		for k := range sinks {
			if s := &sinks[k]; s.position >= 0 && s.position < len(h.args) && slices.Contains(h.names, s.name) {
				hits = append(hits, hit{h.call, s, h.args[s.position : s.position+1]})
			}
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return int(a.call - b.call) })
	last := int32(-1)
	for _, h := range hits {
		c := call{&src.Calls[h.call], src, p, h.sink.name}
		if h.call == last || h.sink.when != nil && !h.sink.when(c) {
			continue
		}
		args := h.handed
		if args == nil {
			args = c.sinkArgs(h.sink)
		}
		for _, arg := range args {
			if flow == nil {
				flow = t.flow(src)
			}
			plain := flow.Rules.Ends
			flow.Use = c.use(h.sink, arg)
			flow.Rules.Ends = func(label string) bool {
				return plain(label) || h.sink.ends != "" && slices.Contains(strings.Fields(h.sink.ends), label)
			}
			o := flow.From(arg.First, arg.Last, c.Scope)
			flow.Rules.Ends = plain
			if o != nil {
				last = h.call
				reached := *h.sink
				reached.does = c.does(h.sink, arg)
				report(reached, c, arg, o)
				break
			}
		}
	}
	return err
}

// use is what becomes of an argument that reaches a sink.
func (c call) use(s *sink, arg python.Arg) python.Use {
	switch s.does {
	case asURL:
		return python.AsAddress
	case asPath:
		return python.AsPath
	case asSQL:
		return python.AsQuery
	case asProgram:
		if c.shellReads(arg) == "" {
			return python.AsProgram
		}
	}
	return python.AsText
}

// shellReads says what becomes of an argument of subprocess that is more than the name of a program: it is text that a shell or
// an interpreter reads.
func (c call) shellReads(arg python.Arg) string {
	if v := c.src.Keyword(c.Call, "shell"); v.Kind == python.True {
		return asShell
	}
	for _, a := range c.Args {
		if c.src.IsBracket(a.First, '[') && a.First < arg.First && arg.Last <= a.Last || a.Name != 0 && c.src.Word(a.Name) == "input" && a.First == arg.First {
			items := c.src.Args(c.Args[0].First)
			if len(items) == 0 || items[0].First == arg.First {
				return ""
			}
			if name := c.programName(items[0]); shells[name] {
				return asShell
			}
			return runs
		}
	}
	return ""
}

// what the call does with the argument, in words
func (c call) does(s *sink, arg python.Arg) string {
	if s.does == asProgram {
		if text := c.shellReads(arg); text != "" {
			return text
		}
	}
	return s.does
}

// sinkArgs are the expressions of a call that matter to the sink.
func (c call) sinkArgs(s *sink) []python.Arg {
	var out []python.Arg
	if s.position == receiver {
		return []python.Arg{{First: c.First, Last: c.Open - 2}}
	}
	for i, a := range c.Args {
		switch {
		case a.Stars != 0 && i > s.position:
		case a.Name != 0 && s.keyword != "" && c.src.Word(a.Name) == s.keyword, a.Name == 0 && a.Stars == 0 && i == s.position:
			if s.shell {
				out = append(out, c.program(a)...)
			} else {
				out = append(out, a)
			}
		}
	}
	return out
}

// programName is the name of the program that an element of a list names, without its folder.
func (c call) programName(item python.Arg) string {
	text := c.src.Eval(item.First, item.Last, c.Scope).Str
	return text[strings.LastIndexByte(text, '/')+1:]
}

var shells = set("bash", "sh", "zsh", "powershell", "pwsh", "cmd")

// withoutNetwork are the arguments that cut a container off from the network: what runs in it was meant to be free.
var withoutNetwork = regexp.MustCompile(`["']--net(?:work)?(?:=|["'],\s*["'])none["']`)

// interpreters run what stands behind their option.
var interpreters = set("python", "python3", "bash", "sh", "zsh", "node", "ruby", "perl", "osascript", "powershell", "pwsh", "cmd", "docker")

// program narrows a list of arguments to what decides which program runs.
func (c call) program(a python.Arg) []python.Arg {
	if !c.src.IsBracket(a.First, '[') || c.src.Toks[a.First].Mate != a.Last-1 {
		return []python.Arg{a}
	}
	items := c.src.Args(a.First)
	if len(items) == 0 {
		return nil
	}
	first := c.src.Eval(items[0].First, items[0].Last, c.Scope)
	name := c.programName(items[0])
	executable := strings.HasSuffix(string(c.src.Text(items[0].First, items[0].Last)), "sys.executable")
	if first.Kind == python.String && !interpreters[name] || (name == "docker" || name == "podman") && withoutNetwork.Match(c.src.Text(a.First, a.Last)) {
		return nil
	}
	if first.Kind != python.String && !executable {
		return items[:1]
	}
	for k, item := range items {
		switch v := c.src.Eval(item.First, item.Last, c.Scope); v.Str {
		case "-c", "-e", "-lc", "-ic", "/c", "-Command", "--eval":
			return items[k+1:]
		}
	}
	return c.input()
}

// input is what an interpreter reads when it is given no script.
func (c call) input() []python.Arg {
	for _, a := range c.Args {
		if a.Name != 0 && c.src.Word(a.Name) == "input" {
			return []python.Arg{a}
		}
	}
	return nil
}

// settle describes a flow: the message, where the value comes from, and how sure the way is.
func describe(f *checks.Finding, p *checks.Pass, src *checks.PythonSource, o *python.Origin) {
	start, end := src.Token(o.First, o.Last)
	f.Related = append(f.Related, checks.Related{Role: "source", Message: safe.Line("it comes from here: " + o.What), Path: p.File.Path,
		Start: p.File.Position(start), End: p.File.Position(end)})
	f.InAI = true
}

func flowMessage(says, what, does string) string {
	return fmt.Sprintf(says, short(what)) + " " + does
}

func short(s string) string {
	if len(s) > 60 {
		return s[:57] + "..."
	}
	return s
}

// outputSinks is the detector of a rule: what a model answers reaches one of these, in Python or in a script.
func outputSinks(sinks []sink, scripts []scriptSink, fix func(s sink, c call, arg python.Arg) []checks.Fix, scriptFix checks.Fix) checks.CheckFunc {
	return func(_ context.Context, p *checks.Pass) error {
		if err := scriptOutputs(p, scripts, scriptFix); err != nil {
			return err
		}
		return eachFlow(p, modelOutput, sinks, func(s sink, c call, arg python.Arg, o *python.Origin) {
			f := c.report(flowMessage(modelOutput.says, o.What, s.does))
			describe(f, p, c.src, o)
			if o.Steps > 0 && p.Rule.Severity == rules.Critical {
				f.Lower(rules.High, "the value goes through a function of this file")
			}
			if s.does == asSQL && c.onlyReads() {
				f.Lower(rules.Medium, "the connection can only read")
			}
			if fix != nil {
				f.Fixes = fix(s, c, arg)
			}
		})
	}
}
