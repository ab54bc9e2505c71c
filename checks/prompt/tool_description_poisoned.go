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
)

// what a tool has no business with
var reaches = regexp.MustCompile(`(?i)~/|\.ssh\b|\.env\b|mcp\.json|credentials?\b|private key|conversation|chat history|previous messages|system prompt|side ?note|(?:do not|don.t|never) (?:tell|mention|inform|reveal|notify)|instead of (?:the|any|every|other)|\bbcc\b|exfiltrat`)

// toolDescriptionPoisoned reports a description of a tool that gives the model orders: to use it before others, to read
// files it has no business with, to pass on what it read, to keep quiet.
func toolDescriptionPoisoned(p *checks.Pass, m checks.TextMatch) {
	start, end := m.Groups[0], m.Groups[1]
	if p.File.InTests() || !inDescription(p, m.Text, start) || !directed(p, m.Text, start, end, guardWords) {
		return
	}
	if (m.Index == orderOfUse || m.Index == shouting) && !reaches.Match(around(m.Text, start, end)) {
		return // how tools are usually described
	}
	f := p.At(start, end, "The description of a tool gives the model an order that is not about using it.")
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
