package python

import "strings"

// most labels and alternatives of a name; what is longer is nobody's library function
const (
	maxName         = 256
	maxAlternatives = 8
	maxAliases      = 8
)

type scopedName struct {
	scope int32
	name  string
}

// Resolve returns the canonical names that the callee may stand for, following imports, from-imports, single assignments,
// getattr and import_module with literal names. The result of a call is written "()": requests.Session().get. A name that
// no import leads to has none.
func (f *File) Resolve(c *Call) []string {
	return f.Names(c.First, c.Open, c.Scope)
}

// Names is Resolve for the expression of tokens [first, last).
func (f *File) Names(first, last, scope int32) []string {
	names := f.expr(first, last, scope, 0)
	for i := range names {
		names[i] = Canonical(names[i])
	}
	return names
}

// expr resolves a chain of names, attributes, calls and subscripts.
func (f *File) expr(first, last, scope int32, depth int) []string {
	if depth > maxAliases || first >= last {
		return nil
	}
	if f.isKeyword(first, "await") {
		first++
	}
	var names []string
	i := first
	switch t := &f.Toks[i]; {
	case t.Kind == Name && t.Op != keyword:
		names = f.name(i, scope, depth)
		i++
	case t.Kind == Op && t.Op == '(' && t.Mate > i && t.Mate < last:
		names = f.expr(i+1, t.Mate, scope, depth+1)
		i = t.Mate + 1
	}
	for i < last && len(names) > 0 {
		t := &f.Toks[i]
		switch {
		case t.Kind == Op && t.Op == '.' && i+1 < last && f.Toks[i+1].Kind == Name:
			attr := "." + f.identifier(i+1)
			names = suffixed(names, attr)
			i += 2
		case t.Kind == Op && t.Op == '(' && t.Mate > i && t.Mate < last:
			names = f.result(names, i, scope, depth)
			i = t.Mate + 1
		case t.Kind == Op && t.Op == '[' && t.Mate > i && t.Mate < last:
			names = suffixed(names, "[]")
			i = t.Mate + 1
		default:
			return nil // an operator: not a chain
		}
	}
	return names
}

func suffixed(names []string, s string) []string {
	out := make([]string, 0, len(names))
	for _, n := range names {
		if len(n)+len(s) <= maxName {
			out = append(out, n+s)
		}
	}
	return out
}

// result is what a call of one of these names gives.
func (f *File) result(names []string, open, scope int32, depth int) []string {
	var out []string
	for _, n := range names {
		switch n {
		case "getattr", "importlib.import_module", "__import__":
			args := f.arguments(open)
			at := 0
			if n == "getattr" {
				at = 1
			}
			if len(args) <= at || args[at].Name != 0 {
				continue
			}
			v := f.eval(args[at].First, args[at].Last, scope, depth+1)
			if v.Kind != String || v.Str == "" || len(v.Str) > maxName {
				continue
			}
			if n != "getattr" {
				out = append(out, v.Str)
				continue
			}
			out = append(out, suffixed(f.expr(args[0].First, args[0].Last, scope, depth+1), "."+v.Str)...)
		default:
			out = append(out, suffixed([]string{n}, "()")...)
		}
	}
	return out
}

// arguments splits the arguments of the parenthesis at open.
func (f *File) arguments(open int32) []Arg {
	w := walker{File: f}
	w.split(open+1, f.Toks[open].Mate)
	return w.args
}

// name resolves the name at token i.
func (f *File) name(i, scope int32, depth int) []string {
	name := f.identifier(i)
	found, hidden := f.lookup(name, i, scope)
	if hidden {
		return nil
	}
	if len(found) == 0 {
		if name == "getattr" || name == "__import__" || name == "open" || name == "eval" || name == "exec" || name == "compile" {
			return []string{name}
		}
		var out []string
		for _, m := range f.stars {
			if len(out) < maxAlternatives {
				out = append(out, m+"."+name)
			}
		}
		return out
	}
	var out []string
	for _, k := range found {
		if b := &f.bindings[k]; b.kind == bindImport && len(out) < maxAlternatives {
			out = append(out, b.path)
		}
	}
	if len(out) > 0 {
		return out
	}
	if b := &f.bindings[found[0]]; len(found) == 1 && b.kind == bindValue && !(i >= b.first && i < b.last) {
		return f.expr(b.first, b.last, b.scope, depth+1)
	}
	return nil
}

