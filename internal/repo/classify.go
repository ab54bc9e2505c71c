package repo

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"path"
	"regexp"
	"strings"
	"sync"

	"bakedin/internal/format/bom"
	"bakedin/internal/format/sniff"
	"bakedin/internal/glob"
)

func mustGlob(g ...string) *glob.Set {
	s, err := glob.Compile(g)
	if err != nil {
		panic(err)
	}
	return s
}

// classifier is the globs that say what a file is by its name.
type classifier struct {
	instructions, settings, editors, servers *glob.Set
	hooks                                    *glob.Set // of plugins
	prompts, templates, skills, descriptors  *glob.Set
	manifests, ci, dockerfiles, datasets     *glob.Set
	deployments                              *glob.Set
	translations                             *glob.Set // folders whose texts are shown to people
	pages                                    *glob.Set // documentation, which may be about prompts
}

var classes = sync.OnceValue(func() *classifier {
	return &classifier{
		instructions: mustGlob("**/{claude,claude.local,agents,agents.override,agent,gemini,qwen}.md", "**/.{cursorrules,windsurfrules,clinerules,roorules,goosehints}", "**/.cursor/rules/**/*.{mdc,md}", "**/.windsurf/rules/**", "**/.{clinerules,roo/rules*,kiro/steering,amazonq/rules}/**/*.{md,txt}", "**/.junie/guidelines.md", "**/.github/copilot-instructions.md", "**/.github/instructions/**/*.instructions.md", "**/.github/prompts/*.prompt.md", "**/.github/{chatmodes,agents}/*.md", "**/.claude/{commands,agents,output-styles}/**/*.md", "**/.opencode/{agent,command}*/**/*.md", "**/.codex/prompts/*.md"),
		skills:       mustGlob("**/skill.md", "**/.{claude,agents,codex}/skills/**/*.md"),
		settings:     mustGlob("**/.claude/settings{,.local}.json", "**/.claude-plugin/*.json", "**/.codex/config.toml", "**/.gemini/{settings.json,.env}", "**/.qwen/settings.json", "**/.cursor/{cli,hooks,permissions}.json", "**/.aider.conf.yml", "**/.continue/config.{yaml,yml,json}", "**/.goose/*.{yaml,yml}", "**/.amp/settings.json", "**/.opencode/*.{json,jsonc}", "**/opencode.{json,jsonc}", "**/.kiro/agents/*.json", "**/.amazonq/cli-agents/*.json", "**/.vscode/tasks.json", "**/{.devcontainer/**/,.}devcontainer.json"),
		hooks:        mustGlob("**/hooks/*.json"),
		editors:      mustGlob("**/.vscode/settings.json", "**/.zed/settings.json", "**/*.code-workspace"),
		servers:      mustGlob("**/.mcp.json", "**/.{cursor,vscode,roo,amazonq}/mcp.json", "**/.kiro/settings/mcp.json", "**/.windsurf/mcp_config.json", "**/{claude_desktop_config,cline_mcp_settings,mcp_settings,mcp_config}.json", "**/.codex/config.toml", "**/.gemini/settings.json", "**/.qwen/settings.json"),
		descriptors:  mustGlob("**/.well-known/{ai-plugin,agent,agent-card}.json", "**/{ai-plugin,agent-card}.json"),
		prompts:      mustGlob("**/prompts/**/*.{txt,md,yaml,yml,json,toml}", "**/{prompt,prompts,llm,templates/prompts}/**/*.{jinja,jinja2,j2,mustache,hbs,handlebars,liquid}", "**/*{system,user,developer,assistant}[_-]prompt*.{txt,md}", "**/{system_prompt,system-prompt}*.{txt,md,yaml,yml,json,jinja,jinja2,j2}", "**/*.{prompty,prompt,poml}", "**/*.prompt.{md,txt,yaml,yml}", "**/config/prompts.{yaml,yml,json}", "**/promptfoo*.{yaml,yml,json}", "**/skprompt.txt", "**/{Modelfile,modelfile}{,.*}", "**/*.{Modelfile,modelfile}", "**/chat_template{,s}*.{jinja,jinja2,json}", "**/config/{agents,tasks}.{yaml,yml}"),
		templates:    mustGlob("**/*.{jinja,jinja2,j2,mustache,hbs,handlebars,liquid}"),
		manifests:    mustGlob("**/*requirements*.{txt,in,pip}", "**/requirements/**/*.{txt,in}", "**/{pyproject.toml,uv.lock,poetry.lock,pdm.lock,Pipfile,Pipfile.lock,setup.cfg,package.json,package-lock.json,pnpm-lock.yaml,yarn.lock,go.mod,Cargo.toml,Cargo.lock}", "**/environment*.{yml,yaml}", "**/constraints*.txt"),
		ci:           mustGlob(".github/workflows/*.{yml,yaml}", "**/action.{yml,yaml}", ".gitlab-ci.yml", ".gitlab/ci/**/*.{yml,yaml}", "azure-pipelines*.yml", ".circleci/config.yml", "cloudbuild.{yml,yaml}", ".pre-commit-config.yaml", "Jenkinsfile", "bitbucket-pipelines.yml", ".travis.yml", ".buildkite/*.{yml,yaml}"),
		deployments:  mustGlob("**/*.service", "**/Procfile", "**/fly.toml", "**/render.yaml", "**/values*.{yaml,yml}", "**/config.properties"),
		dockerfiles:  mustGlob("**/{Dockerfile,Containerfile}*", "**/*.{Dockerfile,dockerfile}"),
		datasets:     mustGlob("**/*.{parquet,arrow,feather,tfrecord,jsonl}", "{data,dataset,datasets}/**/*.{csv,tsv,jsonl,json.gz}", "**/*.dvc"),
		translations: mustGlob("**/{locales,locale,i18n,lang,emails,email}/**"),
		pages:        mustGlob("{doc,docs,documentation,website}/**/*.{md,mdx}"),
	}
})

