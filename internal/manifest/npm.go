package manifest

import (
	"regexp"
	"strings"

	"golang.org/x/mod/modfile"

	"bakedin/internal/lang/keys"
)

var npmExact = regexp.MustCompile(`^v?\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$`)

// readPackageJSON reads the dependency tables of npm.
func readPackageJSON(p *parser) error {
	root, err := p.tree("json")
	if err != nil {
		return err
	}
	if name := root.Child("name"); name != nil {
		p.Project = name.Value
	}
	if v := root.Child("private"); p.Project != "" && (v == nil || v.Value != "true") && (root.Child("main") != nil || root.Child("exports") != nil) {
		p.Library = true
	}
	for _, table := range []struct{ key, group string }{
		{"dependencies", "main"}, {"optionalDependencies", "main"}, {"peerDependencies", "peer"}, {"devDependencies", "dev"},
	} {
		node := root.Child(table.key)
		if node == nil {
			continue
		}
		for _, item := range node.Items {
			if item.Kind != keys.Scalar {
				p.unread(item.Start, item.End, "a version is a string")
				continue
			}
			pkg := Package{
				Ecosystem: "npm", Name: item.Key, Norm: strings.ToLower(item.Key), Spec: item.Value, Group: table.group, Source: "registry", Direct: true,
				Start: item.KeyStart, End: item.End, NameStart: item.KeyStart, NameEnd: item.KeyEnd, SpecStart: item.Start, SpecEnd: item.End,
			}
			switch {
			case npmExact.MatchString(item.Value):
				pkg.Version = strings.TrimPrefix(item.Value, "v")
			case strings.HasPrefix(item.Value, "git") || strings.HasPrefix(item.Value, "github:"):
				pkg.Source = "git"
				_, pkg.Ref, _ = strings.Cut(item.Value, "#")
			case strings.HasPrefix(item.Value, "file:") || strings.HasPrefix(item.Value, "workspace:") || strings.HasPrefix(item.Value, "link:"):
				pkg.Source = "path"
			case strings.HasPrefix(item.Value, "http"):
				pkg.Source = "url"
			}
			if err := p.add(pkg); err != nil {
				return err
			}
		}
	}
	return nil
}

// readGoMod reads the requirements of a Go module. Versions there are always exact.
func readGoMod(p *parser) error {
	f, err := modfile.ParseLax(p.path, p.src, nil)
	if err != nil {
		return err
	}
	if f.Module != nil {
		p.Project = f.Module.Mod.Path
	}
	for _, r := range f.Require {
		start, end := r.Syntax.Start.Byte, r.Syntax.End.Byte
		err := p.add(Package{Ecosystem: "Go", Name: r.Mod.Path, Norm: r.Mod.Path, Spec: r.Mod.Version, Version: r.Mod.Version, Group: "main", Source: "registry",
			Direct: !r.Indirect, Start: start, End: end, NameStart: start, NameEnd: end, SpecStart: end, SpecEnd: end})
		if err != nil {
			return err
		}
	}
	return nil
}
