package code

import (
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/python"
)

// hubRoots are libraries whose from_pretrained and friends fetch from a model hub.
var hubRoots = []string{"transformers.", "diffusers.", "sentence_transformers.", "peft.", "huggingface_hub.", "datasets.", "timm.", "optimum.", "accelerate.", "evaluate.", "vllm."}

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
}

// eachFetch calls visit for every call that fetches from a hub. A name that is not constant has an empty id.
func eachFetch(p *checks.Pass, visit func(f fetch)) error {
	return eachCall(p, hubRoots, func(c call) {
		last := c.name[strings.LastIndexByte(c.name, '.')+1:]
		keyword := ""
		switch last {
		case "from_pretrained":
			keyword = "pretrained_model_name_or_path"
		case "hf_hub_download", "snapshot_download":
			keyword = "repo_id"
		case "load_dataset":
			keyword = "path"
		case "SentenceTransformer", "CrossEncoder":
			keyword = "model_name_or_path"
		case "pipeline", "LLM":
			keyword = "model"
		default:
			return
		}
		position := 0
		if last == "pipeline" {
			position = 1
		}
		f := fetch{call: c}
		if v := c.src.Argument(c.Call, keyword, position); v.Kind == python.String {
			f.id = v.Str
		}
		for _, name := range []string{"revision", "commit_hash"} {
			if v := c.src.Keyword(c.Call, name); v.Kind == python.String && commitID.MatchString(v.Str) {
				f.pinned = true
			}
		}
		visit(f)
	})
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
