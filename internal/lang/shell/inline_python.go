package shell

import (
	"bytes"
	"regexp"

	"bakedin/internal/lang/excerpt"
)

// handed is an interpreter with its program in quotes (the quote is group 1) or in a here-document (its end is group 2).
var handed = regexp.MustCompile(`\bpython[\d.]*(?:\s+(?:-[A-Zbdisuvx]+\s+)*-c\s+(["'])|(?:\s+-)?\s*<<-?\s*["']?(\w+)["']?[^\n]*\n)`)

// InlinePython returns the Python that a script hands to an interpreter, as python -c '…' and in here-documents; empty when
// there is none. Quotes of the shell are resolved, what it would put into the text stays as it is written.
func InlinePython(script []byte) *excerpt.Text {
	t := &excerpt.Text{}
	if !bytes.Contains(script, []byte("python")) {
		return t
	}
	at := 0
	for _, m := range handed.FindAllSubmatchIndex(script, -1) {
		head := script[bytes.LastIndexByte(script[:m[0]], '\n')+1 : m[0]]
		switch {
		case m[0] < at || bytes.HasPrefix(bytes.TrimSpace(head), []byte("#")):
		case m[2] >= 0:
			at = quoted(t, script, m[1], script[m[2]])
		default:
			at = document(t, script, m[1], script[m[4]:m[5]])
		}
	}
	return t
}

// quoted takes the text of a quoted word that begins behind its quote. It returns where to go on.
func quoted(t *excerpt.Text, script []byte, start int, quote byte) int {
	i := start
	for ; i < len(script) && script[i] != quote; i++ {
		if quote == '"' && script[i] == '\\' && i+1 < len(script) && bytes.IndexByte([]byte("\"\\$`"), script[i+1]) >= 0 {
			i++
		}
		t.Put(script[i], i)
	}
	end := min(i, len(script)-1)
	t.Put('\n', end)
	return i + 1
}

// document takes the lines of a here-document, without the indentation that they share.
func document(t *excerpt.Text, script []byte, start int, word []byte) int {
	indent, end, next := -1, start, len(script)
	for at := start; at < len(script); {
		lineEnd := len(script)
		if n := bytes.IndexByte(script[at:], '\n'); n >= 0 {
			lineEnd = at + n + 1
		}
		line := script[at:lineEnd]
		if bytes.Equal(bytes.TrimSpace(line), word) {
			next = lineEnd
			break
		}
		if body := bytes.TrimLeft(line, " \t"); len(bytes.TrimSpace(body)) > 0 && (indent < 0 || len(line)-len(body) < indent) {
			indent = len(line) - len(body)
		}
		at, end = lineEnd, lineEnd
	}
	lineStart := start
	for i := start; i < end; i++ {
		if i-lineStart >= indent || script[i] == '\n' {
			t.Put(script[i], i)
		}
		if script[i] == '\n' {
			lineStart = i + 1
		}
	}
	return next
}
