// Package javascript answers what a JavaScript or TypeScript source calls and with which arguments, what it imports, what
// its names are bound to, and where a value comes from. It is a scanner with a memory, not a parser: types, decorators and
// JSX are read over, and what an engine would refuse is read as far as it makes sense. It runs nothing.
//
// The token rules are those of ECMA-262, chapter 12; a slash is a regular expression or a division by the token before it.
package javascript

import "fmt"

// Limits bound the work on one file. Zero fields mean the defaults.
type Limits struct {
	Bytes  int // most bytes of source; 8 MiB
	Tokens int // most tokens; 4 million
	Depth  int // most open brackets and templates; 1,000
}

func (l Limits) withDefaults() Limits {
	if l.Bytes == 0 {
		l.Bytes = 8 << 20
	}
	if l.Tokens == 0 {
		l.Tokens = 4 << 20
	}
	if l.Depth == 0 {
		l.Depth = 1000
	}
	return l
}

// Error is a source that was not read to its end because of a limit.
type Error struct {
	Off int // byte
	Msg string
}

func (e *Error) Error() string { return fmt.Sprintf("byte %d: %s", e.Off, e.Msg) }

// Kind of a token.
type Kind uint8

// The kinds. A template is TStart, the tokens of its fields between Op '{' and Op '}', and TEnd; its literal text is what
// lies between them.
const (
	Name Kind = iota + 1
	Number
	Str
	TStart
	TEnd
	Regex
	Op
	EOF
)

// Tok is a token. Op is the character of an operator, or one of the codes below. Mate is the token that closes or opens the
// same bracket or template, 0 when there is none.
type Tok struct {
	Start, End int32
	Mate       int32
	Kind       Kind
	Op         byte
	Line       bool // it is the first one of its line
}

// Codes of the operators that are longer than a character.
const (
	opArrow   = 'r' // =>
	opEqual   = 'e' // == === != !==
	opCompare = 'c' // <= >=
	opAssign  = 'a' // += and its like
	opSpread  = 'd' // ...
	opMaybe   = '.' // ?. reads like a point
	opOther   = 'o'
)

// Call is one call. Token indexes are into File.Toks.
type Call struct {
	First       int32 // first token of the callee
	Open, Close int32 // the parentheses
	New         bool

	block int32 // the brace around it
}

// Import is one name bound by an import or a require.
type Import struct {
	Module string
	Name   string // the exported name: "default", "*" or a name
	Local  string // what it is bound to; empty for an import for its effects
	Tok    int32
}

// File is what a source says. All positions are bytes of Src.
type File struct {
	Src      []byte
	Toks     []Tok      // the first and the last one are EOF
	Comments [][2]int32 // byte ranges
	Calls    []Call
	Imports  []Import

	functions []function
	bindings  []binding
	branches  []branch
	names     map[string][]int32
	index     *index
}

// Scan reads a source. The error is an *Error; what was understood before it is returned with it, and must then not be
// taken for the whole.
func Scan(src []byte, lim Limits) (*File, error) {
	lim = lim.withDefaults()
	f := &File{Src: src}
	if len(src) > lim.Bytes {
		return f, &Error{lim.Bytes, fmt.Sprintf("%d bytes of JavaScript, more than the %d that are scanned", len(src), lim.Bytes)}
	}
	lx := lexer{File: f, lim: lim}
	err := lx.run()
	f.facts()
	return f, err
}
