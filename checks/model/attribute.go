package model

import (
	"strings"

	"bakedin/internal/format/pickle"
)

// readsAttribute tells a getattr that is a bound method, which pickles spell as getattr(object, "name"): object is of a
// class that was reviewed, and the attribute is written in the file and leads nowhere else. The value may be kept; whoever
// calls it is met as a call of what nobody knows.
func (j *judging) readsAttribute(u pickle.Use, i *pickle.Import) bool {
	if spelled(renamed(i.Module, i.Name)) != "builtins.getattr" || u.Via != pickle.Calls {
		return false
	}
	args := u.Args.Items()
	if len(args) != 2 || !u.Args.Whole() || args[1].Kind() != pickle.Str {
		return false
	}
	name := j.file.Text(args[1], 256)
	if name == "" || strings.HasPrefix(name, "__") || strings.ContainsAny(name, ".\n") {
		return false
	}
	class := j.importOf(args[0])
	if class == nil {
		fn, inner, _ := args[0].Function()
		class = j.classOf(fn, inner)
	}
	if class == nil || class.Computed || class.NotText || isModuleMaker(class) {
		return false
	}
	if c, may := j.judgeImport(class.Module, class.Name); c != harmless || may&(mayNew|mayBuild) == 0 {
		return false
	}
	c, _ := j.judgeImport(class.Module, class.Name+"."+name)
	return c != dangerous
}

// onlyReads takes back what the import of getattr itself says, when all its uses are such reads.
func (j *judging) onlyReads(i *pickle.Import) {
	key := i.Module + "\n" + i.Name
	n, seen := j.worst[key]
	if seen && j.reads[key] > 0 && j.reads[key] == i.Called && i.Elided == 0 && j.deeds[n].via == "imported" {
		j.deeds[n].class = harmless
	}
}
