// Package rdata walks what R writes with saveRDS and save: a serialized object, or the bindings of a workspace. It tells
// where code is that R runs by itself, promises and active bindings, and what code calls; it steps over numbers, and knows
// nothing of what is harmful.
//
// Source: "Serialization Formats" in R Internals, and src/main/serialize.c of R
package rdata

import (
	"fmt"
	"io"
)

// Limits bound what a hostile file can cost. There is no default.
type Limits struct {
	Values int   // items, and strings among them
	Depth  int   // items in each other
	Text   int64 // bytes of one string that are kept
	Facts  int   // calls, promises and texts that are kept, of each
}

// SyntaxError is a place where the file is no serialized R. What was understood is returned with it.
type SyntaxError struct {
	Off int64
	Msg string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("byte %d: %s", e.Off, e.Msg) }

// LimitError says which of the Limits was reached, and where.
type LimitError struct {
	Limit string
	Off   int64
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("byte %d: limit %s reached; what follows was not read", e.Off, e.Limit)
}

// File is what was understood.
type File struct {
	Workspace bool   // save, not saveRDS: names are bound when it is loaded
	Encoding  string // xdr, ascii, native
	Version   int    // of the format
	Writer    string // the release of R that wrote it
	Objects   []Object
	Promises  []Promise
	Actives   []Active
	Calls     []Call
	Texts     []Text
	Closures  int
	Pointers  int // to memory of C, which are null once they are loaded
	End       int64
}

// Object is the object of an .rds, without a name, or a binding of a workspace.
type Object struct {
	Name  string
	Type  string // as typeof says it
	Class string // the first of its class attribute
	Off   int64
}

// Promise is an expression that R evaluates when the object is looked at. The frame of a function holds one for every
// argument that was not used when it was saved; anywhere else R writes none.
type Promise struct {
	Off   int64
	Ready bool // it holds its value and evaluates nothing any more
	Frame bool // in the frame of an environment
}

// Active is a binding whose value is made by a function each time that it is looked at.
type Active struct {
	Name string
	Off  int64
}

// Code is who runs an expression.
type Code int

// Data is an expression that is only kept, as a model keeps its formula. A Body runs when its function is called.
const (
	Data Code = iota
	Body
	Lazy // a promise
)

// Call is a call in an expression: what is called, "pkg::name" for another package's, and the strings among its first arguments.
type Call struct {
	Name string
	Args []string
	In   Code
	Of   string // the name that the function around it is bound to, if any
	Off  int64
}

// Text is a string with an address in it.
type Text struct {
	Value string
	Off   int64
}

// Parse walks the serialized object of r, a file of that size that no wrapper is around any more. The File is never nil.
func Parse(r io.ReaderAt, size int64, lim Limits) (*File, error) {
	p := &parser{input: input{r: r, size: size}, lim: lim, f: &File{}}
	err := p.parse()
	p.f.End = p.off
	return p.f, err
}

func (p *parser) parse() error {
	head, err := p.take(min(5, p.size))
	if err != nil {
		return err
	}
	if len(head) == 5 && head[0] == 'R' && head[1] == 'D' && head[4] == '\n' {
		p.f.Workspace = true
	} else {
		p.off = 0
	}
	format, err := p.take(2)
	if err != nil {
		return err
	}
	switch string(format) {
	case "X\n":
		p.f.Encoding, p.big = "xdr", true
	case "B\n":
		p.f.Encoding = "native"
	case "A\n":
		p.f.Encoding, p.text = "ascii", true
	default:
		return &SyntaxError{p.off - 2, fmt.Sprintf("an encoding that does not exist, %q", format)}
	}
	version, err := p.int()
	if err != nil {
		return err
	}
	writer, err := p.int()
	if err != nil {
		return err
	}
	if _, err := p.int(); err != nil { // the oldest release that can read it
		return err
	}
	p.f.Version, p.f.Writer = int(version), fmt.Sprintf("%d.%d.%d", writer>>16, writer>>8&255, writer&255)
	switch version {
	case 2:
	case 3:
		if _, err := p.string(); err != nil { // the encoding of its strings
			return err
		}
	default:
		return &SyntaxError{7, fmt.Sprintf("version %d of the format, which is neither 2 nor 3", version)}
	}
	root, err := p.item(place{top: true})
	if err == nil && !p.f.Workspace {
		p.f.Objects = append(p.f.Objects, Object{Type: typeof(root.kind), Class: root.class, Off: root.off})
	}
	return err
}
