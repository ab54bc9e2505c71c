// Package intact holds an edit against its file: what could be read before must still be read as its kind, and nothing but
// what was edited may differ. It judges the form of a file, never what it means.
package intact

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"bakedin/internal/lang/keys"
)

// Change puts Text in the place of the bytes [Start, End). Changes of one file do not overlap.
type Change struct {
	Start, End int
	Text       string
}

// Check tells what the changes would break; nil when they leave the rest of the file as it is, and for a kind of file that
// is not read here. The name decides the kind.
func Check(name string, before []byte, changes []Change) error {
	e := edited{before: before, changes: slices.Clone(changes)}
	slices.SortFunc(e.changes, func(a, b Change) int { return a.Start - b.Start })
	e.apply()
	base := strings.ToLower(path.Base(name))
	switch ext := path.Ext(base); {
	case ext == ".py" || ext == ".pyi" || ext == ".pyw" || pythonScript(before):
		return e.python()
	case ext == ".js" || ext == ".mjs" || ext == ".cjs" || ext == ".jsx" || ext == ".ts" || ext == ".mts" || ext == ".cts" || ext == ".tsx":
		return e.script()
	case ext == ".ipynb":
		if err := e.keys("json"); err != nil {
			return err
		}
		return cells(e.before, e.after)
	case keys.Format(base) != "":
		return e.keys(keys.Format(base))
	case strings.HasPrefix(base, "dockerfile") || strings.HasPrefix(base, "containerfile") || ext == ".dockerfile":
		return e.dockerfile()
	}
	return nil
}

func pythonScript(text []byte) bool {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	return bytes.HasPrefix(line, []byte("#!")) && bytes.Contains(line, []byte("python"))
}

// edited is a file before and after its changes.
type edited struct {
	before, after []byte
	changes       []Change
	old, new      []span // where each change stands, before and after
}

type span struct{ start, end int }

func (e *edited) apply() {
	at := 0
	for _, c := range e.changes {
		e.after = append(e.after, e.before[at:c.Start]...)
		start := len(e.after)
		e.after = append(e.after, c.Text...)
		e.old = append(e.old, span{c.Start, c.End})
		e.new = append(e.new, span{start, len(e.after)})
		at = c.End
	}
	e.after = append(e.after, e.before[at:]...)
}

// piece is a token or a part of a file that stays whole or is edited.
type piece struct {
	span
	text string
}

// kept are the pieces that no change is in. A piece of which a change cut off a part counts as edited on both sides.
func (e *edited) kept(before, after []piece) (was, is []piece) {
	cutLeft, cutRight := make([]bool, len(e.old)), make([]bool, len(e.old))
	for _, p := range before {
		whole := true
		for i, c := range e.old {
			whole = whole && !within(p.span, c)
			cutLeft[i] = cutLeft[i] || p.start < c.start && c.start < p.end
			cutRight[i] = cutRight[i] || p.start < c.end && c.end < p.end
		}
		if whole {
			was = append(was, p)
		}
	}
	for _, p := range after {
		whole := true
		for i, c := range e.new {
			whole = whole && !within(p.span, c) && !(cutLeft[i] && p.end == c.start) && !(cutRight[i] && p.start == c.end)
		}
		if whole {
			is = append(is, p)
		}
	}
	return was, is
}

func within(a, b span) bool { return a.start < b.end && b.start < a.end }

// touches is within, with the edges.
func touches(a, b span) bool { return a.start <= b.end && b.start <= a.end }

func anyOf(p span, changes []span, meet func(a, b span) bool) bool {
	return slices.ContainsFunc(changes, func(c span) bool { return meet(p, c) })
}
