package deploy

import (
	"context"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/keys"
	"bakedin/internal/lang/shell"
	"bakedin/internal/repo"
)

var (
	weights     = regexp.MustCompile(`(?i)https?://\S+\.(?:pt|pth|bin|ckpt|safetensors|gguf|ggml|onnx|h5|keras|pkl|joblib|tflite|npz|model)\b|https?://huggingface\.co/\S+/resolve/`)
	fullCommit  = regexp.MustCompile(`\b[0-9a-f]{40}\b`)
	fromHub     = regexp.MustCompile(`\bfrom_pretrained\(|\bsnapshot_download\(|\bhf_hub_download\(`)
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
			for _, in := range d.Stages[i].Instructions {
				switch in.Name {
				case "RUN":
					baked(p, in.Text, in.ArgsStart)
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
			baked(p, string(text[n.Start:n.End]), n.Start)
		}
	}
	return nil
}

func baked(p *checks.Pass, script string, offset int) {
	if digestCheck.MatchString(script) {
		return
	}
	for _, c := range shell.Parse(script) {
		name, args := c.Program()
		line := script[c.Start():c.End()]
		what := ""
		switch {
		case (name == "wget" || name == "curl" || name == "aria2c") && weights.MatchString(line) && !fullCommit.MatchString(line):
			what = name
		case (name == "hf" || name == "huggingface-cli") && len(args) > 1 && args[0].Value == "download" && !fullCommit.MatchString(line) && !strings.Contains(line, "--repo-type dataset"):
			what = name + " download"
		case fromHub.MatchString(line) && strings.HasPrefix(name, "python") && !fullCommit.MatchString(line) && !strings.Contains(line, "revision="):
			what = "from_pretrained"
		}
		if what != "" {
			bakedAt(p, offset+c.Start(), offset+c.End(), what)
		}
	}
}

func bakedAt(p *checks.Pass, start, end int, what string) {
	f := p.At(start, end, "The weights that "+what+" fetches are whatever the address holds at the time of the build.")
	f.Anchor = "baked " + what
	f.Fixes = []checks.Fix{checks.Steps("name-the-bytes", "Say which bytes are meant", "Name the commit: --revision with 40 digits, or the commit in the address.", "Or compare the digest behind the download: echo '<sha256>  model.gguf' | sha256sum -c")}
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
