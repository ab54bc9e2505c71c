package keys

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// parseYAML reads one document or several. The library gives nodes with lines and columns; nothing is decoded into Go
// values, so an alias costs nothing until it is followed here, within the budget of nodes.
// Source: https://yaml.org/spec/1.2.2/
func parseYAML(src []byte, lim Limits) (*Node, error) {
	text, templated := neutral(src, '#')
	n, err := readYAML(src, text, templated, lim)
	if err != nil && templated { // a comment ends a plain value of several lines, an empty line does not
		text, _ = neutral(src, ' ')
		if again, err := readYAML(src, text, templated, lim); err == nil {
			return again, nil
		}
	}
	return n, err
}

// readYAML reads text, whose bytes stand where they stand in src.
func readYAML(src, text []byte, templated bool, lim Limits) (*Node, error) {
	b := &yamlBuilder{src: src, text: text, templated: templated, lim: lim}
	b.index()
	stream := &Node{Kind: Stream, End: len(src)}
	d := yaml.NewDecoder(bytes.NewReader(text))
	for {
		var doc yaml.Node
		err := d.Decode(&doc)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, b.problem(err)
		}
		if len(doc.Content) == 0 {
			continue
		}
		n, err := b.node(doc.Content[0], nil, 0, 0)
		if err != nil {
			return nil, err
		}
		n.Key = ""
		stream.Items = append(stream.Items, n)
	}
	switch len(stream.Items) {
	case 0:
		return &Node{Kind: Object}, nil
	case 1:
		return stream.Items[0], nil
	}
	for i, n := range stream.Items {
		n.Key = label(i)
	}
	return stream, nil
}

var (
	templateLine = regexp.MustCompile(`(?m)^[ \t]*(?:\{\{[^\n]*\}\}|\{%[^\n]*%\})[ \t\r]*$`)
	templateExpr = regexp.MustCompile(`\{\{[^\n]*?\}\}|\{%[^\n]*?%\}`)
)

// neutral takes the templates of Helm and Jinja out of YAML without moving a byte. An expression in a value becomes a word:
// "x: {{ y }}" would otherwise be read as nested maps. A line of its own begins with the given byte: "#" makes it a comment
// among keys and text in a block of text. A line that is less indented than the one before it becomes blank, because it would
// end a block.
func neutral(src []byte, own byte) (text []byte, templated bool) {
	if !bytes.Contains(src, []byte("{{")) && !bytes.Contains(src, []byte("{%")) {
		return src, false
	}
	text = bytes.Clone(src)
	indent, done := 0, 0 // of the last line that is not empty; up to where it is known
	for _, m := range templateLine.FindAllIndex(src, -1) {
		for line := range bytes.Lines(src[done:m[0]]) {
			if rest := bytes.TrimLeft(line, " "); len(bytes.TrimSpace(rest)) > 0 {
				indent = len(line) - len(rest)
			}
		}
		done = m[1]
		line := text[m[0]:m[1]]
		rest := bytes.TrimLeft(line, " ")
		if own == ' ' || len(line)-len(rest) < indent {
			fill(line, ' ')
			continue
		}
		indent = len(line) - len(rest)
		rest = bytes.TrimRight(rest, " \t\r")
		fill(rest, 'T')
		rest[0] = own
	}
	for _, m := range templateExpr.FindAllIndex(text, -1) {
		fill(text[m[0]:m[1]], 'T')
	}
	return text, true
}

func fill(b []byte, with byte) {
	for i := range b {
		b[i] = with
	}
}

type yamlBuilder struct {
	src, text []byte
	templated bool
	starts    []int // offsets of lines
	last      struct{ line, column, offset int }
	nodes     int
	lim       Limits
}

func (b *yamlBuilder) index() {
	b.starts = []int{0}
	if bytes.HasPrefix(b.src, []byte("\ufeff")) {
		b.starts[0] = len("\ufeff") // not counted as a column
	}
	for i, c := range b.src {
		if c == '\n' || c == '\r' && (i+1 == len(b.src) || b.src[i+1] != '\n') {
			b.starts = append(b.starts, i+1)
		}
	}
}

// offset of a 1-based line and column; columns count code points.
func (b *yamlBuilder) offset(line, column int) int {
	if line < 1 || line > len(b.starts) {
		return len(b.text)
	}
	at, c := b.starts[line-1], 1
	if b.last.line == line && b.last.column <= column { // go on from there: a long line must not be walked for every value
		at, c = b.last.offset, b.last.column
	}
	for ; c < column && at < len(b.text); c++ {
		_, n := utf8.DecodeRune(b.text[at:])
		at += n
	}
	b.last.line, b.last.column, b.last.offset = line, column, at
	return at
}

