package shell

import (
	"strings"
	"testing"
)

func show(cs []Command) string {
	var lines []string
	for _, c := range cs {
		var words []string
		if c.Piped {
			words = append(words, "|")
		}
		for _, w := range append(append([]Word(nil), c.Env...), c.Args...) {
			v := "[" + w.Value + "]"
			if !w.Known {
				v += "?"
			}
			words = append(words, v)
		}
		lines = append(lines, strings.Join(words, " "))
	}
	return strings.Join(lines, "\n")
}

func TestCommands(t *testing.T) {
	for _, c := range []struct{ name, script, want string }{
		{"quotes and a variable", `A=1 run "a b" 'c$d' $E`, `[A=1] [run] [a b] [c$d] [$E]?`},
		{"a pipe over two lines", "curl -fsSL x \\\n | sudo sh", "[curl] [-fsSL] [x]\n| [sudo] [sh]"},
		{"a comment and a separator", "a # b; c\nd; e && f || g", "[a]\n[d]\n[e]\n[f]\n[g]"},
		{"a command inside another", `x "$(curl y | sh)"`, "[curl] [y]\n| [sh]\n[x] [$(curl y | sh)]?"},
		{"a here-document is no command", "cat <<EOF > f\nrm -rf /\nEOF\nls", "[cat]\n[ls]"},
		{"process substitution", "bash <(curl -s x)", "[bash]\n[curl] [-s] [x]"},
		{"keywords", "if true; then a; fi", "[true]\n[a]"},
		{"a hash inside a word", "echo a#b", "[echo] [a#b]"},
		{"redirections", "a > b 2>&1 <c d", "[a] [2] [d]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := show(Parse(c.script)); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestProgramIsFoundThroughWhatStartsIt(t *testing.T) {
	for line, want := range map[string]string{
		"sudo -u app env A=1 timeout 30s vllm serve m": "vllm",
		"uv run --with x python -m vllm.entrypoints.a": "vllm.entrypoints.a",
		"conda run -n e jupyter lab":                   "jupyter",
		"/usr/local/bin/mlflow server":                 "mlflow",
		"cmd /c npx -y a":                              "npx",
	} {
		cs := Parse(line)
		if got, _ := cs[0].Program(); got != want {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"a | b", `"$(x ${y:-"z"})`, "cat <<-'E'\nx\n\tE\n", "`a`b`", "<(<(<", "a\\", "((((", "$((1))", "python -c 'f()' <<E", "python <<E\n  f()\n g()\nE", "python -c \"\\\"\\", "A=(a \"$B\" #c\n); A+=(d); x \"${A[@]}\"", "sh -c 'a \"$B\"; bash -c c'"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, c := range append(Parse(s), Commands(s)...) {
			for _, w := range append(append([]Word(nil), c.Env...), c.Args...) {
				if w.Start < 0 || w.Start > w.End || w.End > len(s) {
					t.Fatalf("word %+v outside %d bytes", w, len(s))
				}
			}
		}
		for p, i := InlinePython([]byte(s)), 0; i < len(p.Source); i++ {
			if off := p.Offset(i); off < 0 || off >= len(s) || i > 0 && off < p.Offset(i-1) {
				t.Fatalf("byte %d of the Python stands at %d of %d", i, off, len(s))
			}
		}
	})
}

func TestPythonInsideAScript(t *testing.T) {
	for _, c := range []struct{ name, script, want string }{
		{"one line in double quotes", "python3 -u -c \"print(\\\"a\\\", 'b')\" && x\n", "print(\"a\", 'b')\n"},
		{"single quotes over lines", "python -c '\nimport torch\ntorch.load(\"a\")\n'\n", "\nimport torch\ntorch.load(\"a\")\n\n"},
		{"a here-document, indented in a workflow", "  run: |\n    python - <<'EOF'\n    import os\n    if x:\n      y()\n    EOF\n    echo done\n", "import os\nif x:\n  y()\n"},
		{"two of them", "python <<A\nf()\nA\npython -c 'g()'", "f()\ng()\n"},
		{"an end that never comes", "python -c 'f(", "f(\n"},
		{"a comment", "# python -c 'f()'\n", ""},
		{"a script by name", "python train.py -c 'x'\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := InlinePython([]byte(c.script))
			if string(got.Source) != c.want {
				t.Fatalf("got %q, want %q", got.Source, c.want)
			}
			for i, b := range got.Source {
				if off := got.Offset(i); off >= len(c.script) || b != '\n' && c.script[off] != b {
					t.Fatalf("byte %d stands at %d", i, off)
				}
			}
		})
	}
}
