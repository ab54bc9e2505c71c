package code

import (
	"bytes"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/rules"
)

// scriptRevisions reports what transformers.js fetches by name. Source: its documentation of pipeline and from_pretrained.
func scriptRevisions(p *checks.Pass) error {
	s, err := checks.Script.Of(p.File)
	if s == nil || !importsModule(s, hubModules) {
		return err
	}
	for i := range s.Calls {
		c := &s.Calls[i]
		callee := s.Callee(c)
		position := 0
		switch {
		case callee == "pipeline":
			position = 1
		case !strings.HasSuffix(callee, ".from_pretrained"):
			continue
		}
		args := s.Args(c.Open)
		if len(args) <= position {
			continue
		}
		id, ok := s.Literal(args[position][0])
		if !ok || args[position][1] != args[position][0]+1 || !hubID.MatchString(id) || !strings.Contains(id, "/") || p.Repo.HasFolder(id) || p.Repo.HasFolder("models/"+id) || p.Repo.HasFolder("public/models/"+id) {
			continue
		}
		if len(args) > position+1 {
			if first, last, ok := s.Property(args[position+1][0], "revision"); ok && last == first+1 {
				if sha, ok := s.Literal(first); ok && commitID.MatchString(sha) {
					continue
				}
			}
		}
		f := p.At(int(s.Toks[c.First].Start), int(s.Toks[c.Open].Start), id+" is fetched by name: whoever owns it can change what you get.")
		f.Anchor = "fetch " + id
		if strings.Contains(callee, "Tokenizer") || strings.Contains(callee, "Config") || strings.Contains(callee, "Processor") {
			f.Lower(rules.Low, "tokenizers and configurations carry no weights")
		}
		f.Fixes = []checks.Fix{pinRevision(id, `{ revision: "<the 40 digits>" }`)}
	}
	return err
}

var hubModules = regexp.MustCompile(`^(?:@huggingface/transformers|@xenova/transformers)(?:/|$)`)

// servers that fetch the model they are told by name
var fetchesByName = regexp.MustCompile(`(?i)\bvllm\b|text-generation-(?:launcher|inference)|text-embeddings-(?:router|inference)|\bsglang\b|\blmdeploy\b|aphrodite|\btei\b`)

var pinnedOption = regexp.MustCompile(`--(?:code-|tokenizer-)?revision["',=\s]+[0-9a-f]{40}\b`)

// Judge implements checks.Judge over scripts, container files and manifests: a server or a download that is given a name, and
// the line of a Modelfile that says what it is made from.
func (revisionUnpinned) Judge(p *checks.Pass, m checks.TextMatch) {
	at, end := m.Groups[0], m.Groups[1]
	id := ""
	for i := 1; i < len(m.Groups)/2; i++ {
		if id = m.Group(i); id != "" {
			break
		}
	}
	start := bytes.LastIndexByte(m.Text[:at], '\n') + 1
	head := bytes.TrimSpace(m.Text[start:at])
	if len(head) > proseLine {
		return
	}
	command := logicalLine(m.Text, at)
	modelfile := bytes.HasPrefix(m.Text[at:end], []byte("FROM"))
	switch {
	case bytes.HasPrefix(head, []byte("#")), bytes.HasPrefix(head, []byte("//")), bytes.HasPrefix(head, []byte("echo ")), strings.HasPrefix(id, "."), strings.HasPrefix(id, "/"),
		p.Repo.Has(id), p.Repo.HasFolder(id):
		return
	case modelfile:
		if weightsName.MatchString(id) || strings.Contains(id, "@sha256") || strings.Contains(id, "/.") {
			return
		}
	case bytes.Contains(m.Text[at:end], []byte("download")):
		if pinnedOption.Match(command) {
			return
		}
	case !fetchesByName.Match(m.Text) || pinnedOption.Match(m.Text) || ofAnother(command):
		return
	}
	f := p.At(at, end, id+" is fetched by name: whoever owns it can change what you get.")
	f.Anchor = "fetch " + id
	if modelfile {
		f.Fixes = []checks.Fix{checks.Steps("pin-model", "Say which bytes are meant", "Keep the GGUF file, and write FROM ./model.gguf.", "Record its SHA-256 and compare it before the model is created.")}
		return
	}
	f.Fixes = []checks.Fix{pinRevision(id, "--revision <the 40 digits>")}
}

// proseLine is how much may stand before a command on its line: a description in one long line shows how a model is served.
const proseLine = 400

// program is what a line begins with that runs one, in a script or behind a key that takes a command.
var program = regexp.MustCompile(`^\s*(?:-\s+)?(?:(?:command|cmd|run|args|entrypoint|exec\w*):\s*)?["'\[>|]*\s*([a-z][\w.-]*)\s`)

// wrappers run what stands behind them, or what a file they are given says.
var wrappers = map[string]bool{"python": true, "python3": true, "exec": true, "sudo": true, "env": true, "docker": true, "podman": true, "nohup": true, "uv": true, "uvx": true,
	"poetry": true, "torchrun": true, "accelerate": true, "srun": true, "mpirun": true, "numactl": true, "time": true, "serve": true, "bash": true, "sh": true, "export": true}

// ofAnother tells whether an option belongs to a program that is no server of models: it has no weights to fetch.
func ofAnother(command []byte) bool {
	m := program.FindSubmatch(command)
	return m != nil && !fetchesByName.Match(command) && !wrappers[string(m[1])]
}

// logicalLine is the line at a position with those that continue it.
func logicalLine(text []byte, at int) []byte {
	start := bytes.LastIndexByte(text[:at], '\n') + 1
	end := at
	for end < len(text) {
		i := bytes.IndexByte(text[end:], '\n')
		if i < 0 {
			end = len(text)
			break
		}
		line := bytes.TrimRight(text[end:end+i], "\r")
		if end += i + 1; !bytes.HasSuffix(line, []byte(`\`)) {
			break
		}
	}
	return text[start:min(end, len(text))]
}
