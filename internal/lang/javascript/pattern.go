package javascript

import (
	"regexp"
	"strings"
)

var (
	// anything leaves a place in a pattern where every character may stand
	anything = regexp.MustCompile(`(?:^|[^\\])(?:\\\\)*\.(?:[*+{]|$|\))|\[\^|\\[SWD]|\[[^\]]*\\s\\S`)
	classes  = regexp.MustCompile(`\[(?:\\.|[^\]\\])*\]`)
	outside  = regexp.MustCompile(`^/\[\^(?:\\[wds.-]|[\w .-])+\][+*]?/[gimu]*$`)
)

// Closed tells whether a regular expression, as written with its slashes, lets only texts through that are spelled out from
// their first to their last character: /^[a-z]+$/. For a path, it must not let ../ through.
func Closed(pattern string, path bool) bool {
	end := strings.LastIndexByte(pattern, '/')
	if end < 2 || pattern[0] != '/' {
		return false
	}
	body, flags := pattern[1:end], pattern[end+1:]
	if !strings.HasPrefix(body, "^") || !strings.HasSuffix(body, "$") || strings.HasSuffix(body, `\$`) || strings.Contains(flags, "m") {
		return false
	}
	depth := 0
	for i := 0; i < len(body); i++ {
		switch body[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			depth--
		case '|':
			if depth == 0 { // ^a|b$ holds neither end
				return false
			}
		}
	}
	if anything.MatchString(body[1 : len(body)-1]) {
		return false
	}
	for _, class := range classes.FindAllString(body, -1) {
		if path && strings.Contains(class, ".") && strings.Contains(class, "/") {
			return false
		}
	}
	return true
}

// byPattern is the verdict of a test by the regular expression that an expression is. One that is not in this file is trusted.
func (w *Flow) byPattern(first, last int32) verdict {
	if last == first+1 && w.Toks[first].Kind == Name {
		b := w.once(first)
		if b == nil {
			return verdict{yes: true}
		}
		first, last = b.first, b.last
	}
	if last != first+1 || w.Toks[first].Kind != Regex {
		return verdict{}
	}
	p := w.word(first)
	return verdict{yes: Closed(p, w.Path), no: outside.MatchString(p)}
}

// strips tells whether the arguments of replace take everything out of a text but letters, digits and a few signs.
func (f *File) strips(open int32) bool {
	args := f.Args(open)
	if len(args) != 2 || f.Toks[args[0][0]].Kind != Regex {
		return false
	}
	p := f.word(args[0][0])
	return outside.MatchString(p) && strings.ContainsRune(p[strings.LastIndexByte(p, '/'):], 'g')
}
