package intact

import (
	"errors"
	"strings"

	"bakedin/internal/lang/notebook"
	"bakedin/internal/lang/python"
)

// python holds the tokens against each other, then what tokens alone do not show: blocks, calls and the fields of strings.
func (e *edited) python() error {
	was, err := python.Scan(e.before, python.Limits{})
	if err != nil {
		return nil // it could not be read before
	}
	is, err := python.Scan(e.after, python.Limits{})
	if err != nil || len(is.Notes) > len(was.Notes) {
		return errors.New("the Python would no longer be read")
	}
	if !sameTokens(e.kept(pythonTokens(was), pythonTokens(is))) {
		return errors.New("more of the Python would change than was meant")
	}
	if badBlocks(is) > badBlocks(was) {
		return errors.New("a block of the Python would be left empty or indented wrongly")
	}
	for i := range is.Calls {
		c := &is.Calls[i]
		if s := tokenSpan(is, c.First, c.Close); anyOf(s, e.new, within) && badArguments(is, c) {
			return errors.New("the arguments of a call would not be allowed by Python")
		}
	}
	for i := range is.Toks {
		if t := &is.Toks[i]; t.Kind == python.FStart && t.Mate > int32(i) {
			if err := e.field(is, int32(i), t.Mate); err != nil {
				return err
			}
		}
	}
	return nil
}

func tokenSpan(f *python.File, first, last int32) span {
	return span{int(f.Toks[first].Start), int(f.Toks[last].End)}
}

func pythonTokens(f *python.File) []piece {
	out := make([]piece, 0, len(f.Toks))
	for i := range f.Toks {
		t := &f.Toks[i]
		text := "\n"
		if t.Kind != python.Newline {
			text = string(f.Src[t.Start:t.End])
		}
		out = append(out, piece{span{int(t.Start), int(t.End)}, text})
	}
	return out
}

// sameTokens compares what was kept; line ends that follow each other count as one.
func sameTokens(was, is []piece) bool {
	was, is = oneLineEnd(was), oneLineEnd(is)
	if len(was) != len(is) {
		return false
	}
	for i := range was {
		if was[i].text != is[i].text {
			return false
		}
	}
	return true
}

func oneLineEnd(in []piece) []piece {
	var out []piece
	for _, p := range in {
		if n := len(out); n == 0 || p.text != "\n" || out[n-1].text != "\n" {
			out = append(out, p)
		}
	}
	return out
}

// badBlocks counts the lines whose indentation does not follow from the line before.
func badBlocks(f *python.File) (bad int) {
	levels := []int{0}
	opens := false // the last line ends in a colon
	first := true
	for i := 1; i < len(f.Toks); i++ {
		t := &f.Toks[i]
		switch {
		case t.Kind == python.EOF:
			if opens {
				bad++
			}
		case t.Kind == python.Newline:
			p := &f.Toks[i-1]
			opens, first = p.Kind == python.Op && p.Op == ':' && p.Depth == 0, true
		case first:
			first = false
			column := int(t.Start) - lineStart(f.Src, int(t.Start))
			top := levels[len(levels)-1]
			switch {
			case opens && column > top:
				levels = append(levels, column)
				continue
			case opens || column > top:
				bad++
			}
			for len(levels) > 1 && levels[len(levels)-1] > column {
				levels = levels[:len(levels)-1]
			}
			if levels[len(levels)-1] < column {
				bad++
				levels = append(levels, column)
			}
		}
	}
	return bad
}

func lineStart(text []byte, at int) int {
	for at > 0 && text[at-1] != '\n' && text[at-1] != '\r' {
		at--
	}
	return at
}

// badArguments tells whether a call repeats a keyword, has a positional argument behind a keyword, or a bare generator
// beside others.
func badArguments(f *python.File, c *python.Call) bool {
	named := map[string]bool{}
	for _, a := range c.Args {
		switch {
		case a.Name != 0:
			if named[f.Identifier(a.Name)] {
				return true
			}
			named[f.Identifier(a.Name)] = true
		case a.Stars == 0:
			if len(named) > 0 || len(c.Args) > 1 && f.Generator(a) {
				return true
			}
		}
	}
	return false
}

// field holds what was written into an f-string against the Python before 3.12: neither its quote nor a backslash nor a
// comment may stand in a field.
func (e *edited) field(f *python.File, start, end int32) error {
	quote := strings.TrimLeft(f.Word(start), "fFrRtTbB")
	whole := tokenSpan(f, start, end)
	for i, c := range e.new {
		text := e.changes[i].Text
		if within(whole, c) && (strings.Contains(text, quote) || strings.ContainsAny(text, "\\#\n")) {
			return errors.New("the change stands in a field of a string, where older versions of Python do not read it")
		}
	}
	return nil
}

// cells holds the code of a notebook against what it was. What lies between the first and the last difference counts as
// edited.
func cells(before, after []byte) error {
	was, err := notebook.Parse(before)
	if err != nil {
		return nil
	}
	is, err := notebook.Parse(after)
	if err != nil {
		return errors.New("the notebook would no longer be read")
	}
	start, end, until := 0, len(was.Source), len(is.Source)
	for start < end && start < until && was.Source[start] == is.Source[start] {
		start++
	}
	for end > start && until > start && was.Source[end-1] == is.Source[until-1] {
		end, until = end-1, until-1
	}
	word := func(b byte) bool {
		return b == '_' || b >= 0x80 || '0' <= b && b <= '9' || 'A' <= b&^0x20 && b&^0x20 <= 'Z'
	}
	for start > 0 && word(was.Source[start-1]) { // whole names differ, not parts of them
		start--
	}
	for end < len(was.Source) && word(was.Source[end]) {
		end, until = end+1, until+1
	}
	e := edited{before: was.Source, changes: []Change{{start, end, string(is.Source[start:until])}}}
	e.apply()
	return e.python()
}
