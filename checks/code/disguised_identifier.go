package code

import (
	"context"
	"fmt"
	"unicode/utf8"

	"bakedin/checks"
	"bakedin/internal/lang/python"
	"bakedin/internal/repo"
)

// disguisable are the names that somebody has a reason to write in letters that a search does not find.
var disguisable = set("exec", "eval", "open", "getattr", "setattr", "compile", "globals", "locals", "vars", "breakpoint", "__import__", "__builtins__", "__class__", "__globals__", "__subclasses__",
	"import_module", "importlib", "os", "sys", "system", "popen", "spawn", "spawnl", "execv", "subprocess", "Popen", "run", "call", "check_output", "check_call", "pickle", "cPickle", "dill", "cloudpickle", "joblib",
	"marshal", "load", "loads", "Unpickler", "torch", "numpy", "yaml", "unsafe_load", "ctypes", "CDLL", "socket", "requests", "urllib", "urlopen", "base64", "b64decode", "shutil", "rmtree", "environ", "trust_remote_code", "allow_pickle")

// disguisedIdentifier reports names that Python reads as a dangerous one and people and searches do not: CPython brings
// every name into normal form KC. Source: the Python Language Reference, 2.3 "Identifiers".
func disguisedIdentifier(_ context.Context, p *checks.Pass) error {
	src, err := checks.Python.Of(p.File)
	if src == nil || src.File == nil || ascii(src.Src) {
		return err
	}
	for i := range src.Toks {
		if src.Toks[i].Kind != python.Name {
			continue
		}
		written := src.Word(int32(i))
		if ascii(written) {
			continue
		}
		name := src.Identifier(int32(i))
		if name == written || !disguisable[name] {
			continue
		}
		start, end := src.Token(int32(i), int32(i)+1)
		f := p.At(start, end, fmt.Sprintf("Python reads this name as %s; a search for %s does not find it.", name, name))
		f.Anchor = "disguised " + name
		f.InAI = true
		fix := checks.Fix{ID: "plain-letters", Title: "Write " + name + " in plain letters", Applicability: checks.Manual, Steps: []string{
			"Find out who wrote the line, and why in such letters: git log -S with the name as it stands.", "Write " + name + ", or delete the line.",
		}}
		if src.Plain() {
			fix.Applicability, fix.Steps = checks.Safe, nil
			fix.Edits = []repo.TextEdit{p.Replace(start, end, name)}
			fix.Breaks = "Nothing: Python reads both as the same name. What the line does stays to be judged."
		}
		f.Fixes = []checks.Fix{fix}
	}
	return err
}

func ascii[T string | []byte](s T) bool {
	for k := range len(s) {
		if s[k] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
