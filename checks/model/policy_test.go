package model

import (
	"strings"
	"testing"

	"bakedin/rules"
)

func TestPolicyJudgesNamesInEverySplitAndSpelling(t *testing.T) {
	p, err := loadPolicy()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		why, module, name string
		want              class
	}{
		{"an exact entry", "torch", "load", dangerous},
		{"a module with everything below it", "os", "system", dangerous},
		{"a submodule of one", "idlelib.pyshell", "ModifiedInterpreter.runcode", dangerous},
		{"a name reached through an innocent module", "pathlib", "os.system", dangerous},
		{"the module moved into the name", "torch", "hub.load", dangerous},
		{"the name of Python 2", "commands", "getoutput", dangerous},
		{"builtins of Python 2", "__builtin__", "eval", dangerous},
		{"a dunder on the way", "collections", "OrderedDict.__reduce__.__globals__", dangerous},
		{"a private module of the standard library", "_posixsubprocess", "fork_exec", dangerous},
		{"a plain type out of a dangerous module", "builtins", "set", harmless},
		{"a plain type of Python 2", "__builtin__", "xrange", harmless},
		{"an exception of Python 2", "exceptions", "ValueError", harmless},
		{"a tensor function", "torch._utils", "_rebuild_tensor_v2", harmless},
		{"a safe class is no safe prefix", "collections", "OrderedDict.fromkeys", unknown},
		{"a safe name in another module", "torch.utils", "_rebuild_tensor_v2", unknown},
		{"a class of the program that wrote the file", "__main__", "Model", unknown},
		{"a package that nobody knows", "mycompany.ops", "restore", unknown},
		{"a look-alike", "builtins ", "eval", unknown},
		{"modules are no imports to build on", "torch", "_utils", unknown},
	} {
		t.Run(c.why, func(t *testing.T) {
			if got, _ := p.judge(c.module, c.name); got != c.want {
				t.Errorf("%s %s is %d, want %d", c.module, c.name, got, c.want)
			}
		})
	}
}

func TestNoSafeEntryIsAnExactDangerousOne(t *testing.T) {
	p, err := loadPolicy()
	if err != nil {
		t.Fatal(err)
	}
	for entry := range p.safe {
		module, name, _ := strings.Cut(entry, " ")
		if got, _ := p.judge(module, name); got != harmless {
			t.Errorf("%s is on the safe list and judged %d", entry, got)
		}
	}
}

func TestSafeListHasNoWildcardAndNoFunctionThatWrites(t *testing.T) {
	src, err := rules.Data("pickle-safe.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(src)) {
		if !strings.HasPrefix(line, "#") && strings.Contains(line, "*") {
			t.Errorf("a wildcard: %s", line)
		}
	}
}

func TestParsePolicyRefusesALineWithoutNames(t *testing.T) {
	for _, c := range []struct{ safe, bad, want string }{
		{"torch", "", "pickle-safe.txt: line 1: a module without names"},
		{"torch fly Size", "", `pickle-safe.txt: line 1: "fly" is no use`},
		{"", "# fine\nos\n", "pickle-dangerous.txt: line 2: a module without names"},
	} {
		if _, err := parsePolicy(c.safe, c.bad); err == nil || err.Error() != c.want {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}
