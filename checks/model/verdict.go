package model

import (
	"fmt"
	"strings"

	"bakedin/internal/format/pickle"
)

// deed is an import with the worst that is done with it, judged.
type deed struct {
	stream       *pickle.Stream
	module, name string
	class        class
	via          string // imported, constructed, built, called, passed to … which calls it
	called       bool   // run as a function, at once or later
	made         bool   // constructed or given a state
	at           pickle.Place
	args         string // what it is called with, as far as it is written in the file
	behind       bool
}

// full is the import as people write it.
func (d deed) full() string { return spelled(d.module, d.name) }

func spelled(module, name string) string { return module + "." + name }

// anchor is the semantic key of a finding: what is imported, wherever it lies.
func (d deed) anchor() string { return "GLOBAL " + d.full() }

// write is something put on an object that this stream did not make as a container.
type write struct {
	at     pickle.Place
	target string
	stream *pickle.Stream
}

// verdict is what the policy makes of the pickles of a part.
type verdict struct {
	err    error
	deeds  []deed
	writes []write // on live objects
	bombs  []write // containers that are filled without an end

	sidecars []sidecar
	open     []open // calls of what cannot be told, and arguments that fail their guard
	inner    []inner
}

// open is a call whose function, or whose argument, is not known well enough to let it pass.
type open struct {
	stream *pickle.Stream
	at     pickle.Place
	what   string
	key    string
}

// judging is the state of one verdict.
type judging struct {
	*verdict
	policy *policy
	file   *pickle.File
	stream *pickle.Stream
	torch  bool           // persistent ids are those of torch
	script bool           // types of TorchScript are compiled from the archive, not imported
	worst  map[string]int // import to its deed
	reads  map[string]int // import to the number of its uses that are reads of attributes
}

// judgePickle holds the facts of a pickle against the policy.
func (c *contents) judgePickle(p *part) *verdict {
	v := &verdict{}
	pol, err := loadPolicy()
	if err != nil {
		v.err = err
		return v
	}
	for _, s := range p.pickle.Streams {
		j := &judging{verdict: v, policy: pol, file: p.pickle, stream: s, torch: p.torch, script: p.script, worst: map[string]int{}, reads: map[string]int{}}
		for _, i := range s.Imports {
			if i.Computed || i.NotText {
				continue // an anomaly
			}
			j.note(i.Module, i.Name, "imported", i.At, "", i.Behind)
		}
		for _, u := range s.Uses {
			j.use(u)
		}
		for _, i := range s.Imports {
			j.onlyReads(i)
			if class, _ := pol.judge(i.Module, i.Name); i.Elided > 0 && guards[spelled(renamed(i.Module, i.Name))] != nil && class == harmless {
				c.leave(p, "limit", "%d calls of %s were only counted; memory", i.Elided, spelled(i.Module, i.Name))
			} else if i.Elided > 0 && class != harmless {
				j.note(i.Module, i.Name, "called", i.At, "", i.Behind)
			}
		}
		v.inner = append(v.inner, c.hidden(p, s)...)
	}
	return v
}

// judgeImport is the policy, and what it cannot know: where the pickle lies.
func (j *judging) judgeImport(module, name string) (class, uses) {
	if j.script && (module == "__torch__" || strings.HasPrefix(module, "__torch__.")) {
		return harmless, mayNew | mayBuild
	}
	return j.policy.judge(module, name)
}

// note files the import under the worst that was seen of it. The rank of what is done: imported, constructed, called.
func (j *judging) note(module, name, via string, at pickle.Place, args string, behind bool) {
	class, may := j.judgeImport(module, name)
	d := deed{stream: j.stream, module: module, name: name, class: class, via: via, at: at, args: args, behind: behind}
	switch via {
	case "imported":
	case "constructed", "built", made:
		d.made = true
		if class == harmless && may&(mayNew|mayBuild|mayCall) == 0 {
			d.class = unknown
		}
	default:
		d.called = true
		if class == harmless && may&mayCall == 0 {
			d.class = unknown // reviewed, but not for this
		}
	}
	key := module + "\n" + name
	i, seen := j.worst[key]
	if !seen {
		j.worst[key] = len(j.deeds)
		j.deeds = append(j.deeds, d)
		return
	}
	if old := j.deeds[i]; d.rank() > old.rank() {
		j.deeds[i] = d
	}
}

func (d deed) rank() int {
	r := int(d.class) * 4
	if d.made {
		r++
	}
	if d.called {
		r += 2
	}
	return r
}

// importOf is the import that a value is. Old torch wraps the class of a module that it pickles into a persistent id, next
// to its source code, and its loader gives the class back.
func (j *judging) importOf(v pickle.Value) *pickle.Import {
	if v.Kind() == pickle.Persistent && j.torch {
		if items := v.Node().Items[0].Items(); len(items) > 1 && j.file.Text(items[0], 16) == "module" {
			return items[1].Import()
		}
	}
	return v.Import()
}

// use judges one thing that is done with an object.
func (j *judging) use(u pickle.Use) {
	i := j.importOf(u.Target)
	switch u.Via {
	case pickle.Calls, pickle.New:
		via := "called"
		if u.Via == pickle.New {
			via = "constructed"
		}
		if i == nil {
			j.callOfValue(u)
			return
		}
		if i.Computed || i.NotText {
			j.open = append(j.open, open{j.stream, u.At, "a function whose name is made at load time is " + via, "computed"})
			return
		}
		if j.readsAttribute(u, i) || u.Via == pickle.Calls && j.isPure(i, u.Args) {
			j.reads[i.Module+"\n"+i.Name]++
			return
		}
		j.consumes(u, i)
		j.note(i.Module, i.Name, via, u.At, j.preview(u.Args), u.Behind)
		j.guard(u, i)
	case pickle.SetState:
		j.state(u)
	case pickle.Write:
		j.write(u, mayItems)
	}
}

