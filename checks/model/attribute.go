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
	_, _, ok := j.attribute(u.Args)
	return ok
}

// callsRead tells whether what getattr made is a method that was reviewed, as zoneinfo.ZoneInfo._unpickle.
func (j *judging) callsRead(fn *pickle.Import, args pickle.Value) bool {
	if spelled(renamed(fn.Module, fn.Name)) != "builtins.getattr" {
		return false
	}
	class, name, ok := j.attribute(args)
	if !ok {
		return false
	}
	c, may := j.judgeImport(class.Module, class.Name+"."+name)
	return c == harmless && may&mayCall != 0
}

// attribute is the class and the name that a getattr is about, when it only reads. A class that nobody reviewed is told by
// its import; what is read of it does no more.
func (j *judging) attribute(of pickle.Value) (class *pickle.Import, name string, ok bool) {
	args := of.Items()
	if len(args) != 2 || !of.Whole() || args[1].Kind() != pickle.Str {
		return nil, "", false
	}
	name = j.file.Text(args[1], 256)
	if name == "" || strings.HasPrefix(name, "__") || strings.ContainsAny(name, ".\n") {
		return nil, "", false
	}
	class = j.importOf(args[0])
	if class == nil {
		fn, inner, _ := args[0].Function()
		class = j.classOf(fn, inner)
	}
	if class == nil || class.Computed || class.NotText || isModuleMaker(class) {
		return nil, "", false
	}
	switch c, may := j.judgeImport(class.Module, class.Name); {
	case c == dangerous || c == harmless && may == 0:
		return nil, "", false
	case c == harmless: // what is said of the rest of its module is not said of its attributes
		return class, name, !j.policy.named(spellings(class.Module, class.Name+"."+name))
	}
	c, _ := j.judgeImport(class.Module, class.Name+"."+name)
	return class, name, c != dangerous
}

// onlyReads takes back what the import of getattr itself says, when all its uses are such reads.
func (j *judging) onlyReads(i *pickle.Import) {
	key := i.Module + "\n" + i.Name
	n, seen := j.worst[key]
	if seen && j.reads[key] > 0 && j.reads[key] == i.Called && i.Elided == 0 && j.deeds[n].via == "imported" {
		j.deeds[n].class = harmless
	}
}
