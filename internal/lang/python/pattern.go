package python

import (
	"regexp"
	"strings"
)

// matches is what it says that a regular expression matches the value, or does not.
func (c *check) matches(a, open int32, args []Arg, label string, truth bool) fact {
	var pattern Value
	if len(args) >= 2 && args[1].Name == 0 { // re.match(pattern, x)
		pattern = c.eval(args[0].First, args[0].Last, c.from, 0)
		args = args[1:]
	} else if first, last := c.Definition(a, open-2, c.from); c.isOp(last-1, ')') && c.Toks[last-1].Mate > first {
		if compiled := c.File.arguments(c.Toks[last-1].Mate); len(compiled) > 0 {
			pattern = c.eval(compiled[0].First, compiled[0].Last, c.from, 0)
		}
	}
	if len(args) == 0 {
		return 0
	}
	of := c.relation(args[0].First, args[0].Last, 0)
	switch {
	case of == unrelated:
		return 0
	case pattern.Kind != String:
		if truth {
			return of.listed()
		}
	case !truth:
		if label == "search" && strings.HasPrefix(pattern.Str, "[^") && Closed("^["+pattern.Str[2:]+"$", c.Use) {
			return of.listed()
		}
	case label == "fullmatch" && Closed("^(?:"+pattern.Str+")$", c.Use), label == "match" && Closed("^"+strings.TrimPrefix(pattern.Str, "^"), c.Use), Closed(pattern.Str, c.Use):
		return of.listed()
	case label != "search" && hostPattern.MatchString("^"+strings.TrimPrefix(pattern.Str, "^")), hostPattern.MatchString(pattern.Str):
		return onHost
	}
	return 0
}

// hostPattern is a regular expression that begins with an address whose host is written out.
var hostPattern = regexp.MustCompile(`^(?:\^|\\A)https\??:(?:\\?/){2}(?:[\w-]|\\\.)+\\?/`)

// Closed tells whether a regular expression admits only values that are harmless in a use: it is anchored at both ends, and
// has no part that admits everything.
func Closed(pattern string, use Use) bool {
	body, ok := strings.CutPrefix(strings.TrimPrefix(pattern, `\A`), "^")
	ok = ok || strings.HasPrefix(pattern, `\A`)
	end := false
	for _, mark := range [...]string{"$", `\Z`, `\z`, "$)"} {
		if rest, cut := strings.CutSuffix(body, mark); cut {
			body, end = rest, true
			break
		}
	}
	if !ok || !end {
		return false
	}
	dot, slash := false, false
	for i, class := 0, false; i < len(body); i++ {
		switch b := body[i]; {
		case b == '\\':
			i++
			if i == len(body) || strings.IndexByte("SWDnrt", body[i]) >= 0 || body[i] == 's' && use != AsPath || class && strings.IndexByte("$|&;`<>", body[i]) >= 0 {
				return false
			}
			dot = dot || class && body[i] == '.'
			slash = slash || class && body[i] == '/'
		case b == '[' && !class:
			if class = true; strings.HasPrefix(body[i:], "[^") {
				return false
			}
		case b == ']':
			class = false
		case class && strings.IndexByte("$|&;`<>\n'\"", b) >= 0, !class && b == '.':
			return false
		case class:
			dot = dot || b == '.'
			slash = slash || b == '/'
		}
	}
	return use != AsPath && use != AsAddress || !dot || !slash
}
