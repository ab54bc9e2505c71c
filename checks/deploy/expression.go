package deploy

import (
	"regexp"
	"slices"
	"strings"
)

// expression is a node of an expression of GitHub Actions.
// Source: https://docs.github.com/actions/reference/workflows-and-actions/expressions
type expression struct {
	op   string // "||", "&&", "!", a comparison, "call", "ref", "text"
	text string // the name of a function in lower case, a reference as dotted labels, or a literal
	kids []*expression
}

var expressionToken = regexp.MustCompile(`'(?:[^']|'')*'|\|\||&&|[=!<>]=|[!<>()\[\],.*]|-?[0-9][0-9a-fA-Fx.]*|[A-Za-z_][\w-]*|\S`)

// the most that is read of one expression
const maxExpression = 4000

// parseExpression reads what stands between ${{ and }}, or in an if. It returns nil for what is none.
func parseExpression(s string) *expression {
	if len(s) > maxExpression {
		return nil
	}
	p := &expressionParser{tokens: expressionToken.FindAllString(s, -1)}
	e := p.either(0)
	if p.at < len(p.tokens) {
		return nil
	}
	return e
}

type expressionParser struct {
	tokens []string
	at     int
}

func (p *expressionParser) next() string {
	if p.at < len(p.tokens) {
		return p.tokens[p.at]
	}
	return ""
}

func (p *expressionParser) take(token string) bool {
	if p.next() == token {
		p.at++
		return true
	}
	return false
}

// either reads operands of one level of binding: 0 "||", 1 "&&", 2 comparisons.
func (p *expressionParser) either(level int) *expression {
	if level == 3 {
		return p.single()
	}
	e := p.either(level + 1)
	for e != nil {
		op := p.next()
		if level == 0 && op != "||" || level == 1 && op != "&&" || level == 2 && !comparison(op) {
			return e
		}
		p.at++
		right := p.either(level + 1)
		if right == nil {
			return nil
		}
		e = &expression{op: op, kids: []*expression{e, right}}
	}
	return nil
}

func comparison(op string) bool {
	return op == "==" || op == "!=" || op == "<" || op == ">" || op == "<=" || op == ">="
}

func (p *expressionParser) single() *expression {
	t := p.next()
	p.at++
	switch {
	case t == "!":
		if e := p.single(); e != nil {
			return &expression{op: "!", kids: []*expression{e}}
		}
	case t == "(":
		if e := p.either(0); e != nil && p.take(")") {
			return p.labels(e)
		}
	case strings.HasPrefix(t, "'"):
		return &expression{op: "text", text: strings.ReplaceAll(strings.Trim(t, "'"), "''", "'")}
	case t != "" && (t[0] >= '0' && t[0] <= '9' || t[0] == '-'):
		return &expression{op: "text", text: t}
	case t != "" && (t[0] == '_' || t[0] >= 'A' && t[0] <= 'Z' || t[0] >= 'a' && t[0] <= 'z'):
		if p.take("(") {
			return p.call(strings.ToLower(t))
		}
		return p.labels(&expression{op: "ref", text: t})
	}
	return nil
}

func (p *expressionParser) call(name string) *expression {
	e := &expression{op: "call", text: name}
	for !p.take(")") {
		kid := p.either(0)
		if kid == nil {
			return nil
		}
		e.kids = append(e.kids, kid)
		p.take(",")
	}
	return p.labels(e)
}

// labels reads .name, .* and ['name'] behind a value.
func (p *expressionParser) labels(e *expression) *expression {
	for {
		switch {
		case p.take("."):
			e = e.label(p.next())
			p.at++
		case p.take("["):
			key := p.either(0)
			if key == nil && !p.take("*") || !p.take("]") {
				return nil
			}
			label := "*"
			if key != nil && key.op == "text" {
				label = key.text
			}
			e = e.label(label)
		default:
			return e
		}
	}
}

func (e *expression) label(name string) *expression {
	if e.op != "ref" {
		return e // a part of what a function gives
	}
	return &expression{op: "ref", text: e.text + "." + name}
}

// flows are the references whose text an expression can give. What is compared, searched or negated gives true or false.
func (e *expression) flows() []string {
	switch {
	case e == nil:
		return nil
	case e.op == "ref":
		return []string{e.text}
	case e.op == "||" || e.op == "&&":
	case e.op == "call" && (e.text == "format" || e.text == "join" || e.text == "tojson" || e.text == "fromjson"):
	default:
		return nil
	}
	var out []string
	for _, k := range e.kids {
		out = append(out, k.flows()...)
	}
	return out
}

// asJSON tells whether the expression writes an object out.
func (e *expression) asJSON() bool {
	return e != nil && (e.op == "call" && e.text == "tojson" || slices.ContainsFunc(e.kids, (*expression).asJSON))
}

// placed is an expression of a text with its place.
type placed struct {
	start, end int
	*expression
}

var expressionText = regexp.MustCompile(`\$\{\{((?:[^}']|'(?:[^']|'')*'|\}[^}])*)\}\}`)

// expressionsIn are the expressions between ${{ and }} of a text.
func expressionsIn(text string) []placed {
	var out []placed
	for _, m := range expressionText.FindAllStringSubmatchIndex(text, 200) {
		out = append(out, placed{m[0], m[1], parseExpression(text[m[2]:m[3]])})
	}
	return out
}