var (
	mcpShape      = regexp.MustCompile(`"(?:mcpServers|amp\.mcpServers|mcp_servers|context_servers)"\s*:\s*\{|(?m)^[ \t]*\[mcp_servers\.|^mcpServers:\s*$`)
	plainTable    = regexp.MustCompile(`"servers"\s*:\s*\{`) // of MCP only where something says so
	namesMCP      = regexp.MustCompile(`(?i)mcp|modelcontextprotocol`)
	bundle        = regexp.MustCompile(`"mcp_config"\s*:\s*\{`)
	hookEvents    = regexp.MustCompile(`"(?:PreToolUse|PostToolUse|SessionStart|SessionEnd|UserPromptSubmit|Stop|SubagentStop|Notification|PreCompact)"\s*:`)
	toolShape     = regexp.MustCompile(`"(?:inputSchema|input_schema)"\s*:\s*\{`)
	functionShape = regexp.MustCompile(`"type"\s*:\s*"function"`)
	parameters    = regexp.MustCompile(`"parameters"\s*:\s*\{\s*(?:"type"\s*:\s*"object"|"\$schema")`)
	k8sShape      = regexp.MustCompile(`(?m)^apiVersion:\s*\S+`)
	k8sKind       = regexp.MustCompile(`(?m)^kind:\s*\S+`)
	mcpCommand    = regexp.MustCompile(`"(?:command|url|serverUrl|httpUrl)"\s*:|^\s*(?:command|url)\s*=|(?m)^\s+(?:-\s+)?(?:command|url):`)
	agentKeys     = regexp.MustCompile(`"folderOpen"|"(?:chat\.|github\.copilot|mcp\b|mcp\.|agent|assistant)|"context_servers"|Approve"`)
	openAPI       = regexp.MustCompile(`"(?:openapi|swagger)"\s*:|(?m)^(?:openapi|swagger):`)
	roleMarks     = regexp.MustCompile(`<\|im_start\|>|<\|(?:system|user|assistant)\|>|<\|start_header_id\|>|\[INST\]|<<SYS>>|(?m)^#{2,3} (?:System|Instruction|Response):|\{\{-?\s*role\s+"|(?m)^(?i:you are (?:a|an|the) )`)
	crewShape     = regexp.MustCompile(`(?m)^[ \t]+(?:backstory|goal|expected_output):`)
	dumpShape     = regexp.MustCompile(`"?_type"?\s*:\s*"?(?:prompt|few_shot|chat)\b|"?pre_prompt"?\s*:|"?systemMessage"?\s*:|"system_message"\s*:|"component"\s*:\s*"?haystack\.components\.builders|(?m)^kind:\s*app\b`)
	k8sJSON       = regexp.MustCompile(`"apiVersion"\s*:\s*"(?:v\d\w*|[a-z][\w.-]*/v\d\w*)"`)
	k8sJSONKind   = regexp.MustCompile(`"kind"\s*:\s*"[A-Z]`)
)

