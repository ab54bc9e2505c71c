package deploy

import (
	"bytes"
	"regexp"
)

// quoting is what stands around a byte of a shell script.
type quoting int

const (
	bare quoting = iota
	doubleQuoted
	unclear // between single quotes, in a comment, or in an expansion: nothing can be put in its place
)

// quotingAt follows quotes, escapes, comments and substitutions from the start of a script. Here-documents are not followed.
func quotingAt(script []byte, at int) quoting {
	stack := []byte{0} // what is open: " ' ` ( { and # for a comment
	for i := 0; i < at; i++ {
		c, top := script[i], stack[len(stack)-1]
		push := func(b byte) { stack = append(stack, b) }
		pop := func() { stack = stack[:len(stack)-1] }
		begins := i == 0 || bytes.IndexByte([]byte(" \t\r\n;&|("), script[i-1]) >= 0
		next := byte(0)
		if i+1 < len(script) {
			next = script[i+1]
		}
		switch {
		case top == '#':
			if c == '\n' {
				pop()
			}
		case top == '\'':
			if c == '\'' {
				pop()
			}
		case c == '\\':
			i++
		case bytes.HasPrefix(script[i:], []byte("${{")): // an expression of the workflow, filled in before the shell reads
			if end := bytes.Index(script[i:], []byte("}}")); end > 0 {
				i += end + 1
			}
		case c == '$' && (next == '(' || next == '{'):
			push(next)
			i++
		case c == '`' && top == '`', c == '"' && top == '"', c == ')' && top == '(', c == '}' && top == '{':
			pop()
		case c == '`' || c == '"':
			push(c)
		case top == '"':
		case c == '\'' || c == '(' && top == '(' || c == '#' && begins:
			push(c)
		}
	}
	switch stack[len(stack)-1] {
	case 0, '(':
		return bare
	case '"':
		return doubleQuoted
	}
	return unclear
}

var (
	// evaluates is a command to which a text is a program: quotes of this shell do not hold it back
	evaluates = regexp.MustCompile(`\b(?:eval|ssh|xargs|parallel|watch|su|awk|sed|jq|perl|psql|mysql|sqlite3)\b|\b(?:ba|z|da|k)?sh\s+(?:-\S+\s+)*-\w*c\b|\b(?:python[\d.]*|node|ruby|php|pwsh|powershell|cmd)\s+(?:[-/]\S+\s+)*[-/]\w*[ceECr]\b`)
	// evaluatesLater is what a line is handed to behind it
	evaluatesLater = regexp.MustCompile(`\|\s*(?:sudo\s+)?(?:xargs|parallel|ssh|(?:ba|z|da|k)?sh|python[\d.]*|node|perl|ruby|psql|mysql|sqlite3)\b|>\s*"?\$\{?GITHUB_(?:ENV|PATH)\b`)
	evaluatesAny   = regexp.MustCompile(`\beval\b`)
)

// reinterpreted tells whether what stands at [start, end) of a script is given to a second shell or interpreter, as far as its
// line shows.
func reinterpreted(script []byte, start, end int) bool {
	from := start
	for from > 0 && !(script[from-1] == '\n' && !continued(script[:from-1])) {
		from--
	}
	until := end
	for until < len(script) && !(script[until] == '\n' && !continued(script[:until])) {
		until++
	}
	return evaluatesAny.Match(script) || evaluates.Match(script[from:start]) || evaluatesLater.Match(script[end:until])
}

// continued tells whether the line that ends there goes on in the next one.
func continued(head []byte) bool {
	line := bytes.TrimSpace(head[bytes.LastIndexByte(head, '\n')+1:])
	return bytes.HasSuffix(line, []byte("\\")) || bytes.HasSuffix(line, []byte("|")) || bytes.HasSuffix(line, []byte("&&"))
}
