// Package notebook reads the code cells of a Jupyter notebook as one Python source that knows where each of its bytes stands
// in the file. Lines for IPython (magics, shell escapes) become comments. Outputs and Markdown cells are left out.
// Source: the notebook format, version 4, nbformat.readthedocs.io.
package notebook

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"bakedin/internal/lang/excerpt"
	"bakedin/internal/lang/keys"
)

// File is the code of a notebook.
type File struct {
	excerpt.Text     // the code cells, one below the other
	Cells        int // code cells
}

// Parse reads a notebook. A notebook whose language is not Python has no code here. The error is that of the JSON.
func Parse(src []byte) (*File, error) {
	root, err := keys.Parse("json", src, keys.Limits{})
	if err != nil {
		return nil, err
	}
	f := &File{}
	if lang := root.At("metadata", "kernelspec", "language"); lang != nil && !strings.EqualFold(lang.Value, "python") {
		return f, nil
	}
	cells := root.Child("cells")
	if cells == nil {
		return f, nil
	}
	for _, cell := range cells.Items {
		kind, source := cell.Child("cell_type"), cell.Child("source")
		if kind == nil || kind.Value != "code" || source == nil {
			continue
		}
		f.Cells++
		start := len(f.Source)
		if source.Kind == keys.Scalar {
			f.text(src, source.Start, source.End)
		}
		for _, line := range source.Items {
			f.text(src, line.Start, line.End)
		}
		f.magics(start)
		f.Put('\n', source.End-1)
	}
	return f, nil
}

// text decodes a JSON string, quotes included, and keeps the place of every byte.
func (f *File) text(src []byte, start, end int) {
	if end-start < 2 || src[start] != '"' {
		return
	}
	for i := start + 1; i < end-1; i++ {
		if src[i] != '\\' || i+1 >= end-1 {
			f.Put(src[i], i)
			continue
		}
		at := i
		i++
		switch src[i] {
		case 'n':
			f.Put('\n', at)
		case 't':
			f.Put('\t', at)
		case 'r':
			f.Put('\r', at)
		case 'b', 'f':
			f.Put(' ', at)
		case 'u':
			r, n := unicode(src[i+1 : end-1])
			if n == 0 {
				f.Put('?', at)
				continue
			}
			for _, b := range utf8.AppendRune(nil, r) {
				f.Put(b, at)
			}
			i += n
		default:
			f.Put(src[i], at)
		}
	}
}

// unicode reads the digits of one escape, or of two that make a surrogate pair.
func unicode(s []byte) (r rune, n int) {
	a, ok := hex4(s)
	if !ok {
		return 0, 0
	}
	if utf16.IsSurrogate(a) && len(s) >= 10 && s[4] == '\\' && s[5] == 'u' {
		if b, ok := hex4(s[6:]); ok {
			if r := utf16.DecodeRune(a, b); r != utf8.RuneError {
				return r, 10
			}
		}
	}
	return a, 4
}

func hex4(s []byte) (r rune, ok bool) {
	if len(s) < 4 {
		return 0, false
	}
	for _, c := range s[:4] {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c >= 'a' && c <= 'f':
			r = r<<4 | rune(c-'a'+10)
		case c >= 'A' && c <= 'F':
			r = r<<4 | rune(c-'A'+10)
		default:
			return 0, false
		}
	}
	return r, true
}

// magics makes comments of the lines of a cell that IPython reads and Python does not. A cell that begins with %% is of
// another language, but for the few that time or capture Python.
func (f *File) magics(start int) {
	cell := f.Source[start:]
	first := strings.TrimSpace(string(cell[:min(len(cell), 40)]))
	whole := strings.HasPrefix(first, "%%") && !strings.HasPrefix(first, "%%time") && !strings.HasPrefix(first, "%%capture")
	lineStart := true
	for i := range cell {
		switch {
		case cell[i] == '\n':
			lineStart = true
		case lineStart && (cell[i] == ' ' || cell[i] == '\t'):
		case lineStart:
			if whole || cell[i] == '%' || cell[i] == '!' || cell[i] == '?' {
				cell[i] = '#'
			}
			lineStart = false
		}
	}
}
