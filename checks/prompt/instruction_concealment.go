package prompt

import (
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/rules"
)

var (
	// what a prompt may rightly keep to itself: how it works and how it looks
	presentation = regexp.MustCompile(`(?i)^[^.!?\n]{0,60}\b(?:rules?|prompts?|instructions?|guidelines?|tools?|functions?|internal\w*|reasoning|thinking|context|documents?|sources?|passages?|cut-?off|ids?|json|schema|format\w*|system|model|ai\b|technical|raw|errors?|stack ?traces?|search|steps?|these details|this list|persona|role|names? of|confiden\w+ scores?|commits?|lint\w*|tests?|typos?|whitespace|minor|details|examples?|that you are|about (?:the )?(?:tool|process|memory|memories))\b`)
	// talk that leaves somebody out without hiding anything
	// the user's own data, and a thing that is left out of a text: nobody is left in the dark about what was done
	possessive = regexp.MustCompile(`^['’]s\b`)
	ofThing    = regexp.MustCompile(`(?i)\b(?:mention|reveal)(?:ing)?\s+(?:the\s+)?(?:user|human|operator|developer)s?$`)
	// a detail of an answer, as a bank gives them
	ofAnswer = regexp.MustCompile(`(?i)^\s+(?:which|whether|how|why|when|where)\b|^[^.!?\n]{0,60}\bother (?:customers?|users?|people|persons?|tenants?|clients?|accounts?|patients?|employees?)\b`)
	// "must not" with another subject than the reader says what a program does
	reader = regexp.MustCompile(`(?i)(?:^|\b(?:you|it|and|or|but|agent|assistant|model|claude|reviewer|subagent)|[,:;*-])\s*$`)
	// what is sent behind somebody's back is never a matter of looks
	secretly = regexp.MustCompile(`(?i)^(?:silently|secretly|covertly)\s+(?:send|upload|post|transmit|forward|copy)\b`)
	harmless = regexp.MustCompile(`(?i)^(?:do not|don.t|never|must not)\s+(?:ask|asking|show|showing)\b`)
	// advice for people, and what must not happen
	tellsTo = regexp.MustCompile(`(?i)^(?:do not|don.t|never|must not)\s+tell(?:ing)?\s+(?:the\s+)?\w+\s+to\b`)
	negated = regexp.MustCompile(`(?i)\b(?:not|never|n.t|nothing|avoid|cannot)\s+(?:\w+\s+)?$`)
	weighty = regexp.MustCompile(`(?i)\b(?:send|upload|post|transfer|forward|delete|execute|install|exfiltrat\w*|credential|password|secret|key|token|payment|email|copy|read)\b`)
)

// instructionConcealment reports an order to do something behind the back of the people that the agent works for.
func instructionConcealment(p *checks.Pass, m checks.TextMatch) {
	start, end := m.Groups[0], m.Groups[1]
	if !directed(p, m.Text, start, end, concealGuard) || dataForTests(p) {
		return
	}
	for _, f := range p.Found() {
		if f.Location.Start.Byte < end && start < f.Location.End.Byte {
			return
		}
	}
	after := string(m.Text[end:min(len(m.Text), end+120)])
	if tellsTo.MatchString(m.Group(0)+after) || negated.Match(m.Text[max(0, start-40):start]) {
		return
	}
	if possessive.MatchString(after) || ofThing.MatchString(m.Group(0)) {
		return
	}
	if strings.HasPrefix(strings.ToLower(m.Group(0)), "must not") && !reader.Match(m.Text[sentenceStart(m.Text, start):start]) {
		return
	}
	around := string(m.Text[sentenceStart(m.Text, start):start]) + firstSentence(after)
	if harmless.MatchString(m.Group(0)) && !weighty.MatchString(around) || harmless.MatchString(m.Group(0)) && presentation.MatchString(after) {
		return
	}
	f := p.At(start, end, "The text orders its reader to keep something from the people it works for.")
	f.Anchor = "conceal " + strings.ToLower(strings.Join(strings.Fields(m.Group(0)), " "))
	if secretly.MatchString(m.Group(0)) {
		f.Fixes = []checks.Fix{lookWho("drop-order", "Take the order out")}
		return
	}
	if (presentation.MatchString(after) || presentation.MatchString(m.Group(0))) && !weighty.MatchString(firstSentence(after)) {
		f.Lower(rules.Low, "what it keeps is how it works or how it looks")
	} else if ofAnswer.MatchString(after) && !weighty.MatchString(firstSentence(after)) {
		f.Lower(rules.Low, "what it keeps is a detail of an answer, not what the agent does")
	} else if strings.HasPrefix(strings.ToLower(m.Group(0)), "without") && !weighty.MatchString(around) {
		f.Lower(rules.Low, "nothing weighty is done without asking")
	}
	f.Fixes = []checks.Fix{lookWho("drop-order", "Take the order out")}
}

func firstSentence(s string) string {
	if i := strings.IndexAny(s, ".!?\n"); i >= 0 {
		return s[:i]
	}
	return s
}
