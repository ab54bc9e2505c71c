package model

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/keys"
	"bakedin/internal/repo"
	"bakedin/rules"
)

// instance is an object that a config has made when it is loaded.
type instance struct {
	start, end  int
	anchor, msg string
	severity    rules.Severity // empty: the rule's own
	why         string
}

// instantiates tells of them in a config that lies in the tree, and in those that an archive carries: NeMo packs its own.
func instantiates() checks.Check {
	packed := judge(told)
	loose := ifText(mayInstantiate, beside(func(p *checks.Pass, c *config) {
		for _, m := range c.makes(path.Base(p.File.Path)) {
			f := p.At(m.start, m.end, m.msg)
			f.Anchor = m.anchor
			if m.severity != "" {
				severity(f, m.severity, m.why)
			}
		}
	}))
	return checks.CheckFunc(func(ctx context.Context, p *checks.Pass) error {
		if keys.Format(path.Base(p.File.Path)) != "" {
			return loose.Run(ctx, p)
		}
		if p.File.Is(repo.Model) || p.File.Is(repo.Dataset) {
			return packed.Run(ctx, p)
		}
		return nil
	})
}

// maxConfig is the size of the largest member that is read as a config.
const maxConfig = 4 << 20

// packedConfig looks at a member whose name is that of a config.
func (c *contents) packedConfig(p *part) {
	format := keys.Format(p.name)
	if p.parent == nil || !p.sniff.Text || p.size > maxConfig || format != "yaml" && !(format == "json" && strings.Contains(p.name, "config")) {
		return
	}
	text := make([]byte, p.size)
	if n, err := p.r.ReadAt(text, 0); n < len(text) {
		c.leave(p, "unreadable", "%v", err)
		return
	}
	if !mayInstantiate(text) {
		return
	}
	r := &reading{part: p, c: c}
	f := &config{text: string(text)}
	f.root, _ = keys.Parse(format, text, keys.Limits{}) // what cannot be parsed is looked at as far as its text goes
	for _, m := range f.makes(p.name) {
		k := r.found("config-instantiates-code", int64(m.start), int64(m.end-m.start), m.anchor, "%s", m.msg)
		if m.severity != "" {
			k.weigh(m.severity, m.why)
		}
	}
}

// mayInstantiate tells a config apart that names nothing to make an object of; most do, and are not parsed for it.
func mayInstantiate(text []byte) bool {
	return bytes.Contains(text, []byte("python/")) || bytes.Contains(text, []byte("_target_")) || bytes.Contains(text, []byte("%TAG")) || escapedLetter(text)
}

// escapedLetter tells whether a letter or underscore of ASCII is written as an escape, which nobody does who has nothing to hide.
func escapedLetter(text []byte) bool {
	for {
		i := bytes.Index(text, []byte(`\u00`))
		if i < 0 || i+4 >= len(text) {
			return false
		}
		if text = text[i+4:]; text[0] >= '4' && text[0] <= '7' {
			return true
		}
	}
}

// pythonTag is a tag of YAML that makes loaders build Python objects, in its short and in its long form.
var pythonTag = regexp.MustCompile(`(?:!!|tag:yaml\.org,2002:|![A-Za-z0-9_-]*!)python/(object/apply|object/new|object|name|module|apply):?([\w.]*)`)

// tagPrefix is the line of a YAML file that gives a short form of tags.
var tagPrefix = regexp.MustCompile(`(?m)^%TAG[ \t]+(![A-Za-z0-9_-]*!?)[ \t]+(\S+)`)

// makes looks for objects that a config has made when it is loaded.
func (c *config) makes(name string) []instance {
	var out []instance
	if strings.ToLower(path.Ext(name)) != ".json" {
		for _, m := range pythonTag.FindAllStringSubmatchIndex(c.text, -1) {
			out = c.tagged(out, name, m[0], m[1], c.text[m[2]:m[3]], c.text[m[4]:m[5]])
		}
		out = c.prefixed(out, name)
	}
	each(c.root, "", func(n *keys.Node, _ string) {
		for _, t := range n.Items { // each, when the key is there twice
			if t.Key == "_target_" && t.Kind == keys.Scalar {
				out = targeted(out, n, t)
			}
		}
	})
	return out
}

