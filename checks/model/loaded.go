package model

import (
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"bakedin/checks"
	"bakedin/internal/safe"
	"bakedin/rules"
)

// loadedUnsafely joins a model file in which something was found with the call in this repository that would run it. Either
// alone may be an accident; together they are a way from the file to the machine.
func loadedUnsafely(_ context.Context, p *checks.RepoPass) error {
	worst := map[string]checks.Finding{} // path of a model to its gravest finding
	for _, f := range p.Findings {
		if f.Family != "model" || f.Location == nil || f.Severity == rules.Low || f.SecuritySeverity == 0 {
			continue
		}
		if f.SecuritySeverity > worst[f.Location.Path].SecuritySeverity {
			worst[f.Location.Path] = f
		}
	}
	files := slices.Sorted(maps.Keys(worst))
	for _, load := range p.Findings {
		if !slices.Contains(p.Rule.Joins, load.Rule) || load.Opens == "" || load.Location == nil {
			continue
		}
		for _, file := range opened(load, files) {
			joined(p, load, worst[file])
		}
	}
	return nil
}

// opened are those of the files that a call may mean: the one at that path, seen from the root or from the script, else
// all whose path ends so, as nobody knows the working directory.
func opened(load checks.Finding, files []string) []string {
	name := path.Clean(load.Opens)
	for _, exact := range []string{name, path.Join(path.Dir(load.Location.Path), name)} {
		if slices.Contains(files, exact) {
			return []string{exact}
		}
	}
	for strings.HasPrefix(name, "../") {
		name = name[3:]
	}
	var out []string
	for _, f := range files {
		if strings.HasSuffix("/"+f, "/"+strings.TrimPrefix(name, "/")) {
			out = append(out, f)
		}
	}
	return out
}

// graver is the severity one step above.
var graver = map[rules.Severity]rules.Severity{rules.Critical: rules.Critical, rules.High: rules.Critical, rules.Medium: rules.High}

func joined(p *checks.RepoPass, load, found checks.Finding) {
	file := found.Location.Path
	f := p.Report(load.Location.Path, "loads "+file, fmt.Sprintf("This call opens %s, in which %s was found: what it asks for runs here.", file, found.Rule))
	at := *load.Location
	f.Location, f.InTests = &at, load.InTests
	f.Severity = graver[found.Severity]
	if load.InTests && f.Severity != rules.Medium {
		f.Lower(rules.Medium, "medium at most: only developers run tests")
	}
	f.Related = []checks.Related{{Role: "source", Message: safe.Line(string(found.Message)), Path: file, Start: found.Location.Start, End: found.Location.End}}
	f.Fixes = []checks.Fix{checks.Steps("stop-loading", "Stop loading the file until somebody looked", "Do not run the script.",
		"See what the file would do: bakedin inspect "+string(safe.Line(file)), "Restrict the call ("+load.Rule+" has the edit), and take the weights alone: bakedin convert --rescue.")}
}