// pathFile is a file that Python's site module reads at every start: its import lines are run. No pickle begins so: "i" needs
// something on the stack, and "#" is no opcode. Source: the documentation of the module site.
var pathFile = regexp.MustCompile(`^(?:#[^\n]*\n\s*)*import[ \t]`)

// pathList is a file of the same kind that names folders, one to a line. A pickle of such letters can neither call nor build.
var pathList = regexp.MustCompile(`^(?:[\w./\\: ~-]+\r?\n?)+$`)

// Classify tells what a file is from its name and its first bytes.
func Classify(p string, head, tail []byte, size int64) []Asset {
	base, classes := path.Base(p), classes()
	one := func(k Kind, format string) []Asset {
		place := PlaceOf(p)
		return []Asset{{ID: p, Kind: k, Path: p, Format: format, Size: size, Place: place, InTests: place == Tests || place == Examples || place == Vendored, Meta: map[string]string{}}}
	}
	s := sniff.Sniff(head, tail, size, base)
	if s.LFS != nil {
		for _, f := range s.Promised {
			if f.Class() == sniff.Model {
				a := one(Model, "lfs-pointer")
				a[0].LFS = &LFS{OID: s.LFS.OID, Size: s.LFS.Size}
				return a
			}
		}
		a := one(Dataset, "lfs-pointer")
		a[0].LFS = &LFS{OID: s.LFS.OID, Size: s.LFS.Size}
		return a
	}
	ext := strings.ToLower(path.Ext(base))
	folded := foldName(p)
	text := bom.Decode(head)
	head = text.Bytes
	ofMCP := func() bool {
		return mcpShape.Match(head) || plainTable.Match(head) && (classes.servers.Match(p) || namesMCP.MatchString(p) || namesMCP.Match(head))
	}
	switch {
	case structured[ext] && ofMCP() && mcpCommand.Match(head) && !openAPI.Match(head) || classes.servers.Match(p) && ofMCP(), base == "manifest.json" && bundle.Match(head):
		return one(Agent, "mcp")
	case classes.settings.Match(p), classes.editors.Match(p) && agentKeys.Match(head), classes.hooks.Match(p) && hookEvents.Match(head):
		return one(Agent, "settings")
	case classes.skills.Match(folded):
		return one(Agent, "skill")
	case classes.instructions.Match(folded):
		return one(Agent, "instructions")
	case classes.descriptors.Match(p):
		return one(Agent, "descriptor")
	case ext == ".json" && (toolShape.Match(head) || functionShape.Match(head) && parameters.Match(head)):
		return one(Agent, "tools")
	}
	for _, f := range s.Formats {
		if f.Class() == sniff.Model || f.Class() == sniff.Wrapper && promisesModel(s) {
			return one(Model, string(f))
		}
	}
	if ext == ".pth" && pathFile.Match(head) {
		return one(Code, "python")
	}
	if ext == ".pth" && size > 0 && size <= int64(len(head)) && pathList.Match(head) {
		return nil
	}
	for _, f := range s.Promised {
		if s.Text && textSuffix[ext] {
			break // celery.bin.amqp.rst: the last suffix is the one that counts
		}
		if f.Class() == sniff.Model && (size > 0 || ext != ".bin") {
			return one(Model, string(f))
		}
	}
	switch {
	case classes.manifests.Match(p):
		return one(Manifest, manifestFormat(base))
	case classes.ci.Match(p):
		return one(CI, "ci")
	case classes.dockerfiles.Match(p):
		return one(Deploy, "dockerfile")
	case (classes.prompts.Match(p) || classes.templates.Match(p) && roleMarks.Match(head)) && s.Text && !classes.translations.Match(p) && !classes.pages.Match(p):
		if format := promptFormat(base, head); format != "" {
			return one(Prompt, format)
		}
	case (ext == ".json" || ext == ".yaml" || ext == ".yml") && dumpShape.Match(head) && s.Text:
		return one(Prompt, "prompt-dump")
	}
	switch {
	case ext == ".ipynb":
		return one(Notebook, "ipynb")
	case strings.Contains(base, "compose") && (ext == ".yml" || ext == ".yaml"):
		return one(Deploy, "compose")
	case (ext == ".yml" || ext == ".yaml") && k8sShape.Match(head) && k8sKind.Match(head), ext == ".json" && k8sJSON.Match(head) && k8sJSONKind.Match(head):
		return one(Deploy, "kubernetes")
	case ext == ".tf":
		return one(Deploy, "terraform")
	case classes.deployments.Match(p):
		return one(Deploy, strings.TrimPrefix(cmp.Or(ext, base), "."))
	case classes.datasets.Match(p):
		return one(Dataset, strings.TrimPrefix(ext, "."))
	}
	// What is packed may be anything, models too: in a wheel, in a document, behind a program.
	for _, f := range s.Formats {
		if f.Class() == sniff.Archive || f.Class() == sniff.Wrapper {
			return one(Dataset, string(f))
		}
	}
	if format, ok := codeFormats[ext]; ok {
		return one(Code, format)
	}
	if recipes[strings.ToLower(base)] {
		return one(Code, "make")
	}
	switch ext {
	case ".md", ".mdx", ".rst", ".adoc":
		return one(Doc, "markdown")
	case ".txt":
		if s.Text {
			return one(Doc, "text")
		}
	}
	if m := interpreter.FindSubmatch(head[:min(len(head), 80)]); m != nil {
		return one(Code, programs[string(m[1])])
	}
	return nil
}

