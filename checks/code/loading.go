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

// kerasSafeMode reports loads of Keras models that run code of the file: the safe mode switched off, or a format it does
// not cover. Source: keras.io, "Whole model saving & loading".
func kerasSafeMode(_ context.Context, p *checks.Pass) error {
	return eachCall(p, []string{"keras.models.load_model", "keras.saving.deserialize_keras_object", "keras.config.enable_unsafe_deserialization", "keras.models.model_from_json", "keras.layers.deserialize"}, func(c call) {
		v := c.src.Keyword(c.Call, "safe_mode")
		switch {
		case strings.HasSuffix(c.name, "enable_unsafe_deserialization"):
			f := c.report("From here on every Keras model may run the Python it carries.")
			f.Fixes = []checks.Fix{{ID: "keep-safe-mode", Title: "Keep the safe mode", Applicability: checks.Manual, Steps: []string{
				"Delete the call.", "Register the layers that the model needs, with keras.saving.register_keras_serializable, in place of lambdas.",
			}}}
		case v.Kind == python.False:
			f := c.report("safe_mode=False: lambda layers of the file are run.")
			f.Fixes = []checks.Fix{{ID: "safe-mode", Title: "Keep the safe mode", Applicability: checks.Unsafe, Edits: c.replace(v.First, v.Last, "True"),
				Breaks: "Models with lambda layers are refused: write them as layers of your own."}}
			if v.First == 0 || len(f.Fixes[0].Edits) == 0 {
				f.Fixes = nil
			}
		case strings.HasSuffix(c.name, "load_model"):
			path := c.src.Argument(c.Call, "filepath", 0)
			if path.Kind == python.String && (strings.HasSuffix(path.Str, ".h5") || strings.HasSuffix(path.Str, ".hdf5")) {
				f := c.report("Keras does not hold models in HDF5 to its safe mode: lambda layers of the file are run.")
				lower(f, rules.Medium, "it takes somebody who can replace the file")
				f.Fixes = []checks.Fix{{ID: "keras-v3", Title: "Keep the model in the .keras format", Applicability: checks.Manual, Steps: []string{
					"Load the file once where nothing can be lost, and save it as .keras.", "Load that, with the safe mode on (the default).",
				}}}
			}
		}
	})
}

// torchHub reports code that torch.hub takes from a repository whose content can change.
func torchHub(_ context.Context, p *checks.Pass) error {
	return eachCall(p, []string{"torch.hub.load", "torch.hub.list", "torch.hub.help"}, func(c call) {
		if c.src.Keyword(c.Call, "source").Str == "local" {
			return
		}
		v := c.src.Argument(c.Call, "repo_or_dir", 0)
		if v.Kind != python.String || !strings.Contains(v.Str, "/") || strings.HasPrefix(v.Str, ".") || strings.HasPrefix(v.Str, "/") || strings.HasPrefix(v.Str, "~") {
			return
		}
		repo, ref, _ := strings.Cut(v.Str, ":")
		if commitID.MatchString(ref) {
			return
		}
		f := c.report("torch.hub runs Python from " + repo + ", whatever stands there today.")
		f.Anchor = "hub " + repo
		owner, _, _ := strings.Cut(repo, "/")
		if owner == "pytorch" || owner == "facebookresearch" || owner == "ultralytics" {
			lower(f, rules.Medium, "the owner is well known; the reference still moves")
		}
		f.Fixes = []checks.Fix{{ID: "pin-commit", Title: "Pin the commit", Applicability: checks.Manual, Steps: []string{
			"Find the commit you looked at: git ls-remote https://github.com/" + repo + " HEAD",
			`Write it behind the name: "` + repo + `:<the 40 digits>".`,
			"Or clone the repository into the image and use source=\"local\".",
		}}}
	})
}

// hashSuffix is how torch names a file whose name carries the start of its digest.
var hashSuffix = regexp.MustCompile(`-[0-9a-f]{8,}\.\w+$`)

