package keys

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// parseJSON reads JSON as editors write it: with comments, trailing commas and a byte order mark. Duplicate keys are kept:
// programs take the last, people read the first.
// Source: https://www.rfc-editor.org/rfc/rfc8259, https://jsonc.org
func parseJSON(src []byte, lim Limits) (*Node, error) {
	p := &jsonParser{src: src, lim: lim}
	if bytes.HasPrefix(src, []byte("\ufeff")) {
		p.at = len("\ufeff")
	}
	if err := p.blank(); err != nil {
		return nil, err
	}
	if p.at == len(src) {
		return &Node{Kind: Object, Start: p.at, End: p.at}, nil
	}
	n, err := p.value(0)
	if err != nil {
		return nil, err
	}
	if err := p.blank(); err != nil {
		return nil, err
	}
	if p.at < len(src) {
		return nil, p.fail("expected the end of the document")
	}
	return n, nil
}

type jsonParser struct {
	src   []byte
	at    int
	nodes int
	lim   Limits
}

func (p *jsonParser) fail(format string, args ...any) *Error {
	return errorAt(p.src, p.at, format, args...)
}

func (p *jsonParser) peek() byte {
	if p.at < len(p.src) {
		return p.src[p.at]
	}
	return 0
}

// blank skips white space and comments.
func (p *jsonParser) blank() error {
	for p.at < len(p.src) {
		switch rest := p.src[p.at:]; {
		case rest[0] == ' ' || rest[0] == '\t' || rest[0] == '\n' || rest[0] == '\r':
			p.at++
		case bytes.HasPrefix(rest, []byte("//")):
			if i := bytes.IndexByte(rest, '\n'); i >= 0 {
				p.at += i
			} else {
				p.at = len(p.src)
			}
		case bytes.HasPrefix(rest, []byte("/*")):
			i := bytes.Index(rest[2:], []byte("*/"))
			if i < 0 {
				return p.fail("comment is not closed")
			}
			p.at += i + 4
		default:
			return nil
		}
	}
	return nil
}

func (p *jsonParser) value(depth int) (*Node, error) {
	if p.nodes++; p.nodes > p.lim.Nodes {
		return nil, p.fail("more than %d values", p.lim.Nodes)
	}
	if depth > p.lim.Depth {
		return nil, p.fail("nested deeper than %d", p.lim.Depth)
	}
	n := &Node{Start: p.at}
	var err error
	switch p.peek() {
	case '{':
		n.Kind = Object
		err = p.members(n, depth, '}')
	case '[':
		n.Kind = Array
		err = p.members(n, depth, ']')
	case '"':
		n.Quoted = true
		n.Value, err = p.text()
	default:
		for p.at < len(p.src) && strings.IndexByte(" \t\r\n,:]}[{\"/", p.src[p.at]) < 0 {
			p.at++
		}
		if p.at == n.Start {
			return nil, p.fail("expected a value")
		}
		n.Value = strings.ToValidUTF8(string(p.src[n.Start:p.at]), "\ufffd")
	}
	n.End = p.at
	return n, err
}

// members reads what stands between the brackets of an object or a list.
func (p *jsonParser) members(n *Node, depth int, end byte) error {
	p.at++
	for {
		if err := p.blank(); err != nil {
			return err
		}
		if p.peek() == end {
			p.at++
			return nil
		}
		var key Node
		if n.Kind == Object {
			if p.peek() != '"' {
				return p.fail("expected a key in quotes")
			}
			key.KeyStart = p.at
			var err error
			if key.Key, err = p.text(); err != nil {
				return err
			}
			key.KeyEnd = p.at
			if err := p.blank(); err != nil {
				return err
			}
			if p.peek() != ':' {
				return p.fail("expected a colon after the key")
			}
			p.at++
			if err := p.blank(); err != nil {
				return err
			}
		} else {
			key.Key, key.KeyStart, key.KeyEnd = label(len(n.Items)), p.at, p.at
		}
		item, err := p.value(depth + 1)
		if err != nil {
			return err
		}
		item.Key, item.KeyStart, item.KeyEnd = key.Key, key.KeyStart, key.KeyEnd
		n.Items = append(n.Items, item)
		if err := p.blank(); err != nil {
			return err
		}
		switch p.peek() {
		case ',':
			p.at++
		case end:
		default:
			return p.fail("expected a comma or %q", end)
		}
	}
}

// text reads a string in quotes and returns what it means. A lone half of a surrogate pair becomes U+FFFD.
func (p *jsonParser) text() (string, error) {
	start := p.at
	escaped := false
	for p.at++; p.at < len(p.src); p.at++ {
		switch p.src[p.at] {
		case '\\':
			escaped = true
			p.at++
		case '\n':
			return "", p.fail("string is not closed")
		case '"':
			p.at++
			raw := p.src[start:p.at]
			if !escaped && utf8.Valid(raw) {
				return string(raw[1 : len(raw)-1]), nil
			}
			var s string
			if err := json.Unmarshal(raw, &s); err != nil { // a raw control character or an unknown escape: shown as written
				return strings.ToValidUTF8(string(raw[1:len(raw)-1]), "\ufffd"), nil
			}
			return s, nil
		}
	}
	p.at = len(p.src)
	return "", p.fail("string is not closed")
}
