package prompt

import (
	"context"
	"regexp"
	"strings"

	"bakedin/checks"
)

var (
	toolComments = regexp.MustCompile(`(?i)^\s*(?:licen[sc]e|copyright|spdx|markdownlint|prettier|vale|toc\b|start doctoc|end doctoc|all-contributors|do not edit|bakedin:|eslint|cspell|textlint|omit in toc|template|todo|fixme|note to (?:authors|contributors|maintainers)|for (?:authors|contributors)|please (?:remove|delete|fill|describe|provide|read|do not|make sure|search|check|include|note)|thank|describe|example|instructions? for contributors|remove this|delete this)`)
	invisible    = regexp.MustCompile(`(?is)<(\w+)[^>]*(?:display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0\b|font-size\s*:\s*0(?:px|em|pt)?\b|\shidden\b|color\s*:\s*(?:#fff(?:fff)?|white)\b)[^>]*>(.{10,900}?)</`)
	linkComment  = regexp.MustCompile(`(?m)^\[(?://|comment|_)\]:\s*(?:#|<>)\s*[("'](.{10,})[)"']\s*$`)
	farAway      = regexp.MustCompile(`[ \t]{200,}(\S[^\n]{10,})|\n{40,}(\S[^\n]{10,})`)
	// an order to whoever reads: what a person is never told in a comment
	toAgent = regexp.MustCompile(`(?i)\b(?:ignore|disregard|forget|override|bypass)\b[^.\n]{0,40}\b(?:previous|prior|above|earlier|all|your)\b[^.\n]{0,30}\b(?:instructions?|rules?|prompts?|guidelines?|policies)\b|\b(?:do not|don.t|never|without)\s+(?:tell|telling|inform\w*|mention\w*|notify\w*|alert\w*|reveal\w*)\b[^.\n]{0,30}\b(?:user|human|operator|developer|anyone|this)\b|\b(?:ai|llm|assistant|agent|copilot|claude|gpt|model)s?\b[^.\n]{0,40}\b(?:must|should|shall|always|need to|will|please|:)\s*[^.\n]{0,60}\b(?:run|execute|send|post|upload|fetch|download|read|open|include|append|add|insert|approve|merge|delete|copy|forward|install|commit|reply|output)\b|\b(?:silently|secretly|quietly|covertly)\s+\w+|\b(?:run|execute)\b[^.\n]{0,40}(?:curl|wget|bash|sh -c|python -c|base64)|(?:curl|wget)\s[^\n]*\|\s*(?:ba)?sh|\b(?:send|upload|exfiltrate|post (?:it|this|the|all|them|your|every))\b[^.\n]{0,60}https?://|\b(?:when|if|before|after)\b[^.\n]{0,60}\b(?:summari[sz]ing|reviewing|answering|processing|you (?:read|see|review|summari[sz]e))\b[^.\n]{0,60}\b(?:also|always|must|first|instead)\b|\byou (?:must|should|are now)\b[^.\n]{0,60}\b(?:send|run|execute|approve|read|include|ignore|reveal|output)\b`)
)

// hiddenMarkupInstruction reports orders in text that the rendered page does not show.
func hiddenMarkupInstruction(_ context.Context, p *checks.Pass) error {
	text, err := p.File.Bytes()
	if err != nil {
		return err
	}
	if attackFolder.MatchString(p.File.Path) {
		return nil
	}
	d, err := Blocks.Of(p.File)
	if err != nil {
		return err
	}
	say := func(start, end int, hidden, how string) {
		hidden = strings.TrimSpace(hidden)
		if toolComments.MatchString(hidden) || !toAgent.MatchString(hidden) || guardHeading.MatchString(d.Heading(start)) {
			return
		}
		f := p.At(start, end, "An order stands in text that nobody sees: "+how+".")
		f.Anchor = "hidden markup " + how
		f.Fixes = []checks.Fix{{ID: "remove-hidden-text", Title: "Take the hidden text out", Applicability: checks.Unsafe, Edits: edit(p.Replace(start, end, "")), Breaks: "If a person put it there for a reason, it is lost: look at who changed the line."}}
	}
	for _, c := range d.Comments() {
		say(c[0], c[1], strings.TrimSuffix(strings.TrimPrefix(string(text[c[0]:c[1]]), "<!--"), "-->"), "a comment")
	}
	for _, m := range invisible.FindAllSubmatchIndex(text, 50) {
		if d.At(m[0]) == 0 {
			say(m[0], m[1], string(text[m[4]:m[5]]), "an element that is not shown")
		}
	}
	for _, m := range linkComment.FindAllSubmatchIndex(text, 50) {
		if d.At(m[0]) == 0 {
			say(m[0], m[1], string(text[m[2]:m[3]]), "a definition that is no link")
		}
	}
	for _, m := range farAway.FindAllSubmatchIndex(text, 50) {
		g := 2
		if m[2] < 0 {
			g = 4
		}
		if d.At(m[g]) == 0 {
			say(m[g], m[g+1], string(text[m[g]:m[g+1]]), "far out of sight")
		}
	}
	return nil
}
