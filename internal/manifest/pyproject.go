package manifest

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"bakedin/internal/lang/keys"
)

// devName is a group or file of what only those who develop need.
var devName = regexp.MustCompile(`(?i)(?:^|[-_./])(?:dev|develop|development|test|tests|testing|lint|docs?|ci|typing|bench|benchmarks?)(?:$|[-_./])`)

// tree parses the file as a document of keys. An error carries the line, as the reader of keys gives it.
func (p *parser) tree(format string) (*keys.Node, error) {
	root, err := keys.Parse(format, p.src, keys.Limits{})
	if err != nil {
		var at *keys.Error
		if errors.As(err, &at) {
			return nil, fmt.Errorf("%d:%d: %s", at.Line, at.Column, at.Msg)
		}
		return nil, err
	}
	return root, nil
}

// readPyproject reads PEP 621, PEP 735 and the tables of poetry, pdm and uv.
func readPyproject(p *parser) error {
	root, err := p.tree("toml")
	if err != nil {
		return err
	}
	project := root.Child("project")
	if name := project.Child("name"); name != nil {
		p.Project = name.Value
	}
	p.Library = p.Project != "" && root.Child("build-system") != nil && !private(project)
	if err := p.requirements(project.Child("dependencies"), "main"); err != nil {
		return err
	}
	if extras := project.Child("optional-dependencies"); extras != nil {
		for _, extra := range extras.Items {
			if err := p.requirements(extra, groupName("extra:", extra.Key)); err != nil {
				return err
			}
		}
	}
	if groups := root.Child("dependency-groups"); groups != nil {
		for _, g := range groups.Items {
			if err := p.requirements(g, groupName("group:", g.Key)); err != nil {
				return err
			}
		}
	}
	if err := p.requirements(root.At("tool", "uv", "dev-dependencies"), "dev"); err != nil {
		return err
	}
	return p.poetry(root.At("tool", "poetry"))
}

func private(project *keys.Node) bool {
	if list := project.Child("classifiers"); list != nil {
		for _, c := range list.Items {
			if strings.HasPrefix(c.Value, "Private ::") {
				return true
			}
		}
	}
	return false
}

func groupName(prefix, name string) string {
	if devName.MatchString(name) {
		return "dev"
	}
	return prefix + name
}

// requirements reads a list of PEP 508 strings. Positions are those inside the quotes.
func (p *parser) requirements(list *keys.Node, group string) error {
	if list == nil {
		return nil
	}
	for _, item := range list.Items {
		if item.Kind != keys.Scalar {
			continue // { include-group = "x" }: its packages stand in that group
		}
		start := item.Start
		if i := strings.Index(string(p.src[item.Start:item.End]), item.Value); i >= 0 {
			start += i
		}
		pkg, reason := requirement(item.Value, start)
		if reason != "" {
			p.unread(item.Start, item.End, reason)
			continue
		}
		pkg.Group = group
		if err := p.add(pkg); err != nil {
			return err
		}
	}
	return nil
}

// poetry reads tables of name = "^1.2" or name = { version = "^1.2", … }.
func (p *parser) poetry(tool *keys.Node) error {
	if tool == nil {
		return nil
	}
	if name := tool.Child("name"); name != nil && p.Project == "" {
		p.Project = name.Value
	}
	for _, table := range []struct {
		node  *keys.Node
		group string
	}{{tool.Child("dependencies"), "main"}, {tool.Child("dev-dependencies"), "dev"}} {
		if err := p.table(table.node, table.group); err != nil {
			return err
		}
	}
	if groups := tool.Child("group"); groups != nil {
		for _, g := range groups.Items {
			if err := p.table(g.Child("dependencies"), groupName("group:", g.Key)); err != nil {
				return err
			}
		}
	}
	return nil
}

// table reads a table of packages as poetry, pipenv and pixi write it.
func (p *parser) table(node *keys.Node, group string) error {
	if node == nil {
		return nil
	}
	for _, item := range node.Items {
		if item.Key == "python" {
			continue
		}
		pkg := Package{
			Ecosystem: "PyPI", Name: item.Key, Norm: NormPyPI(item.Key), Group: group, Source: "registry", Direct: true,
			Start: item.KeyStart, End: item.End, NameStart: item.KeyStart, NameEnd: item.KeyEnd, SpecStart: item.Start, SpecEnd: item.End,
		}
		value := item
		if item.Kind == keys.Object {
			value = item.Child("version")
			if git := item.Child("git"); git != nil {
				pkg.Source = "git"
				for _, key := range []string{"branch", "tag", "rev"} {
					if ref := item.Child(key); ref != nil {
						pkg.Ref = ref.Value
					}
				}
			} else if item.Child("path") != nil {
				pkg.Source = "path"
			} else if item.Child("url") != nil {
				pkg.Source = "url"
			}
		}
		if value != nil && value.Kind == keys.Scalar {
			pkg.Spec, pkg.SpecStart, pkg.SpecEnd = value.Value, value.Start, value.End
			if pkg.Spec == "*" {
				pkg.Spec = ""
			}
			if pkg.Version = exactVersion(pkg.Spec); pkg.Version == "" && bareVersion.MatchString(pkg.Spec) {
				pkg.Version = pkg.Spec // poetry: a bare version is exact
			}
		}
		if err := p.add(pkg); err != nil {
			return err
		}
	}
	return nil
}

var bareVersion = regexp.MustCompile(`^\d+(?:\.\d+)*(?:[.-]?(?:a|b|rc|post|dev)\d*)?(?:\+[\w.]+)?$`)

// readPipfile reads the two tables of pipenv.
func readPipfile(p *parser) error {
	root, err := p.tree("toml")
	if err != nil {
		return err
	}
	if err := p.table(root.Child("packages"), "main"); err != nil {
		return err
	}
	return p.table(root.Child("dev-packages"), "dev")
}

// readConda reads an environment of conda with its nested list for pip.
func readConda(p *parser) error {
	root, err := p.tree("yaml")
	if err != nil {
		return err
	}
	list := root.Child("dependencies")
	if list == nil {
		return nil
	}
	for _, item := range list.Items {
		if item.Kind != keys.Scalar {
			if err := p.requirements(item.Child("pip"), "main"); err != nil {
				return err
			}
			continue
		}
		text := item.Value
		if _, rest, ok := strings.Cut(text, "::"); ok {
			text = rest
		}
		name := condaPackage.FindStringSubmatch(text)
		if name == nil || name[1] == "python" || name[1] == "pip" {
			continue
		}
		pkg := Package{Ecosystem: "conda", Name: name[1], Norm: strings.ToLower(name[1]), Spec: strings.TrimSpace(name[2]), Group: "main", Source: "registry",
			Direct: true, Start: item.Start, End: item.End, NameStart: item.Start, NameEnd: item.End, SpecStart: item.End, SpecEnd: item.End}
		if v := strings.TrimLeft(pkg.Spec, "="); v != pkg.Spec && !strings.ContainsAny(v, "*<>,|") {
			pkg.Version, _, _ = strings.Cut(v, "=")
		}
		if err := p.add(pkg); err != nil {
			return err
		}
	}
	return nil
}

var condaPackage = regexp.MustCompile(`^([A-Za-z0-9_.-]+)\s*(.*)$`)
