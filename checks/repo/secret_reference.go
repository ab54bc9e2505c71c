package repo

import (
	"bytes"
	"path"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/python"
	"bakedin/internal/repo"
)

// reference replaces a literal by what reads the environment in the language of the file; nil where no exact edit is right.
func reference(p *checks.Pass, env string, text []byte, start, end int) []repo.TextEdit {
	s, e, quoted := widen(text, start, end)
	if strings.HasPrefix(path.Base(p.File.Path), ".env") {
		if s > 0 && text[s-1] == '=' {
			return []repo.TextEdit{p.Replace(s, e, "")}
		}
		return nil
	}
	if code := p.File.Asset(repo.Code); code != nil {
		switch {
		case code.Format == "python" && quoted:
			return inPython(p, env, text, s, e)
		case (code.Format == "javascript" || code.Format == "typescript") && quoted:
			return inScript(p, env, s, e)
		case code.Format == "shell" && s > 0 && text[s-1] == '=' && !(quoted && text[s] == '`'):
			return []repo.TextEdit{p.Replace(s, e, `"${`+env+`:?}"`)}
		case code.Format == "shell" && insideDouble(text, start):
			return []repo.TextEdit{p.Replace(start, end, "${"+env+":?}")}
		}
	}
	if p.File.Is(repo.CI) && strings.HasPrefix(p.File.Path, ".github/") && s > 0 && bytes.HasSuffix(bytes.TrimRight(text[:s], " "), []byte(":")) {
		return []repo.TextEdit{p.Replace(s, e, "${{ secrets."+env+" }}")}
	}
	return nil
}

// widen takes the quotes around a literal in, when it is all that stands between them.
func widen(text []byte, start, end int) (s, e int, quoted bool) {
	if start > 0 && end < len(text) && text[start-1] == text[end] && (text[end] == '"' || text[end] == '\'' || text[end] == '`') {
		if start > 2 && text[start-2] == text[end] { // a triple quote
			return start, end, false
		}
		return start - 1, end + 1, true
	}
	return start, end, false
}

// insideDouble tells whether a place in a shell script stands between double quotes of its line.
func insideDouble(text []byte, at int) bool {
	line := text[bytes.LastIndexByte(text[:at], '\n')+1 : at]
	return bytes.Count(line, []byte(`"`))%2 == 1 && !bytes.ContainsAny(line, "'\\`")
}

// inScript reads a variable of the process in the place of a string of JavaScript.
func inScript(p *checks.Pass, env string, s, e int) []repo.TextEdit {
	src, err := checks.Script.Of(p.File)
	if src == nil || err != nil {
		return nil
	}
	for i := range src.Toks {
		if t := &src.Toks[i]; int(t.Start) == s {
			use := "process.env." + env
			if src.InTag(int32(i)) {
				use = "{" + use + "}"
			}
			return []repo.TextEdit{p.Replace(s, e, use)}
		}
	}
	return nil
}

// inPython reads a variable of the process in the place of a literal of Python, and imports os where that is missing. There is
// no edit where an expression may not stand, and none where os means something else.
func inPython(p *checks.Pass, env string, text []byte, s, e int) []repo.TextEdit {
	src, err := checks.Python.Of(p.File)
	if src == nil || src.File == nil || err != nil || !src.Plain() {
		return nil
	}
	at := tokenAt(src.File, s, e)
	if at == 0 || beside(src.File, at) || inPattern(src.File, at) {
		return nil
	}
	mark := string(text[s])
	edits := []repo.TextEdit{p.Replace(s, e, "os.environ["+mark+env+mark+"]")}
	imported := false
	for i := range src.Imports {
		m := &src.Imports[i]
		if m.Name == "os" && m.Path != "os" && !strings.HasPrefix(m.Path, "os.") {
			return nil
		}
		imported = imported || m.Name == "os" && m.Scope == 0 && m.Tok < at
	}
	if meansElse(src.File) {
		return nil
	}
	if !imported {
		where, before, after := importPlace(src.File)
		edits = append(edits, p.Replace(where, where, before+"import os"+after))
	}
	return edits
}

// tokenAt is the literal at those bytes, or 0.
func tokenAt(f *python.File, s, e int) int32 {
	for i := range f.Toks {
		if t := &f.Toks[i]; int(t.Start) == s && int(t.End) == e && t.Kind == python.Str {
			return int32(i)
		}
	}
	return 0
}

// beside tells whether a literal is joined with one next to it.
func beside(f *python.File, i int32) bool {
	for _, k := range []python.Kind{f.Toks[i-1].Kind, f.Toks[i+1].Kind} {
		if k == python.Str || k == python.FStart || k == python.FEnd {
			return true
		}
	}
	return false
}

// inPattern tells whether a token stands in the pattern of a case.
func inPattern(f *python.File, i int32) bool {
	first := i
	for f.Toks[first-1].Kind != python.Newline {
		first--
	}
	if f.Word(first) != "case" || f.IsBracket(first+1, '=') || f.IsBracket(first+1, '.') {
		return false
	}
	for k := first; k < i; k++ { // the body may stand on the same line
		if f.IsBracket(k, ':') && f.Toks[k].Depth == 0 {
			return false
		}
	}
	return true
}

// meansElse tells whether the name os is bound or used in a source other than as the module: os = x, def f(os), g(os).
func meansElse(f *python.File) bool {
	importing := false
	for i := int32(1); int(i) < len(f.Toks); i++ {
		t := &f.Toks[i]
		if t.Kind == python.Newline {
			importing = false
		}
		if t.Kind != python.Name {
			continue
		}
		importing = importing || f.IsKeyword(i, "import") || f.IsKeyword(i, "from")
		if f.Word(i) == "os" && !importing && !f.IsBracket(i-1, '.') && !f.IsBracket(i+1, '.') {
			return true
		}
	}
	return false
}

// importPlace is where an import belongs: behind the last plain import of those at the top, else before the first of another
// kind, else behind the text that describes the module.
func importPlace(f *python.File) (at int, before, after string) {
	line := checks.LineEnd(f.Src)
	plain, other, behind := -1, -1, topComments(f.Src)
	for i := int32(1); int(i) < len(f.Toks) && f.Toks[i].Kind != python.EOF; {
		end := i
		for f.Toks[end].Kind != python.Newline {
			end++
		}
		next := int(f.Toks[end].End)
		start := int(f.Toks[i].Start)
		switch {
		case f.Toks[i].Kind == python.Str && end == i+1, f.IsKeyword(i, "from") && f.Word(i+1) == "__future__":
			behind = next
		case f.IsKeyword(i, "import"):
			plain = next
		case f.IsKeyword(i, "from"):
			if other < 0 {
				other = start
			}
		default:
			end = int32(len(f.Toks) - 1)
		}
		i = end + 1
	}
	switch {
	case plain >= 0:
		at = plain
	case other >= 0:
		return other, "", line
	default:
		at = behind
	}
	if at > 0 && f.Src[at-1] != '\n' && f.Src[at-1] != '\r' { // the last line has no end
		return at, line, ""
	}
	return at, "", line
}

// topComments is the end of the lines at the head of a file that begin with #: what starts it, its encoding, its licence.
func topComments(src []byte) (at int) {
	for at < len(src) && src[at] == '#' {
		i := bytes.IndexByte(src[at:], '\n')
		if i < 0 {
			return len(src)
		}
		at += i + 1
	}
	return at
}
