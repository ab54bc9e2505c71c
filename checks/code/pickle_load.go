package code

import (
	"context"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/python"
	"bakedin/rules"
)

// functions that build whatever objects a stream names
var unpicklers = []string{
	"pickle.load", "pickle.loads", "pickle.Unpickler", "dill.load", "dill.loads", "cloudpickle.load", "cloudpickle.loads", "joblib.load", "shelve.open",
	"pandas.read_pickle", "numpy.load", "marshal.load", "marshal.loads",
}

// pickleLoad reports loads of pickles in all their forms.
func pickleLoad(_ context.Context, p *checks.Pass) error {
	return eachCall(p, unpicklers, func(c call) {
		switch {
		case c.name == "numpy.load":
			if v := c.src.Argument(c.Call, "allow_pickle", 2); v.Kind == python.True {
				f := c.report("numpy.load is called with allow_pickle=True: an array of objects may run any code.")
				f.Fixes = []checks.Fix{{ID: "no-pickle", Title: "Set allow_pickle=False", Applicability: checks.Unsafe, Edits: c.replace(v.First, v.Last, "False"),
					Breaks: "Files that hold arrays of objects are refused; save them as plain arrays."}}
				if len(f.Fixes[0].Edits) == 0 {
					f.Fixes = nil
				}
			}
			return
		case c.name == "shelve.open" || strings.HasPrefix(c.name, "marshal."):
			f := c.report(c.name + " builds objects from a file; whoever can write the file can run code.")
			lower(f, rules.Low, "such files rarely come from others")
			return
		}
		f := c.report(c.name + " runs whatever code the data asks for.")
		if c.ownDump() {
			lower(f, rules.Low, "the same file writes what it reads")
		}
	})
}

// ownDump tells whether the same source also writes pickles: then it most likely reads its own.
func (c call) ownDump() bool {
	module, _, _ := strings.Cut(c.name, ".")
	for i := range c.src.Calls {
		for _, n := range c.src.Resolve(&c.src.Calls[i]) {
			if n == module+".dump" || n == module+".dumps" {
				return true
			}
		}
	}
	return false
}
