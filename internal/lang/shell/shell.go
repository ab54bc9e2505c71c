// Package shell splits a script into its simple commands: words with quotes resolved, where each stands, and what is piped
// into what. It is a splitter, not a shell: nothing is expanded, a word with an expansion is marked as not known.
// Source: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html
package shell

import "strings"

// Word is one word of a command. Value is without quotes; Known is false when a shell would expand something in it.
type Word struct {
	Value      string
	Start, End int // bytes of the script, quotes included
	Known      bool
	Items      []Word // of an array: NAME=(a b)
}

// Command is a simple command.
type Command struct {
	Env   []Word // leading NAME=value words
	Args  []Word // program first
	Piped bool   // reads the output of the command before it

	Lead string // the words of the grammar before it, each with a space behind it: "if ! "
	Then string // the operator behind it: || && | |& ; & ( ) or a line end; empty at the end
}

// Start is the first byte of the command, End the byte behind its last.
func (c *Command) Start() int {
	if len(c.Env) > 0 {
		return c.Env[0].Start
	}
	return c.Args[0].Start
}

// End is the byte behind the last word.
func (c *Command) End() int {
	if len(c.Args) > 0 {
		return c.Args[len(c.Args)-1].End
	}
	return c.Env[len(c.Env)-1].End
}

// most commands of one script and deepest nesting of substitutions
const (
	maxCommands = 20_000
	maxDepth    = 20
	maxLead     = 200 // bytes of words of the grammar before one command
)

// Parse returns the commands of a script in the order in which they begin. Those inside $(…) and backticks are among them.
func Parse(script string) []Command {
	p := &parser{src: script}
	p.commands(0, len(script), 0)
	return p.out
}

type parser struct {
	src string
	out []Command
}

type heredoc struct {
	end  string
	tabs bool
}

// commands reads [at, end).
func (p *parser) commands(at, end, depth int) {
	var c Command
	var docs []heredoc
	piped := false
	lead := ""
	flush := func(next bool, then string) {
		if len(c.Args)+len(c.Env) > 0 {
			if len(p.out) < maxCommands {
				c.Piped, c.Lead, c.Then = piped, lead, then
				p.out = append(p.out, c)
			}
			lead = ""
		}
		c, piped = Command{}, next
	}
	for at < end {
		switch b := p.src[at]; {
		case b == '\\' && at+1 < end && (p.src[at+1] == '\n' || p.src[at+1] == '\r'):
			at += 2
		case b == ' ' || b == '\t' || b == '\r':
			at++
		case b == '\n':
			flush(piped && len(c.Args)+len(c.Env) == 0, "\n")
			at++
			for _, d := range docs {
				at = p.skipDoc(at, end, d)
			}
			docs = nil
		case b == '#' && (at == 0 || strings.IndexByte(" \t\n;|&(", p.src[at-1]) >= 0):
			for at < end && p.src[at] != '\n' {
				at++
			}
		case b == '|':
			then := p.src[at : at+1]
			if at+1 < end && (p.src[at+1] == '|' || p.src[at+1] == '&') {
				then = p.src[at : at+2]
			}
			flush(then != "||", then)
			at += len(then)
		case strings.HasPrefix(p.src[at:end], "&&"):
			flush(false, "&&")
			at += 2
		case b == ';' || b == '&' && !strings.HasPrefix(p.src[at:end], "&>"):
			flush(false, p.src[at:at+1])
			at++
		case b == '(' || b == ')':
			flush(false, p.src[at:at+1])
			at++
		case b == '<' || b == '>' || b == '&':
			at = p.redirect(at, end, &docs, depth)
		default:
			w := p.word(at, end, depth)
			at = w.End
			if at == w.Start { // cannot be: nothing may loop
				at++
			}
			if at < end && p.src[at] == '(' && strings.HasSuffix(w.Value, "=") && assignment(w.Value) && (len(c.Args) == 0 || declares[c.Args[0].Value]) {
				w.Items, at = p.array(at+1, end, depth)
				w.End = at
			}
			switch {
			case len(c.Args) == 0 && assignment(w.Value):
				c.Env = append(c.Env, w)
			case len(c.Args) == 0 && keywords[w.Value] && w.Known:
				if len(lead) < maxLead {
					lead += w.Value + " "
				}
			default:
				c.Args = append(c.Args, w)
			}
		}
	}
	flush(false, "")
}

// words that stand before a command
var keywords = map[string]bool{"if": true, "then": true, "else": true, "elif": true, "fi": true, "do": true, "done": true, "while": true, "until": true, "!": true, "{": true, "}": true, "esac": true}

// declares are the commands whose arguments are assignments.
var declares = map[string]bool{"export": true, "local": true, "declare": true, "typeset": true, "readonly": true}

