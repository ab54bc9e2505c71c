package manifest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestFormats(t *testing.T) {
	for _, c := range []struct {
		name, path, text string
		want             []string // ecosystem name spec version group
	}{
		{"pyproject of PEP 621", "pyproject.toml", "[project]\nname = \"x\"\ndependencies = [\"torch>=2\", 'openai==1.2.3']\n[project.optional-dependencies]\ntest = [\"pytest\"]\ngpu = [\"cupy\"]\n",
			[]string{"PyPI torch >=2  main", "PyPI openai ==1.2.3 1.2.3 main", "PyPI pytest   dev", "PyPI cupy   extra:gpu"}},
		{"dependency groups", "pyproject.toml", "[dependency-groups]\ndev = [\"ruff\", {include-group = \"docs\"}]\nserve = [\"vllm==0.6.0\"]\n",
			[]string{"PyPI ruff   dev", "PyPI vllm ==0.6.0 0.6.0 group:serve"}},
		{"poetry", "pyproject.toml", "[tool.poetry]\nname = \"x\"\n[tool.poetry.dependencies]\npython = \"^3.11\"\ntorch = \"^2.1\"\nopenai = { version = \"1.2.3\", extras = [\"a\"] }\nown = { git = \"https://example.org/x\", rev = \"abc\" }\n",
			[]string{"PyPI torch ^2.1  main", "PyPI openai 1.2.3 1.2.3 main", "PyPI own   main"}},
		{"uv.lock", "uv.lock", "version = 1\n\n[[package]]\nname = \"torch\"\nversion = \"2.6.0\"\nsource = { registry = \"https://example.org\" }\nwheels = [\n    { url = \"u\", hash = \"sha256:aa\" },\n]\n\n[package.metadata]\nname = \"not this\"\n\n[[package]]\nname = \"Typing_Extensions\"\nversion = \"4.0\"\n",
			[]string{"PyPI torch ==2.6.0 2.6.0 main", "PyPI typing-extensions ==4.0 4.0 main"}},
		{"package.json", "package.json", `{"name": "x", "dependencies": {"openai": "^4.0.0", "ai": "3.1.2"}, "devDependencies": {"@types/node": "20.0.0"}}`,
			[]string{"npm openai ^4.0.0  main", "npm ai 3.1.2 3.1.2 main", "npm @types/node 20.0.0 20.0.0 dev"}},
		{"go.mod", "go.mod", "module x\n\ngo 1.26\n\nrequire (\n\tgithub.com/a/b v1.2.3\n\tgithub.com/c/d v0.1.0 // indirect\n)\n",
			[]string{"Go github.com/a/b v1.2.3 v1.2.3 main", "Go github.com/c/d v0.1.0 v0.1.0 main"}},
		{"conda", "environment.yml", "dependencies:\n  - python=3.11\n  - pytorch=2.1.0\n  - conda-forge::numpy>=1.20\n  - pip:\n    - openai==1.0.0\n",
			[]string{"conda pytorch =2.1.0 2.1.0 main", "conda numpy >=1.20  main", "PyPI openai ==1.0.0 1.0.0 main"}},
		{"Pipfile", "Pipfile", "[packages]\ntorch = \"*\"\n[dev-packages]\npytest = \"==8.0.0\"\n",
			[]string{"PyPI torch   main", "PyPI pytest ==8.0.0 8.0.0 dev"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := Parse(c.path, []byte(c.text), Limits{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range f.Packages {
				got = append(got, fmt.Sprintf("%s %s %s %s %s", p.Ecosystem, p.Norm, p.Spec, p.Version, p.Group))
				if p.Start < 0 || p.End > len(c.text) || p.Start > p.End || !strings.Contains(c.text[p.Start:p.End], p.Name) {
					t.Errorf("%s: bytes %d to %d are not its entry", p.Name, p.Start, p.End)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

// What hashes pin an entry and what it needs on every platform, as each tool writes it.
func TestLocksSayHashesAndNeeds(t *testing.T) {
	for _, c := range []struct{ path, text string }{
		{"uv.lock", "[[package]]\nname = \"anyio\"\nversion = \"4.8.0\"\ndependencies = [\n    { name = \"exceptiongroup\", marker = \"python_full_version < '3.11'\" },\n    { name = \"idna\" },\n]\nsdist = { url = \"u\", hash = \"sha256:aa\" }\nwheels = [\n    { url = \"u\", hash = \"sha256:bb\" },\n]\n\n[package.optional-dependencies]\ntrio = [\n    { name = \"trio\" },\n]\n"},
		{"poetry.lock", "[[package]]\nname = \"anyio\"\nversion = \"4.8.0\"\nfiles = [\n    {file = \"f\", hash = \"sha256:aa\"},\n    {file = \"g\", hash = \"sha256:bb\"},\n]\n\n[package.dependencies]\nexceptiongroup = {version = \">=1\", markers = \"python_version < \\\"3.11\\\"\"}\nidna = \">=2.8\"\ntyping = [\n    {version = \"1\", markers = \"x\"},\n]\n\n[package.extras]\ntrio = [\"trio (>=0.26)\"]\n"},
		{"pdm.lock", "[[package]]\nname = \"anyio\"\nversion = \"4.8.0\"\ndependencies = [\n    \"exceptiongroup>=1; python_version < \\\"3.11\\\"\",\n    \"idna>=2.8\",\n]\nfiles = [\n    {file = \"f\", hash = \"sha256:aa\"},\n    {file = \"g\", hash = \"sha256:bb\"},\n]\n"},
		{"Pipfile.lock", `{"_meta": {"hash": {"sha256": "cc"}}, "default": {"anyio": {"hashes": ["sha256:aa", "sha256:bb"], "version": "==4.8.0"}}}`},
		{"pylock.toml", "[[packages]]\nname = \"anyio\"\nversion = \"4.8.0\"\n[[packages.wheels]]\nhashes = {sha256 = \"aa\"}\n[packages.sdist.hashes]\nsha256 = \"bb\"\n"},
		{"requirements.txt", "anyio==4.8.0 --hash=sha256:aa \\\n  --hash=sha256:bb\n"},
	} {
		t.Run(c.path, func(t *testing.T) {
			f, err := Parse(c.path, []byte(c.text), Limits{})
			if err != nil || len(f.Packages) != 1 {
				t.Fatal(f, err)
			}
			p := f.Packages[0]
			if p.Version != "4.8.0" || !slices.Equal(p.Hashes, []string{"sha256:aa", "sha256:bb"}) {
				t.Errorf("version %s, hashes %v", p.Version, p.Hashes)
			}
			if want := strings.Contains(c.text, "idna"); want != slices.Equal(p.Needs, []string{"idna"}) {
				t.Errorf("needs %v", p.Needs)
			}
		})
	}
}

func TestRequirementsLines(t *testing.T) {
	text := "# comment\ntorch==2.6.0 \\\n    --hash=sha256:" + strings.Repeat("a", 64) + "\nopenai>=1  # why\n-r base.txt\n-e .\n\nhttps://example.org/x-1.0.tar.gz\n???\n"
	f, err := Parse("requirements.txt", []byte(text), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range f.Packages {
		names = append(names, p.Norm+"@"+p.Version)
	}
	if !slices.Contains(names, "torch@2.6.0") || !slices.Contains(names, "openai@") || len(f.Includes) != 1 || len(f.Unread) != 1 {
		t.Errorf("packages %v, includes %v, unread %v", names, f.Includes, f.Unread)
	}
}

func TestAFileThatIsNotValidSaysWhere(t *testing.T) {
	for path, text := range map[string]string{"pyproject.toml": "[project\n", "package.json": "{\"a\": \n", "environment.yml": "a: [\n"} {
		if _, err := Parse(path, []byte(text), Limits{}); err == nil || !strings.Contains(err.Error(), ":") {
			t.Errorf("%s: %v", path, err)
		}
	}
	if f, err := Parse("notes.txt", []byte("x"), Limits{}); f != nil || err != nil {
		t.Errorf("a file that is no manifest: %v %v", f, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("requirements.txt", "a==1 --hash=sha256:00\n-r x\n")
	f.Add("pyproject.toml", "[project]\ndependencies=[\"a\"]\n")
	f.Add("uv.lock", "[[package]]\nname = \"a\"\n")
	f.Add("uv.lock", "[[package]]\nname = 0")
	f.Add("package.json", `{"dependencies":{"a":"1"}}`)
	f.Add("environment.yml", "dependencies:\n- a=1\n")
	f.Fuzz(func(t *testing.T, path, text string) {
		m, _ := Parse(path, []byte(text), Limits{Packages: 1000})
		if m == nil {
			return
		}
		for _, p := range m.Packages {
			if p.Start < 0 || p.End > len(text) || p.Start > p.End || p.NameStart > p.NameEnd || p.SpecStart > p.SpecEnd {
				t.Fatalf("%+v lies outside %q", p, text)
			}
		}
	})
}
