package checks

import (
	"sort"
	"unicode/utf8"
)

// lineIndex turns byte offsets of a text into lines and columns.
type lineIndex struct {
	text   []byte
	starts []int
}

func newLineIndex(text []byte) *lineIndex {
	x := &lineIndex{text: text, starts: []int{0}}
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\n', text[i] == '\r' && (i+1 == len(text) || text[i+1] != '\n'):
			x.starts = append(x.starts, i+1)
		}
	}
	return x
}

// position of a byte offset; offsets beyond the end are the end.
func (x *lineIndex) position(off int) Position {
	off = max(0, min(off, len(x.text)))
	line := sort.SearchInts(x.starts, off+1) - 1
	return Position{Line: line + 1, Column: utf8.RuneCount(x.text[x.starts[line]:off]) + 1, Byte: off}
}

// line returns the text of a 1-based line without its end.
func (x *lineIndex) line(n int) []byte {
	if n < 1 || n > len(x.starts) {
		return nil
	}
	end := len(x.text)
	if n < len(x.starts) {
		end = x.starts[n]
	}
	line := x.text[x.starts[n-1]:end]
	for len(line) > 0 && (line[len(line)-1] == '\n' || line[len(line)-1] == '\r') {
		line = line[:len(line)-1]
	}
	return line
}

// Position turns a byte offset of the file's text into line and column.
func (f *File) Position(off int) Position {
	if f.lines == nil {
		text, _ := f.Bytes()
		f.lines = newLineIndex(text)
	}
	return f.lines.position(off)
}
