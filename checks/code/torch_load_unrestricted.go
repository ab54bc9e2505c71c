package code

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/python"
	"bakedin/rules"
)

// torch.load takes only tensors by default since 2.6, where weights_only=True also became trustworthy: CVE-2025-32434.
var safeTorch = [2]int{2, 6}

// torchLoad reports loads that run code from the file they open, wherever torch.load is called or handed on.
type torchLoad struct{}

// Run implements checks.Check over Python.
func (torchLoad) Run(_ context.Context, p *checks.Pass) error {
	t := installedTorch(p.Repo)
	if err := eachHanded(p, []string{"torch.load"}, func(c call) {
		if f := c.torchLoad(t, "torch.load is handed on"); f != nil {
			f.Anchor = "handed torch.load"
		}
	}); err != nil {
		return err
	}
	if err := eachCall(p, []string{"torch.load"}, func(c call) { c.torchLoad(t, "torch.load is called") }); err != nil {
		return err
	}
	return loadedCheckpoints(p)
}

// torchLoad judges one call, or one place where the function is handed on with its arguments.
func (c call) torchLoad(t torch, how string) *checks.Finding {
	v := c.src.Keyword(c.Call, "weights_only")
	switch {
	case c.ownPickle() && v.Kind == python.Absent:
		return c.report(how + " with a pickle module of its own, which runs whatever the file asks for.")
	case v.Kind == python.True && t.old:
		f := c.report("weights_only=True is set, but the pinned torch " + t.version + " runs code all the same (CVE-2025-32434).")
		f.Fixes = []checks.Fix{upgradeTorch()}
		return f
	case v.Kind == python.True:
		return nil
	case v.Kind == python.False:
		f := c.report(how + " with weights_only=False: the file may run any code.")
		f.Fixes = []checks.Fix{c.allowedCode(v)}
		return f
	case v.Kind == python.Absent:
		message := how + " without weights_only=True: below torch 2.6 the file may run any code."
		if t.exact && !t.old {
			message = "weights_only is not set: torch " + t.version + " refuses code by default, an older one would run it."
		}
		f := c.report(message)
		if t.exact && !t.old {
			f.Lower(rules.Low, "the pinned torch "+t.version+" is restricted by default")
		}
		f.Fixes = []checks.Fix{c.restricted()}
		if t.old { // the argument alone would not be enough
			f.Fixes = []checks.Fix{upgradeTorch()}
		}
		return f
	}
	f := c.report("weights_only is given by a variable: whoever sets it decides whether the file may run code.")
	f.Lower(rules.Low, "the value is not known")
	return f
}

// loadedCheckpoints reports checkpoints of Lightning that are loaded with the restriction switched off.
func loadedCheckpoints(p *checks.Pass) error {
	src, err := checks.Python.Of(p.File)
	if src == nil || src.File == nil {
		return err
	}
	for _, i := range src.CallsNamed("load_from_checkpoint") {
		c := call{&src.Calls[i], src, p, ""}
		if v := src.Keyword(c.Call, "weights_only"); v.Kind == python.False {
			f := c.report("load_from_checkpoint is called with weights_only=False: the file may run any code.")
			f.Fixes = []checks.Fix{c.allowedCode(v)}
		}
	}
	return nil
}

var unrestricted = environment{name: match(`^TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD$`), when: isOn, says: "is set: every torch.load that does not say weights_only=True runs code from the file it opens."}

// Judge implements checks.Judge: the variable that takes the restriction off every call that does not name it.
func (torchLoad) Judge(p *checks.Pass, m checks.TextMatch) { unrestricted.judge(p, m) }

// ownPickle tells whether the call brings a pickle module, by name or as the third argument.
func (c call) ownPickle() bool {
	if c.src.Keyword(c.Call, "pickle_module").Kind != python.Absent {
		return true
	}
	return c.isTorchLoad() && c.src.Positional(c.Call, 2).Kind != python.Absent
}

// isTorchLoad tells whether the call is that of torch.load itself, and not of what it is handed to.
func (c call) isTorchLoad() bool {
	return slices.Contains(c.src.Resolve(c.Call), "torch.load")
}

