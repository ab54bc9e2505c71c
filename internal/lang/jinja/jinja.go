// Package jinja reads a Jinja template as structure: blocks, and in them the attributes, subscripts, filters, calls and
// constant texts of every expression. It never renders. Constants are folded as far as a writer can hide a name in them
// (escapes, +, ~, *, %, format, join, reverse, replace, slices, variables set to a constant), because a template engine sees
// the name and not the spelling. What is neither constant nor a name stays unknown.
//
// Source: https://jinja.palletsprojects.com/en/stable/templates/
package jinja

import (
	"fmt"
	"strings"
)

// Limits of one template.
type Limits struct {
	Bytes  int // of source
	Depth  int // nested brackets and operators of one expression
	Folded int // bytes of one folded constant
}

// SyntaxError is a place where the engine would refuse the template. What stands before it was understood.
type SyntaxError struct {
	Off int
	Msg string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("byte %d: %s", e.Off, e.Msg) }

// LimitError says which of the Limits was reached.
type LimitError struct {
	Limit string
	Off   int
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("byte %d: limit %s of a template reached; what follows was not read", e.Off, e.Limit)
}

// BlockKind tells the four kinds of blocks apart.
type BlockKind int

// The kinds: text that is copied, {{ … }}, {% … %}, {# … #}.
const (
	Data BlockKind = iota
	Output
	Statement
	Comment
)

// Block is a piece of the template. [Start, End) are bytes of the source with the delimiters.
type Block struct {
	Kind       BlockKind
	Start, End int
	Keyword    string // first word of a Statement: if, for, set, …
	Text       string // of Data
	Uses       []Use
	Tests      []Membership
}

// UseKind says how a name or a text is used.
type UseKind int

// The kinds of uses.
const (
	Name      UseKind = iota // a variable
	Attribute                // x.name, x|attr("name"), map(attribute="name")
	Item                     // x["name"]
	Filter                   // |name
	Call                     // name(…) or x.name(…)
	Text                     // a constant text
	Size                     // range(n), "x" * n, n ** m: Count is how much it asks for
)

// Use is one name or text in an expression. Computed: the name is made when the template runs, and is not known here.
type Use struct {
	Kind       UseKind
	Name       string
	Computed   bool
	Count      float64
	Start, End int
}

// Membership is a test of the form constant in value: the constant, and the last name of the value.
type Membership struct {
	Text, In string
	Start    int
}

// File is a template that was read.
type File struct {
	Blocks []Block
}

// Parse reads a template. The File is never nil; it goes as far as the template could be read.
func Parse(src string, lim Limits) (*File, error) {
	f := &File{}
	if len(src) > lim.Bytes {
		return f, &LimitError{"bytes", lim.Bytes}
	}
	p := &parser{lim: lim, vars: map[string]value{}}
	for at := 0; at < len(src); {
		i := nextOpen(src[at:])
		if i < 0 {
			f.Blocks = append(f.Blocks, Block{Kind: Data, Start: at, End: len(src), Text: src[at:]})
			break
		}
		if i > 0 {
			f.Blocks = append(f.Blocks, Block{Kind: Data, Start: at, End: at + i, Text: src[at : at+i]})
			at += i
		}
		b := Block{Start: at}
		if src[at+1] == '#' {
			b.Kind = Comment
			n := strings.Index(src[at+2:], "#}")
			if n < 0 {
				b.End = len(src)
				f.Blocks = append(f.Blocks, b)
				return f, &SyntaxError{at, "a comment without its end"}
			}
			b.End = at + 2 + n + 2
			f.Blocks = append(f.Blocks, b)
			at = b.End
			continue
		}
		closing := "}}"
		b.Kind = Output
		if src[at+1] == '%' {
			closing, b.Kind = "%}", Statement
		}
		toks, end, err := lex(src, at+2, closing)
		b.End = end
		if b.Kind == Statement && len(toks) > 0 && toks[0].kind == word {
			b.Keyword = toks[0].text
		}
		if lerr := p.block(&b, toks); lerr != nil && err == nil {
			err = lerr
		}
		f.Blocks = append(f.Blocks, b)
		if err != nil {
			return f, err
		}
		at = end
		if b.Keyword == "raw" || b.Keyword == "verbatim" {
			n := endRaw(src[at:])
			f.Blocks = append(f.Blocks, Block{Kind: Data, Start: at, End: at + n, Text: src[at : at+n]})
			at += n
		}
	}
	return f, nil
}

func nextOpen(s string) int {
	for i := 0; i+1 < len(s); i++ {
		if s[i] == '{' && (s[i+1] == '{' || s[i+1] == '%' || s[i+1] == '#') {
			return i
		}
	}
	return -1
}

// endRaw is where the statement that ends a raw block begins.
func endRaw(s string) int {
	for at := 0; ; {
		i := strings.Index(s[at:], "{%")
		if i < 0 {
			return len(s)
		}
		at += i
		if strings.HasPrefix(strings.TrimLeft(s[at+2:], "-+ \t\r\n"), "endraw") {
			return at
		}
		at += 2
	}
}

// Holds tells whether a text has anything of a template in it.
func Holds(s string) bool { return strings.Contains(s, "{{") || strings.Contains(s, "{%") }
