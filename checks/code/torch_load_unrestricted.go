package code

import (
	"context"
	"strconv"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/python"
	"bakedin/internal/repo"
	"bakedin/rules"
)

// torch.load takes only tensors by default since 2.6, where weights_only=True also became trustworthy: CVE-2025-32434.
var safeTorch = [2]int{2, 6}

// torchLoad reports loads that run code from the file they open.
func torchLoad(_ context.Context, p *checks.Pass) error {
	if err := torchPatched(p); err != nil {
		return err
	}
	version, exact := torchVersion(p.Repo)
	old := exact && before(version, safeTorch)
	return eachCall(p, []string{"torch.load"}, func(c call) {
		v := c.src.Keyword(c.Call, "weights_only")
		if c.src.Keyword(c.Call, "pickle_module").Kind != python.Absent && v.Kind == python.Absent {
			c.report("torch.load is given a pickle module of its own, which runs whatever the file asks for.")
			return
		}
		switch v.Kind {
		case python.True:
			if !old {
				return
			}
			f := c.report("weights_only=True is set, but the pinned torch " + version + " runs code all the same (CVE-2025-32434).")
			f.Fixes = []checks.Fix{upgradeTorch()}
		case python.False:
			f := c.report("torch.load is called with weights_only=False: the file may run any code.")
			f.Fixes = []checks.Fix{c.weightsOnly(c.replace(v.First, v.Last, "True"), v.First != 0)}
		case python.Absent:
			message := "torch.load is called without weights_only=True: below torch 2.6 the file may run any code."
			if exact && !old {
				message = "weights_only is not set: torch " + version + " refuses code by default, an older one would run it."
			}
			f := c.report(message)
			if exact && !old {
				lower(f, rules.Low, "the pinned torch "+version+" is restricted by default")
			}
			f.Fixes = []checks.Fix{c.weightsOnly(c.addKeyword("weights_only=True"), true)}
			if old {
				f.Fixes = append(f.Fixes, upgradeTorch())
			}
		default:
			f := c.report("weights_only is given by a variable: whoever sets it decides whether the file may run code.")
			lower(f, rules.Low, "the value is not known")
		}
	})
}

// torchPatched reports ways round the default: torch.load wrapped in a partial, or replaced, with weights_only=False.
func torchPatched(p *checks.Pass) error {
	return eachCall(p, []string{"functools.partial"}, func(c call) {
		if len(c.Args) == 0 || c.Args[0].Name != 0 {
			return
		}
		for _, n := range c.src.Names(c.Args[0].First, c.Args[0].Last, c.Scope) {
			if v := c.src.Keyword(c.Call, "weights_only"); n == "torch.load" && v.Kind == python.False {
				f := c.report("torch.load is wrapped with weights_only=False: every file it opens may run any code.")
				f.Fixes = []checks.Fix{c.weightsOnly(c.replace(v.First, v.Last, "True"), v.First != 0)}
				f.Anchor = "partial torch.load"
			}
		}
	})
}

func lower(f *checks.Finding, to rules.Severity, why string) {
	f.Severity = to
	f.SeverityReason = &why
}

func (c call) weightsOnly(edits []repo.TextEdit, known bool) checks.Fix {
	fix := checks.Fix{
		ID: "add-weights-only", Title: "Add weights_only=True", Applicability: checks.Safe, Edits: edits,
		Breaks: "Checkpoints that hold more than tensors and plain values are refused: that is the point.",
	}
	if len(edits) == 0 || !known {
		fix.Edits, fix.Applicability = nil, checks.Manual
		fix.Steps = []string{"Give torch.load the argument weights_only=True.", "Run the notebook or program once with the checkpoints you use."}
	}
	return fix
}

func upgradeTorch() checks.Fix {
	return checks.Fix{ID: "upgrade-torch", Title: "Use torch 2.6 or later", Applicability: checks.Manual, Steps: []string{
		"Raise the version of torch in the manifest to 2.6 or later and renew the lock file.",
		"Run the tests, then scan again.",
	}}
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
