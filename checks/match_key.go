package checks

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"bakedin/internal/glob"
	"bakedin/internal/lang/keys"
	"bakedin/internal/repo"
	"bakedin/rules"
)

// Keys is the fact of a structured file: its tree of keys, nil for a file of another format. A file that its reader refuses
// is a *Skip. Front matter and templates are often not quite YAML: that is "unsupported", which is not the scan's failure.
var Keys = NewFact(func(f *File) (*keys.Node, error) {
	format := keys.Format(f.Path)
	if format == "" {
		return nil, nil
	}
	text, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	root, err := keys.Parse(format, text, keys.Limits{})
	if err == nil {
		return root, nil
	}
	kind := "parse"
	if format == "front" || hasSlots(text) {
		kind = "unsupported"
	}
	var at *keys.Error
	if errors.As(err, &at) {
		return nil, &Skip{Kind: kind, Detail: fmt.Sprintf("%s error at %d:%d: %s", format, at.Line, at.Column, at.Msg)}
	}
	return nil, &Skip{Kind: kind, Detail: err.Error()}
})

// matchKeys reports the keys of a structured file that a rule asks for, a key for the first of the ways to match it.
func matchKeys(p *Pass) error {
	told := map[*keys.Node]bool{}
	for i := range p.Rule.Match.Key {
		m := &p.Rule.Match.Key[i]
		if err := matchKey(p, m, told); err != nil {
			return err
		}
	}
	return nil
}

func matchKey(p *Pass, m *rules.KeyMatch, told map[*keys.Node]bool) error {
	if len(m.In) > 0 {
		in, err := glob.Compile(m.In)
		if err != nil {
			return err
		}
		if !in.Match(p.File.Path) {
			return nil
		}
	}
	labels := strings.Split(m.Path, ".")
	text, err := p.File.Bytes()
	if err != nil {
		return err
	}
	if !mayHold(text, labels) {
		return nil
	}
	root, err := Keys.Of(p.File)
	if err != nil || root == nil {
		return err
	}
	cond, err := newCondition(m)
	if err != nil {
		return err
	}
	walk := keyWalk{seen: map[keyStep]bool{}, found: func(parent, n *keys.Node, path []string) {
		if len(p.found) <= maxMatches && !told[n] && cond.holds(parent, n) {
			told[n] = true
			reportKey(p, m, text, parent, n, path)
		}
	}}
	if root.Kind == keys.Stream {
		for _, doc := range root.Items {
			walk.below(doc, labels, nil)
		}
	} else {
		walk.below(root, labels, nil)
	}
	if len(p.found) > maxMatches {
		p.found = p.found[:maxMatches]
		return &Skip{Kind: "limit", Detail: "more than 1000 matches of " + p.Rule.ID}
	}
	return nil
}

// mayHold tells whether every written label of a path occurs in the text, so that most files are never parsed. An escape
// can hide a label in JSON.
func mayHold(text []byte, labels []string) bool {
	if bytes.Contains(text, []byte(`\u`)) {
		return true
	}
	for _, l := range labels {
		if l != "*" && l != "**" && !bytes.Contains(text, []byte(l)) {
			return false
		}
	}
	return true
}

// condition is what a KeyMatch asks of a value.
type condition struct {
	name          *regexp.Regexp
	value, except *regexp.Regexp
	absent        string
	beside        string
	besideValue   *regexp.Regexp
}

func newCondition(m *rules.KeyMatch) (c condition, err error) {
	c.absent = m.Absent
	if m.Name != "" {
		if c.name, err = regexp.Compile(m.Name); err != nil {
			return c, err
		}
	}
	if m.Value != "" {
		if c.value, err = regexp.Compile(m.Value); err != nil {
			return c, err
		}
	}
	if m.Except != "" {
		if c.except, err = regexp.Compile(m.Except); err != nil {
			return c, err
		}
	}
	if m.Beside != nil {
		c.beside = m.Beside.Key
		c.besideValue, err = regexp.Compile(m.Beside.Value)
	}
	return c, err
}

func (c condition) holds(parent, n *keys.Node) bool {
	if c.name != nil && !c.name.MatchString(n.Key) {
		return false
	}
	if c.absent != "" && parent.Child(c.absent) != nil {
		return false
	}
	if c.beside != "" {
		if s := parent.Child(c.beside); s == nil || s.Kind != keys.Scalar || !c.besideValue.MatchString(s.Value) {
			return false
		}
	}
	if c.value == nil {
		return true
	}
	return n.Kind == keys.Scalar && !n.Template && c.value.MatchString(n.Value) && (c.except == nil || !c.except.MatchString(n.Value))
}

// keyWalk finds the nodes of a path. A node is tried once with each rest of the path, whatever way led there.
type keyWalk struct {
	seen  map[keyStep]bool
	found func(parent, n *keys.Node, path []string)
}

type keyStep struct {
	n    *keys.Node
	left int
}

func (w *keyWalk) below(parent *keys.Node, labels []string, path []string) {
	if w.seen[keyStep{parent, len(labels)}] {
		return
	}
	w.seen[keyStep{parent, len(labels)}] = true
	for _, n := range parent.Items {
		rest, ok := follow(labels, n.Key)
		if !ok {
			continue
		}
		label := n.Key
		if parent.Kind == keys.Array {
			label = "*" // entries move
		}
		here := append(path[:len(path):len(path)], label)
		if len(rest) == 0 || len(rest) == 1 && rest[0] == "**" {
			w.found(parent, n, here)
		}
		if len(rest) > 0 {
			w.below(n, rest, here)
		}
	}
	if len(labels) > 1 && labels[0] == "**" {
		w.below(parent, labels[1:], path)
	}
}

// follow takes one key off a path. A key may hold dots itself, as those of editor settings do.
func follow(labels []string, key string) (rest []string, ok bool) {
	switch {
	case labels[0] == "**":
		return labels, true
	case labels[0] == "*", labels[0] == key:
		return labels[1:], true
	}
	if n := strings.Count(key, ".") + 1; n > 1 && n <= len(labels) && strings.Join(labels[:n], ".") == key {
		return labels[n:], true
	}
	return nil, false
}

// reportKey reports a key with its value. The message never holds a secret; the anchor is the path and the value.
func reportKey(p *Pass, m *rules.KeyMatch, text []byte, parent, n *keys.Node, path []string) {
	name, secret := strings.Join(path, "."), hasRef(p.Rule, "CWE-798")
	message := name + " is set"
	if shown := MaskSecrets(n.Value); n.Kind == keys.Scalar && !secret && shown != "" && len(shown) <= 80 {
		message = name + " is " + shown
	}
	start := n.Start
	if n.KeyEnd > n.KeyStart && n.KeyStart < start {
		start = n.KeyStart
	}
	f := p.At(start, n.End, message)
	f.Anchor = "key " + name
	if n.Kind == keys.Scalar {
		f.Anchor += " " + textAnchor(n.Value, secret)
	}
	f.Strength = m.Strength
	if m.Severity != "" {
		f.Lower(m.Severity, m.Because)
	}
	for _, r := range p.Rule.Fix {
		fix := remedy(r)
		if r.DeleteKey {
			fix.Edits = []repo.TextEdit{p.DeleteKey(text, parent, n)}
		}
		f.Fixes = append(f.Fixes, fix)
	}
}

// remedy is a fix as the data of a rule has it.
func remedy(r rules.Remedy) Fix {
	return Fix{ID: r.ID, Title: r.Title, Applicability: Applicability(r.Applicability), Breaks: r.Breaks, Steps: r.Steps, Commands: r.Commands}
}
