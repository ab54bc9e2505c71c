package checks

import (
	"bytes"
	"encoding/json"
	"iter"
	"maps"
	"regexp"
	"slices"
	"strings"

	"bakedin/internal/lang/excerpt"
	"bakedin/internal/lang/notebook"
	"bakedin/internal/lang/python"
	"bakedin/internal/lang/shell"
	"bakedin/internal/repo"
	"bakedin/rules"
)

// PythonSource is the Python of a file: a module, the code cells of a notebook, or what a shell script hands to python.
type PythonSource struct {
	*python.File
	taken *excerpt.Text // where it stands in the file; nil for a module
	cells []byte        // the file, of a notebook

	inShell bool // it is what a shell script hands to python

	names   [][]string         // what each call resolves to
	roots   map[string]bool    // what is imported, and the packages above it
	calls   map[string][]int32 // calls by what they resolve to
	methods map[string][]int32 // calls by the last label as written
}

// index resolves every call once, so that a further rule costs a look into a map and no pass over the calls.
func (s *PythonSource) index() {
	s.roots = map[string]bool{}
	for i := range s.Imports {
		for p := s.Imports[i].Path; p != "" && !s.roots[p]; {
			s.roots[p] = true
			p = p[:max(strings.LastIndexByte(p, '.'), 0)]
		}
	}
	s.names = make([][]string, len(s.Calls))
	s.calls, s.methods = map[string][]int32{}, map[string][]int32{}
	for i := range s.Calls {
		s.names[i] = s.Resolve(&s.Calls[i])
		for _, n := range s.names[i] {
			s.calls[n] = append(s.calls[n], int32(i))
		}
		m := s.Method(&s.Calls[i])
		s.methods[m] = append(s.methods[m], int32(i))
	}
}

// ImportsFrom tells whether the source imports a package, or something of it.
func (s *PythonSource) ImportsFrom(root string) bool { return s.roots[root] }

// CallNames returns what call i resolves to.
func (s *PythonSource) CallNames(i int) []string { return s.names[i] }

// CallsOf returns the calls, by index, that resolve to a canonical name.
func (s *PythonSource) CallsOf(name string) []int32 { return s.calls[name] }

// CallsNamed returns the calls, by index, whose callee ends in that label.
func (s *PythonSource) CallsNamed(label string) []int32 { return s.methods[label] }

// Resolved yields the names that calls resolve to, each once.
func (s *PythonSource) Resolved() iter.Seq[string] { return maps.Keys(s.calls) }

// Offset turns a byte of the source into a byte of the file.
func (s *PythonSource) Offset(i int32) int {
	if s.taken == nil {
		return int(i)
	}
	return s.taken.Offset(int(i))
}

// Token returns the bytes of the file that the tokens [first, last) stand for.
func (s *PythonSource) Token(first, last int32) (start, end int) {
	return s.Offset(s.Toks[first].Start), s.Offset(s.Toks[last-1].End-1) + 1
}

// Plain tells whether the file is this source, so that positions are those of the file.
func (s *PythonSource) Plain() bool { return s.taken == nil }

// Editable tells whether Edit can turn a change of the source into one of the file: not between the quotes of a shell.
func (s *PythonSource) Editable() bool { return s.taken == nil || s.cells != nil }

// Edit turns a change of the source into one of the file: text in the place of [start, end). In a notebook it is written as
// JSON writes it, and stays on its line.
func (s *PythonSource) Edit(start, end int, text string) (from, to int, with string, ok bool) {
	if s.taken == nil {
		return start, end, text, true
	}
	if s.cells == nil || start == 0 || bytes.IndexByte(s.Src[start-1:end], '\n') >= 0 {
		return 0, 0, "", false
	}
	from = s.behind(start - 1)
	to = from
	if end > start {
		to = s.behind(end - 1)
	}
	var out strings.Builder
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if enc.Encode(text) != nil {
		return 0, 0, "", false
	}
	quoted := strings.TrimSpace(out.String())
	with = quoted[1 : len(quoted)-1]
	line := s.cells[bytes.LastIndexByte(s.cells[:from], '\n')+1 : from]
	if indent, _, _ := bytes.Cut(line, []byte{'"'}); len(indent) > 0 && len(bytes.TrimSpace(indent)) == 0 { // a line is a string of its own
		with = strings.ReplaceAll(with, `\n`, `\n",`+LineEnd(s.cells)+string(indent)+`"`)
	}
	return from, to, with, true
}

// behind is where the character of a notebook that gave byte i of the source ends.
func (s *PythonSource) behind(i int) int {
	at := s.taken.Offset(i)
	switch {
	case s.cells[at] != '\\':
		return at + 1
	case s.cells[at+1] != 'u':
		return at + 2
	}
	return at + 6
}

// Python is the fact of a Python source; nil for a file that has none.
var Python = NewFact(func(f *File) (*PythonSource, error) {
	code, note := f.Asset(repo.Code), f.Asset(repo.Notebook)
	if note == nil && (code == nil || code.Format != "python" && code.Format != "shell") {
		return nil, nil
	}
	text, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	s := &PythonSource{}
	switch {
	case note != nil:
		nb, err := notebook.Parse(text)
		if err != nil {
			return nil, &Skip{Kind: "parse", Detail: err.Error()}
		}
		s.taken, s.cells, text = &nb.Text, text, nb.Source
	case code.Format == "shell":
		s.inShell = true
		if s.taken = shell.InlinePython(text); len(s.taken.Source) == 0 {
			return nil, nil
		}
		text = s.taken.Source
	}
	if s.File, err = python.Scan(text, python.Limits{}); err != nil {
		s.index()
		return s, &Skip{Kind: "parse", Detail: err.Error()}
	}
	s.index()
	return s, nil
})

// matchCall reports the calls of a Python source that Match.Call or Match.Keyword describe.
func matchCall(p *Pass) error {
	src, err := Python.Of(p.File)
	if src == nil || src.File == nil {
		return err
	}
	m := &p.Rule.Match
	for _, i := range candidates(src, m) {
		c := &src.Calls[i]
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

// candidates are the calls that Match.Call names, in source order; all of them when it names none.
func candidates(src *PythonSource, m *rules.Match) []int32 {
	var out []int32
	if len(m.Call) == 0 {
		for i := range src.Calls {
			out = append(out, int32(i))
		}
		return out
	}
	for _, want := range m.Call {
		if method, ok := strings.CutPrefix(want, "*."); ok {
			out = append(out, src.CallsNamed(method)...)
		} else {
			out = append(out, src.CallsOf(want)...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
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
