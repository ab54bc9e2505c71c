// Package keys reads JSON, YAML and TOML into one small tree of keys with byte ranges, so that a rule can ask "what stands
// at permissions.defaultMode" without knowing the language. Values are kept as text: what a scalar means (a number, a date)
// is left to whoever asks. References out of the file are never followed; aliases inside a YAML file are, within a budget.
package keys

import (
	"bytes"
	"fmt"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Kind of a node.
type Kind int

// The kinds. A Stream holds the documents of a YAML file that has several.
const (
	Scalar Kind = iota
	Object
	Array
	Stream
)

// Node is a value and, inside an object, its key. Offsets are bytes of the source; ends are exclusive.
type Node struct {
	Kind     Kind
	Key      string // decoded; the index in decimal inside an array; empty at the root
	KeyStart int    // KeyStart == KeyEnd where there is no written key
	KeyEnd   int
	Start    int // the value as written, with its quotes
	End      int
	Value    string // of a scalar: decoded, without quotes
	Quoted   bool   // a scalar written as a string
	Template bool   // holds a template expression: Value is not what will stand there
	Alias    bool   // comes through an alias or a merge key: it stands at the anchor, positions are those of the alias
	Items    []*Node
}

// Child returns the value of a key, or nil. Of duplicate keys the last counts, as it does for most readers.
func (n *Node) Child(key string) *Node {
	if n == nil {
		return nil
	}
	for i := len(n.Items) - 1; i >= 0; i-- {
		if n.Items[i].Key == key {
			return n.Items[i]
		}
	}
	return nil
}

// At follows keys downwards; nil when one is missing.
func (n *Node) At(keys ...string) *Node {
	for _, k := range keys {
		n = n.Child(k)
	}
	return n
}

// Limits of one document. A zero field takes its default.
type Limits struct {
	Depth int // nested objects and lists; 200
	Nodes int // values, with those that aliases repeat; 200,000
}

func (l Limits) orDefault() Limits {
	if l.Depth == 0 {
		l.Depth = 200
	}
	if l.Nodes == 0 {
		l.Nodes = 200_000
	}
	return l
}

// Error is a place where a document cannot be read.
type Error struct {
	Line, Column int // 1-based; columns count code points
	Msg          string
}

func (e *Error) Error() string { return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Msg) }

// errorAt makes an Error of a byte offset.
func errorAt(src []byte, off int, format string, args ...any) *Error {
	off = max(0, min(off, len(src)))
	start := bytes.LastIndexByte(src[:off], '\n') + 1
	return &Error{
		Line:   bytes.Count(src[:off], []byte("\n")) + 1,
		Column: utf8.RuneCount(src[start:off]) + 1,
		Msg:    fmt.Sprintf(format, args...),
	}
}

// Format tells how a file is read by its name: "json", "yaml", "toml", "front" for the YAML at the head of a Markdown file,
// or "" for none of them.
func Format(name string) string {
	switch strings.ToLower(path.Ext(name)) {
	case ".json", ".jsonc", ".json5", ".code-workspace", ".mcpb":
		return "json"
	case ".yaml", ".yml", ".prompty":
		if strings.HasSuffix(name, ".prompty") {
			return "front"
		}
		return "yaml"
	case ".toml":
		return "toml"
	case ".md", ".mdc":
		return "front"
	}
	return ""
}

// Parse reads a document of a format named by Format. What is wrong with it is an *Error. A file without front matter and
// one without any value is an empty object.
func Parse(format string, src []byte, lim Limits) (root *Node, err error) {
	lim = lim.orDefault()
	defer func() { // the YAML and TOML readers are not ours
		if v := recover(); v != nil {
			root, err = nil, errorAt(src, 0, "the %s reader gave up: %v", format, v)
		}
	}()
	switch format {
	case "json":
		return parseJSON(src, lim)
	case "yaml":
		return parseYAML(src, lim)
	case "toml":
		return parseTOML(src, lim)
	case "front":
		return parseYAML(frontMatter(src), lim)
	}
	return nil, fmt.Errorf("no reader for the format %q", format)
}

// frontMatter is the source up to the line that closes its head; offsets stay those of the file.
func frontMatter(src []byte) []byte {
	open := []byte("---\n")
	if bytes.HasPrefix(src, []byte("---\r\n")) {
		open = []byte("---\r\n")
	}
	if !bytes.HasPrefix(src, open) {
		return nil
	}
	for at := len(open); at < len(src); {
		line, _, more := bytes.Cut(src[at:], []byte("\n"))
		if string(bytes.TrimRight(line, " \t\r")) == "---" {
			return src[:at]
		}
		if !more {
			break
		}
		at += len(line) + 1
	}
	return nil
}

func label(i int) string { return strconv.Itoa(i) }
