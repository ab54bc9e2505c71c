package code

import (
	"context"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/python"
	"bakedin/rules"
)

// nativeCalls load machine code, or Python, that lies beside a model.
var nativeCalls = []string{"torch.package.PackageImporter", "torch.classes.load_library", "torch.ops.load_library", "tensorflow.load_op_library", "tensorflow.load_library"}

// programSinks run a file, or take it into the process.
var programSinks = []sink{
	{name: "runpy.run_path", keyword: "path_name", does: "is run"},
	{name: "exec", does: "is run"},
	{name: "eval", does: "is run"},
	{name: "compile", does: "is made a program"},
	{name: "ctypes.CDLL", keyword: "name", does: "is loaded as machine code"},
	{name: "ctypes.cdll.LoadLibrary", does: "is loaded as machine code"},
	{name: "numpy.ctypeslib.load_library", keyword: "libname", does: "is loaded as machine code"},
	{name: "importlib.util.spec_from_file_location", keyword: "location", position: 1, does: "is imported"},
	{name: "importlib.machinery.SourceFileLoader", keyword: "path", position: 1, does: "is imported"},
	{name: "sys.path.append", does: "becomes a place from which modules are imported"},
	{name: "sys.path.insert", position: 1, does: "becomes a place from which modules are imported"},
	{name: "torch.utils.cpp_extension.load", keyword: "sources", position: 1, does: "is compiled and loaded"},
}

var hubFile = taint{source: hubSource, says: "What %s fetches"}

// hubSource says of an expression that it is a file or folder of somebody's on a hub.
func hubSource(src *checks.PythonSource) func(e python.Expr) string {
	return func(e python.Expr) string {
		if !e.Call {
			return ""
		}
		for _, n := range src.Names(e.First, e.Last, e.Scope) {
			switch n = strings.TrimSuffix(n, "()"); n {
			case "huggingface_hub.hf_hub_download", "huggingface_hub.snapshot_download", "huggingface_hub.cached_download", "modelscope.snapshot_download", "kagglehub.model_download",
				"mlflow.artifacts.download_artifacts", "gdown.download", "wget.download":
				return n
			}
		}
		return ""
	}
}

// codeFromModel reports loads of code that comes with a model.
func codeFromModel(_ context.Context, p *checks.Pass) error {
	report := func(c call) {
		v := c.src.Positional(c.Call, 0)
		if v.Kind == python.String && (c.pass.Repo.Has(v.Str)) {
			c.report("Code is loaded from "+v.Str+".").Lower(rules.Low, "the file lies in this tree")
			return
		}
		if text := string(c.src.Text(v.First, v.Last)); strings.Contains(text, "__file__") || strings.Contains(text, "importlib") || strings.Contains(text, "resources") || strings.Contains(text, "get_library_path") {
			return // built with the package, or installed by one
		}
		f := c.report(c.name + " runs code that lies in the file it opens.")
		f.Fixes = []checks.Fix{codeAsCode()}
	}
	if err := eachCall(p, nativeCalls, report); err != nil {
		return err
	}
	src, err := checks.Python.Of(p.File)
	if src == nil || src.File == nil {
		return err
	}
	for _, i := range src.CallsNamed("register_custom_ops_library") {
		report(call{&src.Calls[i], src, p, "register_custom_ops_library"})
	}
	if !importsAny(src, []string{"huggingface_hub", "modelscope", "kagglehub", "mlflow", "gdown", "wget"}) {
		return nil
	}
	return eachFlow(p, hubFile, programSinks, func(s sink, c call, _ python.Arg, o *python.Origin) {
		f := c.report(flowMessage(hubFile.says, o.What, s.does) + ": whoever owns it there owns this process.")
		describe(f, p, c.src, o)
		f.Fixes = []checks.Fix{codeAsCode()}
	})
}

func codeAsCode() checks.Fix {
	return checks.Steps("ship-code-as-code", "Ship code as code",
		"Install the library or package as a dependency with a version and a hash, in place of loading it from a model's folder.",
		"Keep weights in a format that holds no code, such as safetensors.")
}
