// Package markdown tells of each byte of a Markdown text what holds it: code, a quote, a table, a comment or plain text, and
// under which heading it stands. It does not build a tree and renders nothing.
// Source: https://spec.commonmark.org, as far as these questions go.
package markdown

import (
	"bytes"
	"sort"
	"strings"
)

// Context is what holds a place.
type Context uint8

// The contexts; several can hold at once.
const (
	Code    Context = 1 << iota // a fenced or indented block, or a code span
	Quote                       // a block quote
	Table                       // a row of a table
	Comment                     // an HTML comment
	Front                       // the front matter at the head
)

// Doc is a text that was looked at.
type Doc struct {
	lines    []line
	spans    [][2]int // code spans, in order
	comments [][2]int
}

type line struct {
	start   int
	context Context
	heading string
}

// Parse looks at a text.
func Parse(src []byte) *Doc {
	d := &Doc{}
	fence, heading := "", ""
	front := bytes.HasPrefix(src, []byte("---\n")) || bytes.HasPrefix(src, []byte("---\r\n"))
	blank := true
	for at, n := 0, 0; at < len(src); n++ {
		end := len(src)
		if i := bytes.IndexByte(src[at:], '\n'); i >= 0 {
			end = at + i
		}
		text := string(bytes.TrimRight(src[at:end], "\r"))
		trimmed := strings.TrimLeft(text, " \t>")
		l := line{start: at, heading: heading}
		switch {
		case front:
			l.context = Front
			if n > 0 && strings.TrimSpace(text) == "---" {
				front = false
			}
		case fence != "":
			l.context = Code
			if strings.HasPrefix(trimmed, fence) && strings.Trim(strings.TrimSpace(trimmed), fence[:1]) == "" {
				fence = ""
			}
		case strings.HasPrefix(trimmed, "```") || strings.HasPrefix(trimmed, "~~~"):
			l.context = Code
			fence = trimmed[:len(trimmed)-len(strings.TrimLeft(trimmed, trimmed[:1]))]
		case strings.HasPrefix(trimmed, "#") && strings.HasPrefix(strings.TrimLeft(trimmed, "#"), " "):
			heading = strings.TrimSpace(strings.TrimLeft(trimmed, "#"))
			l.heading = heading
		case strings.HasPrefix(strings.TrimLeft(text, " "), ">"):
			l.context = Quote
		case strings.HasPrefix(trimmed, "|") && strings.Count(trimmed, "|") > 1:
			l.context = Table
		case blank && (strings.HasPrefix(text, "    ") || strings.HasPrefix(text, "\t")) && !listItem(trimmed):
			l.context = Code
		}
		blank = strings.TrimSpace(text) == "" || l.context == Code && fence == "" && strings.HasPrefix(text, "    ")
		if l.context&(Code|Front) == 0 {
			d.codeSpans(text, at)
		}
		d.lines = append(d.lines, l)
		at = end + 1
	}
	for at := 0; ; {
		i := bytes.Index(src[at:], []byte("<!--"))
		if i < 0 {
			break
		}
		start := at + i
		end := len(src)
		if j := bytes.Index(src[start:], []byte("-->")); j >= 0 {
			end = start + j + 3
		}
		if d.At(start)&Code == 0 {
			d.comments = append(d.comments, [2]int{start, end})
		}
		at = end
	}
	return d
}

func listItem(s string) bool {
	if s == "" {
		return false
	}
	return strings.IndexByte("-*+", s[0]) >= 0 || s[0] >= '0' && s[0] <= '9'
}

func (d *Doc) codeSpans(text string, at int) {
	for i := 0; i < len(text); {
		if text[i] != '`' {
			i++
			continue
		}
		n := len(text[i:]) - len(strings.TrimLeft(text[i:], "`"))
		j := strings.Index(text[i+n:], text[i:i+n])
		if j < 0 {
			return
		}
		d.spans = append(d.spans, [2]int{at + i, at + i + n + j + n})
		i += n + j + n
	}
}

// At returns what holds a byte.
func (d *Doc) At(off int) Context {
	l := d.line(off)
	if l == nil {
		return 0
	}
	c := l.context
	if within(d.spans, off) {
		c |= Code
	}
	if within(d.comments, off) {
		c |= Comment
	}
	return c
}

// Heading returns the heading above a byte.
func (d *Doc) Heading(off int) string {
	if l := d.line(off); l != nil {
		return l.heading
	}
	return ""
}

// Comments returns the HTML comments outside of code.
func (d *Doc) Comments() [][2]int { return d.comments }

func (d *Doc) line(off int) *line {
	i := sort.Search(len(d.lines), func(i int) bool { return d.lines[i].start > off })
	if i == 0 {
		return nil
	}
	return &d.lines[i-1]
}

func within(ranges [][2]int, off int) bool {
	i := sort.Search(len(ranges), func(i int) bool { return ranges[i][1] > off })
	return i < len(ranges) && ranges[i][0] <= off
}