// restricted gives the call the argument that it lacks.
func (c call) restricted() checks.Fix {
	fix := checks.Fix{
		ID: "add-weights-only", Title: "Add weights_only=True", Applicability: checks.Safe, Edits: c.addKeyword("weights_only=True"),
		Breaks: "Checkpoints that hold more than tensors and plain values are refused: that is the point.",
	}
	switch {
	case len(fix.Edits) == 0, !c.isTorchLoad() && c.src.Method(c.Call) != "partial":
		fix.Edits, fix.Applicability = nil, checks.Manual
		fix.Steps = []string{"Give torch.load the argument weights_only=True.", "Run the notebook or program once with the checkpoints you use."}
	case c.loadsModule():
		fix.Applicability = checks.Unsafe
		fix.Breaks = "What is loaded is used as a whole model, which is refused: keep its state_dict in the file instead, and build the model in code."
	case c.spreads():
		fix.Applicability = checks.Unsafe
		fix.Breaks = "The call is given arguments that cannot be seen here; if one of them is a pickle module, it fails."
	}
	return fix
}

// moduleMethods are those of a model, which neither a tensor nor a dict of them has.
var moduleMethods = []string{"eval", "train", "state_dict", "load_state_dict", "parameters", "named_parameters", "modules", "children"}

// loadsModule tells whether what the call gives is used as a whole model, there or under the name it is assigned to.
func (c call) loadsModule() bool {
	if c.src.IsBracket(c.Close+1, '.') && slices.Contains(moduleMethods, c.src.Word(c.Close+2)) {
		return true
	}
	if !c.src.IsBracket(c.First-1, '=') || c.src.Toks[c.First-2].Kind != python.Name || c.src.Toks[c.First-3].Kind != python.Newline {
		return false
	}
	name := c.src.Word(c.First - 2)
	for _, method := range moduleMethods {
		for _, k := range c.src.CallsNamed(method) {
			if use := &c.src.Calls[k]; use.Scope == c.Scope && use.First > c.Close && c.src.Callee(use) == name+"."+method {
				return true
			}
		}
	}
	return false
}

// allowedCode takes back a choice that somebody has written down.
func (c call) allowedCode(v python.Value) checks.Fix {
	edits := c.replace(v.First, v.Last, "True")
	if len(edits) == 0 {
		return checks.Steps("add-weights-only", "Set weights_only=True", "Set weights_only=True where the value is given.", "Run the notebook or program once with the checkpoints you use.")
	}
	return checks.Fix{ID: "add-weights-only", Title: "Set weights_only=True", Applicability: checks.Unsafe, Edits: edits,
		Breaks: "Somebody switched the restriction off: checkpoints that hold more than tensors and plain values are refused."}
}

func upgradeTorch() checks.Fix {
	return checks.Fix{ID: "upgrade-torch", Title: "Use torch 2.6 or later", Applicability: checks.Manual, Steps: []string{
		"Raise the version of torch in the manifest to 2.6 or later and renew the lock file.",
		"Give every torch.load the argument weights_only=True.",
		"Run the tests, then scan again.",
	}}
}

// torch is what the manifests say about the installed version.
type torch struct {
	version    string
	exact, old bool // pinned; and to one below that of CVE-2025-32434
}

func installedTorch(r *checks.Repo) torch {
	version, exact := torchVersion(r)
	return torch{version, exact, exact && before(version, safeTorch)}
}

// torchVersion is the version that the manifests pin, when they agree on one.
func torchVersion(r *checks.Repo) (version string, exact bool) {
	for _, p := range r.Packages {
		if p.Ecosystem != "PyPI" || p.Norm != "torch" {
			continue
		}
		v := p.Version
		if v == "" {
			if low, ok := strings.CutPrefix(p.Spec, ">="); ok && !strings.Contains(low, ",") && !before(strings.TrimSpace(low), safeTorch) {
				v = strings.TrimSpace(low) // at least that one; an old floor does not say what is installed
			}
		}
		switch {
		case v == "":
			return "", false
		case version == "" || before(v, numbers(version)):
			version = v
		}
	}
	return version, version != ""
}

func numbers(version string) (out [2]int) {
	version, _, _ = strings.Cut(version, "+")
	for i, part := range strings.SplitN(version, ".", 3) {
		if i < 2 {
			out[i], _ = strconv.Atoi(part)
		}
	}
	return out
}

func before(version string, than [2]int) bool {
	n := numbers(version)
	return n[0] < than[0] || n[0] == than[0] && n[1] < than[1]
}
