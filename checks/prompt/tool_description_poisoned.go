package prompt

import (
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/keys"
	"bakedin/internal/lang/markdown"
	"bakedin/internal/repo"
)

// a line of a description: a key of a structured file, or text of a docstring
var describes = regexp.MustCompile(`(?i)["']?(?:description\w*|instructions|prompt|title|summary|doc|help)["']?\s*[:=]|^\s*(?:"""|''')|\bdescription\s*=`)

// expressions of the rule that need more beside them: "before using this tool", and tags that shout
const (
	orderOfUse = 0
	shouting   = 3
	inSecret   = 5
)

// what a tool has no business with
var reaches = regexp.MustCompile(`(?i)~/|\.ssh\b|\.env\b|mcp\.json|credentials?\b|private key|conversation|chat history|previous messages|system prompt|side ?note|(?:do not|don.t|never) (?:tell|mention|inform|reveal|notify)|instead of (?:the|any|every|other)|\bbcc\b|exfiltrat`)

// what each expression of the rule finds
var orders = []string{
	"says what to do before other tools are used", "asks for a file that a tool has no business with", "asks to pass something on beside what the tool is for", "shouts at the model as if it were its operator",
	"asks to keep something from the user", "asks to do something in secret", "asks to forget the rules", "asks to forget the rules", "speaks as if it were the system", "asks to act as an administrator",
	"asks to do things without a check", "asks not to ask the user",
}

// toolDescriptionPoisoned reports a description of a tool that gives the model orders: to use it before others, to read
// files it has no business with, to pass on what it read, to keep quiet.
func toolDescriptionPoisoned(p *checks.Pass, m checks.TextMatch) {
	start, end := m.Groups[0], m.Groups[1]
	if p.File.InTests() {
		return
	}
	from, to, ok := description(p, m.Text, start)
	if !ok || !directed(p, m.Text, start, end, guardWords) {
		return
	}
	near := around(m.Text[from:to], start-from, end-from)
	if (m.Index == orderOfUse || m.Index == shouting) && !reaches.Match(near) || m.Index == inSecret && !ordered.Match(m.Text[max(from, start-40):start]) {
		return // how tools are usually described
	}
	f := p.At(start, end, "The description of a tool gives the model an order that is not about using it: it "+orders[m.Index]+".")
	f.Anchor = "poisoned " + strings.ToLower(strings.Join(strings.Fields(m.Group(0)), " "))
	f.Fixes = []checks.Fix{lookWho("drop-order", "Take the order out")}
}

// anotherTool is where the text of the next tool in a source begins.
var anotherTool = regexp.MustCompile(`"""|'''|\b(?:tool|registerTool|addTool)\(`)

// around is what stands near a place, as far as it belongs to the same tool.
func around(text []byte, start, end int) []byte {
	from, to := max(0, start-250), min(len(text), end+250)
	if all := anotherTool.FindAllIndex(text[from:start], -1); len(all) > 0 {
		from += all[len(all)-1][1]
	}
	if next := anotherTool.FindIndex(text[end:to]); next != nil {
		to = end + next[0]
	}
	return text[from:to]
}

// ordered is how a text ends before a verb that is an order, not a report of what the tool does.
var ordered = regexp.MustCompile(`(?i)(?:^|[.,:;!?>"'\n]|\b(?:and|or|then|to|always|must|should|shall|please|you|also|first|next|instead|never|now))[\s"'#*-]*$`)

// description is the range of the description that a place is in. In Python it is read off the code.
func description(p *checks.Pass, text []byte, at int) (from, to int, ok bool) {
	if src, _ := checks.Python.Of(p.File); src != nil && src.File != nil && p.File.Is(repo.Code) {
		for _, r := range src.ToolTexts() {
			if r[0] <= at && at < r[1] {
				return r[0], r[1], true
			}
		}
		return 0, len(text), describedBefore.Match(text[max(0, at-400):at])
	}
	return 0, len(text), inDescription(p, text, at)
}

// describedBefore is the start of a description in code, up to the place: description: "…, and the second argument of
// server.tool("name", "….
var describedBefore = regexp.MustCompile(`(?s)(?:(?:description|instructions)["']?\s*[:=]\s*\(?\s*|\.describe\(\s*|\b(?:tool|registerTool|addTool|prompt|resource)\(\s*["'][^"']{0,80}["']\s*,\s*)` + joined + `$`)

// joined is a text that is not yet ended, after others that are added to it: "a" + "b
const joined = `(?:["'` + "`" + `][^"'` + "`" + `]*["'` + "`" + `]\s*\+\s*)*["'` + "`" + `][^"'` + "`" + `]*`

// inDescription tells whether a place is the description of a tool: in a configuration under such a key, in code in the
// docstring of a function that is made a tool.
func inDescription(p *checks.Pass, text []byte, at int) bool {
	if p.File.Is(repo.Code) {
		before := string(text[max(0, at-1500):at])
		i := max(strings.LastIndex(before, `"""`), strings.LastIndex(before, `'''`))
		if i < 0 {
			return describedBefore.MatchString(before)
		}
		head := before[:i]
		def := strings.LastIndex(head, "def ")
		return def >= 0 && len(head)-def < 600 && regexp.MustCompile(`@[\w.]*(?:tool|mcp|function_tool|prompt|resource)\b[^\n]*\n(?:[^\n]*\n)?\s*(?:async\s+)?$`).MatchString(head[:def])
	}
	line := strings.LastIndexByte(string(text[:at]), '\n') + 1
	if d, _ := Blocks.Of(p.File); d != nil && d.At(at)&markdown.Front != 0 {
		return true
	}
	return keys.Format(p.File.Path) != "front" && describes.Match(text[line:at])
}
