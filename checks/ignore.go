package checks

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"bakedin/internal/lang/python"
	"bakedin/internal/repo"
	"bakedin/internal/safe"
)

// Ignore is a comment in a scanned file that asks for silence about some rules at one line, or in the whole file:
//
//	# bakedin: ignore[rule-a,rule-b] until=2027-01-31 -- reason
//	# bakedin: ignore-file[rule-a] -- reason
//
// The engine reports it; whether it counts is policy.
type Ignore struct {
	Path     string
	Line     int // of the comment
	About    int // the line it is about; 0: the whole file
	Rules    []string
	Until    time.Time // zero: without end
	Reason   string
	Text     safe.Text // the line it stands in, trimmed
	Problem  string    // why it cannot count; empty when it can
	InPrompt bool      // the comment itself is input to a model
}

// Covers tells whether the comment is about a finding, whatever policy says.
func (g *Ignore) Covers(f *Finding) bool {
	l := f.Location
	if g.Problem != "" || l == nil || l.Kind != "text" || l.Path != g.Path || !slices.Contains(g.Rules, f.Rule) {
		return false
	}
	return g.About == 0 || g.About >= l.Start.Line && g.About <= max(l.Start.Line, l.End.Line)
}

// a comment that silences a whole file stands in its first lines
const fileIgnoreLines = 20

var (
	ignoreMark = []byte("bakedin:")
	ignoreForm = regexp.MustCompile(`\bbakedin:\s*ignore(-file)?\b(\[[^\]]*\])?(?:\s+until=(\S+))?(?:\s+--\s*(.*))?`)
)

// comment is the text of a comment, from its mark to its end, as bytes of the file.
type comment struct{ start, end int }

// ignoresIn reads the comments of a file whose text was looked at. It never panics: comments that cannot be read silence
// nothing.
func ignoresIn(f *File) (out []Ignore) {
	defer func() {
		if recover() != nil {
			out = nil
		}
	}()
	return ignoresOf(f, f.text.Bytes)
}

// ignoresOf reads the comments of a file that speak to us.
func ignoresOf(f *File, text []byte) []Ignore {
	if !bytes.Contains(text, ignoreMark) {
		return nil
	}
	f.Position(0) // makes the index of lines
	var out []Ignore
	for _, c := range commentsOf(f.Path, text) {
		m := ignoreForm.FindSubmatch(text[c.start:c.end])
		if m == nil {
			continue
		}
		at := f.Position(c.start)
		g := Ignore{Path: f.Path, Line: at.Line, About: at.Line, InPrompt: f.Is(repo.Prompt), Reason: ignoreReason(string(m[4])),
			Text: safe.Line(strings.TrimSpace(string(f.lines.line(at.Line))))}
		if len(bytes.TrimSpace(text[f.lines.starts[at.Line-1]:c.start])) == 0 { // it stands alone: it is about what follows
			g.About = at.Line + 1
		}
		for _, r := range strings.Split(strings.Trim(string(m[2]), "[]"), ",") {
			if r = strings.TrimSpace(r); r != "" {
				g.Rules = append(g.Rules, r)
			}
		}
		if len(m[3]) > 0 {
			until, err := time.Parse(time.DateOnly, string(m[3]))
			if g.Until = until; err != nil {
				g.Problem = "until is no date such as 2027-01-31"
			}
		}
		if len(m[1]) > 0 {
			if g.About = 0; at.Line > fileIgnoreLines {
				g.Problem = "a comment about the whole file stands in its first 20 lines"
			}
		}
		switch {
		case len(g.Rules) == 0:
			g.Problem = "it names no rule, so it silences nothing"
		case g.Reason == "":
			g.Problem = "it gives no reason after --"
		}
		out = append(out, g)
	}
	for i := len(out) - 2; i >= 0; i-- { // one above the other: both are about the line below
		if out[i].About == out[i+1].Line && out[i].About != 0 {
			out[i].About = out[i+1].About
		}
	}
	return out
}

// ignoreReason takes the end of a block comment off.
func ignoreReason(s string) string {
	s = strings.TrimSpace(s)
	for _, end := range []string{"-->", "#}", "*/"} {
		s = strings.TrimSpace(strings.TrimSuffix(s, end))
	}
	return s
}

// commentsOf finds the comments of a file by the syntax that its name promises. JSON and notebooks have none.
func commentsOf(name string, text []byte) []comment {
	base := path.Base(name)
	switch ext := strings.ToLower(path.Ext(base)); ext {
	case ".py", ".pyi":
		parsed, err := python.Scan(text, python.Limits{})
		if parsed == nil || err != nil && len(parsed.Comments) == 0 {
			return nil
		}
		var out []comment
		for _, c := range parsed.Comments {
			out = append(out, comment{c.Start, c.End})
		}
		return out
	case ".json", ".jsonl", ".ipynb":
		return nil
	case ".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx", ".go", ".rs", ".java", ".kt", ".swift", ".c", ".h", ".cpp", ".cs":
		return lineComments(text, "//")
	case ".md", ".mdc", ".mdx", ".html", ".htm", ".xml", ".prompt", ".txt":
		if ext != ".txt" || !strings.HasPrefix(base, "requirements") && !strings.HasPrefix(base, "constraints") {
			return between(text, "<!--", "-->")
		}
	case ".j2", ".jinja", ".jinja2":
		return between(text, "{#", "#}")
	case ".tf", ".hcl":
		return append(lineComments(text, "#"), lineComments(text, "//")...)
	case ".ini", ".service":
		return append(lineComments(text, "#"), lineComments(text, ";")...)
	}
	return lineComments(text, "#")
}

// lineComments finds what follows a mark that stands at the start of a line or after white space, outside quotes.
func lineComments(text []byte, mark string) []comment {
	var out []comment
	for start := 0; start < len(text); {
		end := start + bytes.IndexByte(text[start:], '\n')
		if end < start {
			end = len(text)
		}
		var quoted byte
		for i := start; i < end; i++ {
			c := text[i]
			switch {
			case quoted != 0:
				if c == '\\' && quoted == '"' {
					i++
				} else if c == quoted {
					quoted = 0
				}
			case bytes.HasPrefix(text[i:end], []byte(mark)) && (i == start || strings.IndexByte(" \t;", text[i-1]) >= 0):
				out = append(out, comment{i, end})
				i = end
			case c == '"' || c == '\'' || c == '`':
				quoted = c
			}
		}
		start = end + 1
	}
	return out
}

func between(text []byte, open, shut string) []comment {
	var out []comment
	for at := 0; ; {
		i := bytes.Index(text[at:], []byte(open))
		if i < 0 {
			return out
		}
		start := at + i
		end := bytes.Index(text[start:], []byte(shut))
		if end < 0 {
			return out
		}
		at = start + end + len(shut)
		out = append(out, comment{start, at})
	}
}
