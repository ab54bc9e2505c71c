package python

import "slices"

// line is a logical line: tokens [first, end), and how deep it stands.
type line struct {
	first, end int32
	col        int
}

func (w *Flow) logical() []line {
	if w.lines != nil {
		return w.lines
	}
	in := walker{File: w.File}
	for i := int32(1); int(i) < len(w.Toks); i++ {
		first := i
		for int(i) < len(w.Toks) && w.Toks[i].Kind != Newline && w.Toks[i].Kind != EOF {
			i++
		}
		if i > first {
			w.lines = append(w.lines, line{first, i, in.column(first)})
		}
	}
	if w.lines == nil {
		w.lines = []line{}
	}
	return w.lines
}

// lineAt is the index of the logical line of a token.
func (w *Flow) lineAt(tok int32) int {
	k, _ := slices.BinarySearchFunc(w.logical(), tok, func(l line, t int32) int { return int(l.end - t - 1) })
	return min(k, max(len(w.lines)-1, 0))
}
