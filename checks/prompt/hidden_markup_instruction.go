package prompt

import (
	"bytes"
	"context"
	"path"
	"regexp"
	"strings"

	"bakedin/checks"
)

var (
	toolComments = regexp.MustCompile(`(?i)^\s*(?:licen[sc]e|copyright|spdx|markdownlint|prettier|vale|toc\b|start doctoc|end doctoc|all-contributors|do not edit|bakedin:|eslint|cspell|textlint|omit in toc|template|todo|fixme|note to (?:authors|contributors|maintainers)|for (?:authors|contributors)|please (?:remove|delete|fill|describe|provide|read|do not|make sure|search|check|include|note)|thank|describe|example|instructions? for contributors|remove this|delete this)`)
	unseenStyle  = regexp.MustCompile(`(?i)display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0\b|font-size\s*:\s*0(?:px|em|pt)?\b|\shidden\b|color\s*:\s*(?:#fff(?:fff)?|white)\b`)
	linkComment  = regexp.MustCompile(`(?m)^\[(?://|comment|_)\]:\s*(?:#|<>)\s*[("'](.{10,})[)"']\s*$`)
	// an order to whoever reads: what a person is never told in a comment
	toAgent = regexp.MustCompile(`(?i)\b(?:ignore|disregard|forget|override|bypass)\b[^.\n]{0,40}\b(?:previous|prior|above|earlier|all|your)\b[^.\n]{0,30}\b(?:instructions?|rules?|prompts?|guidelines?|policies)\b|\b(?:do not|don.t|never|without)\s+(?:tell|telling|inform\w*|mention\w*|notify\w*|alert\w*|reveal\w*)\b[^.\n]{0,30}\b(?:user|human|operator|developer|anyone|this)\b|\b(?:ai|llm|assistant|agent|copilot|claude|gpt|model)s?\b[^.\n]{0,40}\b(?:must|should|shall|always|need to|will|please|:)\s*[^.\n]{0,60}\b(?:run|execute|send|post|upload|fetch|download|read|open|include|append|add|insert|approve|merge|delete|copy|forward|install|commit|reply|output)\b|\b(?:silently|secretly|quietly|covertly)\s+\w+|\b(?:run|execute)\b[^.\n]{0,40}(?:curl|wget|bash|sh -c|python -c|base64)|(?:curl|wget)\s[^\n]*\|\s*(?:ba)?sh|\b(?:send|upload|exfiltrate|post (?:it|this|the|all|them|your|every))\b[^.\n]{0,60}https?://|\b(?:when|if|before|after)\b[^.\n]{0,60}\b(?:summari[sz]ing|reviewing|answering|processing|you (?:read|see|review|summari[sz]e))\b[^.\n]{0,60}\b(?:also|always|must|first|instead)\b|\byou (?:must|should|are now)\b[^.\n]{0,60}\b(?:send|run|execute|approve|read|include|ignore|reveal|output)\b`)
)

// hiddenMarkupInstruction reports orders in text that the rendered page does not show.
func hiddenMarkupInstruction(_ context.Context, p *checks.Pass) error {
	orders, err := hiddenOrders.Of(p.File)
	for _, o := range orders {
		f := p.At(o.start, o.end, "An order stands in text that nobody sees: "+o.how+".")
		f.Anchor = "hidden markup " + o.how
		f.Fixes = []checks.Fix{{ID: "remove-hidden-text", Title: "Take the hidden text out", Applicability: checks.Unsafe, Edits: edit(p.Replace(o.start, o.end, "")), Breaks: "If a person put it there for a reason, it is lost: look at who changed the line."}}
		if o.open {
			f.Fixes = []checks.Fix{checks.Steps("remove-hidden-text", "Take the hidden text out", "Find where the element ends, and delete it from its first tag to its last.", "Look at who changed the line.")}
		}
	}
	return err
}

// hiddenOrder is an order in text that the rendered page does not show, and how it is hidden.
type hiddenOrder struct {
	start, end int
	how        string
	open       bool // an element whose end tag was not found
}

// what is shown as a page, by the paths of the rule
var rendered = regexp.MustCompile(`\.(?:md|mdc|mdx|markdown|txt)$|(?:^|/)\.(?:cursorrules|windsurfrules|clinerules)$|(?:^|/)ISSUE_TEMPLATE/[^/]+\.ya?ml$`)

// forms that people fill in: their comments speak to people, of whom some used an assistant
var form = regexp.MustCompile(`(?i)(?:^|/)(?:pull_request|issue|merge_request)_template(?:[./]|s/|$)`)

// what nobody writes to people who fill in a form
var gravest = regexp.MustCompile(`(?i)\b(?:ignore|disregard|forget|override|bypass)\b[^.\n]{0,40}\b(?:previous|prior|above|earlier|all|your)\b[^.\n]{0,30}\b(?:instructions?|rules?|prompts?|guidelines?|policies)\b|\b(?:do not|don.t|never|without)\s+(?:tell|telling|inform\w*|mention\w*|notify\w*|alert\w*)\b[^.\n]{0,30}\b(?:user|human|operator|developer|anyone|maintainers?|reviewers?)\b|\b(?:silently|secretly|covertly)\s+\w+|(?:curl|wget)\s[^\n]*\|\s*(?:ba)?sh`)

