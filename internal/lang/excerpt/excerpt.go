// Package excerpt holds text that was taken out of a file of another kind: the cells of a notebook, the Python of a shell
// script. It knows where each byte stood; what the text says is for others to read.
package excerpt

import "math"

// Text is a piece of text, or several one below the other.
type Text struct {
	Source  []byte
	offsets []int32 // of each byte of Source in the file
}

// Put adds a byte that stands at off in the file.
func (t *Text) Put(b byte, off int) {
	t.Source = append(t.Source, b)
	t.offsets = append(t.offsets, int32(off))
}

// Offset of a byte of Source in the file. The end of Source is behind its last byte.
func (t *Text) Offset(i int) int {
	switch {
	case len(t.offsets) == 0:
		return 0
	case i >= len(t.offsets):
		return int(t.offsets[len(t.offsets)-1]) + 1
	}
	return int(t.offsets[max(i, 0)])
}

// longest way to write one character in a file that holds the text: an escaped pair of surrogates
const longestEscape = 12

// Gaps are the ranges of the file, from its first byte on, that the text leaves out between its pieces. What lies behind
// the last piece is the last of them.
func (t *Text) Gaps() [][2]int {
	var out [][2]int
	last := 0
	for _, off := range t.offsets {
		if int(off)-last > longestEscape {
			out = append(out, [2]int{last, int(off)})
		}
		last = int(off) + 1
	}
	return append(out, [2]int{last, math.MaxInt})
}
