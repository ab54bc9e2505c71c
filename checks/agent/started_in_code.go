package agent

import (
	"go/scanner"
	"go/token"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/javascript"
	"bakedin/internal/lang/python"
	"bakedin/internal/lang/shell"
)

// piece is a token of a source as far as lists of arguments need it, whatever the language.
type piece struct {
	kind       byte // 's' a literal, 'n' a name, an opening bracket, ')' any closing one, '=' an assignment, 'o' anything else
	text       string
	mate       int // of an opening bracket
	start, end int
}

// Callees that start a program, and names under which a program keeps what is not one.
var (
	starts  = regexp.MustCompile(`(?i)spawn|exec|command|run|popen|system|call|check_|start|launch|invoke|send_?keys|^sh$|^\$$|split|create_subprocess`)
	noStart = regexp.MustCompile(`(?i)help|usage|epilog|doc|message|warn|error|hint|example|pattern|refuse|forbid|deny|denied|block|banned|reject|unsafe|danger`)
)

// inCode finds the lists of arguments, calls and lines of a source that start an agent with an option that switches its
// questions off. The option alone, in a set, a comparison or a text, starts nothing.
func inCode(f *checks.File, text []byte) ([]switchedOff, error) {
	list, err := pieces(f, text)
	lists := map[string][]shell.Word{} // what is put into the lists of the file, by name
	for i, p := range list {
		if p.kind == 'n' && i+2 < len(list) {
			switch j := opensList(list, i); {
			case j > 0:
				lists[p.text] = append(lists[p.text], literals(list[j+1:list[j].mate], nil)...)
			case list[i+1].kind == '.' && i+3 < len(list) && adds[list[i+2].text] && list[i+3].kind == '(':
				lists[p.text] = append(lists[p.text], literals(list[i+4:list[i+3].mate], nil)...)
			}
		}
	}
	var found []switchedOff
	for _, name := range slices.Sorted(maps.Keys(lists)) {
		if !noStart.MatchString(name) {
			found = append(found, startedBy(lists[name], 0)...)
		}
	}
	for i, p := range list {
		before := piece{}
		if i > 0 {
			before = list[i-1]
		}
		switch {
		case p.kind == '[' && before.kind != 'n', p.kind == '(' && before.kind == 'n' && starts.MatchString(before.text):
			found = append(found, startedBy(literals(list[i+1:p.mate], lists), 0)...)
		case p.kind == '{':
			if k := commandKey(list[i+1 : p.mate]); k >= 0 {
				found = append(found, startedBy(literals(list[i+1+k:p.mate], lists), 0)...)
			}
		case p.kind == 's' && strings.Contains(p.text, " ") && asLine(list, i):
			for _, c := range shell.Parse(p.text) {
				for _, off := range startedBy(c.Args, 0) {
					off.at.Start, off.at.End = p.start, p.end
					found = append(found, off)
				}
			}
		}
	}
	return found, err
}

var adds = map[string]bool{"append": true, "extend": true, "push": true}

// opensList is the bracket of the list that a name is assigned, or that is added to it: NAME = […], NAME += […],
// NAME := []string{…}, NAME = append(NAME, …); 0 when there is none.
func opensList(list []piece, i int) int {
	j := i + 1
	for ; j < len(list) && j < i+12 && list[j].kind != '='; j++ {
		if list[j].kind == '\n' || list[j].kind == '(' || list[j].kind == '{' {
			return 0
		}
		if list[i+1].kind != ':' { // a type may stand between
			return 0
		}
	}
	j++
	switch {
	case j+3 >= len(list):
	case list[j].kind == '[' && list[j].mate == j+1 && list[j+2].text == "string" && list[j+3].kind == '{':
		return j + 3
	case list[j].kind == '[':
		return j
	case list[j].text == "append" && list[j+1].kind == '(':
		return j + 1
	}
	return 0
}

// commandKey is the value behind a key such as "command" of an object, -1 when it has none.
func commandKey(list []piece) int {
	for k := 0; k+2 < len(list); k++ {
		switch list[k].text {
		case "command", "cmd", "program", "executable", "bin":
			if list[k+1].kind == ':' && list[k+2].kind == 's' {
				return k + 2
			}
		}
	}
	return -1
}

// asLine tells whether a literal is a line that is run: the argument of a call that starts a program, or kept under a name.
func asLine(list []piece, i int) bool {
	if i < 2 {
		return false
	}
	switch before := list[i-1]; before.kind {
	case '(':
		return list[i-2].kind == 'n' && starts.MatchString(list[i-2].text)
	case '=':
		return list[i-2].kind == 'n' && !noStart.MatchString(list[i-2].text)
	}
	return false
}

