package model

import (
	"context"
	"fmt"
	"path"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/jinja"
	"bakedin/internal/lang/keys"
	"bakedin/rules"
)

// config is a text file beside a model: its bytes, and its keys when it has any.
type config struct {
	text string
	root *keys.Node
}

var configOf = checks.NewFact(func(f *checks.File) (*config, error) {
	b, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	c := &config{text: string(b)}
	if format := keys.Format(path.Base(f.Path)); format != "" {
		c.root, err = keys.Parse(format, b, keys.Limits{})
	}
	return c, err
})

// beside makes a check of a function over a config. One that cannot be parsed is looked at as far as its text goes; whoever
// reads it as what it claims to be says that it is broken.
func beside(look func(p *checks.Pass, c *config)) checks.Check {
	return checks.CheckFunc(func(_ context.Context, p *checks.Pass) error {
		c, err := configOf.Of(p.File)
		if c == nil {
			return err
		}
		look(p, c)
		return nil
	})
}

// ifText runs a check only on files whose text it may be about.
func ifText(may func(text []byte) bool, check checks.Check) checks.Check {
	return checks.CheckFunc(func(ctx context.Context, p *checks.Pass) error {
		b, err := p.File.Bytes()
		if err != nil || !may(b) {
			return err
		}
		return check.Run(ctx, p)
	})
}

// each calls do for every value of a tree with the key it stands under; items of a list have the key of the list.
func each(n *keys.Node, key string, do func(n *keys.Node, key string)) {
	if n == nil {
		return
	}
	do(n, key)
	for _, c := range n.Items {
		k := c.Key
		if n.Kind == keys.Array {
			k = key
		}
		each(c, k, do)
	}
}

// configTemplates looks at the templates of tokenizers and processors, as model-template-escape does inside of models.
type configTemplates struct{}

// named are the files that loaders look for.
var named = regexp.MustCompile(`(?:tokenizer|processor|generation|adapter|template)[^/]*\.json$|(?:^|/)config\.json$`)

// Run implements checks.Check over the files that loaders look for.
func (configTemplates) Run(ctx context.Context, p *checks.Pass) error {
	return beside(configTemplate).Run(ctx, p)
}

// Judge implements checks.Judge over a chat_template in a file of another name: whoever loads that one gives its name.
func (configTemplates) Judge(p *checks.Pass, m checks.TextMatch) {
	if named.MatchString(p.File.Path) {
		return
	}
	c, _ := configOf.Of(p.File)
	if c == nil {
		return
	}
	each(c.root, "", func(n *keys.Node, key string) {
		if m.Groups[0] <= n.KeyStart && n.KeyStart < m.Groups[1] && n.Key == "chat_template" {
			configTemplate(p, &config{text: c.text, root: n})
		}
	})
}

func configTemplate(p *checks.Pass, c *config) {
	tell := func(key, text string, start, end int) {
		if !jinja.Holds(text) {
			return
		}
		f, _ := jinja.Parse(text, jinjaLimits)
		for _, what := range [][]escape{escapes(f), instructions(f)} {
			if worst, msg := sum(what); worst != nil {
				m := p.At(start, end, fmt.Sprintf("the template %q %s", key, msg))
				m.Anchor = "template " + key
				severity(m, worst.severity, worst.why)
			}
		}
	}
	if c.root == nil {
		tell(path.Base(p.File.Path), c.text, 0, min(len(c.text), 1))
		return
	}
	each(c.root, c.root.Key, func(n *keys.Node, key string) {
		if n.Kind == keys.Scalar {
			text := n.Value
			if n.Template { // its braces are not part of the value
				text = c.text[n.Start:n.End]
			}
			tell(key, text, n.Start, n.End)
		}
	})
}

// revision is a commit in full.
var revision = regexp.MustCompile(`^[0-9a-f]{40}$`)

// customCode looks for code that a loader takes from the repository of the model, or from another one.
func customCode(p *checks.Pass, c *config) {
	base := path.Base(p.File.Path)
	each(c.root, "", func(n *keys.Node, key string) {
		switch {
		case key == "auto_map" && n.Kind == keys.Object:
			each(n, "", func(v *keys.Node, name string) {
				if v.Kind == keys.Scalar && v.Value != "" && v.Value != "null" {
					remote(p, c, v, name)
				}
			})
		case key == "custom_pipelines" && n.Kind == keys.Object:
			for _, v := range n.Items {
				if impl := v.Child("impl"); impl != nil {
					remote(p, c, impl, v.Key)
				}
			}
		case key == "trust_remote_code" && n.Value == "true":
			m := p.At(n.Start, n.End, "the config asks loaders to run the code of the model's repository")
			m.Anchor = "trust_remote_code"
		}
	})
	switch base {
	case "model_index.json":
		for _, v := range items(c.root) {
			if v.Kind == keys.Array && len(v.Items) == 2 && v.Items[0].Quoted && !stockLibrary[strings.SplitN(v.Items[0].Value, ".", 2)[0]] {
				m := p.At(v.Start, v.End, fmt.Sprintf("the part %q is the class %s of %s, which the loader imports", v.Key, v.Items[1].Value, v.Items[0].Value))
				m.Anchor = "library " + v.Items[0].Value
			}
		}
	case "modules.json":
		for _, v := range items(c.root) {
			if t := v.Child("type"); t != nil && t.Quoted && !strings.HasPrefix(t.Value, "sentence_transformers.") {
				m := p.At(t.Start, t.End, fmt.Sprintf("the loader imports the module %s", t.Value))
				m.Anchor = "module " + t.Value
				if judgeDotted(t.Value) == dangerous {
					severity(m, rules.Critical, "it is called when the model is loaded")
				}
			}
		}
	}
}

func items(n *keys.Node) []*keys.Node {
	if n == nil {
		return nil
	}
	return n.Items
}

// stockLibrary are the libraries that diffusers takes the parts of a pipeline from.
var stockLibrary = map[string]bool{"diffusers": true, "transformers": true, "onnxruntime": true, "flax": true, "null": true,
	"stable_diffusion": true, "peft": true, "optimum": true, "sentence_transformers": true, "k_diffusion": true}

// remote reports code that is named by a config: module.Class, or owner/repository--module.Class.
func remote(p *checks.Pass, c *config, v *keys.Node, name string) {
	repository, target, elsewhere := strings.Cut(v.Value, "--")
	if !elsewhere {
		target = v.Value
	}
	module := target
	if i := strings.LastIndexByte(target, '.'); i > 0 && name != "impl" {
		module = target[:i]
	}
	m := p.At(v.Start, v.End, fmt.Sprintf("%s is the code %q, which a loader with trust_remote_code=True runs", name, clip(v.Value)))
	m.Anchor = "code " + v.Value
	if !elsewhere {
		file := path.Join(path.Dir(p.File.Path), strings.ReplaceAll(strings.TrimSuffix(module, ".py"), ".", "/")+".py")
		if p.Repo != nil && p.Repo.Has(file) {
			severity(m, rules.Medium, "the file is here to be reviewed: "+file)
		}
		return
	}
	pinned := c.root.Child("code_revision")
	if pinned != nil && revision.MatchString(pinned.Value) {
		severity(m, rules.High, "the code is that of "+repository+", at a commit")
		return
	}
	severity(m, rules.Critical, "the code is that of "+repository+", whatever it will be on that day")
}
