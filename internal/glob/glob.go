// Package glob matches paths against doublestar globs, fast enough to try a few hundred globs on every file of a tree. It
// rejects by a literal that every match must contain before it asks doublestar.
package glob

import (
	"fmt"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// Set is a list of globs; a path matches when one of them does. The zero Set matches nothing.
type Set struct {
	alts []alternative
	last [4]uint64 // the bytes that a match can end in
}

type alternative struct {
	pattern string
	needle  string // every match contains it; empty: no such literal
	suffix  string // every match ends with it
	whole   bool   // pattern is "**/" + suffix or the suffix itself: no wildcard left to check
}

// Compile compiles globs relative to the root, slash separated. Braces are expanded once, here.
func Compile(globs []string) (*Set, error) {
	s := &Set{}
	for _, g := range globs {
		if !doublestar.ValidatePattern(g) {
			return nil, fmt.Errorf("glob %q is not valid", g)
		}
		for _, p := range expand(g) {
			a := newAlternative(p)
			s.alts = append(s.alts, a)
			if a.suffix == "" {
				s.last = [4]uint64{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)}
			} else {
				c := a.suffix[len(a.suffix)-1]
				s.last[c>>6] |= 1 << (c & 63)
			}
		}
	}
	return s, nil
}

// Empty tells whether the set has no glob.
func (s *Set) Empty() bool { return s == nil || len(s.alts) == 0 }

// Match tells whether one of the globs matches the whole path.
func (s *Set) Match(path string) bool {
	if s == nil {
		return false
	}
	if path != "" {
		if c := path[len(path)-1]; s.last[c>>6]&(1<<(c&63)) == 0 {
			return false
		}
	}
	for i := range s.alts {
		if s.alts[i].match(path) {
			return true
		}
	}
	return false
}

func (a *alternative) match(path string) bool {
	if !strings.HasSuffix(path, a.suffix) || !strings.Contains(path, a.needle) {
		return false
	}
	if a.whole {
		return len(path) == len(a.suffix) || path[len(path)-len(a.suffix)-1] == '/'
	}
	return doublestar.MatchUnvalidated(a.pattern, path)
}

func newAlternative(p string) alternative {
	a := alternative{pattern: p}
	rest := strings.TrimPrefix(p, "**/")
	if !strings.ContainsAny(rest, `*?[\`) && rest != p {
		a.suffix, a.whole = rest, true
		return a
	}
	if i := strings.LastIndexAny(p, `*?[]\`); i < 0 {
		a.suffix = p
	} else if strings.IndexByte(p[i:], '\\') < 0 {
		a.suffix = p[i+1:]
		if p[i] == '*' && i > 0 && p[i-1] == '*' { // "**/x" also matches "x": the slash is not required
			a.suffix = strings.TrimPrefix(a.suffix, "/")
		}
	}
	for _, part := range literals(p) {
		if len(part) > len(a.needle) {
			a.needle = part
		}
	}
	return a
}

// literals returns the literal runs that every match contains. Slashes next to "**" are optional and not part of a run.
func literals(p string) []string {
	var runs []string
	start := 0
	flush := func(end int) {
		if run := strings.Trim(p[start:end], "/"); run != "" {
			runs = append(runs, run)
		}
	}
	for i := 0; i < len(p); i++ {
		switch p[i] {
		case '*', '?':
			flush(i)
			start = i + 1
		case '[':
			flush(i)
			for i < len(p) && p[i] != ']' {
				if p[i] == '\\' { // "[\]]" is a class too
					i++
				}
				i++
			}
			start = min(i+1, len(p))
		case '\\':
			flush(i)
			i++
			start = min(i+1, len(p))
		}
	}
	flush(len(p))
	return runs
}

// expand writes braces out: "a{b,c}" is "ab" and "ac". Nested braces too. A glob that would become more than 512 is kept.
func expand(g string) []string {
	depth, open := 0, -1
	for i := 0; i < len(g); i++ {
		switch g[i] {
		case '\\':
			i++
		case '{':
			if depth == 0 {
				open = i
			}
			depth++
		case '}':
			depth--
			if depth != 0 {
				continue
			}
			var out []string
			for _, alt := range splitAlternatives(g[open+1 : i]) {
				for _, tail := range expand(alt + g[i+1:]) {
					out = append(out, g[:open]+tail)
				}
			}
			if len(out) > 512 {
				return []string{g}
			}
			return out
		}
	}
	return []string{g}
}

func splitAlternatives(s string) []string {
	var out []string
	depth, start := 0, 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '{':
			depth++
		case '}':
			depth--
		case ',':
			if depth == 0 {
				out = append(out, s[start:i])
				start = i + 1
			}
		}
	}
	return append(out, s[start:])
}
