package needle

import "bytes"

// Window is a range of bytes of a text that an expression is tried on.
type Window struct{ Start, End int }

// Around is the range [from, to) of a text, widened to whole lines. A line is followed no further than most bytes to either
// side: the lines of minified scripts and of pictures in notebooks have megabytes.
func Around(text []byte, from, to, most int) Window {
	return Window{lineStart(text, from, most), lineEnd(text, to, most)}
}

// lineStart is the start of the line that holds a byte, or as far before it as is looked.
func lineStart(text []byte, at, most int) int {
	from := max(0, at-most)
	if i := bytes.LastIndexByte(text[from:at], '\n'); i >= 0 {
		return from + i + 1
	}
	return from
}

// lineEnd is the end of the line that holds the byte before at, or as far behind it as is looked.
func lineEnd(text []byte, at, most int) int {
	to := min(len(text), at+most)
	if i := bytes.IndexByte(text[at-1:to], '\n'); i >= 0 {
		return at - 1 + i
	}
	return to
}

// Add appends a window to a list in the order of the text. One that overlaps the last widens it.
func Add(list []Window, w Window) []Window {
	if n := len(list); n > 0 && w.Start < list[n-1].End {
		list[n-1].End = max(list[n-1].End, w.End)
		return list
	}
	return append(list, w)
}
