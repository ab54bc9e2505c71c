package model

import (
	"fmt"
	"strings"
	"sync"

	"bakedin/internal/format/pickle"
	"bakedin/rules"
)

// class of an import.
type class int

// The classes, in the order of how bad they are.
const (
	harmless class = iota
	unknown
	dangerous
)

func (c class) String() string { return [...]string{"safe", "unknown", "dangerous"}[c] }

// uses that a safe import may be put to.
type uses uint8

const (
	mayNew uses = 1 << iota
	mayCall
	mayBuild
	mayItems
)

// policy is the two reviewed lists.
type policy struct {
	safe     map[string]uses // "module name" exactly
	exact    map[string]bool // "module.name" with every dot the same
	wildcard map[string]bool // "module" and all below it
}

var loadPolicy = sync.OnceValues(func() (*policy, error) {
	safe, err := rules.Data("pickle-safe.txt")
	if err != nil {
		return nil, err
	}
	bad, err := rules.Data("pickle-dangerous.txt")
	if err != nil {
		return nil, err
	}
	return parsePolicy(string(safe), string(bad))
})

// parsePolicy reads the lists: "module uses name …" of what is safe, and "module name …" of what is dangerous.
func parsePolicy(safe, bad string) (*policy, error) {
	p := &policy{safe: map[string]uses{}, exact: map[string]bool{}, wildcard: map[string]bool{}}
	words := map[string]uses{"-": 0, "new": mayNew, "call": mayCall, "build": mayBuild, "items": mayItems}
	err := eachLine(safe, func(module string, rest []string) error {
		var may uses
		for _, w := range strings.Split(rest[0], ",") {
			u, ok := words[w]
			if !ok {
				return fmt.Errorf("%q is no use", w)
			}
			may |= u
		}
		for _, name := range rest[1:] {
			p.safe[module+" "+name] |= may
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("pickle-safe.txt: %w", err)
	}
	err = eachLine(bad, func(module string, names []string) error {
		for _, name := range names {
			if name == "*" {
				p.wildcard[module] = true
			} else {
				p.exact[module+"."+name] = true
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("pickle-dangerous.txt: %w", err)
	}
	return p, nil
}

func eachLine(text string, do func(module string, rest []string) error) error {
	n := 0
	for line := range strings.Lines(text) {
		n++
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		if len(words) < 2 {
			return fmt.Errorf("line %d: a module without names", n)
		}
		if err := do(words[0], words[1:]); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	return nil
}

// judge tells the class of an import and what may be done with it. A name of Python 2 is judged in both spellings; the
// renamed one is what today's loaders import.
func (p *policy) judge(module, name string) (class, uses) {
	c, may := p.judgeSpelled(module, name)
	if newModule, newName, renamed := pickle.Renamed(module, name); renamed && c != dangerous {
		n, m := p.judgeSpelled(newModule, newName)
		if n == dangerous || n == harmless && c == unknown {
			return n, m
		}
	}
	return c, may
}

// judgeSpelled: an exact dangerous entry wins over an exact safe one, that over what the shape of the name says, and that
// over the wildcards. The dots of module and name are all alike to a loader that walks them.
func (p *policy) judgeSpelled(module, name string) (class, uses) {
	paths := spellings(module, name)
	if p.named(paths) {
		return dangerous, 0
	}
	if may, ok := p.safe[module+" "+name]; ok {
		return harmless, may
	}
	for i, part := range strings.Split(paths[0], ".") {
		if len(part) > 4 && strings.HasPrefix(part, "__") && strings.HasSuffix(part, "__") && !(i == 0 && part == "__main__") {
			return dangerous, 0
		}
	}
	for _, path := range paths {
		if p.below(path, p.wildcard) {
			return dangerous, 0
		}
	}
	return unknown, 0
}

// named tells whether an entry of the dangerous list names one of the paths, or what it is an attribute of.
func (p *policy) named(paths []string) bool {
	for _, path := range paths {
		if p.exact[path] || p.below(path, p.exact) {
			return true
		}
	}
	return false
}

// spellings are the paths by which a loader may reach a name, the whole one first.
func spellings(module, name string) []string {
	paths := []string{module + "." + name}
	for rest := name; ; {
		_, after, dotted := strings.Cut(rest, ".")
		if strings.Contains(rest, ".") {
			paths = append(paths, rest) // reached through the attribute of an innocent module
		}
		if !dotted {
			break
		}
		rest = after
	}
	return paths
}

// below tells whether a proper prefix of a dotted path is in the set.
func (p *policy) below(path string, set map[string]bool) bool {
	for i := strings.LastIndexByte(path, '.'); i > 0; i = strings.LastIndexByte(path[:i], '.') {
		if set[path[:i]] {
			return true
		}
	}
	return false
}
