package code

import (
	"context"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/python"
	"bakedin/rules"
)

// kerasSafeMode reports loads of Keras models that run code of the file: the safe mode switched off, or a format it does
// not cover. Source: keras.io, "Whole model saving & loading".
func kerasSafeMode(_ context.Context, p *checks.Pass) error {
	return eachCall(p, []string{"keras.models.load_model", "keras.saving.deserialize_keras_object", "keras.config.enable_unsafe_deserialization", "keras.models.model_from_json", "keras.models.model_from_yaml", "keras.models.model_from_config", "keras.Model.from_config", "keras.layers.deserialize"}, func(c call) {
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
		case strings.Contains(c.name, ".model_from_"):
			if v := c.src.Positional(c.Call, 0); v.Kind == python.String || v.Kind == python.Absent || v.Kind == python.List {
				return // the layers stand here
			}
			f := c.report("A model is built from a description that is read: its lambda layers are run, unless a safe mode says otherwise.")
			f.Lower(rules.Medium, "it takes somebody who can replace the description")
			f.Fixes = []checks.Fix{checks.Steps("build-in-code", "Build the model in code", "Write the layers in Python, and load only the weights (model.load_weights).", "Or keep the model in the .keras format and load it with the safe mode on (the default).")}
		case strings.HasSuffix(c.name, "load_model"):
			path := c.src.Argument(c.Call, "filepath", 0)
			if path.Kind == python.String && (strings.HasSuffix(path.Str, ".h5") || strings.HasSuffix(path.Str, ".hdf5")) {
				f := c.report("Keras does not hold models in HDF5 to its safe mode: lambda layers of the file are run.")
				f.Lower(rules.Medium, "it takes somebody who can replace the file")
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
			f.Lower(rules.Medium, "the owner is well known; the reference still moves")
		}
		f.Fixes = []checks.Fix{{ID: "pin-commit", Title: "Pin the commit", Applicability: checks.Manual, Steps: []string{
			"Find the commit you looked at: git ls-remote https://github.com/" + repo + " HEAD",
			`Write it behind the name: "` + repo + `:<the 40 digits>".`,
			"Or clone the repository into the image and use source=\"local\".",
		}}}
	})
}

// numpyPickle reports arrays that may hold objects.
func numpyPickle(_ context.Context, p *checks.Pass) error {
	if err := eachHanded(p, []string{"numpy.load"}, func(c call) {
		if v := c.src.Keyword(c.Call, "allow_pickle"); v.Kind == python.True {
			f := c.report("numpy.load is handed on with allow_pickle=True: an array of objects may run any code.")
			f.Anchor = "handed numpy.load"
			f.Fixes = []checks.Fix{noPickle(c, v)}
		}
	}); err != nil {
		return err
	}
	return eachCall(p, []string{"numpy.load", "numpy.lib.format.read_array"}, func(c call) {
		v := c.src.Argument(c.Call, "allow_pickle", 2)
		if c.name != "numpy.load" {
			v = c.src.Argument(c.Call, "allow_pickle", 1)
		}
		switch v.Kind {
		case python.True:
			f := c.report("numpy.load is called with allow_pickle=True: an array of objects may run any code.")
			f.Fixes = []checks.Fix{noPickle(c, v)}
		case python.Absent:
			if version, ok := pinned(p.Repo, "numpy"); ok && olderThan(version, 1, 16, 3) {
				c.report("The pinned numpy " + version + " unpickles arrays of objects unless allow_pickle=False is given.")
			}
		}
	})
}

func noPickle(c call, v python.Value) checks.Fix {
	fix := checks.Fix{ID: "no-pickle", Title: "Set allow_pickle=False", Applicability: checks.Unsafe, Edits: c.replace(v.First, v.Last, "False"),
		Breaks: "Files that hold arrays of objects are refused; save them as plain arrays."}
	if len(fix.Edits) == 0 {
		return checks.Steps("no-pickle", fix.Title, "Set allow_pickle=False where the value is given.", fix.Breaks)
	}
	return fix
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