// node converts a value. Below an alias every position is that of the alias, given as site. indent is the column of what
// holds the value.
func (b *yamlBuilder) node(y *yaml.Node, site *Node, indent, depth int) (*Node, error) {
	start := 0
	if site == nil {
		start = b.offset(y.Line, y.Column)
	} else {
		start = site.Start
	}
	if b.nodes++; b.nodes > b.lim.Nodes {
		return nil, errorAt(b.src, start, "more than %d values, aliases included", b.lim.Nodes)
	}
	if depth > b.lim.Depth {
		return nil, errorAt(b.src, start, "nested deeper than %d", b.lim.Depth)
	}
	n := &Node{Start: start, End: start}
	if site != nil {
		n.End, n.Alias = site.End, true
	}
	switch y.Kind {
	case yaml.AliasNode:
		if site == nil {
			site = &Node{Start: start, End: start + len("*") + len(y.Value)}
		}
		return b.node(y.Alias, site, indent, depth+1)
	case yaml.MappingNode:
		n.Kind = Object
		if err := b.pairs(n, y.Content, site, depth); err != nil {
			return nil, err
		}
	case yaml.SequenceNode:
		n.Kind = Array
		for i, item := range y.Content {
			child, err := b.node(item, site, y.Column, depth+1)
			if err != nil {
				return nil, err
			}
			child.Key, child.KeyStart, child.KeyEnd = label(i), child.Start, child.Start
			n.Items = append(n.Items, child)
		}
	default:
		n.Value = y.Value
		n.Quoted = y.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0
		if site == nil {
			n.End = b.scalarEnd(y, start, indent)
		}
		n.Template = b.templated && templateExpr.Match(b.src[n.Start:n.End])
	}
	if site == nil && len(n.Items) > 0 {
		n.End = max(start, n.Items[len(n.Items)-1].End)
		if y.Style&yaml.FlowStyle != 0 {
			n.End = b.flowEnd(n.End)
		}
	}
	return n, nil
}

// pairs adds keys and their values. A merge key adds what is not there yet.
// Source: https://yaml.org/type/merge.html
func (b *yamlBuilder) pairs(n *Node, content []*yaml.Node, site *Node, depth int) error {
	var have map[string]bool
	for i := 0; i+1 < len(content); i += 2 {
		k, v := content[i], content[i+1]
		key := Node{Key: k.Value}
		if site == nil {
			key.KeyStart = b.offset(k.Line, k.Column)
			key.KeyEnd = b.scalarEnd(k, key.KeyStart, 0)
		}
		child, err := b.node(v, site, k.Column, depth+1)
		if err != nil {
			return err
		}
		if k.Tag == "!!merge" {
			if have == nil {
				have = map[string]bool{}
				for j := 0; j+1 < len(content); j += 2 {
					have[content[j].Value] = true
				}
			}
			from := []*Node{child}
			if child.Kind == Array {
				from = child.Items
			}
			for _, m := range from {
				for _, item := range m.Items {
					if !have[item.Key] {
						have[item.Key] = true
						n.Items = append(n.Items, item)
					}
				}
			}
			continue
		}
		if site != nil {
			key.KeyStart, key.KeyEnd = site.Start, site.Start
		} else if v.Kind == yaml.ScalarNode && v.Value == "" && !child.Quoted { // a null has no text of its own
			child.Start, child.End = key.KeyEnd, key.KeyEnd
		}
		child.Key, child.KeyStart, child.KeyEnd = key.Key, key.KeyStart, key.KeyEnd
		n.Items = append(n.Items, child)
	}
	return nil
}

// scalarEnd finds where a scalar that begins at start ends. indent is the column of what holds it.
func (b *yamlBuilder) scalarEnd(y *yaml.Node, start, indent int) int {
	rest := b.text[start:]
	switch {
	case y.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		at := start + lineLength(rest)
		for at < len(b.text) {
			line := b.text[at : at+lineLength(b.text[at:])]
			if text := bytes.TrimLeft(line, " "); len(bytes.TrimSpace(text)) > 0 && len(line)-len(text) < indent {
				break
			}
			at += len(line)
		}
		return start + len(bytes.TrimRight(b.text[start:at], " \t\r\n"))
	case y.Style&yaml.DoubleQuotedStyle != 0:
		return start + quotedEnd(skipTag(rest), rest, '"')
	case y.Style&yaml.SingleQuotedStyle != 0:
		return start + quotedEnd(skipTag(rest), rest, '\'')
	case bytes.HasPrefix(rest, []byte(y.Value)):
		return start + len(y.Value)
	}
	line := rest[:lineLength(rest[:min(len(rest), 1024)])]
	return start + len(bytes.TrimRight(line, " \t\r\n")) // over several lines, or with a tag: its first line
}

// skipTag returns where the quote of a scalar stands behind a tag or an anchor.
func skipTag(rest []byte) int {
	if i := bytes.IndexAny(rest, `"'`); i >= 0 {
		return i
	}
	return 0
}

func quotedEnd(at int, rest []byte, quote byte) int {
	for at++; at < len(rest); at++ {
		switch {
		case quote == '"' && rest[at] == '\\':
			at++
		case rest[at] == quote && quote == '\'' && at+1 < len(rest) && rest[at+1] == '\'':
			at++
		case rest[at] == quote:
			return at + 1
		}
	}
	return len(rest)
}

// flowEnd goes from the last value of a list in brackets to the bracket.
func (b *yamlBuilder) flowEnd(at int) int {
	for i := at; i < len(b.text); i++ {
		switch b.text[i] {
		case ' ', '\t', '\r', '\n', ',':
		case ']', '}':
			return i + 1
		default:
			return at
		}
	}
	return at
}

func lineLength(rest []byte) int {
	if i := bytes.IndexByte(rest, '\n'); i >= 0 {
		return i + 1
	}
	return len(rest)
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)`)

// problem makes an Error of what the library says.
func (b *yamlBuilder) problem(err error) error {
	m := yamlLine.FindStringSubmatch(err.Error())
	if m == nil {
		return errorAt(b.src, 0, "%s", err)
	}
	line, _ := strconv.Atoi(m[1])
	return errorAt(b.src, b.offset(max(line, 1), 1), "%s", m[2])
}