// interpreter is the program that the first line of a script names.
var interpreter = regexp.MustCompile(`^#![ \t]*\S*?(?:/env[ \t]+(?:-\S+[ \t]+)*(?:\w+=\S+[ \t]+)*)?/?(python|(?:ba|z|da|k|a)?sh)[\d.]*(?:[ \t\r\n]|$)`)

var programs = map[string]string{"python": "python", "sh": "shell", "bash": "shell", "zsh": "shell", "dash": "shell", "ksh": "shell", "ash": "shell"}

func promisesModel(s sniff.Result) bool {
	for _, f := range s.Promised {
		if f.Class() == sniff.Model {
			return true
		}
	}
	return false
}

// structured are the extensions in which a list of MCP servers is recognised whatever the file is called.
var structured = map[string]bool{".json": true, ".jsonc": true, ".toml": true, ".yaml": true, ".yml": true}

// foldName lowers the name of a file, not its folders: file systems that do not tell upper from lower case load claude.md.
func foldName(p string) string {
	return path.Join(path.Dir(p), strings.ToLower(path.Base(p)))
}

// textSuffix are the suffixes of what people write and read, whatever stands before them in a name.
var textSuffix = map[string]bool{
	".rst": true, ".md": true, ".mdx": true, ".adoc": true, ".txt": true, ".html": true, ".htm": true, ".css": true, ".svg": true,
	".py": true, ".pyi": true, ".js": true, ".ts": true, ".tsx": true, ".jsx": true, ".go": true, ".rs": true, ".c": true, ".h": true, ".cpp": true, ".sh": true,
}

// turns is how a template of the chat format of a model goes over the messages of a conversation.
var (
	turns     = regexp.MustCompile(`\{%-?\s*(?:for\s+\w+\s+in\s+(?:\w+_)?messages\b|if\s+messages\[0\])`)
	jinjaName = map[string]bool{".jinja": true, ".jinja2": true, ".j2": true}
)