// hiddenOrders is the fact of them; other rules leave what it holds to hidden-markup-instruction.
var hiddenOrders = checks.NewFact(func(f *checks.File) (out []hiddenOrder, err error) {
	text, err := f.Bytes()
	if err != nil || attackFolder.MatchString(f.Path) || !rendered.MatchString(f.Path) {
		return nil, err
	}
	d, err := Blocks.Of(f)
	if err != nil {
		return nil, err
	}
	order := toAgent
	if form.MatchString(f.Path) {
		order = gravest
	}
	say := func(start, end int, hidden, how string) bool {
		hidden = strings.TrimSpace(hidden)
		if toolComments.MatchString(hidden) && order != gravest || !order.MatchString(hidden) || guardHeading.MatchString(d.Heading(start)) {
			return false
		}
		out = append(out, hiddenOrder{start: start, end: end, how: how})
		return true
	}
	if ext := path.Ext(f.Path); ext == ".yml" || ext == ".yaml" { // Markdown in the values of a form
		for _, m := range markupComment.FindAllIndex(text, 50) {
			say(m[0], m[1], string(text[m[0]+4:m[1]-3]), "a comment")
		}
		return out, nil
	}
	for _, c := range d.Comments() {
		say(c[0], c[1], strings.TrimSuffix(strings.TrimPrefix(string(text[c[0]:c[1]]), "<!--"), "-->"), "a comment")
	}
	for _, e := range unseenElements(text) {
		if d.At(e.start) == 0 {
			if say(e.start, e.end, string(text[e.from:e.to]), "an element that is not shown") {
				out[len(out)-1].open = !e.closed
			}
		}
	}
	if bytes.Contains(text, []byte("]:")) {
		for _, m := range linkComment.FindAllSubmatchIndex(text, 50) {
			if d.At(m[0]) == 0 {
				say(m[0], m[1], string(text[m[2]:m[3]]), "a definition that is no link")
			}
		}
	}
	for _, r := range farAway(text) {
		if d.At(r[0]) == 0 {
			say(r[0], r[1], string(text[r[0]:r[1]]), "far out of sight")
		}
	}
	return out, nil
})

var markupComment = regexp.MustCompile(`(?s)<!--.*?-->`)

// element is <tag …>content</tag>, and where its content stands up to the first end tag in it.
type element struct {
	start, from, to, end int
	closed               bool // its own end tag was found: end is behind it
}

// how long an opening tag and the content behind it are followed
const (
	tagReach     = 500
	contentReach = 900

	balancedReach = 20_000 // for the end tag
)

// unseenElements are those whose style hides them.
func unseenElements(text []byte) (out []element) {
	for at := 0; len(out) < 50; {
		i := bytes.IndexByte(text[at:], '<')
		if i < 0 {
			return out
		}
		start := at + i
		at = start + 1
		if at >= len(text) || !letter(text[at]) {
			continue
		}
		n := bytes.IndexByte(text[at:min(len(text), at+tagReach)], '>')
		if n < len("hidden") || !unseenStyle.Match(text[at:at+n]) {
			continue
		}
		from := at + n + 1
		to := bytes.Index(text[from:min(len(text), from+contentReach)], []byte("</"))
		if to >= 10 {
			e := element{start, from, from + to, from + to + 2, false}
			if end := elementEnd(text, start, from); end > 0 {
				e.end, e.closed = end, true
			}
			out = append(out, e)
			at = max(from+to, e.end)
		}
	}
	return out
}

// elementEnd is behind the end tag of the element whose first tag begins at start and ends before from; 0 when it has none.
// Elements of the same name inside it are counted.
func elementEnd(text []byte, start, from int) int {
	name := start + 1
	for name < from && (letter(text[name]) || text[name] >= '0' && text[name] <= '9' || text[name] == '-') {
		name++
	}
	tag := regexp.MustCompile(`(?i)<(/?)` + regexp.QuoteMeta(string(text[start+1:name])) + `(?:\s[^<>]*)?>`)
	open := 1
	for _, m := range tag.FindAllSubmatchIndex(text[from:min(len(text), from+balancedReach)], -1) {
		if m[2] == m[3] {
			open++
		} else if open--; open == 0 {
			return from + m[1]
		}
	}
	return 0
}

func letter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

// a text this far to the right, or this many empty lines below, is out of sight
const (
	farRight = 200
	farBelow = 40
)

// farAway are the rests of the lines that begin behind so much white space.
func farAway(text []byte) (out [][2]int) {
	blank, lines := 0, 0
	for i := 0; i < len(text) && len(out) < 50; i++ {
		switch text[i] {
		case ' ', '\t':
			blank, lines = blank+1, 0
			continue
		case '\n':
			blank, lines = 0, lines+1
			continue
		}
		far := blank >= farRight || lines >= farBelow
		blank, lines = 0, 0
		if !far {
			continue
		}
		end := i + bytes.IndexByte(text[i:], '\n')
		if end < i {
			end = len(text)
		}
		if end-i > 10 {
			out = append(out, [2]int{i, end})
		}
		i = end - 1
	}
	return out
}
