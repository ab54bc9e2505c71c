package model

import (
	"fmt"
	"io"
	"path"
	"strings"
	"sync"

	"bakedin/internal/format/tf"
	"bakedin/internal/format/zipx"
	"bakedin/internal/lang/keys"
	"bakedin/rules"
)

const mostConfig = 64 << 20 // bytes of a config

// kerasClasses is the table of what Keras brings along: name to its kinds.
var kerasClasses = sync.OnceValues(func() (map[string]bool, error) {
	b, err := rules.Data("keras-classes.txt")
	if err != nil {
		return nil, err
	}
	classes := map[string]bool{}
	return classes, eachLine(string(b), func(_ string, names []string) error {
		for _, name := range names {
			classes[name] = true
		}
		return nil
	})
})

// kerasIn says where a config stands, which decides how it is loaded.
type kerasIn int

const (
	kerasZip   kerasIn = iota // safe_mode is the default
	kerasH5                   // no safe mode
	kerasSaved                // metadata of a SavedModel: classes that are not known are loaded without their code
)

// readKeras opens a .keras archive and judges its config.
func readKeras(r *reading) {
	a := r.archive()
	if a == nil {
		return
	}
	found := false
	for _, e := range a.Entries {
		if !strings.EqualFold(path.Base(strings.ReplaceAll(e.Name, `\`, "/")), "config.json") {
			continue
		}
		found = true
		for i, b := range memberTexts(r, e) {
			if i > 0 && len(b) == 0 {
				continue
			}
			part := &part{member: join(r.member, e.Name), name: path.Base(e.Name), r: strings.NewReader(b), size: int64(len(b)), depth: r.depth + 1, parent: r.part}
			(&reading{part: part, c: r.c, format: r.format}).keras(b, 0, "the config", kerasZip)
		}
	}
	if !found {
		r.left("parse", "no config.json in the archive")
	}
}

// memberTexts reads a member whole, in each of the ways that it may be read.
func memberTexts(r *reading, e *zipx.Entry) []string {
	var out []string
	for _, reading := range e.Readings() {
		src, size, err := e.OpenAs(reading)
		if src == nil || err != nil && size == 0 {
			continue
		}
		if size > mostConfig {
			r.left("limit", "%s: %d bytes, more than the %d of a config that are read; bytes", e.Name, size, mostConfig)
			continue
		}
		b := make([]byte, size)
		if n, err := src.ReadAt(b, 0); err == nil || err == io.EOF || n == len(b) {
			out = append(out, string(b[:n]))
		}
	}
	return out
}

// readKerasPB judges the metadata of Keras beside a SavedModel.
func readKerasPB(r *reading) {
	f, err := tf.ParseKeras(r.r, r.size, tfLimits)
	for _, m := range f.Keras {
		if m.Cut {
			r.left("limit", "the metadata of %q are longer than what is read; bytes", m.Path)
		}
		if strings.TrimSpace(m.JSON) != "" {
			r.keras(m.JSON, m.Off, "metadata of "+m.Path, kerasSaved)
		}
	}
	r.fault(err)
}

// keras judges a config: every object in it, at every depth.
func (r *reading) keras(text string, off int64, where string, in kerasIn) {
	classes, err := kerasClasses()
	if err != nil {
		r.left("panic", "%v", err)
		return
	}
	root, err := keys.Parse("json", []byte(text), keys.Limits{Depth: 200, Nodes: 5_000_000})
	if err != nil {
		r.left("parse", "%s: %v", where, err)
		return
	}
	k := &kerasConfig{reading: r, classes: classes, off: off, in: in, seen: map[string]bool{}}
	k.walk(root)
}

type kerasConfig struct {
	*reading
	classes map[string]bool
	off     int64
	in      kerasIn
	seen    map[string]bool
}

func (k *kerasConfig) walk(n *keys.Node) {
	if n == nil {
		return
	}
	if n.Kind == keys.Object {
		k.object(n)
	}
	for _, c := range n.Items {
		k.walk(c)
	}
}

// tell reports once for a rule and a name.
func (k *kerasConfig) tell(n *keys.Node, rule, anchor, format string, args ...any) *mark {
	if k.seen[rule+anchor] {
		return &mark{}
	}
	k.seen[rule+anchor] = true
	return k.found(rule, k.off+int64(n.Start), int64(max(1, n.End-n.Start)), anchor, format, args...)
}

// values of a key, all of them when it stands several times: loaders take the last, others the first.
func values(n *keys.Node, key string) (out []*keys.Node) {
	for _, c := range n.Items {
		if c.Key == key {
			out = append(out, c)
		}
	}
	return out
}

func texts(n *keys.Node, key string) (out []string) {
	for _, c := range values(n, key) {
		if c.Kind == keys.Scalar && c.Quoted {
			out = append(out, c.Value)
		}
	}
	return out
}

func (k *kerasConfig) object(n *keys.Node) {
	for _, key := range []string{"class_name", "module", "registered_name", "config", "function", "items"} {
		if len(values(n, key)) > 1 {
			k.tell(n, "keras-custom-object", "twice "+key, "the key %q stands twice in an object: readers take one or the other", key)
		}
	}
	modules := texts(n, "module")
	if len(modules) == 0 {
		modules = []string{""}
	}
	for _, class := range texts(n, "class_name") {
		for _, module := range modules {
			names := []string{class}
			if class == "function" || class == "type" || class == "class" {
				names = append(texts(n, "config"), texts(n, "registered_name")...)
			}
			for _, name := range names {
				k.class(n, module, name, texts(n, "registered_name"))
			}
			k.inside(n, class)
		}
	}
	for _, c := range n.Items {
		k.path(n, c)
	}
}

// programs are the classes and functions of Keras that run or load what a config says.
var programs = map[string]string{
	"get_file": "downloads and unpacks a file", "enable_unsafe_deserialization": "switches the protection of the loader off",
	"disable_unsafe_deserialization": "changes the protection of the loader", "TorchModuleWrapper": "holds a pickled module of torch",
	"TFSMLayer": "loads a SavedModel from a path", "FlaxLayer": "holds functions as code", "JaxLayer": "holds functions as code",
	"load_model": "loads another model", "model_from_json": "loads another model", "model_from_yaml": "loads another model",
	"load_library": "loads a native library", "load_op_library": "loads a native library", "deserialize_keras_object": "loads what its arguments say",
	"func_load": "runs marshalled bytecode", "python_utils.func_load": "runs marshalled bytecode", "set_custom_objects": "changes what names mean", "download": "fetches a file",
}

// class judges one object by its module, its name and the names it is registered under.
func (k *kerasConfig) class(n *keys.Node, module, name string, registered []string) {
	full := name
	if module != "" {
		full = module + "." + name
	}
	last := name[strings.LastIndexByte(name, '.')+1:]
	switch what := programs[last]; {
	case last == "Lambda" || last == "__lambda__":
		m := k.tell(n, "keras-lambda", "lambda", "a %s holds Python bytecode that runs when the model is loaded or called", full)
		if k.in == kerasH5 {
			m.msg += "; loaders of HDF5 know no safe mode"
		}
		return
	case what != "":
		k.tell(n, "keras-import-gadget", "class "+full, "%s %s", full, what)
		return
	}
	if !kerasModule(module) {
		k.foreign(n, module, name, full)
		return
	}
	if !k.classes[last] || !stockPlace(module) {
		m := k.tell(n, "keras-custom-object", "class "+full, "%s is none of Keras' own: it needs code that the file does not carry", full)
		switch {
		case k.in == kerasSaved:
			m.weigh(rules.Low, "a SavedModel is loaded without the code of such a class")
		case module != "" && !stockPlace(module):
			m.weigh(rules.High, "it is a part of Keras that no layer is made of")
		}
		return
	}
	for _, reg := range registered {
		pkg, _, custom := strings.Cut(reg, ">")
		if custom && !strings.EqualFold(pkg, "keras") && k.in != kerasSaved {
			k.tell(n, "keras-custom-object", "class "+reg, "%s is registered by somebody else, as %q", full, reg)
		}
	}
}

// foreign is an object of a module that the loader imports: the names go through the policy of pickles, as called.
func (k *kerasConfig) foreign(n *keys.Node, module, name, full string) {
	pol, err := loadPolicy()
	if err != nil {
		k.left("panic", "%v", err)
		return
	}
	class, _ := pol.judge(module, name)
	switch {
	case class == dangerous:
		k.tell(n, "keras-import-gadget", "class "+full, "%s is imported and called when the model is loaded", full)
	case module == "builtins" && (k.classes[name] || class == harmless):
	default:
		m := k.tell(n, "keras-custom-object", "class "+full, "%s is imported when the model is loaded", full)
		if k.in == kerasSaved {
			m.weigh(rules.Low, "a SavedModel is loaded without the code of such a class")
		}
	}
}

// kerasModule tells whether a module belongs to Keras, in any of the places where it has lived.
func kerasModule(m string) bool {
	for _, root := range []string{"keras", "tf_keras", "keras_core", "tensorflow.keras", "tensorflow.python.keras", "tensorflow.python.keras.api", "keras_api"} {
		if m == root || strings.HasPrefix(m, root+".") {
			return true
		}
	}
	return m == ""
}

// stockPlace tells whether a module of Keras is one that layers and their parts live in.
func stockPlace(m string) bool {
	if m == "" || m == "keras" || m == "tf_keras" || m == "keras_core" || m == "tensorflow.keras" {
		return true
	}
	for _, bad := range []string{".utils", ".saving", ".legacy.saving", ".export", ".backend", ".callbacks", ".datasets", ".applications", ".trainers", ".distribution", ".wrappers.", ".tree"} {
		if strings.Contains(m+".", bad) && !strings.Contains(m, ".layers") {
			return false
		}
	}
	return true
}

// inside looks into the configs of classes that name a function of TensorFlow as text.
func (k *kerasConfig) inside(n *keys.Node, class string) {
	switch class {
	case "TFOpLambda", "SlicingOpLambda", "ClassMethod", "InstanceMethod", "InstanceProperty", "TensorFlowOpLayer":
	default:
		return
	}
	for _, cfg := range values(n, "config") {
		for _, key := range []string{"function", "cls_ref", "symbol", "cls_symbol", "node_def"} {
			for _, f := range texts(cfg, key) {
				for _, bad := range []string{"py_function", "py_func", "numpy_function", "PyFunc", "load_library", "load_op_library", "read_file", "write_file", "ReadFile", "WriteFile", "saved_model.load", "matching_files", "io.gfile"} {
					if strings.Contains(f, bad) {
						k.tell(cfg, "keras-import-gadget", "function "+clip(f), "the layer calls %s of TensorFlow", clip(f))
					}
				}
			}
		}
	}
}

// pathKeys are arguments of layers that are opened as files when they are texts.
var pathKeys = map[string]bool{"vocabulary": true, "filename": true, "file_path": true, "filepath": true, "file": true, "vocabulary_file": true,
	"vocab_file": true, "path": true, "weights_path": true, "idf_weights": true, "origin": true, "url": true, "save_path": true, "model_path": true, "asset_path": true}

// path judges an argument that names a file.
func (k *kerasConfig) path(n, c *keys.Node) {
	if c.Kind != keys.Scalar || !c.Quoted || c.Value == "" || !pathKeys[c.Key] {
		return
	}
	if why := outside(c.Value); why != "" {
		k.tell(c, "keras-external-file", fmt.Sprintf("path %s %s", c.Key, c.Value), "the argument %q opens %q, which %s", c.Key, clip(c.Value), why)
		return
	}
	if k.c.recognisedName(c.Value) || !strings.ContainsAny(c.Value, "/.") {
		return
	}
	k.tell(c, "keras-external-file", fmt.Sprintf("path %s %s", c.Key, c.Value), "the argument %q opens the file %q", c.Key, clip(c.Value)).
		weigh(rules.Medium, "the path stays in the folder that the program runs in")
}

// recognisedName tells whether a path names a member of the archive.
func (c *contents) recognisedName(name string) bool {
	for _, p := range c.parts {
		if p.member != "" && (p.member == name || strings.HasSuffix(p.member, "/"+name) || strings.HasSuffix(p.member, "!"+name)) {
			return true
		}
	}
	return false
}
