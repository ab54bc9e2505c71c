package code

import (
	"context"
	"regexp"
	"strings"
	"sync"

	"bakedin/checks"
	"bakedin/internal/lang/python"
	"bakedin/rules"
)

// functions that build whatever objects a stream names
var unpicklers = []string{
	"pickle.load", "pickle.loads", "pickle.Unpickler", "dill.load", "dill.loads", "cloudpickle.load", "cloudpickle.loads", "joblib.load", "shelve.open", "jsonpickle.decode", "jsonpickle.loads",
	"pandas.read_pickle", "marshal.load", "marshal.loads", "mlflow.pyfunc.load_model", "mlflow.sklearn.load_model", "mlflow.pytorch.load_model", "skops.io.load", "skops.io.loads", "klepto.archives.file_archive",
	"hickle.load", "compress_pickle.load", "sklearn2pmml.load", "fairseq.checkpoint_utils.load_checkpoint_to_cpu", "fasttext.load_pickle",
}

// modelLike is a path, or the text of an expression, that names a model.
var modelLike = regexp.MustCompile(`(?i)\.(?:pkl|pickle|joblib|sav|pt|pth|ckpt|dill|model)\b|model|weights|checkpoint|ckpt|classifier|pipeline|vectorizer|scaler|encoder`)

// pickleLoad reports loads of pickles in all their forms. It is as grave as the way the data comes here: what is fetched,
// uploaded or a model of somebody's is a program of somebody's.
func pickleLoad(_ context.Context, p *checks.Pass) error {
	src, err := checks.Python.Of(p.File)
	if src == nil || src.File == nil {
		return err
	}
	ownUnpickler := sync.OnceValue(func() bool { return usesAny(src, []string{"find_class"}) }) // which says what it takes
	if err := eachHanded(p, unpicklers, func(c call) {
		f := c.report(c.name + " is handed on, and runs whatever code the data asks for.")
		f.Anchor = "handed " + c.name
		f.InAI = isAI(src)
	}); err != nil {
		return err
	}
	var flow *python.Flow
	return eachCall(p, unpicklers, func(c call) {
		if ownUnpickler() {
			return
		}
		arg := c.src.Positional(c.Call, 0)
		switch {
		case strings.HasPrefix(c.name, "skops."):
			if c.src.Keyword(c.Call, "trusted").Kind == python.True {
				c.report("skops is told to trust every type in the file.").InAI = true
			}
			return
		case strings.HasPrefix(c.name, "mlflow."):
			f := c.report(c.name + " unpickles the model it fetches.")
			f.InAI = true
			if arg.Kind == python.String && !strings.Contains(arg.Str, "://") && !strings.HasPrefix(arg.Str, "models:") {
				f.Lower(rules.Low, "the path is one of this machine")
			}
			return
		case c.name == "shelve.open" || strings.HasPrefix(c.name, "marshal."):
			f := c.report(c.name + " builds objects from a file; whoever can write the file can run code.")
			f.Lower(rules.Low, "such files rarely come from others")
			return
		}
		f := c.report(c.name + " runs whatever code the data asks for.")
		if flow == nil {
			flow = flowOf(src, strangerSource(src))
		}
		if o := flow.From(arg.First, arg.Last, c.Scope); arg.First != 0 && o != nil {
			describe(f, p, src, o)
			if f.InAI = isAI(src) || fetched(o.What) || modelLike.MatchString(string(src.Text(arg.First, arg.Last))); f.InAI {
				f.Severity = rules.High
				reason := "the data comes from " + short(o.What)
				f.SeverityReason = &reason
			}
			return
		}
		first, last := src.Definition(arg.First, arg.Last, c.Scope)
		switch text := string(src.Text(arg.First, arg.Last)) + " " + string(src.Text(first, last)); {
		case c.ownDump():
			f.Lower(rules.Low, "the same file writes what it reads")
		case isAI(src) || modelLike.MatchString(text+" "+arg.Str):
			f.InAI = true
		}
	})
}

// fetched tells whether a source is a request to another machine or a hub.
func fetched(what string) bool {
	return strings.Contains(what, "requests.") || strings.Contains(what, "httpx.") || strings.Contains(what, "huggingface_hub") || strings.Contains(what, "urllib") || strings.HasPrefix(what, "hf_hub") || strings.Contains(what, "flask.request") || what == "file_uploader" || what == "urlopen"
}

// webCall is a request of one of the libraries for it, as the index of calls writes it.
var webCall = regexp.MustCompile(`^(?:requests|httpx)\.(?:(?:Session|Client|AsyncClient)\(\)\.)?(?:get|post|put|patch|request|stream)\b`)

// strangerSource says of an expression that it is fetched or uploaded.
func strangerSource(src *checks.PythonSource) func(e python.Expr) string {
	return func(e python.Expr) string {
		if !e.Call {
			for _, n := range src.Names(e.First, e.Last, e.Scope) {
				if n == "flask.request.data" || n == "flask.request.files" {
					return n
				}
			}
			return ""
		}
		switch e.Label {
		case "file_uploader", "hf_hub_download", "snapshot_download", "urlopen", "urlretrieve", "recv", "recv_bytes", "download_artifacts", "get_data", "cached_download":
			return e.Label
		}
		for _, n := range src.Names(e.First, e.Last, e.Scope) {
			if webCall.MatchString(n) || strings.HasPrefix(n, "huggingface_hub.") || strings.HasPrefix(n, "urllib.request.") || strings.HasPrefix(n, "flask.request.") {
				return strings.ReplaceAll(n, "()", "")
			}
		}
		return ""
	}
}

// ownDump tells whether the same source also writes pickles: then it most likely reads its own.
func (c call) ownDump() bool {
	module, _, _ := strings.Cut(c.name, ".")
	for i := range c.src.Calls {
		for _, n := range c.src.Resolve(&c.src.Calls[i]) {
			if n == module+".dump" || n == module+".dumps" {
				return true
			}
		}
	}
	return false
}