// callOfValue is a call of what a call made: nobody can tell what runs, unless it is known to be harmless to call.
func (j *judging) callOfValue(u pickle.Use) {
	if fn, args, _ := u.Target.Function(); fn.Import() != nil && j.callsRead(fn.Import(), args) {
		return
	}
	root, how := root(u.Target)
	what := "a value of kind unknown is called"
	key := "value"
	if root != nil {
		what = fmt.Sprintf("what %s %s is called", spelled(root.Module, root.Name), how)
		key = spelled(root.Module, root.Name)
	}
	j.open = append(j.open, open{j.stream, u.At, what, "call of " + key})
}

// root follows the functions of calls to the import that they begin with.
func root(v pickle.Value) (*pickle.Import, string) {
	for range 64 {
		if i := v.Import(); i != nil {
			return i, "made"
		}
		fn, _, _ := v.Function()
		v = fn
	}
	return nil, ""
}

// state is BUILD: it runs __setstate__ of the object, or writes its attributes.
func (j *judging) state(u pickle.Use) {
	if i := u.Target.Import(); i != nil {
		j.live(u, i)
		return
	}
	fn, args, _ := u.Target.Function()
	if j.isPure(fn.Import(), args) {
		return // the position of an iterator
	}
	if cls := j.classOf(fn, args); cls != nil {
		j.external(u, cls)
		if class, may := j.judgeImport(cls.Module, cls.Name); class != harmless || may == 0 {
			j.note(cls.Module, cls.Name, "built", u.At, "", u.Behind)
		}
		if fn.Import() != nil && isModuleMaker(fn.Import()) {
			j.live(u, fn.Import())
		}
		return
	}
	if u.Target.Kind() == pickle.Call && j.importOf(fn) == nil {
		j.open = append(j.open, open{j.stream, u.At, "a state is handed to an object of kind unknown", "state"})
	}
}

// classOf is the class of an object: what was called, or the class that a reconstructor was told.
func (j *judging) classOf(fn, args pickle.Value) *pickle.Import {
	i := j.importOf(fn)
	if i == nil {
		return nil
	}
	switch spelled(renamed(i.Module, i.Name)) {
	case "copyreg._reconstructor", "copyreg.__newobj__", "copyreg.__newobj_ex__":
		if items := args.Items(); len(items) > 0 && items[0].Import() != nil {
			return items[0].Import()
		}
	}
	return i
}

func renamed(module, name string) (string, string) {
	m, n, _ := pickle.Renamed(module, name)
	return m, n
}

// write is an item put on something that is no container of this stream.
func (j *judging) write(u pickle.Use, need uses) {
	if i := u.Target.Import(); i != nil {
		j.live(u, i)
		return
	}
	fn, args, _ := u.Target.Function()
	cls := j.classOf(fn, args)
	if cls == nil {
		return
	}
	if isModuleMaker(cls) {
		j.live(u, cls)
		return
	}
	if class, may := j.policy.judge(cls.Module, cls.Name); class == harmless && may&need == 0 {
		j.open = append(j.open, open{j.stream, u.At, "items are put on a " + spelled(cls.Module, cls.Name), "items " + spelled(cls.Module, cls.Name)})
	} else if class != harmless {
		j.note(cls.Module, cls.Name, "built", u.At, "", u.Behind)
	}
}

// live is a write on an imported object: it changes the process that loads.
func (j *judging) live(u pickle.Use, i *pickle.Import) {
	j.writes = append(j.writes, write{at: u.At, target: spelled(i.Module, i.Name), stream: j.stream})
}

// isModuleMaker tells whether a function returns an object that the process goes on to use: a module, a logger.
func isModuleMaker(i *pickle.Import) bool {
	switch spelled(renamed(i.Module, i.Name)) {
	case "logging.getLogger", "importlib.import_module", "builtins.__import__", "builtins.getattr", "pkgutil.resolve_name", "pydoc.locate":
		return true
	}
	return false
}

// preview shows what is written in the file of a call's arguments.
func (j *judging) preview(args pickle.Value) string {
	var out []string
	for n, v := range args.Items() {
		if n == 4 {
			out = append(out, "…")
			break
		}
		out = append(out, j.show(v))
	}
	return strings.Join(out, ", ")
}

func (j *judging) show(v pickle.Value) string {
	switch v.Kind() {
	case pickle.Str, pickle.Bytes, pickle.ByteArray:
		s := j.file.Text(v, 120)
		if v.Kind() != pickle.Str && strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > 0x7e }) {
			_, n := v.Range()
			return fmt.Sprintf("%d bytes", n)
		}
		return fmt.Sprintf("%q", mask(s))
	case pickle.Int:
		n, _ := v.Int()
		return fmt.Sprint(n)
	case pickle.Global:
		return spelled(v.Import().Module, v.Import().Name)
	case pickle.Call:
		if i, _ := root(v); i != nil {
			return spelled(i.Module, i.Name) + "(…)"
		}
	case pickle.None:
		return "None"
	case pickle.List, pickle.Tuple:
		if items := v.Items(); len(items) > 0 {
			return "[" + j.show1(items[0]) + ", …]"
		}
		return "[]"
	}
	return "…"
}

func (j *judging) show1(v pickle.Value) string {
	if v.Kind() == pickle.List || v.Kind() == pickle.Tuple {
		return "…"
	}
	return j.show(v)
}
