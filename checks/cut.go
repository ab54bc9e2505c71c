package checks

import (
	"bytes"
	"strings"

	"bakedin/internal/lang/keys"
)

// cut is the range that holds an entry of an object or list in brackets, and what is put in its place. One comma goes with the
// entry, so does its line when it has one to itself, and a comment on that line. Other comments stay.
func cut(text []byte, parent, n *keys.Node) (start, end int, with string) {
	i := 0
	for i < len(parent.Items) && parent.Items[i] != n {
		i++
	}
	begin, stop := n.Start, n.End
	if n.KeyEnd > n.KeyStart {
		begin = n.KeyStart
	}
	after := pastComments(text, stop, true)
	comma := after < len(text) && text[after] == ','
	if comma {
		stop = after + 1
	}
	lineStart, lineStop, own := ownLines(text, begin, stop)
	if own {
		begin, stop = lineStart, lineStop
	}
	if len(parent.Items) == 1 && parent.End > parent.Start+1 && onlyBlank(text[parent.Start+1:min(begin, parent.End-1)]) && onlyBlank(text[min(stop, parent.End-1):parent.End-1]) {
		return parent.Start + 1, parent.End - 1, ""
	}
	switch last := i+1 >= len(parent.Items); {
	case last && i > 0 && !comma: // the comma before goes
		before := pastComments(text, parent.Items[i-1].End, true)
		if !own {
			return before, stop, ""
		}
		between := strings.TrimSuffix(strings.TrimSuffix(string(text[before+1:begin]), "\n"), "\r")
		return before, len(bytes.TrimRight(text[:stop], "\r\n")), between
	case own:
	default:
		for stop < len(text) && (text[stop] == ' ' || text[stop] == '\t') {
			stop++
		}
	}
	return begin, stop, ""
}

func onlyBlank(b []byte) bool { return len(bytes.TrimSpace(b)) == 0 }

// ownLines widens a range to its lines, when nothing else but comments stands on them.
func ownLines(text []byte, begin, stop int) (start, end int, own bool) {
	start = bytes.LastIndexByte(text[:begin], '\n') + 1
	if start == 0 && begin > 0 && !onlyBlank(text[:begin]) || pastComments(text, start, false) < begin {
		return begin, stop, false
	}
	end = pastComments(text, stop, false)
	switch {
	case end < len(text) && text[end] == '\n':
		return start, end + 1, true
	case end+1 < len(text) && text[end] == '\r' && text[end+1] == '\n':
		return start, end + 2, true
	}
	return begin, stop, false
}

// pastComments is where something other than blanks and comments stands; with lines, on whatever line.
func pastComments(text []byte, at int, lines bool) int {
	for at < len(text) {
		switch c := text[at]; {
		case c == ' ' || c == '\t', lines && (c == '\r' || c == '\n'):
			at++
		case c == '#' || bytes.HasPrefix(text[at:], []byte("//")):
			for at < len(text) && text[at] != '\n' {
				at++
			}
			if !lines && at > 0 && text[at-1] == '\r' {
				at--
			}
		case bytes.HasPrefix(text[at:], []byte("/*")):
			i := bytes.Index(text[at:], []byte("*/"))
			if i < 0 {
				return at
			}
			at += i + 2
		default:
			return at
		}
	}
	return at
}
