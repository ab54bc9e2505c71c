package dependency

import (
	"context"
	"path"
	"slices"
	"strings"

	"bakedin/checks"
	"bakedin/internal/glob"
	"bakedin/internal/lang/keys"
	"bakedin/internal/repo"
	"bakedin/internal/safe"
	"bakedin/rules"
)

// dependabotNames are the names of ecosystems in the configuration of Dependabot.
// Source: https://docs.github.com/code-security/dependabot/ecosystems-supported-by-dependabot
var dependabotNames = map[string][]string{
	"PyPI": {"pip", "uv", "pipenv", "poetry", "pip-compile"}, "npm": {"npm", "pnpm", "yarn", "bun"}, "Go": {"gomod"}, "crates.io": {"cargo"}, "conda": {"conda"},
}

// dependencyUpdates reports the configuration of a machine that updates dependencies. It is wired when it covers every
// manifest of the product.
func dependencyUpdates(_ context.Context, p *checks.Pass) error {
	root, err := checks.Keys.Of(p.File)
	if err != nil {
		return err
	}
	if root != nil && root.Kind == keys.Stream && len(root.Items) > 0 {
		root = root.Items[0]
	}
	if root == nil { // a format that is not read here
		p.Whole("A machine that updates dependencies is configured.").Strength = rules.E2
		return nil
	}
	covers := renovate(root)
	if strings.Contains(path.Base(p.File.Path), "dependabot") {
		covers = dependabot(root)
	}
	f := p.Whole("A machine updates the dependencies of every manifest of the product.")
	f.Strength, f.Anchor = rules.E3, "updates"
	if covers == nil {
		f.Strength, f.Message = rules.E1, "The configuration switches updates off, or names nothing to update."
		return nil
	}
	for _, pkg := range p.Repo.Packages {
		if pkg.Direct && pkg.Source == "registry" && repo.PlaceOf(pkg.Path) == repo.Product && !covers(pkg.Ecosystem, path.Dir(pkg.Path)) {
			f.Strength, f.Message = rules.E2, safe.Line("A machine updates dependencies, and not those of "+pkg.Path+".")
			return nil
		}
	}
	return nil
}

// dependabot returns what tells whether an ecosystem in a folder is updated; nil when nothing is.
func dependabot(root *keys.Node) func(ecosystem, dir string) bool {
	type update struct {
		name string
		dirs *glob.Set
	}
	var all []update
	updates := root.Child("updates")
	if updates == nil {
		return nil
	}
	for _, u := range updates.Items {
		name := u.Child("package-ecosystem")
		if limit := u.Child("open-pull-requests-limit"); name == nil || limit != nil && limit.Value == "0" {
			continue
		}
		var dirs []string
		for _, key := range []string{"directory", "directories"} {
			if d := u.Child(key); d != nil && d.Kind == keys.Scalar {
				dirs = append(dirs, d.Value)
			} else if d != nil {
				for _, x := range d.Items {
					dirs = append(dirs, x.Value)
				}
			}
		}
		for i, d := range dirs {
			if dirs[i] = strings.Trim(path.Clean("/"+d), "/"); dirs[i] == "" {
				dirs[i] = "."
			}
		}
		if set, err := glob.Compile(dirs); err == nil && len(dirs) > 0 {
			all = append(all, update{name.Value, set})
		}
	}
	if len(all) == 0 {
		return nil
	}
	return func(ecosystem, dir string) bool {
		names := dependabotNames[ecosystem]
		return len(names) == 0 || slices.ContainsFunc(all, func(u update) bool { return slices.Contains(names, u.name) && u.dirs.Match(dir) })
	}
}

// renovateManagers are the managers of Renovate by ecosystem. Source: https://docs.renovatebot.com/modules/manager/
var renovateManagers = map[string][]string{
	"PyPI": {"pep621", "pip_requirements", "pip-compile", "poetry", "pipenv", "pip_setup", "setup-cfg", "custom.regex"}, "npm": {"npm", "bun"}, "Go": {"gomod"}, "crates.io": {"cargo"},
}

// renovate covers all it knows unless it is told which managers to use.
func renovate(root *keys.Node) func(ecosystem, dir string) bool {
	if on := root.Child("enabled"); on != nil && on.Value == "false" || len(root.Items) == 0 {
		return nil
	}
	managers := root.Child("enabledManagers")
	return func(ecosystem, _ string) bool {
		names := renovateManagers[ecosystem]
		return managers == nil || len(names) == 0 || slices.ContainsFunc(managers.Items, func(m *keys.Node) bool { return slices.Contains(names, m.Value) })
	}
}
