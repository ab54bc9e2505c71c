package code

import (
	"bytes"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/python"
	"bakedin/internal/repo"
)

// addKeyword is the edit that gives the call one more argument, in the way the call is written: on a line of its own when the
// last one has one. Comments stay with what they stand behind. A bare generator takes no argument beside it.
func (c call) addKeyword(text string) []repo.TextEdit {
	if !c.src.Editable() || len(c.Args) == 1 && c.src.Generator(c.Args[0]) {
		return nil
	}
	last := c.Close - 1 // the token before the closing parenthesis
	end := int(c.src.Toks[last].End)
	comma := c.src.IsBracket(last, ',')
	switch indent, own := c.ownLine(); {
	case last == c.Open:
		return c.insert(end, text)
	case own && comma:
		return c.insert(c.lineEnd(end), checks.LineEnd(c.src.Src)+indent+text+",")
	case own && c.lineEnd(end) == end:
		return c.insert(end, ","+checks.LineEnd(c.src.Src)+indent+text+",")
	case own:
		return append(c.insert(end, ","), c.insert(c.lineEnd(end), checks.LineEnd(c.src.Src)+indent+text+",")...)
	case comma:
		return c.insert(end, " "+text)
	}
	return c.insert(end, ", "+text)
}

// ownLine tells whether the closing parenthesis and the last argument begin their lines, and how that argument is indented.
func (c call) ownLine() (indent string, own bool) {
	if len(c.Args) == 0 {
		return "", false
	}
	a := c.Args[len(c.Args)-1]
	first := a.First
	if a.Name != 0 {
		first = a.Name
	} else if a.Stars != 0 {
		first--
	}
	indent, begins := c.before(first)
	_, closes := c.before(c.Close)
	return indent, begins && closes
}

// before is what stands on the line before a token, and whether it is only white space.
func (c call) before(token int32) (string, bool) {
	at := int(c.src.Toks[token].Start)
	head := c.src.Src[bytes.LastIndexByte(c.src.Src[:at], '\n')+1 : at]
	return string(head), len(bytes.TrimSpace(head)) == 0
}

// lineEnd is where the line of a byte ends, without its line end.
func (c call) lineEnd(at int) int {
	if i := bytes.IndexAny(c.src.Src[at:], "\r\n"); i >= 0 {
		return at + i
	}
	return len(c.src.Src)
}

func (c call) insert(at int, text string) []repo.TextEdit { return c.edit(at, at, text) }

// edit changes the bytes [start, end) of the source; there is none where the file cannot be changed like that.
func (c call) edit(start, end int, text string) []repo.TextEdit {
	from, to, with, ok := c.src.Edit(start, end, text)
	if !ok {
		return nil
	}
	return []repo.TextEdit{c.pass.Replace(from, to, with)}
}

// setKeyword gives a keyword argument that value, whether the call has it or not.
func (c call) setKeyword(name, text string) []repo.TextEdit {
	if v := c.src.Keyword(c.Call, name); v.First != 0 {
		return c.replace(v.First, v.Last, text)
	}
	return c.addKeyword(name + "=" + text)
}

// deleteKeyword takes an argument out, with one of the commas beside it, and its line when nothing else is on it.
func (c call) deleteKeyword(a python.Arg) []repo.TextEdit {
	if !c.src.Editable() || a.Name == 0 {
		return nil
	}
	toks := c.src.Toks
	start, end := int(toks[a.Name].Start), int(toks[a.Last-1].End)
	_, begins := c.before(a.Name)
	switch comma := c.src.IsBracket(a.Last, ','); {
	case c.src.Plain() && comma && begins && c.lineEnd(int(toks[a.Last].End)) == int(toks[a.Last].End):
		return []repo.TextEdit{c.pass.DeleteLines(c.src.Src, start, int(toks[a.Last].End))}
	case a.Name-1 != c.Open: // from the comma before
		start = int(toks[a.Name-1].Start)
	case comma:
		end = int(toks[a.Last+1].Start)
	}
	return c.edit(start, end, "")
}

// replace is the edit that puts text in the place of the tokens [first, last). A value that stands nowhere in the call, such as
// that of a dict which is spread into it, has none.
func (c call) replace(first, last int32, text string) []repo.TextEdit {
	if first == 0 || last <= first || !c.src.Editable() {
		return nil
	}
	return c.edit(int(c.src.Toks[first].Start), int(c.src.Toks[last-1].End), text)
}

// quote writes a plain word as a literal at a token, with the quotes that stand there: those of the literal it replaces, or
// those that the file uses most. In a field of an f-string they are never those of the string.
func (c call) quote(word string, at int32) string {
	mark := ""
	single := 0
	for i := range c.src.Toks {
		switch t := &c.src.Toks[i]; {
		case t.Kind == python.Str && int32(i) == at:
			mark = c.src.Word(at)[:1]
		case t.Kind == python.Str && c.src.Src[t.Start] == '\'':
			single++
		case t.Kind == python.Str:
			single--
		}
	}
	if mark != "'" && mark != `"` {
		mark = `"`
		if single > 0 {
			mark = "'"
		}
	}
	for i := range at {
		if t := &c.src.Toks[i]; t.Kind == python.FStart && t.Mate > at && strings.HasSuffix(c.src.Word(i), mark) {
			mark = map[string]string{"'": `"`, `"`: "'"}[mark]
			break
		}
	}
	return mark + word + mark
}

// spreads tells whether the call is given arguments that cannot be seen: *args or **options.
func (c call) spreads() bool {
	for _, a := range c.Args {
		if a.Stars != 0 {
			return true
		}
	}
	return false
}