// lookup returns the bindings of a name in the innermost scope that has it. Hidden: a lambda or comprehension around the
// token gives the name another meaning.
func (f *File) lookup(name string, tok, scope int32) (found []int32, hidden bool) {
	if f.names == nil {
		f.names = make(map[scopedName][]int32, len(f.bindings))
		for k := range f.bindings {
			b := &f.bindings[k]
			key := scopedName{b.scope, f.identifier(b.tok)}
			f.names[key] = append(f.names[key], int32(k))
		}
	}
	for k := range f.regions {
		r := &f.regions[k]
		if r.first > tok {
			continue
		}
		if tok < r.last {
			for _, n := range r.names {
				if f.identifier(n) == name {
					return nil, true
				}
			}
		}
	}
	for s := scope; s >= 0; s = f.scopes[s].parent {
		if f.scopes[s].class && s != scope {
			continue
		}
		found = f.names[scopedName{s, name}]
		if len(found) == 0 || f.bindings[found[0]].kind == bindGlobal {
			continue
		}
		return found, false
	}
	return nil, false
}

// Canonical maps the places a library exports a function from to one name.
func Canonical(name string) string {
	for end := len(name); end > 0; {
		if to, ok := reexports[name[:end]]; ok {
			return to + name[end:]
		}
		end = strings.LastIndexByte(name[:end], '.')
	}
	return name
}

// reexports holds names under which the documented function is found as well. Source: the packages' own __init__ files.
var reexports = map[string]string{
	"cPickle":                  "pickle",
	"_pickle":                  "pickle",
	"pickle5":                  "pickle",
	"six.moves.cPickle":        "pickle",
	"ray.cloudpickle":          "cloudpickle",
	"sklearn.externals.joblib": "joblib",
	"torch.serialization.load": "torch.load",
	"numpy.lib.npyio.load":     "numpy.load",
	"numpy.lib._npyio_impl":    "numpy",
	"pandas.io.pickle":         "pandas",

	"tensorflow.keras":                   "keras",
	"tensorflow.python.keras":            "keras",
	"tensorflow.compat.v1.keras":         "keras",
	"tensorflow.compat.v2.keras":         "keras",
	"tf_keras":                           "keras",
	"keras.saving.load_model":            "keras.models.load_model",
	"tensorflow.keras.saving.load_model": "keras.models.load_model",
	"tf_keras.saving.load_model":         "keras.models.load_model",

	"huggingface_hub.file_download.hf_hub_download":                 "huggingface_hub.hf_hub_download",
	"huggingface_hub._snapshot_download.snapshot_download":          "huggingface_hub.snapshot_download",
	"transformers.pipelines.pipeline":                               "transformers.pipeline",
	"sentence_transformers.SentenceTransformer.SentenceTransformer": "sentence_transformers.SentenceTransformer",
	"datasets.load.load_dataset":                                    "datasets.load_dataset",
	"langchain.vectorstores.FAISS":                                  "langchain_community.vectorstores.FAISS",
	"langchain.vectorstores.faiss.FAISS":                            "langchain_community.vectorstores.FAISS",
	"langchain_community.vectorstores.faiss.FAISS":                  "langchain_community.vectorstores.FAISS",
	"requests.sessions.Session":                                     "requests.Session",
	"requests.session":                                              "requests.Session",
	"requests.api":                                                  "requests",
	"starlette.middleware.cors.CORSMiddleware":                      "fastapi.middleware.cors.CORSMiddleware",
	"flask.app.Flask":                                               "flask.Flask",
	"yaml.cyaml":                                                    "yaml",
	"yaml.loader":                                                   "yaml",
}
