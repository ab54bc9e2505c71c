// Package xmltok reads the tokens of an XML file for formats that are XML: elements with their attributes, and declarations.
// It resolves no entity, follows no reference and fetches nothing: a document type is told, not read.
package xmltok

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Limits bound what a hostile file can cost. There is no default.
type Limits struct {
	Tokens int
	Depth  int
	Bytes  int64
}

// SyntaxError is a place where the file is no XML. What was understood is returned with it.
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

// File is what was understood of the file as a whole.
type File struct {
	Root       string
	Directives []Directive // <!DOCTYPE …> and its kin
}

// Directive is a declaration, its text as written.
type Directive struct {
	Text string
	Off  int64
}

// Element is the start of an element. Names are without their prefixes.
type Element struct {
	Name  string
	Attrs map[string]string
	Off   int64
}

// Parse reads r, a file of that size, and calls each for every element. The File is never nil.
func Parse(r io.ReaderAt, size int64, lim Limits, each func(Element)) (*File, error) {
	f := &File{}
	if size > lim.Bytes {
		return f, &LimitError{"bytes", 0}
	}
	d := xml.NewDecoder(io.NewSectionReader(r, 0, size))
	d.Strict = false // an entity that is not known stays as it is written
	d.CharsetReader = func(charset string, in io.Reader) (io.Reader, error) {
		switch strings.ToLower(charset) {
		case "utf-16", "utf-16le", "utf-16be":
			return in, nil // a caller that met the mark of one has decoded it
		case "us-ascii", "ascii", "iso-8859-1", "latin1", "windows-1252":
			return in, nil // names and paths that matter here are ASCII
		}
		return nil, fmt.Errorf("the encoding %q is not read", charset)
	}
	depth := 0
	for n := 0; ; n++ {
		off := d.InputOffset()
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			if f.Root == "" {
				return f, &SyntaxError{off, "no element"}
			}
			if depth > 0 {
				return f, &SyntaxError{off, fmt.Sprintf("%d elements do not end", depth)}
			}
			return f, nil
		}
		if err != nil {
			return f, &SyntaxError{off, err.Error()}
		}
		if n > lim.Tokens {
			return f, &LimitError{"tokens", off}
		}
		switch t := t.(type) {
		case xml.Directive:
			f.Directives = append(f.Directives, Directive{string(t), off})
		case xml.StartElement:
			if depth++; depth > lim.Depth {
				return f, &LimitError{"depth", off}
			}
			e := Element{Name: t.Name.Local, Attrs: map[string]string{}, Off: off}
			for _, a := range t.Attr {
				e.Attrs[a.Name.Local] = a.Value
			}
			if f.Root == "" {
				f.Root = e.Name
			}
			each(e)
		case xml.EndElement:
			depth--
		}
	}
}
