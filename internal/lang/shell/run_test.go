package shell

import (
	"fmt"
	"strings"
	"testing"
)

func lines(commands []Command) string {
	var out []string
	for _, c := range commands {
		var words []string
		for _, w := range append(c.Env[:len(c.Env):len(c.Env)], c.Args...) {
			words = append(words, w.Value)
		}
		out = append(out, strings.Join(words, " "))
	}
	return strings.Join(out, "; ")
}

func TestCommandsOfAScript(t *testing.T) {
	for _, c := range []struct{ script, want string }{
		{"HOST=0.0.0.0\nserve --host \"$HOST\"", "HOST=0.0.0.0; serve --host 0.0.0.0"},
		{"HOST=a\nHOST=b\nserve $HOST", "HOST=a; HOST=b; serve $HOST"},
		{"serve ${PORT:-8000} '$HOST'", "serve 8000 $HOST"},
		{"for h in a b; do serve $h; done", "for h in a b; serve $h"},
		{"A=(--x \"$Y\" # why\n --z)\nA+=(--w)\nserve \"${A[@]}\"", "A=; A+=; serve --x $Y --z --w"},
		{"bash -lc 'cd x && serve --all'", "cd x; serve --all"},
		{"sh run.sh -c x", "sh run.sh -c x"},
		{"A=1 bash -c \"serve\"", "A=1 serve"},
		{"ssh host \"serve --all\"", "serve --all"},
	} {
		if got := lines(Commands(c.script)); got != c.want {
			t.Errorf("%q\n got %s\nwant %s", c.script, got, c.want)
		}
	}
}

func TestCommandsOfAnotherShellStandWhereItsScriptStands(t *testing.T) {
	script := "echo a\nbash -c 'b && c'\n"
	for _, c := range Commands(script)[1:] {
		if got := script[c.Start():c.End()]; got != "'b && c'" {
			t.Errorf("%s stands at %q", lines([]Command{c}), got)
		}
	}
}

func TestVariablesOfVariablesStaySmall(t *testing.T) {
	script := "A0=aaaaaaaa\nB0=(x y)\n"
	for i := range 60 {
		script += fmt.Sprintf("A%d=$A%d$A%d\nB%d=(\"${B%d[@]}\" \"${B%d[@]}\")\n", i+1, i, i, i+1, i, i)
	}
	size := 0
	for _, c := range Commands(script + "x $A60 \"${B60[@]}\"") {
		for _, w := range append(c.Env, c.Args...) {
			size += len(w.Value) + len(w.Items)
		}
	}
	if size > 10_000_000 {
		t.Errorf("%d bytes of a script of %d", size, len(script))
	}
}

func TestLaunched(t *testing.T) {
	for command, want := range map[string]string{
		"npx --yes @google/gemini-cli@0.8.1 -p x":  "@google/gemini-cli",
		"uvx --from huggingface_hub hf download":   "hf",
		"uv tool run vllm==0.9 serve m":            "vllm",
		"pipx run aider-chat":                      "aider-chat",
		"pipx install aider-chat":                  "pipx",
		"pnpm dlx vite":                            "vite",
		"numactl -N 0 --membind=0 vllm serve m":    "vllm",
		"srun -n 1 python -m sglang.launch_server": "sglang.launch_server",
		"gosu app llama-server":                    "llama-server",
	} {
		if got, _ := Launched(Words(command)); got != want {
			t.Errorf("%s: %s, want %s", command, got, want)
		}
	}
}