// promptFormat is the convention a prompt file follows, or "" for a file that only sounds like one.
func promptFormat(base string, head []byte) string {
	ext := strings.ToLower(path.Ext(base))
	switch lower := strings.ToLower(base); {
	case ext == ".prompty", ext == ".poml":
		return ext[1:]
	case ext == ".prompt":
		return "dotprompt"
	case strings.HasPrefix(lower, "promptfoo"):
		return "promptfoo"
	case lower == "skprompt.txt":
		return "skprompt"
	case strings.Contains(lower, "modelfile"):
		return "modelfile"
	case strings.HasPrefix(lower, "chat_template"), jinjaName[ext] && turns.Match(head):
		return "chat-template"
	case lower == "agents.yaml", lower == "agents.yml", lower == "tasks.yaml", lower == "tasks.yml":
		if !crewShape.Match(head) {
			return ""
		}
		return "crew"
	case lower == "readme.md", lower == "changelog.md", lower == "license.md", lower == "license.txt", lower == "package.json":
		return ""
	}
	return "prompt-text"
}

var codeFormats = map[string]string{
	".py": "python", ".pyw": "python", ".js": "javascript", ".mjs": "javascript", ".cjs": "javascript", ".jsx": "javascript",
	".ts": "typescript", ".tsx": "typescript", ".mts": "typescript", ".cts": "typescript", ".go": "go", ".sh": "shell", ".bash": "shell",
	".zsh": "shell", ".ksh": "shell", ".sbatch": "shell", ".slurm": "shell", ".ps1": "powershell", ".psm1": "powershell", ".mk": "make",
}

// recipes are files of targets with the commands that make them.
var recipes = map[string]bool{"makefile": true, "gnumakefile": true, "justfile": true}

func manifestFormat(base string) string {
	switch base {
	case "pyproject.toml", "package.json", "uv.lock", "poetry.lock", "go.mod", "Pipfile":
		return strings.TrimSuffix(base, path.Ext(base))
	}
	return "requirements"
}

// Assets classifies a file of the tree by its name and its first bytes. For a git-lfs pointer whose object is here, the bytes
// are those of the object.
func (t *Tree) Assets(f File) ([]Asset, error) {
	b, err := t.Open(f.Path)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	head, tail, err := ends(b)
	if err != nil {
		return nil, err
	}
	assets := Classify(f.Path, head, tail, b.Size())
	for _, a := range assets {
		if a.LFS != nil {
			return t.behind(a)
		}
	}
	return assets, nil
}

// behind classifies what a git-lfs pointer stands for.
func (t *Tree) behind(pointer Asset) ([]Asset, error) {
	b, err := t.OpenObject(*pointer.LFS)
	if errors.Is(err, ErrMissingObject) {
		return []Asset{pointer}, nil
	}
	if err != nil {
		return nil, err
	}
	defer b.Close()
	head, tail, err := ends(b)
	if err != nil {
		return nil, err
	}
	assets := Classify(pointer.Path, head, tail, b.Size())
	for i := range assets {
		assets[i].LFS = &LFS{OID: pointer.LFS.OID, Size: pointer.LFS.Size, Present: true}
	}
	return assets, nil
}

// ends reads what tells a format. Formats with a table of contents at their end are binary, so that a text has no tail.
func ends(b Blob) (head, tail []byte, err error) {
	head = make([]byte, min(b.Size(), sniff.HeadSize))
	if n, err := b.ReadAt(head, 0); err != nil && err != io.EOF {
		return nil, nil, err
	} else {
		head = head[:n] // it shrank since it was opened
	}
	if b.Size() > sniff.HeadSize && bytes.IndexByte(head, 0) >= 0 {
		tail = make([]byte, min(b.Size(), sniff.TailSize))
		n, err := b.ReadAt(tail, b.Size()-int64(len(tail)))
		if err != nil && err != io.EOF {
			return nil, nil, err
		}
		tail = tail[:n]
	}
	return head, tail, nil
}
