package prompt

import (
	"regexp"

	"bakedin/checks"
	"bakedin/internal/repo"
	"bakedin/rules"
)

var (
	hiddenEscape = regexp.MustCompile(`\\u(?:20(?:0[b-fB-F]|2[a-eA-E]|6[0-9a-fA-F])|[fF][eE][fF][fF])|\\U000[eE]0[01][0-9a-fA-F]{2}|\\u\{[eE]0[01][0-9a-fA-F]{2}\}`)
	testPath     = regexp.MustCompile(`(?i)test|fixture|spec|unicode|emoji|sanit|strip|invisible|bidi|lexer|tokeniz|parser|regex|escape`)
)

// promptName is the start of a line that gives a prompt its text.
var promptName = regexp.MustCompile(`(?i)^[^"'` + "`" + `]*(?:prompt|instruction|system_?(?:message|text)|persona)\w*["']?\s*[:=]`)

// a file with this many different escapes is one that removes such characters
const sanitizer = 5

// hiddenEscapedInLiteral reports escapes of hidden characters in a literal of code.
func hiddenEscapedInLiteral(p *checks.Pass, m checks.TextMatch) {
	if p.File.InTests() || p.File.Place == repo.Generated || testPath.MatchString(p.File.Path) || len(p.Found()) > 0 {
		return
	}
	different := map[string]bool{}
	for _, e := range hiddenEscape.FindAllIndex(m.Text, 200) {
		if !p.File.InPrompt(e[0]) { // a prompt removes nothing
			different[string(m.Text[e[0]:e[1]])] = true
		}
	}
	if len(different) >= sanitizer {
		return
	}
	f := p.At(m.Groups[0], m.Groups[1], "A literal spells characters that nobody sees where it is shown.")
	f.Anchor = "escaped " + m.Group(0)
	if p.File.InPrompt(m.Groups[0]) || promptName.MatchString(lineOf(m.Text, m.Groups[0])) {
		f.Lower(rules.Medium, "the literal is a prompt")
	}
	f.Fixes = []checks.Fix{lookWho("drop-escape", "Take the escapes out")}
}
