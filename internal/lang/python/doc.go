// Package python answers what a Python source calls and with which arguments, what it imports, what it assigns, and what
// its names stand for. It is a scanner with a memory, not a parser: it knows no types and no full syntax tree, and reads
// what CPython would refuse as far as it makes sense. It runs nothing.
//
// The token rules are those of the Python reference manual, chapter 2, with the f-strings of PEP 701; the differential test
// holds the calls against CPython's own ast module.
package python

import "fmt"

// Limits bound the work on one file. Zero fields mean the defaults.
type Limits struct {
	Bytes  int // most bytes of source; 16 MiB
	Tokens int // most tokens; 8 million
	Depth  int // most open brackets and f-strings; 1,000
}

func (l Limits) withDefaults() Limits {
	if l.Bytes == 0 {
		l.Bytes = 16 << 20
	}
	if l.Tokens == 0 {
		l.Tokens = 8 << 20
	}
	if l.Depth == 0 {
		l.Depth = 1000
	}
	return l
}

// Error is a source that cannot be read to its end: a limit, or an encoding that hides what the interpreter would run.
type Error struct {
	Off int // byte
	Msg string
}

func (e *Error) Error() string { return fmt.Sprintf("byte %d: %s", e.Off, e.Msg) }

// Note is a place where the source is broken and the scanner went on.
type Note struct {
	Off int
	Msg string
}

// Span is a half-open range of bytes.
type Span struct{ Start, End int }

// File is what a source says. All positions are bytes of Src.
type File struct {
	Src      []byte
	Toks     []Tok // the last one is EOF
	Comments []Span
	Calls    []Call   // in source order of their opening parenthesis
	Imports  []Import // one for each name that is bound
	Assigns  []Assign
	Defs     []Def
	Returns  []Return
	Notes    []Note

	source   string // Src, so that names need no copies
	scopes   []scope
	bindings []binding
	regions  []region
	stars    []string
	names    map[scopedName][]int32 // bindings by scope and name; made when a name is first resolved
}

// Scan reads a source. The error is an *Error; what was understood before it is returned with it, and must then not be
// taken for the whole.
func Scan(src []byte, lim Limits) (*File, error) {
	lim = lim.withDefaults()
	f := &File{Src: src}
	if len(src) > lim.Bytes {
		return f, &Error{lim.Bytes, fmt.Sprintf("%d bytes of Python, more than the %d that are scanned", len(src), lim.Bytes)}
	}
	if err := checkEncoding(src); err != nil {
		return f, err
	}
	f.source = string(src)
	lx := lexer{File: f, lim: lim}
	err := lx.run()
	w := walker{File: f}
	w.run()
	return f, err
}
