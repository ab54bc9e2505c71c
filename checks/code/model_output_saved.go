package code

import (
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/python"
	"bakedin/rules"
)

// savedAndRun reports answers of a model that are written to a file which an interpreter is then given.
func savedAndRun(p *checks.Pass) error {
	src, err := checks.Python.Of(p.File)
	if src == nil || src.File == nil {
		return err
	}
	var flow *python.Flow
	for _, name := range []string{"subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output", "subprocess.Popen"} {
		for _, i := range src.CallsOf(name) {
			c := call{&src.Calls[i], src, p, name}
			for _, script := range c.scripts() {
				if flow == nil {
					flow = flowOf(src, modelSource(src))
				}
				o := savedIn(src, flow, string(src.Text(script.First, script.Last)))
				if o == nil {
					continue
				}
				f := c.report(flowMessage(modelOutput.says, o.What, "is written to a file, and the file is run."))
				describe(f, p, src, o)
				lower(f, rules.High, "the way goes through a file")
				f.Fixes = []checks.Fix{allowActions}
				break
			}
		}
	}
	return err
}

// scripts are the arguments of an interpreter that is started with a list: what may be the file it runs.
func (c call) scripts() []python.Arg {
	if len(c.Args) == 0 || c.Args[0].Name != 0 || !c.src.IsBracket(c.Args[0].First, '[') {
		return nil
	}
	items := c.src.Args(c.Args[0].First)
	if len(items) < 2 {
		return nil
	}
	first := string(c.src.Text(items[0].First, items[0].Last))
	v := c.src.Eval(items[0].First, items[0].Last, c.Scope)
	if !interpreters[v.Str[strings.LastIndexByte(v.Str, '/')+1:]] && first != "sys.executable" {
		return nil
	}
	return items[1:]
}

// savedIn is where the text comes from that is written to the file that an expression names: f.name, or the path of open.
func savedIn(src *checks.PythonSource, flow *python.Flow, path string) *python.Origin {
	for _, method := range []string{"write", "write_text"} {
		for _, i := range src.CallsNamed(method) {
			c := &src.Calls[i]
			if len(c.Args) != 1 || c.Args[0].Name != 0 || c.Open < c.First+3 {
				continue
			}
			file := string(src.Text(c.First, c.Open-2))
			first, last := src.Definition(c.First, c.Open-2, c.Scope)
			opened := string(src.Text(first, last))
			if path != file && path != file+".name" && path != "str("+file+")" && !strings.HasPrefix(opened, "open("+path+",") {
				continue
			}
			if o := flow.From(c.Args[0].First, c.Args[0].Last, c.Scope); o != nil {
				return o
			}
		}
	}
	return nil
}
