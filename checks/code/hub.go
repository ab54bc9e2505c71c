package code

import (
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/python"
)

// hubRoots are libraries whose from_pretrained and friends fetch from a model hub.
var hubRoots = []string{"transformers.", "diffusers.", "sentence_transformers.", "peft.", "huggingface_hub.", "datasets.", "timm.", "optimum.", "accelerate.", "evaluate.", "vllm.",
	"faster_whisper.", "open_clip.", "unsloth.", "langchain_huggingface.", "langchain_community.", "llama_index.", "gradio.", "auto_gptq.", "awq.", "trl.", "adapters.", "span_marker.", "setfit.", "FlagEmbedding.", "modelscope."}

// hubID is the shape of a name on a hub: one label, or owner and name.
var hubID = regexp.MustCompile(`^[A-Za-z0-9][\w.-]*(?:/[\w.-]+)?$`)

var commitID = regexp.MustCompile(`^[0-9a-f]{40}$`)

// builders of datasets that read local files
var localBuilders = map[string]bool{"csv": true, "json": true, "parquet": true, "text": true, "arrow": true, "imagefolder": true, "audiofolder": true,
	"videofolder": true, "webdataset": true, "pandas": true, "xml": true}

// fetch is a call that takes something from a hub by name.
type fetch struct {
	call
	id     string // the name, when it is a constant
	pinned bool   // to a commit

	elsewhere bool // the revision is said where this source does not show it
}

// reference says in which argument a function of the hub takes the name.
type reference struct {
	keyword  string
	position int
	prefix   string // without it the name is one of the library's own
}

// references are keyed by the last label of a function, and by library and label where the label alone says too little.
var references = map[string]reference{
	"from_pretrained":              {"pretrained_model_name_or_path", 0, ""},
	"PeftModel.from_pretrained":    {"model_id", 1, ""},
	"unsloth.from_pretrained":      {"model_name", 0, ""},
	"hf_hub_download":              {"repo_id", 0, ""},
	"snapshot_download":            {"repo_id", 0, ""},
	"load_dataset":                 {"path", 0, ""},
	"SentenceTransformer":          {"model_name_or_path", 0, ""},
	"CrossEncoder":                 {"model_name_or_path", 0, ""},
	"pipeline":                     {"model", 1, ""},
	"LLM":                          {"model", 0, ""},
	"WhisperModel":                 {"model_size_or_path", 0, ""},
	"HuggingFaceEmbeddings":        {"model_name", 0, ""},
	"HuggingFaceEmbedding":         {"model_name", 0, ""},
	"HuggingFaceBgeEmbeddings":     {"model_name", 0, ""},
	"from_model_id":                {"model_id", 0, ""},
	"evaluate.load":                {"path", 0, ""},
	"gradio.load":                  {"name", 0, "models/"},
	"create_model":                 {"model_name", 0, "hf-hub:"},
	"create_model_and_transforms":  {"model_name", 0, "hf-hub:"},
	"create_model_from_pretrained": {"model_name", 0, "hf-hub:"},
}

func referenceOf(name string) (reference, bool) {
	root, _, _ := strings.Cut(name, ".")
	label := name[strings.LastIndexByte(name, '.')+1:]
	if r, ok := references[root+"."+label]; ok {
		return r, true
	}
	if strings.Contains(name, "Peft") {
		label = "PeftModel." + label
	}
	r, ok := references[label]
	return r, ok
}

// eachFetch calls visit for every call that fetches from a hub. A name that is not constant has an empty id.
func eachFetch(p *checks.Pass, visit func(f fetch)) error {
	return eachCall(p, hubRoots, func(c call) {
		ref, ok := referenceOf(c.name)
		if !ok {
			return
		}
		f := fetch{call: c}
		if v := c.src.Argument(c.Call, ref.keyword, ref.position); v.Kind == python.String {
			f.id = v.Str
		}
		if ref.prefix != "" {
			if f.id, ok = strings.CutPrefix(strings.Replace(f.id, "hf_hub:", "hf-hub:", 1), ref.prefix); !ok {
				return
			}
		}
		for _, name := range []string{"revision", "commit_hash"} {
			switch v := c.src.Keyword(c.Call, name); v.Kind {
			case python.String:
				f.pinned = f.pinned || commitID.MatchString(v.Str)
			case python.Other, python.Env, python.Unknown:
				f.elsewhere = true
			case python.Parameter:
				f.elsewhere = f.elsewhere || v.Str != "None"
			}
			if v := c.src.DictValue(c.Call, "model_kwargs", name); v.Kind == python.String && commitID.MatchString(v.Str) {
				f.pinned = true
			}
		}
		if _, at, _ := strings.Cut(f.id, "@"); commitID.MatchString(at) { // timm and open_clip write the commit behind the name
			f.pinned = true
		}
		visit(f)
	})
}

// report reports the callee, with the model that it takes.
func (f fetch) report(message string) *checks.Finding {
	x := f.call.report(message)
	if f.remote() && !f.dataset() && !f.plain() {
		x.Fetches, _, _ = strings.Cut(f.id, "@")
	}
	return x
}

// dataset tells whether the call takes data and no model.
func (f fetch) dataset() bool {
	return strings.HasSuffix(f.name, ".load_dataset") || strings.HasPrefix(f.name, "evaluate.")
}

// local tells whether the call cannot reach a hub.
func (f fetch) local() bool {
	return f.id != "" && !f.remote() || f.src.Keyword(f.Call, "local_files_only").Kind == python.True
}

// remote tells whether the name is one of a hub and not a path of this tree or machine.
func (f fetch) remote() bool {
	if f.id == "" || !hubID.MatchString(f.id) || strings.HasPrefix(f.id, ".") || strings.HasSuffix(f.name, ".load_dataset") && localBuilders[f.id] {
		return false
	}
	if v := f.src.Keyword(f.Call, "local_files_only"); v.Kind == python.True {
		return false
	}
	r := f.pass.Repo
	if r.Has(f.id) || r.HasFolder(f.id) {
		return false
	}
	return strings.Contains(f.id, "/") || !strings.Contains(f.id, ".")
}
