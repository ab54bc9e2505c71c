package cli_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"bakedin/internal/cli"
	"bakedin/internal/report"
)

// planted are secrets of several issuers. They are put together here so that no scanner of this repository sees one.
func planted() map[string]string {
	return map[string]string{
		"provider key": "sk-" + "proj-" + strings.Repeat("Qm4", 8) + "T3Blbk" + "FJ" + strings.Repeat("r9Z", 8),
		"cloud key":    "AKIA" + "QYLPMN5HFIQR7XYA",
		"hub token":    "hf_" + "kVjQmWbTnRcXzLpGsDfHyAeUoIuYtRe" + "Wqa",
		"forge token":  "ghp" + "_" + "1B4xYzQw7RtUvSdFgHjKlMnBvCxZaQ2w3E4r",
		"password":     "hunter2-" + "Tr0ub4dor-and-3",
	}
}

// plant writes a repository that leaks wherever repositories leak.
func plant(t *testing.T, dir string) {
	t.Helper()
	s := planted()
	for name, text := range map[string]string{
		"prompts/system.md":     "You are a helpful assistant.\nUse the key " + s["provider key"] + " for the order service.\n",
		".env":                  "OPENAI_API_KEY=" + s["provider key"] + "\nAWS_ACCESS_KEY_ID=" + s["cloud key"] + "\nDB_URL=postgres://app:" + s["password"] + "@db.internal/app\n",
		"app/main.py":           "import openai, torch\nclient = openai.OpenAI(api_key=\"" + s["provider key"] + "\")\ntoken = '" + s["hub token"] + "'\ntorch.load('m.pt'); k = \"" + s["cloud key"] + "\"\n",
		".mcp.json":             `{"mcpServers":{"gh":{"command":"npx","args":["-y","server-github"],"env":{"GITHUB_TOKEN":"` + s["forge token"] + `"}}}}`,
		"nb/eda.ipynb":          `{"cells":[{"cell_type":"code","source":["key = '` + s["provider key"] + `'"],"outputs":[{"output_type":"stream","name":"stdout","text":["` + s["hub token"] + `"]}],"metadata":{},"execution_count":1}],"metadata":{},"nbformat":4,"nbformat_minor":5}`,
		".claude/settings.json": `{"env":{"ANTHROPIC_KEY":"` + s["provider key"] + `"},"permissions":{"allow":["Bash(*)"]}}`,
		"Dockerfile":            "FROM python:3\nENV HF_TOKEN=" + s["hub token"] + "\n",
		"requirements.txt":      "torch\n--index-url https://user:" + s["password"] + "@pypi.example.org/simple\n",
		"broken/pyproject.toml": "[project\ntoken = \"" + s["forge token"] + "\"\n",
		".bakedin.toml":         "version = 1\n",
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{
		{"init", "-q"}, {"add", "-f", "."}, {"remote", "add", "origin", "https://ana:" + s["forge token"] + "@git.example.org/acme/app.git?key=" + s["password"]},
		{"-c", "user.name=Ana Lovelace", "-c", "user.email=ana@lovelace.example", "commit", "-qm", "first"},
	} {
		cmd := exec.Command("git", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_SYSTEM="+os.DevNull)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Skipf("git %v: %v %s", args, err, out)
		}
	}
}

func TestNoFormatTellsASecretAnAuthorOrAPlace(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "home-of-ana", "app")
	plant(t, dir)
	env := func(name string) (string, bool) {
		v, ok := map[string]string{"SOURCE_DATE_EPOCH": "1800000000", "LANG": "C.UTF-8", "GITHUB_STEP_SUMMARY": ""}[name]
		return v, ok
	}
	run := func(args ...string) string {
		var out, errs bytes.Buffer
		code := cli.Main(t.Context(), args, cli.Streams{In: strings.NewReader(""), Out: &out, Err: &errs}, env)
		if code != 1 && code != 3 && code != 0 {
			t.Fatalf("%v: exit code %d: %s", args, code, &errs)
		}
		return out.String() + errs.String()
	}
	outputs := map[string]string{
		"show-suppressed": run("check", "--show-suppressed", "--min-confidence", "low", "--profile", "strict", dir),
		"fix":             run("fix", dir),
		"fix unsafe":      run("fix", "--unsafe", dir),
		"sarif posture":   run("check", "--format", "sarif", "--sarif-scope", "posture", dir),
	}
	for _, format := range report.Formats() {
		outputs[format] = run("check", "--profile", "strict", "--min-confidence", "low", "--format", format, dir)
	}
	if !strings.Contains(outputs["text"], "secret-ai-provider-key") {
		t.Fatalf("the planted keys were not found:\n%s", outputs["text"])
	}
	date := regexp.MustCompile(`\b20[0-9]{2}-[01][0-9]-[0-3][0-9]T`)
	for name, out := range outputs {
		for what, secret := range planted() {
			if i := strings.Index(out, secret[:len(secret)-4]); i >= 0 {
				t.Errorf("%s tells the %s: …%s", name, what, line(out, i))
			}
			if i := strings.Index(out, secret[6:14]); i >= 0 && what != "password" {
				t.Errorf("%s tells a part of the %s: …%s", name, what, line(out, i))
			}
		}
		for _, private := range []string{"Ana", "Lovelace", "lovelace.example", "home-of-ana", filepath.Dir(dir), "ana:"} {
			if strings.Contains(out, private) {
				t.Errorf("%s tells %q: %s", name, private, line(out, strings.Index(out, private)))
			}
		}
		// The moment of the run belongs to its block, and to the reports that demand it.
		most := map[string]int{"json": 1, "json-v1": 1, "jsonl": 2, "gitlab-sast": 2}[name]
		if n := len(date.FindAllString(out, -1)); n > most {
			t.Errorf("%s holds %d dates", name, n)
		}
	}
}

// line cuts out what stands around a place.
func line(s string, at int) string {
	return s[max(0, at-80):min(len(s), at+20)]
}
