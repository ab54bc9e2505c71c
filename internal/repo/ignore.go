package repo

import "strings"

// ignorer decides what a plain walk leaves out, by the rules of gitignore. It is used where git is missing or refuses.
// Source: gitignore(5), wildmatch of git. The last matching pattern wins; what lies in an ignored folder is ignored.
type ignorer struct {
	levels []level // from the root down to the folder that is being walked
}

// level is the ignore file of one folder.
type level struct {
	dir      string // relative to the root, empty for the root
	patterns []pattern
}

type pattern struct {
	parts    []string // components; "**" stands for any number of them
	negate   bool
	dirOnly  bool
	anchored bool // has a slash before its end: matched from the folder of its file
}

// enter is called for every folder before its content, with the text of its ignore file. Levels of folders that were left
// are dropped.
func (g *ignorer) enter(dir, text string) {
	for len(g.levels) > 0 && !inside(dir, g.levels[len(g.levels)-1].dir) {
		g.levels = g.levels[:len(g.levels)-1]
	}
	if patterns := parseIgnore(text); patterns != nil {
		g.levels = append(g.levels, level{dir, patterns})
	}
}

// ignored tells whether a file or folder is left out. Its folder has been entered and is itself not ignored.
func (g *ignorer) ignored(path string, isDir bool) bool {
	for i := len(g.levels) - 1; i >= 0; i-- {
		l := &g.levels[i]
		if !inside(path, l.dir) || path == l.dir {
			continue
		}
		rel := path
		if l.dir != "" {
			rel = path[len(l.dir)+1:]
		}
		for k := len(l.patterns) - 1; k >= 0; k-- {
			if l.patterns[k].matches(rel, isDir) {
				return !l.patterns[k].negate
			}
		}
	}
	return false
}

func parseIgnore(text string) []pattern {
	var out []pattern
	for _, line := range strings.Split(text, "\n") {
		line = strings.TrimSuffix(line, "\r")
		line = trimTrailingSpaces(line)
		if line == "" || line[0] == '#' {
			continue
		}
		var p pattern
		if line[0] == '!' {
			p.negate, line = true, line[1:]
		}
		if strings.HasSuffix(line, "/") {
			p.dirOnly, line = true, strings.TrimSuffix(line, "/")
		}
		p.anchored = strings.Contains(line, "/")
		line = strings.TrimPrefix(line, "/")
		if line == "" {
			continue
		}
		p.parts = strings.Split(line, "/")
		out = append(out, p)
	}
	return out
}

// trimTrailingSpaces keeps a space that is quoted with a backslash.
func trimTrailingSpaces(s string) string {
	for strings.HasSuffix(s, " ") {
		slashes := 0
		for i := len(s) - 2; i >= 0 && s[i] == '\\'; i-- {
			slashes++
		}
		if slashes%2 == 1 {
			break
		}
		s = s[:len(s)-1]
	}
	return s
}

func (p *pattern) matches(rel string, isDir bool) bool {
	if p.dirOnly && !isDir {
		return false
	}
	if !p.anchored {
		return matchComponent(p.parts[0], rel[strings.LastIndexByte(rel, '/')+1:])
	}
	return matchParts(p.parts, strings.Split(rel, "/"))
}

func matchParts(parts, names []string) bool {
	for len(parts) > 0 {
		if parts[0] == "**" {
			if len(parts) == 1 { // a/** matches what is in a, not a itself
				return len(names) > 0
			}
			for i := range names {
				if matchParts(parts[1:], names[i:]) {
					return true
				}
			}
			return false
		}
		if len(names) == 0 || !matchComponent(parts[0], names[0]) {
			return false
		}
		parts, names = parts[1:], names[1:]
	}
	return len(names) == 0
}

// matchComponent matches one component: "*" and "?", classes, and quoting with a backslash. Two stars in a component are one.
func matchComponent(pat, name string) bool {
	star, mark := -1, 0
	i, j := 0, 0
	for j < len(name) {
		if i < len(pat) {
			switch c := pat[i]; {
			case c == '*':
				star, mark = i, j
				i++
				continue
			case c == '?':
				i, j = i+1, j+1
				continue
			case c == '[':
				if ok, next := matchClass(pat[i:], name[j]); next > 0 {
					if ok {
						i, j = i+next, j+1
						continue
					}
				}
			case c == '\\' && i+1 < len(pat):
				if pat[i+1] == name[j] {
					i, j = i+2, j+1
					continue
				}
			case c == name[j] && c != '\\':
				i, j = i+1, j+1
				continue
			}
		}
		if star < 0 {
			return false
		}
		mark++
		i, j = star+1, mark
	}
	for i < len(pat) && pat[i] == '*' {
		i++
	}
	return i == len(pat)
}

// matchClass matches a byte against the class at the start of pat and returns its length, 0 when the class is not closed.
func matchClass(pat string, b byte) (ok bool, length int) {
	i, negate := 1, false
	if i < len(pat) && (pat[i] == '!' || pat[i] == '^') {
		negate = true
		i++
	}
	for first := true; i < len(pat) && (first || pat[i] != ']'); first = false {
		if strings.HasPrefix(pat[i:], "[:") {
			if end := strings.Index(pat[i+2:], ":]"); end >= 0 {
				known, in := namedClass(pat[i+2:i+2+end], b)
				if !known {
					return false, 0
				}
				ok = ok || in
				i += end + 4
				continue
			}
		}
		low := pat[i]
		if low == '\\' && i+1 < len(pat) {
			i++
			low = pat[i]
		}
		i++
		high := low
		if i+1 < len(pat) && pat[i] == '-' && pat[i+1] != ']' {
			i++
			if high = pat[i]; high == '\\' && i+1 < len(pat) {
				i++
				high = pat[i]
			}
			i++
		}
		ok = ok || low <= b && b <= high
	}
	if i >= len(pat) {
		return false, 0
	}
	return ok != negate, i + 1
}

func namedClass(name string, b byte) (known, in bool) {
	lower, upper, digit := b >= 'a' && b <= 'z', b >= 'A' && b <= 'Z', b >= '0' && b <= '9'
	switch name {
	case "alpha":
		return true, lower || upper
	case "digit":
		return true, digit
	case "alnum":
		return true, lower || upper || digit
	case "lower":
		return true, lower
	case "upper":
		return true, upper
	case "space":
		return true, b == ' ' || b >= '\t' && b <= '\r'
	case "blank":
		return true, b == ' ' || b == '\t'
	case "punct":
		return true, b > ' ' && b < 0x7f && !lower && !upper && !digit
	case "xdigit":
		return true, digit || b >= 'a' && b <= 'f' || b >= 'A' && b <= 'F'
	case "print":
		return true, b >= ' ' && b < 0x7f
	case "graph":
		return true, b > ' ' && b < 0x7f
	case "cntrl":
		return true, b < ' ' || b == 0x7f
	}
	return false, false
}
