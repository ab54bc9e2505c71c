package checks

import (
	"path"
	"slices"
	"strings"

	"bakedin/internal/format/sniff"
	"bakedin/internal/repo"
	"bakedin/rules"
)

// purlTypes maps the ecosystems of manifests to the prefixes that rules and signals use.
var purlTypes = map[string]string{"PyPI": "pypi", "npm": "npm", "Go": "go", "conda": "pypi", "crates.io": "cargo"}

// matchPackages looks the packages of a manifest up: a dependency is E1 evidence and a sign of what the repository is.
func (e *engine) matchPackages(f *File, o *outcome, pass func(*compiled) *Pass) {
	if !f.Is(repo.Manifest) {
		o.contexts = append(o.contexts, assetContexts(f)...)
		return
	}
	m, err := Manifest.Of(f)
	if err != nil || m == nil {
		return // told by the inventory
	}
	seen := map[string]bool{}
	for _, p := range m.Packages {
		if !p.Direct || m.Lock {
			continue
		}
		for _, d := range e.deps[purlTypes[p.Ecosystem]+":"+p.Norm] {
			switch {
			case d.rule != nil:
				if !slices.Contains(o.wanted, d.rule.ID) {
					o.wanted = append(o.wanted, d.rule.ID)
				}
				finding := pass(d.rule).At(p.Start, p.End, "the dependency "+p.Name+" is declared")
				finding.Strength, finding.Anchor = rules.E1, "dependency "+p.Norm
			case !seen[d.signal.ID] && f.Place != repo.Vendored:
				seen[d.signal.ID] = true
				o.contexts = append(o.contexts, Context{Signal: d.signal.ID, Strength: rules.E1, Path: f.Path, Line: f.Position(p.Start).Line, InTests: f.InTests() || p.Group == "dev"})
			}
		}
	}
}

// assetContexts are the signals that the classifier has already decided.
func assetContexts(f *File) []Context {
	var out []Context
	for _, a := range f.Assets {
		signal := ""
		switch a.Kind {
		case repo.Model:
			signal = "C-MODEL-FILES"
		case repo.Prompt:
			signal = "C-PROMPTS"
		case repo.Agent:
			if signal = "C-PROMPTS"; a.Format == "mcp" {
				signal = "C-MCP"
			}
		case repo.Dataset:
			if c := sniff.Format(a.Format).Class(); c != sniff.Archive && c != sniff.Wrapper { // whose content is not known
				signal = "C-DATASETS"
			}
		case repo.Deploy:
			signal = "C-INFRA"
		case repo.CI:
			signal = "C-CI"
		}
		if signal != "" && !slices.ContainsFunc(out, func(c Context) bool { return c.Signal == signal }) {
			out = append(out, Context{Signal: signal, Strength: rules.E2, Path: f.Path, InTests: f.InTests()})
		}
	}
	return out
}

// signals that make a part of the repository an AI component; a file of instructions for a coding assistant does not
var aiSignals = map[string]bool{"C-MODEL-FILES": true, "C-LLM-API": true, "C-LOCAL-INFER": true, "C-TRAIN": true, "C-AGENT": true, "C-RAG": true}

// components are the folders that have AI in them: the parts of a repository that have a manifest of their own, or all of it.
type components struct {
	roots []string // folders with a manifest, longest first; "" is the root
	ai    map[string]bool
}

func (e *engine) components() components {
	c := components{ai: map[string]bool{}}
	for _, a := range e.repo.Assets {
		if a.Kind == repo.Manifest && a.Place == repo.Product {
			c.roots = append(c.roots, folder(a.Path))
		}
	}
	slices.SortFunc(c.roots, func(a, b string) int { return len(b) - len(a) })
	c.roots = append(slices.Compact(c.roots), "")
	for _, x := range e.contexts {
		if aiSignals[x.Signal] {
			c.ai[c.of(x.Path)] = true
		}
	}
	return c
}

func (c components) of(file string) string {
	for _, r := range c.roots {
		if r == "" || strings.HasPrefix(file, r+"/") {
			return r
		}
	}
	return ""
}

func (c components) any() bool { return len(c.ai) > 0 }

func (c components) covers(file string) bool { return c.ai[c.of(file)] }

func folder(file string) string {
	if d := path.Dir(file); d != "." {
		return d
	}
	return ""
}