// prefixed looks for the tags whose start stands in a directive.
func (c *config) prefixed(out []instance, name string) []instance {
	for _, d := range tagPrefix.FindAllStringSubmatch(c.text, 100) {
		if !strings.HasPrefix(d[2], "tag:yaml.org,2002:") {
			continue
		}
		short, err := regexp.Compile(regexp.QuoteMeta(d[1]) + `([\w/:.-]+)`)
		if err != nil {
			continue
		}
		for _, m := range short.FindAllStringSubmatchIndex(c.text, -1) {
			if pythonTag.MatchString(c.text[m[0]:m[1]]) {
				continue // told as it stands
			}
			if t := pythonTag.FindStringSubmatch(d[2] + c.text[m[2]:m[3]]); t != nil {
				out = c.tagged(out, name, m[0], m[1], t[1], t[2])
			}
		}
	}
	return out
}

// tagged judges a tag of Python: what kind of object it makes, and of what name.
func (c *config) tagged(out []instance, file string, start, end int, kind, name string) []instance {
	class := judgeDotted(name)
	imported := kind == "name" || kind == "module"
	if comment(c.text, start) || class != dangerous && strings.HasPrefix(file, "mkdocs") { // whose plugins are named like this
		return out
	}
	verb := "is called"
	if imported {
		verb = "is imported"
	}
	m := instance{start: start, end: end, anchor: "tag " + name, msg: fmt.Sprintf("%s %s by every loader of YAML that is not a safe one", name, verb)}
	switch {
	case class == dangerous && !imported:
		m.severity, m.why = rules.Critical, "it runs commands or code, or reaches files or the network"
	case class != dangerous && imported:
		m.severity, m.why = rules.Low, "nothing dangerous is known of the name, and it is not called"
	case class != dangerous:
		m.severity, m.why = rules.Medium, "nothing dangerous is known of the name"
	}
	return append(out, m)
}

// targeted judges the target of an object of Hydra. Its functions that look a name up give what the path names to whoever
// reads the config.
func targeted(out []instance, n, target *keys.Node) []instance {
	what := target.Value
	m := instance{start: target.Start, end: target.End, anchor: "target " + what}
	if judgeDotted(what) == dangerous {
		m.msg = fmt.Sprintf("%s is called with the keys beside it when the config is instantiated", what)
		m.severity, m.why = rules.Critical, "it runs commands or code, or reaches files or the network"
		return append(out, m)
	}
	looked := n.Child("path")
	if strings.HasPrefix(what, "hydra.") && looked != nil && looked.Kind == keys.Scalar && judgeDotted(looked.Value) == dangerous {
		m.start, m.end, m.anchor = looked.Start, looked.End, "target "+looked.Value
		m.msg = fmt.Sprintf("%s is looked up when the config is instantiated, for the code that calls it", looked.Value)
		return append(out, m)
	}
	return out
}

// comment tells whether a place in a YAML file is behind a # of its line.
func comment(text string, at int) bool {
	line := text[strings.LastIndexByte(text[:at], '\n')+1 : at]
	return strings.HasPrefix(strings.TrimSpace(line), "#") || strings.Contains(line, " #")
}

// judgeDotted judges a function by its whole name: the worst of all the places where the module may end.
func judgeDotted(name string) class {
	pol, err := loadPolicy()
	if err != nil {
		return unknown
	}
	parts := strings.Split(name, ".")
	worst := harmless
	if len(parts) < 2 {
		worst = unknown
		if c, _ := pol.judge("builtins", name); c == dangerous && slices.Contains([]string{"eval", "exec", "compile", "__import__", "open", "getattr"}, name) {
			worst = dangerous
		}
	}
	for i := 1; i < len(parts); i++ {
		if c, _ := pol.judge(strings.Join(parts[:i], "."), strings.Join(parts[i:], ".")); c > worst {
			worst = c
		}
	}
	return worst
}
