package keys

import (
	"bytes"
	"errors"

	"github.com/pelletier/go-toml/v2/unstable"
)

// parseTOML reads a document expression by expression; the tree is what tables, dotted keys and arrays of tables add up to.
// Keys that a strict reader would refuse as defined twice are kept.
// Source: https://toml.io/en/v1.0.0
func parseTOML(src []byte, lim Limits) (*Node, error) {
	b := &tomlBuilder{src: src, lim: lim, tables: map[*Node]map[string]*Node{}}
	root := &Node{Kind: Object, End: len(src)}
	table := root
	var p unstable.Parser
	p.Reset(src)
	for p.NextExpression() {
		e := p.Expression()
		var err error
		switch e.Kind {
		case unstable.Table:
			table, err = b.descend(root, e.Key(), false)
		case unstable.ArrayTable:
			table, err = b.descend(root, e.Key(), true)
		case unstable.KeyValue:
			err = b.keyValue(table, e, 0)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := p.Error(); err != nil {
		at, msg := 0, err.Error()
		var bad *unstable.ParserError
		if errors.As(err, &bad) {
			msg = bad.Message
			if bad.Highlight != nil {
				at = cap(src) - cap(bad.Highlight) // the highlight is a slice of the source
			}
		}
		return nil, errorAt(src, at, "%s", msg)
	}
	return root, nil
}

type tomlBuilder struct {
	src    []byte
	nodes  int
	lim    Limits
	tables map[*Node]map[string]*Node // the last value of each key, so that a long table is not searched again and again
}

func (b *tomlBuilder) add(parent, n *Node) error {
	if b.nodes++; b.nodes > b.lim.Nodes {
		return errorAt(b.src, n.Start, "more than %d values", b.lim.Nodes)
	}
	parent.Items = append(parent.Items, n)
	if b.tables[parent] == nil {
		b.tables[parent] = map[string]*Node{}
	}
	b.tables[parent][n.Key] = n
	return nil
}

// descend follows a dotted key, making the tables that are not there yet. With another, the last label is a list that gets
// one more table.
func (b *tomlBuilder) descend(n *Node, key unstable.Iterator, another bool) (*Node, error) {
	depth := 0
	for key.Next() {
		if depth++; depth > b.lim.Depth {
			return nil, errorAt(b.src, int(key.Node().Raw.Offset), "nested deeper than %d", b.lim.Depth)
		}
		k := key.Node()
		name, start := string(k.Data), int(k.Raw.Offset)
		end := start + int(k.Raw.Length)
		list := another && key.IsLast()
		child := b.tables[n][name]
		if child == nil || child.Kind == Scalar || list && child.Kind != Array {
			child = &Node{Kind: Object, Key: name, KeyStart: start, KeyEnd: end, Start: start, End: end}
			if list {
				child.Kind = Array
			}
			if err := b.add(n, child); err != nil {
				return nil, err
			}
		}
		switch {
		case list:
			entry := &Node{Kind: Object, Key: label(len(child.Items)), KeyStart: start, KeyEnd: start, Start: start, End: end}
			if err := b.add(child, entry); err != nil {
				return nil, err
			}
			child = entry
		case child.Kind == Array && len(child.Items) > 0: // a table below an array of tables belongs to its last one
			child = child.Items[len(child.Items)-1]
		}
		n = child
	}
	return n, nil
}

func (b *tomlBuilder) keyValue(table *Node, e *unstable.Node, depth int) error {
	if depth > b.lim.Depth {
		return errorAt(b.src, int(e.Raw.Offset), "nested deeper than %d", b.lim.Depth)
	}
	var path []*unstable.Node
	for key := e.Key(); key.Next(); {
		path = append(path, key.Node())
	}
	if len(path) > b.lim.Depth {
		return errorAt(b.src, int(e.Raw.Offset), "nested deeper than %d", b.lim.Depth)
	}
	for _, k := range path[:len(path)-1] {
		child := b.tables[table][string(k.Data)]
		if child == nil || child.Kind != Object {
			start, end := span(k.Raw)
			child = &Node{Kind: Object, Key: string(k.Data), KeyStart: start, KeyEnd: end, Start: start, End: end}
			if err := b.add(table, child); err != nil {
				return err
			}
		}
		table = child
	}
	last := path[len(path)-1]
	keyStart, keyEnd := span(last.Raw)
	start, end := keyEnd, int(e.Raw.Offset+e.Raw.Length)
	for start < end && bytes.IndexByte([]byte(" \t="), b.src[start]) >= 0 {
		start++
	}
	n, err := b.value(e.Value(), start, end, depth)
	if err != nil {
		return err
	}
	n.Key, n.KeyStart, n.KeyEnd = string(last.Data), keyStart, keyEnd
	return b.add(table, n)
}

// value makes a node of a value that stands at [start, end).
func (b *tomlBuilder) value(v *unstable.Node, start, end, depth int) (*Node, error) {
	if depth > b.lim.Depth {
		return nil, errorAt(b.src, start, "nested deeper than %d", b.lim.Depth)
	}
	n := &Node{Start: start, End: end}
	switch v.Kind {
	case unstable.Array:
		n.Kind = Array
		for it := v.Children(); it.Next(); {
			if it.Node().Kind == unstable.Comment {
				continue
			}
			s, e := start, end // lists and tables inside a list know no range of their own
			if it.Node().Raw.Length > 1 {
				s, e = span(it.Node().Raw)
			}
			item, err := b.value(it.Node(), s, e, depth+1)
			if err != nil {
				return nil, err
			}
			item.Key, item.KeyStart, item.KeyEnd = label(len(n.Items)), item.Start, item.Start
			if err := b.add(n, item); err != nil {
				return nil, err
			}
		}
	case unstable.InlineTable:
		n.Kind = Object
		for it := v.Children(); it.Next(); {
			if it.Node().Kind != unstable.KeyValue {
				continue
			}
			if err := b.keyValue(n, it.Node(), depth+1); err != nil {
				return nil, err
			}
		}
	default:
		if v.Raw.Length > 0 {
			n.Start, n.End = span(v.Raw)
		}
		n.Value, n.Quoted = string(v.Data), v.Kind == unstable.String
	}
	return n, nil
}

func span(r unstable.Range) (start, end int) { return int(r.Offset), int(r.Offset + r.Length) }