// literals are the words of a list, with those of the lists that it names.
func literals(list []piece, lists map[string][]shell.Word) (out []shell.Word) {
	for i, p := range list {
		switch {
		case p.kind == 's':
			out = append(out, shell.Word{Value: p.text, Start: p.start, End: p.end, Known: true})
		case p.kind == 'n' && (i == 0 || list[i-1].kind != '.') && (i+1 == len(list) || list[i+1].kind != ':'):
			out = append(out, lists[p.text]...)
		}
	}
	return out
}

// pieces reads a source. One of a language that is not read has none.
func pieces(f *checks.File, text []byte) ([]piece, error) {
	switch path.Ext(f.Path) {
	case ".py", ".pyw":
		src, err := checks.Python.Of(f)
		if src == nil || src.File == nil {
			return nil, err
		}
		return ofPython(src.File), nil
	case ".go":
		return ofGo(text), nil
	}
	src, err := checks.Script.Of(f)
	if src == nil {
		return nil, err
	}
	return ofScript(src), nil
}

// collector gathers pieces and pairs their brackets.
type collector struct {
	list []piece
	open []int
}

func (c *collector) add(kind byte, text string, start, end int) {
	switch kind {
	case '(', '[', '{':
		c.open = append(c.open, len(c.list))
	case ')', ']', '}':
		if n := len(c.open); n > 0 {
			c.list[c.open[n-1]].mate = len(c.list)
			c.open = c.open[:n-1]
		}
		kind = ')'
	}
	if n := len(c.list); kind == 's' && n > 0 && c.list[n-1].kind == 's' { // adjacent literals are one
		c.list[n-1].text += text
		c.list[n-1].end = end
		return
	}
	c.list = append(c.list, piece{kind: kind, text: text, start: start, end: end})
}

// done closes what the source leaves open.
func (c *collector) done() []piece {
	for _, i := range c.open {
		c.list[i].mate = len(c.list)
	}
	return c.list
}

func ofPython(src *python.File) []piece {
	c := &collector{}
	for i := int32(0); int(i) < len(src.Toks); i++ {
		t := &src.Toks[i]
		start, end := int(t.Start), int(t.End)
		switch t.Kind {
		case python.Str:
			c.add('s', src.Literal(i), start, end)
		case python.FStart:
			if t.Mate > i {
				i = t.Mate
			}
			c.add('s', string(src.Src[end:src.Toks[i].Start]), start, int(src.Toks[i].End))
		case python.Name:
			c.add('n', src.Word(i), start, end)
		case python.Newline:
			c.add('\n', "", start, end)
		case python.Op:
			c.add(operator(src.Word(i)), "", start, end)
		}
	}
	return c.done()
}

func ofScript(src *javascript.File) []piece {
	c := &collector{}
	for i := int32(1); int(i) < len(src.Toks); i++ {
		t := &src.Toks[i]
		start, end := int(t.Start), int(t.End)
		switch t.Kind {
		case javascript.Str:
			text, _ := src.Literal(i)
			c.add('s', text, start, end)
		case javascript.TStart:
			if t.Mate > i {
				i = t.Mate
			}
			c.add('s', string(src.Src[end:src.Toks[i].Start]), start, int(src.Toks[i].End))
		case javascript.Name:
			c.add('n', src.Word(i), start, end)
		case javascript.Op:
			c.add(operator(string(src.Text(i, i+1))), "", start, end)
		}
	}
	return c.done()
}

func ofGo(text []byte) []piece {
	c := &collector{}
	var s scanner.Scanner
	file := token.NewFileSet().AddFile("", -1, len(text))
	s.Init(file, text, nil, 0)
	for {
		pos, tok, lit := s.Scan()
		start := file.Offset(pos)
		switch {
		case tok == token.EOF:
			return c.done()
		case tok == token.STRING:
			value, err := strconv.Unquote(lit)
			if err == nil {
				c.add('s', value, start, start+len(lit))
			}
		case tok == token.IDENT:
			c.add('n', lit, start, start+len(lit))
		case tok == token.SEMICOLON:
			c.add('\n', "", start, start)
		default:
			c.add(operator(tok.String()), "", start, start+len(tok.String()))
		}
	}
}

// operator is the kind of a piece of an operator.
func operator(op string) byte {
	switch op {
	case "=", ":=", "+=":
		return '='
	case "?.":
		return '.'
	}
	if len(op) == 1 && strings.Contains("()[]{}.:", op) {
		return op[0]
	}
	return 'o'
}
