package npy

import (
	"strconv"
	"strings"
)

type literalKind int

const (
	name literalKind = iota // True, False, None
	str
	integer
	number
	tuple
	list
	dict // items are keys and values in turn
)

// literal is a value as Python's ast.literal_eval takes it.
type literal struct {
	kind     literalKind
	text     string
	n        int64
	items    []literal
	off, end int // in the header
}

// literals reads a Python literal. Anything that is none (a call, a name, an operator) is a SyntaxError: old readers
// evaluated the header as code.
type literals struct {
	src  string
	at   int
	base int64
	left int
}

func (p *literals) fail(msg string) error { return &SyntaxError{p.base + int64(p.at), msg} }

func (p *literals) blank() {
	for p.at < len(p.src) && strings.IndexByte(" \t\r\n\f", p.src[p.at]) >= 0 {
		p.at++
	}
}

func (p *literals) take(c byte) bool {
	if p.blank(); p.at < len(p.src) && p.src[p.at] == c {
		p.at++
		return true
	}
	return false
}

func (p *literals) value() (v literal, err error) {
	p.blank()
	v.off = p.at
	defer func() { v.end = p.at }()
	if p.at == len(p.src) {
		return v, p.fail("the header ends where a value is expected")
	}
	switch c := p.src[p.at]; {
	case c == '(':
		v.kind = tuple
		err = p.list(&v, ')')
		if err == nil && len(v.items) == 1 && !strings.HasSuffix(strings.TrimRight(p.src[v.off:p.at-1], " \t\n"), ",") {
			v = v.items[0] // round brackets about a value
		}
	case c == '[':
		v.kind = list
		err = p.list(&v, ']')
	case c == '{':
		v.kind = dict
		err = p.list(&v, '}')
	case c == '\'' || c == '"':
		v.kind = str
		v.text, err = p.quoted()
	case (c == 'b' || c == 'u' || c == 'B' || c == 'U') && p.at+1 < len(p.src) && (p.src[p.at+1] == '\'' || p.src[p.at+1] == '"'):
		p.at++
		v.kind = str
		v.text, err = p.quoted()
	case c == '-' || c == '+' || c >= '0' && c <= '9':
		start := p.at
		for p.at++; p.at < len(p.src) && strings.IndexByte("0123456789_.eExXabcdefABCDEFoO", p.src[p.at]) >= 0; p.at++ {
		}
		text := p.src[start:p.at]
		if p.at < len(p.src) && (p.src[p.at] == 'L' || p.src[p.at] == 'l') { // Python 2
			p.at++
		}
		v.kind = integer
		if v.n, err = strconv.ParseInt(text, 0, 64); err != nil {
			v.kind = number
			if _, ferr := strconv.ParseFloat(text, 64); ferr != nil && !strings.Contains(err.Error(), "range") {
				return v, p.fail("not a number")
			}
			err = nil
		}
	default:
		for _, word := range []string{"True", "False", "None"} {
			if strings.HasPrefix(p.src[p.at:], word) {
				p.at += len(word)
				v.text = word
				return v, nil
			}
		}
		return v, p.fail("the header is no literal")
	}
	return v, err
}

// list reads the items of a bracket, pairs of a dictionary.
func (p *literals) list(v *literal, closing byte) error {
	p.at++
	if p.left--; p.left < 0 {
		return &LimitError{"depth", p.base + int64(p.at)}
	}
	defer func() { p.left++ }()
	for !p.take(closing) {
		item, err := p.value()
		if err != nil {
			return err
		}
		v.items = append(v.items, item)
		if v.kind == dict {
			if !p.take(':') {
				return p.fail("a key without a colon")
			}
			val, err := p.value()
			if err != nil {
				return err
			}
			v.items = append(v.items, val)
		}
		if p.take(',') {
			continue
		}
		if p.blank(); p.at < len(p.src) && p.src[p.at] == closing {
			continue
		}
		return p.fail("a bracket without a comma or its end")
	}
	return nil
}

func (p *literals) quoted() (string, error) {
	quote := p.src[p.at]
	var b strings.Builder
	for p.at++; p.at < len(p.src); p.at++ {
		switch c := p.src[p.at]; {
		case c == quote:
			p.at++
			return b.String(), nil
		case c == '\\' && p.at+1 < len(p.src):
			r, _, rest, err := strconv.UnquoteChar(p.src[p.at:], quote)
			if err != nil {
				b.WriteByte(c)
				continue
			}
			b.WriteRune(r)
			p.at = len(p.src) - len(rest) - 1
		case c == '\n':
			return "", p.fail("a string that does not end in its line")
		default:
			b.WriteByte(c)
		}
	}
	return "", p.fail("a string without its end")
}
