package checks

import (
	"regexp"
	"slices"
	"strings"

	"bakedin/internal/lang/notebook"
	"bakedin/internal/lang/python"
	"bakedin/internal/repo"
	"bakedin/rules"
)

// PythonSource is the Python of a file: a module, or the code cells of a notebook.
type PythonSource struct {
	*python.File
	cells *notebook.File
}

// Offset turns a byte of the source into a byte of the file.
func (s *PythonSource) Offset(i int32) int {
	if s.cells == nil {
		return int(i)
	}
	return s.cells.Offset(int(i))
}

// Token returns the bytes of the file that the tokens [first, last) stand for.
func (s *PythonSource) Token(first, last int32) (start, end int) {
	return s.Offset(s.Toks[first].Start), s.Offset(s.Toks[last-1].End-1) + 1
}

// Editable tells whether positions are those of Python text: edits inside the JSON of a notebook are not offered.
func (s *PythonSource) Editable() bool { return s.cells == nil }

// Python is the fact of a Python source; nil for a file that has none.
var Python = NewFact(func(f *File) (*PythonSource, error) {
	code, note := f.Asset(repo.Code), f.Asset(repo.Notebook)
	if note == nil && (code == nil || code.Format != "python") {
		return nil, nil
	}
	text, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	s := &PythonSource{}
	if note != nil {
		if s.cells, err = notebook.Parse(text); err != nil {
			return nil, &Skip{Kind: "parse", Detail: err.Error()}
		}
		text = s.cells.Source
	}
	if s.File, err = python.Scan(text, python.Limits{}); err != nil {
		return s, &Skip{Kind: "parse", Detail: err.Error()}
	}
	return s, nil
})

// matchCall reports the calls of a Python source that Match.Call or Match.Keyword describe.
func matchCall(p *Pass) error {
	src, err := Python.Of(p.File)
	if src == nil || src.File == nil {
		return err
	}
	m := &p.Rule.Match
	for i := range src.Calls {
		c := &src.Calls[i]
		if len(m.Call) > 0 && !src.IsCallOf(c, m.Call) {
			continue
		}
		if m.Keyword != "" && !is(src.Keyword(c, m.Keyword), m.Is) {
			continue
		}
		if !narrowed(src, c, m) {
			continue
		}
		start, end := src.Token(c.First, c.Open)
		p.At(start, end, "").Anchor = "call " + src.Callee(c)
	}
	return err
}

// IsCallOf tells whether a call is one of the named functions: by what its imports lead to, or for "*.name" by the name of
// the method, when the file imports the library of that rule at all.
func (s *PythonSource) IsCallOf(c *python.Call, names []string) bool {
	resolved := s.Resolve(c)
	for _, want := range names {
		if method, ok := strings.CutPrefix(want, "*."); ok {
			if callee := s.Callee(c); callee == method || strings.HasSuffix(callee, "."+method) {
				return true
			}
			continue
		}
		if slices.Contains(resolved, want) {
			return true
		}
	}
	return false
}

func narrowed(src *PythonSource, c *python.Call, m *rules.Match) bool {
	for i := range m.With {
		if !holds(src, c, &m.With[i]) {
			return false
		}
	}
	for i := range m.Without {
		if holds(src, c, &m.Without[i]) {
			return false
		}
	}
	return true
}

func holds(src *PythonSource, c *python.Call, a *rules.Argument) bool {
	position := -1
	if a.Position != nil {
		position = *a.Position
	}
	v := src.Argument(c, a.Keyword, position)
	if a.Matches != "" {
		return v.Kind == python.String && regexp.MustCompile(a.Matches).MatchString(v.Str)
	}
	return is(v, a.Is)
}

func is(v python.Value, want string) bool {
	switch want {
	case "true":
		return v.Kind == python.True
	case "false":
		return v.Kind == python.False
	case "none":
		return v.Kind == python.None
	case "absent":
		return v.Kind == python.Absent
	case "literal":
		return v.Kind == python.String || v.Kind == python.Num
	}
	return v.Kind != python.Absent // any, or nothing said
}
