package code

import (
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/python"
)

// savedAndRun reports tainted texts that are written to a file which an interpreter is then given.
func savedAndRun(p *checks.Pass, t taint, refine func(f *checks.Finding)) error {
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
					flow = t.flow(src)
				}
				o := c.savedIn(flow, script)
				if o == nil {
					continue
				}
				f := c.report(flowMessage(t.says, o.What, "is written to a file, and the file is run."))
				describe(f, p, src, o)
				refine(f)
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
func (c call) savedIn(flow *python.Flow, script python.Arg) *python.Origin {
	src := c.src
	path := string(src.Text(script.First, script.Last))
	first, last := src.Definition(script.First, script.Last, c.Scope)
	named := string(src.Text(first, last))
	for _, method := range []string{"write", "write_text", "write_bytes"} {
		for _, i := range src.CallsNamed(method) {
			w := &src.Calls[i]
			if len(w.Args) == 0 || w.Args[0].Name != 0 || len(w.Args) > 1 && w.Args[1].Name == 0 || w.Open < w.First+3 {
				continue
			}
			file := string(src.Text(w.First, w.Open-2))
			first, last := src.Definition(w.First, w.Open-2, w.Scope)
			opened := string(src.Text(first, last))
			if path != file && path != file+".name" && named != file+".name" && path != "str("+file+")" && !strings.HasPrefix(opened, "open("+path+",") {
				continue
			}
			if o := flow.From(w.Args[0].First, w.Args[0].Last, w.Scope); o != nil {
				return o
			}
		}
	}
	return nil
}
