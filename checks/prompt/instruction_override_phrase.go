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
			if string(text[start:end]) == string(plain[m[0]:m[1]]) || !directed(p, text, start, end, guardWords) || dataForTests(p) {
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
	if !directed(p, m.Text, m.Groups[0], m.Groups[1], guardWords) || dataForTests(p) {
		return
	}
	f := p.At(m.Groups[0], m.Groups[1], "The text orders its reader to drop what it was told before.")
	f.Anchor = "override " + strings.ToLower(strings.Join(strings.Fields(m.Group(0)), " "))
	f.Fixes = []checks.Fix{lookWho("drop-order", "Take the order out")}
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
