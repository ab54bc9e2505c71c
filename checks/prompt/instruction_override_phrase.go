package prompt

import (
	"context"
	"regexp"
	"strings"

	"bakedin/checks"
)

// overridePhrase is the detector of instruction-override-phrase: in the text as it stands, and in what a reader makes of it
// when its letters are disguised.
type overridePhrase struct{}

// Judge implements checks.Judge.
func (overridePhrase) Judge(p *checks.Pass, m checks.TextMatch) { instructionOverridePhrase(p, m) }

// Run implements checks.Check: the expressions of the rule over the text without its disguise.
func (overridePhrase) Run(_ context.Context, p *checks.Pass) error {
	text, err := p.File.Bytes()
	if err != nil {
		return err
	}
	plain, at, disguised := undisguise(text)
	if !disguised {
		return nil
	}
	for i := range p.Rule.Match.Text {
		re, err := regexp.Compile(p.Rule.Match.Text[i].RE2)
		if err != nil {
			return err
		}
		for _, m := range re.FindAllIndex(plain, 50) {
			start, end := at[m[0]], at[m[1]]
			if string(text[start:end]) == string(plain[m[0]:m[1]]) || !directed(p, text, start, end, guardWords) || dataForTests(p) || ofAThing(text, start, end) {
				continue // as it stands it is found as it stands
			}
			f := p.At(start, end, "The text orders its reader to drop what it was told before, in letters that a search does not find.")
			f.Anchor = "override " + strings.ToLower(strings.Join(strings.Fields(string(plain[m[0]:m[1]])), " "))
			f.Fixes = []checks.Fix{lookWho("drop-order", "Take the order out")}
		}
	}
	return nil
}

// instructionOverridePhrase reports an order to forget what was said before, said to whoever reads the file.
func instructionOverridePhrase(p *checks.Pass, m checks.TextMatch) {
	start, end := m.Groups[0], m.Groups[1]
	if len(m.Groups) > 2 && m.Groups[2] >= 0 {
		start, end = m.Groups[2], m.Groups[3]
	}
	if !directed(p, m.Text, start, end, guardWords) || dataForTests(p) || ofAThing(m.Text, start, end) {
		return
	}
	for _, f := range p.Found() { // one sentence says it twice
		if lineOf(m.Text, f.Location.Start.Byte) == lineOf(m.Text, start) && sentenceStart(m.Text, f.Location.Start.Byte) == sentenceStart(m.Text, start) {
			return
		}
	}
	f := p.At(start, end, "The text orders its reader to drop what it was told before.")
	f.Anchor = "override " + strings.ToLower(strings.Join(strings.Fields(string(m.Text[start:end])), " "))
	f.Fixes = []checks.Fix{lookWho("drop-order", "Take the order out")}
}

var (
	// what overrides or is bypassed is a thing: an order begins with its verb, or with the reader
	overrides = regexp.MustCompile(`(?i)^(?:override|bypass)\b`)
	ordersTo  = regexp.MustCompile(`(?i)(?:^|[.:;,!?*"'“(>-]|\b(?:please|you|must|should|can|may|will|now|then|and|or|always|first|immediately|instead|required|need|have|want|allowed|able|free|told|instructed|ordered|asked|authori[sz]ed) (?:to )?|\bto )\s*$`)
	inOrderTo = regexp.MustCompile(`(?i)^\W*(?:in order )?to\s+$`)
	// what follows names the place whose rules are meant, or a document of the project
	ofPlace  = regexp.MustCompile("(?i)^\\s*(?:in|of|from|under|inside|below|for)\\s+(?:the\\s+)?(?:`[^`\n]+`|[\\w.-]*/[\\w./-]*|[\\w-]+\\.\\w{1,5}\\b|(?:linter|formatter|compiler|editor|parser|bundler|browser|shell|framework|library|cache|database|legacy|old)\\b)")
	seeThere = regexp.MustCompile("(?i)[:：]\\s*(?:see|none|read|cf|check|moved|in|at|n/a)\\b|[:：]\\s*[`\\[/]")
)

// ofAThing tells whether a phrase speaks of a thing of the project, as "local settings override system rules" and "ignore
// previous messages in logs/" do, and not of what the reader was told.
func ofAThing(text []byte, start, end int) bool {
	before := string(text[sentenceStart(text, start):start])
	if overrides.Match(text[start:end]) && (inOrderTo.MatchString(before) || !ordersTo.MatchString(before)) {
		return true
	}
	after := string(text[end:min(len(text), end+80)])
	return ofPlace.MatchString(after) || seeThere.Match(text[start:min(len(text), end+12)])
}

func lookWho(id, title string) checks.Fix {
	return checks.Steps(id, title, "Find out who wrote the line, and what else came with it: git log -S with a piece of it.", "Take it out. When it is an example of an attack, mark it as one: in quotation marks or a code block, below a heading that says so.")
}

// dataForTests tells whether the file feeds an evaluation, where attacks are the point.
func dataForTests(p *checks.Pass) bool {
	for _, a := range p.File.Assets {
		if a.Format == "promptfoo" {
			return true
		}
	}
	return false
}
