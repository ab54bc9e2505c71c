package model

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"bakedin/internal/format/sniff"
	"bakedin/internal/format/torch"
	"bakedin/internal/format/zipx"
	"bakedin/rules"
)

// most of a source file that is looked at
const maxCode = 4 << 20

// torchCode tells of the code in an archive of torch: what TorchScript reaches, modules that a package runs, and native
// libraries.
func (r *reading) torchCode(t *torch.File) {
	var modules []*zipx.Entry
	for _, e := range t.Code {
		if t.Format == sniff.TorchScript && inCode(e.Name) {
			r.torchScript(e)
		} else {
			modules = append(modules, e)
		}
	}
	if n := len(modules); n > 0 {
		rule, what := "bundled-code", "Python files are packed with the weights: %q"
		if t.Format == sniff.TorchPackage {
			rule, what = "torch-package-code", "Python modules run when the package is opened: %q"
		}
		if n > 1 {
			what += fmt.Sprintf(" and %d more", n-1)
		}
		r.found(rule, modules[0].Off(), 1, "code", what, modules[0].Name)
	}
	n := 0
	for _, e := range t.Zip.Entries {
		if isNative(e.Name) {
			if n++; n == 1 {
				r.found("torch-native-code", e.Off(), 1, "native", "%q is native code, which runs when the model is loaded", e.Name)
			}
		}
	}
}

func inCode(name string) bool { return strings.Contains("/"+strings.ToLower(name), "/code/") }

// isNative tells libraries and kernels by the names that AOTInductor gives them.
func isNative(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".so", ".dll", ".dylib", ".o", ".cubin", ".hsaco", ".pyd":
		return true
	}
	return false
}

// Namespaces of operators that torch itself registers, and those of its vision library.
var stockOps = map[string]bool{
	"aten": true, "prim": true, "prims": true, "quantized": true, "quantized_decomposed": true, "_quantized": true, "torchvision": true,
	"prepacked": true, "mkldnn": true, "mkldnn_prepacked": true, "onednn": true, "xnnpack": true, "metal_prepack": true, "vulkan_prepack": true,
	"sparse": true, "static_runtime": true, "tensorexpr": true, "profiler": true, "inductor": true, "_caffe2": true, "fb": true, "cuda": true,
	"upgraders": true, "higher_order": true,
}

var (
	scriptOp   = regexp.MustCompile(`\bops\.([A-Za-z_]\w*)\.([A-Za-z_]\w*)`)
	scriptFile = regexp.MustCompile(`\b(?:torch|ops\.aten)\.(from_file|load|save)\(\s*("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')?|\b(load_library)\b`)
	scriptPath = regexp.MustCompile(`"(/[\w.-]+(?:/[\w.-]+)+|[A-Za-z]:\\\\[^"\n]+|(?:https?|ftp|file)://[^"\s]+)"`)
)

// torchScript looks at one source file of a TorchScript archive. The language cannot import Python; its operators reach
// files and native libraries.
func (r *reading) torchScript(e *zipx.Entry) {
	text, err := e.Head(maxCode)
	if err != nil {
		return // told where the member is opened
	}
	child := &reading{part: &part{member: join(r.member, e.Name), parent: r.part}, c: r.c, format: r.format}
	for _, m := range scriptFile.FindAllSubmatchIndex(text, maxFindings) {
		what := string(text[m[0]:m[1]])
		f := child.found("torchscript-file-access", int64(m[0]), int64(m[1]-m[0]), "file access", "the code of the model opens a file: %s", what)
		if m[4] < 0 && m[6] < 0 {
			f.weigh(rules.Medium, "its path is not written in the code")
		}
	}
	for _, m := range scriptOp.FindAllSubmatchIndex(text, maxFindings) {
		if space, op := string(text[m[2]:m[3]]), string(text[m[4]:m[5]]); !stockOps[space] {
			child.found("torchscript-custom-op", int64(m[0]), int64(m[1]-m[0]), "op "+space+"."+op, "the code of the model calls the operator %s::%s, which no torch has", space, op)
		}
	}
	for _, m := range scriptPath.FindAllSubmatchIndex(text, maxFindings) {
		child.found("torchscript-file-access", int64(m[2]), int64(m[3]-m[2]), "path", "the code of the model names a place outside of it: %s", text[m[2]:m[3]]).
			weigh(rules.Low, "the code opens it nowhere by itself")
	}
}