// array reads the words of NAME=(…), from behind the bracket to behind its end.
func (p *parser) array(at, end, depth int) ([]Word, int) {
	var items []Word
	for at < end {
		switch b := p.src[at]; {
		case b == ')':
			return items, at + 1
		case b == '\\' && at+1 < end && (p.src[at+1] == '\n' || p.src[at+1] == '\r'):
			at += 2
		case b == '#' && strings.IndexByte(" \t\n(", p.src[at-1]) >= 0:
			for at < end && p.src[at] != '\n' {
				at++
			}
		default:
			w := p.word(at, end, depth)
			if w.End > w.Start {
				items = append(items, w)
			}
			at = max(w.End, at+1)
		}
	}
	return items, at
}

func assignment(w string) bool {
	name, _, ok := strings.Cut(w, "=")
	if !ok || name == "" || name[0] >= '0' && name[0] <= '9' {
		return false
	}
	return strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+") == ""
}

// redirect skips an operator and the word behind it, and remembers a here-document.
func (p *parser) redirect(at, end int, docs *[]heredoc, depth int) int {
	start := at
	for at < end && strings.IndexByte("<>&-", p.src[at]) >= 0 && at-start < 4 {
		at++
	}
	op := p.src[start:at]
	if at < end && p.src[at] == '(' { // process substitution: its commands are read as others
		return at
	}
	for at < end && (p.src[at] == ' ' || p.src[at] == '\t') {
		at++
	}
	if at >= end || strings.IndexByte("\n;|&()<>", p.src[at]) >= 0 {
		return max(at, start+1)
	}
	w := p.word(at, end, depth)
	if strings.HasPrefix(op, "<<") && op != "<<<" {
		*docs = append(*docs, heredoc{w.Value, strings.HasSuffix(op, "-")})
	}
	return max(w.End, start+1)
}

func (p *parser) skipDoc(at, end int, d heredoc) int {
	for at < end {
		line, _, more := strings.Cut(p.src[at:end], "\n")
		next := at + len(line) + 1
		line = strings.TrimSuffix(line, "\r")
		if d.tabs {
			line = strings.TrimLeft(line, "\t")
		}
		if line == d.end || !more {
			return min(next, end)
		}
		at = next
	}
	return end
}

// word reads one word.
func (p *parser) word(at, end, depth int) Word {
	w := Word{Start: at, Known: true}
	var b strings.Builder
loop:
	for at < end {
		switch c := p.src[at]; c {
		case ' ', '\t', '\n', '\r', ';', '|', '&', '(', ')', '<', '>':
			break loop
		case '\\':
			if at+1 < end {
				if p.src[at+1] != '\n' {
					b.WriteByte(p.src[at+1])
				}
				at++
			}
			at++
		case '\'':
			stop := strings.IndexByte(p.src[at+1:end], '\'')
			if stop < 0 {
				stop = end - at - 1
			}
			b.WriteString(p.src[at+1 : at+1+stop])
			at = min(at+stop+2, end)
		case '"':
			at = p.double(at+1, end, depth, &b, &w)
		case '$', '`':
			at = p.expansion(at, end, depth, &b, &w)
		default:
			b.WriteByte(c)
			at++
		}
	}
	w.End, w.Value = at, b.String()
	return w
}

func (p *parser) double(at, end, depth int, b *strings.Builder, w *Word) int {
	for at < end && p.src[at] != '"' {
		switch c := p.src[at]; {
		case c == '\\' && at+1 < end && strings.IndexByte("\\\"$`\n", p.src[at+1]) >= 0:
			b.WriteByte(p.src[at+1])
			at += 2
		case c == '$' || c == '`':
			at = p.expansion(at, end, depth, b, w)
		default:
			b.WriteByte(c)
			at++
		}
	}
	return min(at+1, end)
}

// expansion copies what a shell would replace, and reads the commands inside it.
func (p *parser) expansion(at, end, depth int, b *strings.Builder, w *Word) int {
	start := at
	stop := at + 1
	switch {
	case p.src[at] == '`':
		if i := strings.IndexByte(p.src[at+1:end], '`'); i >= 0 {
			stop = at + 1 + i + 1
			p.inner(at+1, stop-1, depth)
		} else {
			stop = end
		}
	case strings.HasPrefix(p.src[at:end], "$("):
		stop = closing(p.src, at+2, end, '(', ')')
		p.inner(at+2, stop-1, depth)
	case strings.HasPrefix(p.src[at:end], "${"):
		stop = closing(p.src, at+2, end, '{', '}')
	default:
		for stop < end && nameByte(p.src[stop]) {
			stop++
		}
	}
	if stop > start+1 {
		w.Known = false
	}
	b.WriteString(p.src[start:stop])
	return stop
}

func (p *parser) inner(at, end, depth int) {
	if depth < maxDepth && at < end {
		p.commands(at, end, depth+1)
	}
}

// closing returns the byte behind the bracket that closes one opened before at.
func closing(s string, at, end int, open, shut byte) int {
	depth := 1
	for ; at < end; at++ {
		switch s[at] {
		case open:
			depth++
		case shut:
			if depth--; depth == 0 {
				return at + 1
			}
		case '\\':
			at++
		case '\'':
			if i := strings.IndexByte(s[at+1:end], '\''); i >= 0 {
				at += i + 1
			}
		}
	}
	return end
}

func nameByte(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}
