package deploy

import (
	"context"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/dockerfile"
	"bakedin/internal/lang/keys"
	"bakedin/internal/lang/shell"
	"bakedin/internal/repo"
)

var (
	weights    = regexp.MustCompile(`(?i)https?://\S+\.(?:pt|pth|bin|ckpt|safetensors|gguf|ggml|onnx|h5|keras|pkl|joblib|tflite|npz|model)\b|https?://huggingface\.co/\S+/resolve/`)
	fullCommit = regexp.MustCompile(`\b[0-9a-f]{40}\b`)
	weightFile = regexp.MustCompile(`(?i)\.(?:pt|pth|bin|ckpt|safetensors|gguf|ggml|onnx|h5|keras|pkl|joblib|tflite)\b`)
	hubClone   = regexp.MustCompile(`https://(?:huggingface\.co|hf\.co|(?:www\.)?modelscope\.(?:cn|com))/[\w.-]+/[\w.-]+`)
	hubLibrary = regexp.MustCompile(`\b(?:sentence_transformers|transformers|diffusers|huggingface_hub|faster_whisper|open_clip|FlagEmbedding|peft|timm|flair)\b`)
	// a call that downloads, by its name or by the name of a model of the hub that it is given; a local folder in group 2
	fromHub     = regexp.MustCompile(`\b(from_pretrained|snapshot_download|hf_hub_download)\(\s*(["'][./])?|\b([A-Z]\w*|pipeline)\((?:[^()\n]*\bmodel\s*=)?\s*["']\w[\w.-]*/\w[\w.-]*["']`)
	digestCheck = regexp.MustCompile(`(?i)sha(?:256|512)sum|shasum|openssl dgst|--checksum=|b3sum`)
)

// modelBakedWithoutDigest reports builds that download weights and do not say which bytes they expect.
func modelBakedWithoutDigest(_ context.Context, p *checks.Pass) error {
	text, err := p.File.Bytes()
	if err != nil {
		return err
	}
	if d, _ := Dockerfile.Of(p.File); d != nil {
		for i := range d.Stages {
			vars := d.Variables(&d.Stages[i])
			for _, in := range d.Stages[i].Instructions {
				switch in.Name {
				case "RUN":
					baked(p, in.Text, in.ArgsStart, vars)
				case "ADD":
					if weights.MatchString(in.Text) && !strings.Contains(in.Text, "--checksum=") && !fullCommit.MatchString(in.Text) {
						bakedAt(p, in.Start, in.End, "ADD")
					}
				}
			}
		}
		return nil
	}
	if p.File.Is(repo.CI) {
		root, err := checks.Keys.Of(p.File)
		if root == nil || err != nil {
			return err
		}
		for _, n := range runsOf(root) {
			baked(p, string(text[n.Start:n.End]), n.Start, nil)
		}
	}
	return nil
}

func baked(p *checks.Pass, script string, offset int, vars map[string]string) {
	if digestCheck.MatchString(script) {
		return
	}
	commands := shell.CommandsWith(script, vars)
	for i, c := range commands {
		name, args := shell.Launched(c.Args)
		line := name
		for _, a := range args {
			line += " " + a.Value
		}
		if what := fetchesWeights(name, args, line); what != "" && !(name == "git" && checkedOut(commands[i+1:])) {
			bakedAt(p, offset+c.Start(), offset+c.End(), what)
		}
	}
	inline := shell.InlinePython([]byte(script))
	program := dockerfile.Fill(string(inline.Source), vars)
	if !hubLibrary.MatchString(program) || fullCommit.MatchString(program) || strings.Contains(program, "revision=") {
		return
	}
	for _, m := range fromHub.FindAllSubmatchIndex(inline.Source, 8) {
		if m[4] >= 0 {
			continue
		}
		name := inline.Source[max(m[2], m[6]):max(m[3], m[7])]
		bakedAt(p, offset+inline.Offset(m[0]), offset+inline.Offset(m[1]-1)+1, string(name))
		if p.File.Is(repo.CI) { // a test that loads several is one thing to mend
			break
		}
	}
}

// fetchesWeights is how a person calls the command when it downloads weights and names no commit; empty for others.
func fetchesWeights(name string, args []shell.Word, line string) string {
	sub := ""
	if len(args) > 0 {
		sub = args[0].Value
	}
	switch {
	case fullCommit.MatchString(line):
	case (name == "wget" || name == "curl" || name == "aria2c") && weights.MatchString(line):
		return name
	case (name == "hf" || name == "huggingface-cli" || name == "modelscope") && sub == "download" && !strings.Contains(line, "--repo-type dataset") && !strings.Contains(line, "--repo-type=dataset"):
		return name + " download"
	case name == "ollama" && sub == "pull":
		return "ollama pull"
	case name == "gdown" && weightFile.MatchString(line):
		return "gdown"
	case name == "git" && (sub == "clone" || sub == "lfs") && hubClone.MatchString(line):
		return "git clone"
	}
	return ""
}

// checkedOut tells whether a command behind a clone goes to a commit by its digits.
func checkedOut(commands []shell.Command) bool {
	for _, c := range commands {
		name, args := c.Program()
		for _, a := range args {
			if name == "git" && fullCommit.MatchString(a.Value) {
				return true
			}
		}
	}
	return false
}

func bakedAt(p *checks.Pass, start, end int, what string) {
	when := "at the time of the build"
	if p.File.Is(repo.CI) {
		when = "when the job runs"
	}
	f := p.At(start, end, "The weights that "+what+" fetches are whatever the address holds "+when+".")
	f.Anchor = "baked " + what
	name := "Name the commit: --revision with 40 digits, or the commit in the address."
	if what == "ollama pull" {
		name = "Ollama names no commit: fetch the GGUF file from an address with one, and make the model of it (ollama create, with FROM ./model.gguf)."
	}
	f.Fixes = []checks.Fix{checks.Steps("name-the-bytes", "Say which bytes are meant", name, "Or compare the digest behind the download: echo '<sha256>  model.gguf' | sha256sum -c")}
}

// runsOf are the scripts of a pipeline: run, script, before_script, after_script, inline.
func runsOf(n *keys.Node) []*keys.Node {
	var out []*keys.Node
	for _, c := range n.Items {
		switch c.Key {
		case "run", "script", "before_script", "after_script", "inlineScript", "bash":
			if c.Kind == keys.Scalar {
				out = append(out, c)
				continue
			}
			for _, i := range c.Items {
				if i.Kind == keys.Scalar {
					out = append(out, i)
				}
			}
		}
		out = append(out, runsOf(c)...)
	}
	return out
}