// weightsUnchecked reports downloads of weights whose digest nobody compares.
func weightsUnchecked(_ context.Context, p *checks.Pass) error {
	src, err := checks.Python.Of(p.File)
	if src == nil || src.File == nil {
		return err
	}
	digests := sync.OnceValue(func() bool {
		return usesAny(src, []string{"sha256", "sha512", "blake2b", "hashlib", "md5", "check_hash", "file_hash", "verify_checksum", "check_integrity"})
	})
	return eachCall(p, []string{"torch.hub.load_state_dict_from_url", "torch.utils.model_zoo.load_url", "torch.hub.download_url_to_file", "keras.utils.get_file", "urllib.request.urlretrieve", "wget.download", "gdown.download"}, func(c call) {
		for _, k := range []string{"hash_prefix", "file_hash", "md5_hash", "md5", "check_hash"} {
			if v := c.src.Keyword(c.Call, k); v.Kind != python.Absent && v.Kind != python.False && v.Kind != python.None && v.Kind != python.Unknown {
				return
			}
		}
		position := 0
		if c.name == "keras.utils.get_file" {
			position = 1
		}
		url := c.src.Argument(c.Call, "url", position)
		if url.Kind == python.Absent && position == 1 {
			url = c.src.Keyword(c.Call, "origin")
		}
		loader := strings.HasSuffix(c.name, "state_dict_from_url") || strings.HasSuffix(c.name, "load_url")
		if digests() || !loader && (url.Kind != python.String || !weightsName.MatchString(url.Str)) || loader && url.Kind == python.Other {
			return
		}
		f := c.report("Weights are downloaded, and nothing compares their digest.")
		if loader && src.Editable() && url.Kind == python.String && hashSuffix.MatchString(url.Str) {
			f.Fixes = []checks.Fix{{ID: "check-hash", Title: "Compare the digest in the file's name", Applicability: checks.Safe, Edits: c.addKeyword("check_hash=True")}}
			return
		}
		f.Fixes = []checks.Fix{{ID: "record-digest", Title: "Record the digest and compare it", Applicability: checks.Manual, Steps: []string{
			"Write the SHA-256 of the file you tested into the source or a manifest.",
			"Compare it after the download and before anything reads the file; refuse what differs.",
		}}}
	})
}

var weightsName = regexp.MustCompile(`(?i)\.(?:pth?|ckpt|bin|h5|hdf5|keras|pkl|pickle|joblib|onnx|safetensors|gguf|tflite|pb|caffemodel|weights)(?:\?|$)`)

// numpyPickle reports arrays that may hold objects.
func numpyPickle(_ context.Context, p *checks.Pass) error {
	return eachCall(p, []string{"numpy.load", "numpy.lib.format.read_array"}, func(c call) {
		v := c.src.Argument(c.Call, "allow_pickle", 2)
		if c.name != "numpy.load" {
			v = c.src.Argument(c.Call, "allow_pickle", 1)
		}
		switch v.Kind {
		case python.True:
			f := c.report("numpy.load is called with allow_pickle=True: an array of objects may run any code.")
			f.Fixes = []checks.Fix{{ID: "no-pickle", Title: "Set allow_pickle=False", Applicability: checks.Unsafe, Edits: c.replace(v.First, v.Last, "False"),
				Breaks: "Files that hold arrays of objects are refused; save them as plain arrays."}}
			if v.First == 0 || len(f.Fixes[0].Edits) == 0 {
				f.Fixes = nil
			}
		case python.Absent:
			if version, ok := pinned(p.Repo, "numpy"); ok && olderThan(version, 1, 16, 3) {
				c.report("The pinned numpy " + version + " unpickles arrays of objects unless allow_pickle=False is given.")
			}
		}
	})
}

// nativeSinks load machine code, or Python, that lies beside a model.
var nativeCalls = []string{"torch.package.PackageImporter", "torch.classes.load_library", "torch.ops.load_library", "tensorflow.load_op_library", "tensorflow.load_library"}

// codeFromModel reports loads of code that comes with a model.
func codeFromModel(_ context.Context, p *checks.Pass) error {
	return eachCall(p, nativeCalls, func(c call) {
		v := c.src.Positional(c.Call, 0)
		if v.Kind == python.String && (c.pass.Repo.Has(v.Str)) {
			lower(c.report("Code is loaded from "+v.Str+"."), rules.Low, "the file lies in this tree")
			return
		}
		if text := string(c.src.Text(v.First, v.Last)); strings.Contains(text, "__file__") || strings.Contains(text, "importlib") || strings.Contains(text, "resources") {
			return // built with the package
		}
		f := c.report(c.name + " runs code that lies in the file it opens.")
		f.Fixes = []checks.Fix{{ID: "ship-code-as-code", Title: "Ship code as code", Applicability: checks.Manual, Steps: []string{
			"Install the library or package as a dependency with a version and a hash, in place of loading it from a model's folder.",
			"Keep weights in a format that holds no code, such as safetensors.",
		}}}
	})
}

// pinned is the version that the manifests pin for a package of PyPI.
func pinned(r *checks.Repo, name string) (string, bool) {
	for _, p := range r.Packages {
		if p.Ecosystem == "PyPI" && p.Norm == name && p.Version != "" {
			return p.Version, true
		}
	}
	return "", false
}

func olderThan(version string, major, minor, patch int) bool {
	n := numbers(version)
	if n != [2]int{major, minor} {
		return before(version, [2]int{major, minor})
	}
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 3 {
		return patch > 0
	}
	got := 0
	for _, c := range parts[2] {
		if c < '0' || c > '9' {
			break
		}
		got = got*10 + int(c-'0')
	}
	return got < patch
}
