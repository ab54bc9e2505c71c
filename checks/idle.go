package checks

import (
	"bytes"
	"cmp"
	"path"
	"regexp"
	"slices"

	"bakedin/internal/lang/javascript"
	"bakedin/internal/lang/python"
	"bakedin/rules"
)

// idle is what a part of a source is that does nothing by itself.
type idle int

const (
	live     idle = iota // code, or a setting
	imported             // a name that is brought in
	remark               // a comment, a docstring, or a branch that is never taken
)

// idleSpan is a part of a file, in bytes.
type idleSpan struct {
	start, end int
	what       idle
}

// idleAt tells what stands at a byte of a file. A word in a comment is evidence of nothing, an import is not yet a use.
func idleAt(f *File, at int) idle {
	spans, _ := idles.Of(f)
	what := live
	for _, s := range spans {
		if s.start > at {
			break
		}
		if at < s.end {
			what = max(what, s.what)
		}
	}
	return what
}

// EvidenceAt is the most that a match of evidence at a byte of a file can be by what stands there: E0 in a comment, E1 in an
// import, E2 in code and settings.
func EvidenceAt(f *File, at int) rules.Strength {
	switch idleAt(f, at) {
	case remark:
		return rules.E0
	case imported:
		return rules.E1
	}
	return rules.E2
}

// idles are the parts of a file that do nothing, by their first byte. A source that cannot be read has those of a setting
// file: that is told elsewhere.
var idles = NewFact(func(f *File) ([]idleSpan, error) {
	text, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	var out []idleSpan
	src, _ := Python.Of(f)
	script, _ := Script.Of(f)
	switch {
	case src != nil && src.File != nil && !src.inShell:
		out = idlesOfPython(src)
	case script != nil:
		out = idlesOfScript(script)
	default:
		out = idlesOfText(text, f.Path)
	}
	slices.SortStableFunc(out, func(a, b idleSpan) int { return cmp.Compare(a.start, b.start) })
	return out, nil
})

// idlesOfPython are comments, imports, strings that are statements or several lines long, what is only for type checkers, and
// what stands below "if False". In a notebook everything but the code cells is beside the code.
func idlesOfPython(src *PythonSource) []idleSpan {
	var out []idleSpan
	add := func(first, last int32, what idle) {
		if last > first {
			start, end := src.Token(first, last)
			out = append(out, idleSpan{start, end, what})
		}
	}
	for _, c := range src.Comments {
		if c.End > c.Start {
			out = append(out, idleSpan{src.Offset(int32(c.Start)), src.Offset(int32(c.End-1)) + 1, remark})
		}
	}
	for i := int32(1); int(i) < len(src.Toks) && src.Toks[i].Kind != python.EOF; i++ {
		end := i
		for src.Toks[end].Kind != python.Newline && src.Toks[end].Kind != python.EOF {
			end++
		}
		for k := i; k < end; k++ {
			if t := &src.Toks[k]; t.Kind == python.Str && bytes.IndexByte(src.Src[t.Start:t.End], '\n') >= 0 {
				add(k, k+1, remark)
			}
		}
		switch {
		case src.IsKeyword(i, "import"), src.IsKeyword(i, "from"):
			add(i, end, imported)
		case onlyStrings(src.File, i, end):
			add(i, end, remark)
		case src.IsKeyword(i, "if") && end == i+3 && neverTrue(src.Word(i+1)):
			add(i, min(src.BlockEnd(i), int32(len(src.Toks)-1)), remark)
		}
		if i = end; src.Toks[i].Kind == python.EOF {
			break
		}
	}
	if src.taken != nil {
		for _, gap := range src.taken.Gaps() {
			out = append(out, idleSpan{gap[0], gap[1], remark})
		}
	}
	return out
}

func onlyStrings(f *python.File, first, last int32) bool {
	for i := first; i < last; i++ {
		if f.Toks[i].Kind != python.Str {
			return false
		}
	}
	return last > first
}

// neverTrue is a condition that does not hold when a program runs.
func neverTrue(word string) bool { return word == "False" || word == "0" || word == "TYPE_CHECKING" }

// idlesOfScript are comments, and statements that import or require and do nothing else.
func idlesOfScript(f *javascript.File) []idleSpan {
	var out []idleSpan
	for _, c := range f.Comments {
		out = append(out, idleSpan{int(c[0]), int(c[1]), remark})
	}
	for i := int32(1); int(i) < len(f.Toks)-1; i++ {
		if !f.Toks[i].Line || f.Toks[i].Kind != javascript.Name {
			continue
		}
		if end := importEnd(f, i); end > i {
			out = append(out, idleSpan{int(f.Toks[i].Start), int(f.Toks[end].End), imported})
			i = end
		}
	}
	return out
}

// longest import statement, in tokens
const importLength = 400

// importEnd is the last token of the import statement that begins at token i, or 0.
func importEnd(f *javascript.File, i int32) int32 {
	word := f.Word(i)
	if word != "import" && word != "const" && word != "let" && word != "var" {
		return 0
	}
	for k := i + 1; k < i+importLength && int(k) < len(f.Toks)-1; k++ {
		switch {
		case f.IsOp(k, ';'), word == "import" && f.IsOp(k, '('):
			return 0
		case word == "import":
			if f.Toks[k].Kind == javascript.Str {
				return k
			}
		case f.Toks[k].Kind == javascript.Name && f.Word(k) == "require" && f.IsOp(k-1, '=') && f.IsOp(k+1, '('):
			if end := f.Toks[k+1].Mate; end == k+3 && !f.IsOp(end+1, '(') && !f.IsOp(end+1, '.') {
				return end
			}
			return 0
		case f.IsOp(k, '=') && f.Toks[k+1].Kind == javascript.Name && f.Word(k+1) != "require":
			return 0
		}
	}
	return 0
}

var (
	goImport     = regexp.MustCompile(`(?m)^import\s*(?:\([^)]*\)|[^\n(]*)`)
	blockComment = regexp.MustCompile(`(?m)(?:^|[ \t])/\*[\s\S]*?\*/`)
)

// idlesOfText are the comments of a file that has no scanner of its own, and the imports of Go.
func idlesOfText(text []byte, file string) []idleSpan {
	var out []idleSpan
	add := func(re *regexp.Regexp, what idle) {
		for _, m := range re.FindAllIndex(text, -1) {
			out = append(out, idleSpan{m[0], m[1], what})
		}
	}
	for _, c := range commentsOf(file, text) {
		out = append(out, idleSpan{c.start, c.end, remark})
	}
	switch path.Ext(file) {
	case ".go":
		add(goImport, imported)
		add(blockComment, remark)
	case ".tf", ".java", ".kt", ".rs", ".cs":
		add(blockComment, remark)
	}
	return out
}
