package code

import (
	"bytes"
	"context"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/python"
	"bakedin/internal/repo"
	"bakedin/rules"
)

// loaders of PyYAML that build only plain values
var safeLoaders = []string{"yaml.SafeLoader", "yaml.CSafeLoader", "yaml.BaseLoader", "yaml.CBaseLoader", "yaml.loader.SafeLoader", "yaml.loader.BaseLoader"}

// yamlUnsafeLoad reports loads of YAML that build any Python object the text names.
func yamlUnsafeLoad(_ context.Context, p *checks.Pass) error {
	src, err := checks.Python.Of(p.File)
	if src == nil || src.File == nil {
		return err
	}
	ai := isAI(src)
	defer func() {
		for _, f := range p.Found() {
			f.InAI = ai || f.Severity == ""
			if !ai && f.Severity == "" {
				f.Lower(rules.Medium, aside)
			}
		}
	}()
	if err := eachCall(p, []string{"ruamel.yaml.YAML", "ruamel.yaml.load", "ruamel.yaml.unsafe_load"}, func(c call) {
		loader := c.loaderName(c.src.Argument(c.Call, "Loader", 1))
		switch {
		case c.name == "ruamel.yaml.YAML" && c.src.Argument(c.Call, "typ", -1).Str != "unsafe":
			return
		case strings.HasSuffix(loader, "SafeLoader"), strings.HasSuffix(loader, "BaseLoader"), strings.HasSuffix(loader, "RoundTripLoader"):
			return
		}
		f := c.report(c.name + " builds any Python object that the text names.")
		f.Fixes = []checks.Fix{checks.Steps("safe-load", "Use the safe loader", `Make the loader with YAML(typ="safe").`)}
		if v := c.src.Keyword(c.Call, "typ"); v.First != 0 && c.src.Editable() {
			f.Fixes = []checks.Fix{{ID: "safe-load", Title: "Use the safe loader", Applicability: checks.Safe, Edits: c.replace(v.First, v.Last, c.quote("safe", v.First)), Breaks: "Tags that name Python objects are refused: that is the point."}}
		}
	}); err != nil {
		return err
	}
	return eachCall(p, []string{"yaml.load", "yaml.load_all", "yaml.unsafe_load", "yaml.unsafe_load_all", "yaml.full_load", "yaml.full_load_all"}, func(c call) {
		all := strings.HasSuffix(c.name, "_all")
		name := strings.TrimSuffix(strings.TrimPrefix(c.name, "yaml."), "_all")
		if name != "load" {
			f := c.report("yaml." + name + " builds Python objects that the text names.")
			if name == "full_load" {
				f.Lower(rules.Medium, "the full loader builds fewer objects than the unsafe one")
			}
			f.Fixes = []checks.Fix{c.safeLoad(all)}
			return
		}
		v := c.src.Argument(c.Call, "Loader", 1)
		switch loader := c.loaderName(v); {
		case v.Kind == python.Absent:
			f := c.report("yaml.load is called without a loader: old versions build any object, new ones refuse to run.")
			f.Lower(rules.Medium, "PyYAML 6 refuses the call, older ones run it")
			f.Fixes = []checks.Fix{c.safeLoad(all)}
		case c.isSafe(loader):
		case strings.HasSuffix(loader, "FullLoader"):
			f := c.report("The full loader of YAML builds some Python objects that the text names.")
			f.Lower(rules.Medium, "since PyYAML 5.4 it builds no dangerous ones that are known")
			f.Fixes = []checks.Fix{c.safeLoad(all)}
		case strings.HasPrefix(loader, "yaml.") && (strings.HasSuffix(loader, ".Loader") || strings.HasSuffix(loader, "UnsafeLoader") || strings.HasSuffix(loader, "CLoader")):
			f := c.report("yaml.load with " + loader + " builds any Python object that the text names.")
			f.Fixes = []checks.Fix{c.safeLoad(all)}
		}
	})
}

func (c call) loaderName(v python.Value) string {
	if v.First == 0 {
		return ""
	}
	for _, n := range c.src.Names(v.First, v.Last, c.Scope) {
		return n
	}
	return ""
}

// isSafe tells whether a loader is one of the plain ones.
func (c call) isSafe(loader string) bool {
	for _, s := range safeLoaders {
		if loader == s {
			return true
		}
	}
	return false
}

// safeLoad rewrites the call to yaml.safe_load. It is exact where nothing of the file teaches the loader new tags.
func (c call) safeLoad(all bool) checks.Fix {
	fix := checks.Fix{ID: "safe-load", Title: "Use yaml.safe_load", Applicability: checks.Safe, Breaks: "Tags that name Python objects are refused: that is the point."}
	text, _ := c.pass.File.Bytes()
	if bytes.Contains(text, []byte("add_constructor")) || bytes.Contains(text, []byte("!!python")) || bytes.Contains(text, []byte("YAMLObject")) {
		fix.Applicability = checks.Unsafe
		fix.Breaks = "This file teaches the loader tags of its own; they have to be registered for SafeLoader."
	}
	v := c.src.Argument(c.Call, "Loader", 1)
	switch {
	case !c.src.Editable():
		fix.Applicability, fix.Steps = checks.Manual, []string{"Write yaml.safe_load in place of the call, without a loader."}
	case v.First != 0: // the loader alone changes
		fix.Title = "Use yaml.SafeLoader"
		name, edits := c.safeLoader()
		if name != "" {
			fix.Edits = append(c.replace(v.First, v.Last, name), edits...)
		}
	default:
		target := "safe_load"
		if all {
			target += "_all"
		}
		fix.Edits = c.renameTo(target)
	}
	if len(fix.Edits) == 0 && fix.Applicability != checks.Manual {
		fix.Applicability, fix.Steps = checks.Manual, []string{"Import safe_load from yaml and call it in place of this function."}
	}
	return fix
}

// safeLoader is how this file can write the safe loader, and the edit of an import that it takes; empty when neither is exact.
func (c call) safeLoader() (name string, edits []repo.TextEdit) {
	if callee := c.src.Callee(c.Call); strings.Contains(callee, ".") {
		return callee[:strings.LastIndexByte(callee, '.')+1] + "SafeLoader", nil
	}
	var from *python.Import // that which binds the function
	for i := range c.src.Imports {
		switch m := &c.src.Imports[i]; {
		case m.Scope != 0:
		case m.Path == "yaml":
			return m.Name + ".SafeLoader", nil
		case m.Path == "yaml.SafeLoader":
			return m.Name, nil
		case m.Name == c.src.Callee(c.Call):
			from = m
		}
	}
	if from == nil || bytes.Contains(c.src.Src, []byte("SafeLoader")) && usesAny(c.src, []string{"SafeLoader"}) {
		return "", nil // the name may mean something else here
	}
	return "SafeLoader", c.insert(int(c.src.Toks[from.Tok].End), ", SafeLoader")
}

// renameTo puts another name of the same module in the place of the callee's last label.
func (c call) renameTo(name string) []repo.TextEdit {
	if !strings.Contains(c.src.Callee(c.Call), ".") {
		return nil // imported by name: the import has to change too
	}
	return c.replace(c.Open-1, c.Open, name)
}
