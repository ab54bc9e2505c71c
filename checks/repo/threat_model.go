package repo

import (
	"path"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/prose"
	"bakedin/rules"
)

// A threat model counts when it names three threats or more, each with a mitigation or a decision beside it; as one about AI
// when four classes of threat are among them that only AI systems have.
const (
	minThreats = 3
	minClasses = 4
)

// decided is how people say what they do about a threat.
var decided = regexp.MustCompile(`(?i)\b(?:mitigat\w+|accept(?:ed|s)?|transfer(?:red|s)?|avoid(?:ed|s)?|decision|counter(?:s|ed|measures?)?|controls?|prevent\w*|safeguards?|treatment|respon(?:se|d)|defen[cs]e|protection|what we do|how)\b`)

// threatClasses are the classes of threat that only AI systems have, and the ids that catalogues give them.
// Source: https://atlas.mitre.org, https://genai.owasp.org/llm-top-10
var threatClasses = map[string]*regexp.Regexp{
	"injection":     regexp.MustCompile(`(?i)\b(?:prompt )?injection\b|\bjailbr\w+|\bAML\.T005[14]\b|\bLLM01\b`),
	"poisoning":     regexp.MustCompile(`(?i)\bpoison\w*|\bAML\.T00(?:19|20|59)\b|\bLLM04\b|\bML02\b`),
	"extraction":    regexp.MustCompile(`(?i)\b(?:model|weights?|prompt)\b[^|\n]{0,30}\b(?:extract\w*|theft|stolen|steal\w*|leak\w*|cop(?:y|ied))|\b(?:extract\w*|theft|steal\w*|copy\w*|leak\w*)\b[^|\n]{0,30}\b(?:model|weights?|system prompt)\b|\bstolen weights\b|\bAML\.T00(?:24\.002|25|44|48\.004|35)\b|\bLLM07\b|\bML05\b`),
	"inversion":     regexp.MustCompile(`(?i)\bmembership inference\b|\b(?:model )?inversion\b|\btraining data (?:extraction|leak\w*|disclosure)\b|\bAML\.T0024(?:\.00[01])?\b|\bLLM02\b|\bML0[34]\b`),
	"evasion":       regexp.MustCompile(`(?i)\bevasion\b|\badversarial (?:examples?|inputs?|patch\w*|perturb\w*)|\bAML\.T00(?:15|43)\b|\bML01\b`),
	"backdoor":      regexp.MustCompile(`(?i)\bbackdoor\w*|\btrojan\w*|\bAML\.T0018\b|\bML10\b`),
	"tool misuse":   regexp.MustCompile(`(?i)\bexcessive agency\b|\btools?\b[^|\n]{0,40}\b(?:misus\w*|abus\w*|talked into|poison\w*)|\b(?:misus\w*|abus\w*)\b[^|\n]{0,40}\b(?:tools?|agents?)\b|\brunaway agent|\bAML\.T0053\b|\bLLM06\b|\bASI\d\d\b`),
	"supply chain":  regexp.MustCompile(`(?i)\bsupply[- ]chain\b|\b(?:swapped|replaced|malicious|compromised) (?:model|weights|package|dependency|checkpoint|SDK)|\bAML\.T0010\b|\bLLM03\b|\bML06\b`),
	"rag poisoning": regexp.MustCompile(`(?i)\b(?:RAG|index|retriev\w*|knowledge base|embedding)\b[^|\n]{0,40}\bpoison\w*|\bpoison\w*[^|\n]{0,40}\b(?:RAG|index|retriev\w*|knowledge base|pages?|FAQ)|\bindirect (?:prompt )?injection\b|\bAML\.T00(?:66|70|71)\b|\bLLM08\b`),
	"cost":          regexp.MustCompile(`(?i)\bdenial of (?:service|wallet)\b|\bunbounded consumption\b|\bcost harvesting\b|\b(?:drives?|exhaust\w*|runs? up)\b[^|\n]{0,30}\b(?:costs?|budget)|\bAML\.T00(?:29|34|46)\b|\bLLM10\b`),
}

// threat is a row, an item or a section that names a danger, with what is done about it.
type threat struct{ text string }

// threatsIn are the threats of a document about which something is decided. What is left out or denied is none.
func threatsIn(d *checks.Document) []threat {
	var out []threat
	inSection := map[int]bool{}
	for i, s := range d.Statements {
		say := string(d.Say(s))
		switch {
		case d.Denied(i, s.End, s.End):
		case s.Kind == prose.Row && s.Lead >= 0:
			if answered(say) && (decided.MatchString(say) || decided.Match(d.Say(d.Statements[s.Lead]))) {
				out = append(out, threat{say})
			}
		case s.Kind == prose.Item && decided.MatchString(say) && answered(say) && !labelled.MatchString(say):
			out = append(out, threat{say})
		case s.Section >= 0 && d.Sections[s.Section].Level > 1 && !inSection[s.Section] && decided.MatchString(say) && answered(say):
			inSection[s.Section] = true
			x := d.Sections[s.Section]
			out = append(out, threat{x.Title + "\n" + string(d.Text[x.Body:x.End])})
		}
	}
	return out
}

var (
	// an item that is a field of the threat that its section is about
	labelled = regexp.MustCompile(`(?i)^(?:\*\*|_)?(?:mitigations?|decision|counter\w*(?: it)?|controls?|response|treatment|stands today|speaks against|likelihood\b[^:]*|risk|impact|status|owner)(?:\*\*|_)?:`)
	unsaid   = regexp.MustCompile(`(?i)\b(?:TBD|TODO|TBA|to be (?:decided|defined|done))\b|\[WRITE: `)
)

// answered tells whether no cell and no field waits for an answer, and there are two at least in a row.
func answered(say string) bool {
	if unsaid.MatchString(say) {
		return false
	}
	if !strings.HasPrefix(say, "|") {
		return true
	}
	filled := 0
	for _, cell := range strings.Split(strings.Trim(say, "|"), "|") {
		if cell = strings.TrimSpace(cell); len(cell) > 2 {
			filled++
		}
	}
	return filled >= 2
}

// threatModel reports the threat model of a system. A model that is code or comes from a tool counts by its words alone.
func threatModel(p *checks.Pass, m checks.TextMatch) {
	judgeThreats(p, m, func(d *checks.Document) bool { return len(threatsIn(d)) >= minThreats },
		"The document is no threat model yet: it does not name three threats with what is done about each.")
}

// threatModelNamesAI reports a threat model that covers threats that only AI systems have.
func threatModelNamesAI(p *checks.Pass, m checks.TextMatch) {
	judgeThreats(p, m, func(d *checks.Document) bool { return len(classesIn(threatsIn(d))) >= minClasses },
		"AI threats are mentioned, but not four classes of them with what is done about each.")
}

func classesIn(threats []threat) map[string]bool {
	seen := map[string]bool{}
	for _, t := range threats {
		for class, re := range threatClasses {
			if re.MatchString(t.text) {
				seen[class] = true
			}
		}
	}
	return seen
}

const judged = "threats"

func judgeThreats(p *checks.Pass, m checks.TextMatch, enough func(*checks.Document) bool, short string) {
	for _, f := range p.Found() {
		if f.Anchor == judged {
			return
		}
	}
	d, err := checks.DocumentOf.Of(p.File)
	if err != nil {
		return
	}
	strength := d.At(m.Groups[0], m.Groups[1])
	if strength == rules.E0 {
		return
	}
	message := ""
	if prose := path.Ext(p.File.Path); (prose == ".md" || prose == ".rst" || prose == ".adoc" || prose == ".txt") && !enough(d) {
		strength, message = rules.E1, short
	}
	f := p.At(m.Groups[0], m.Groups[1], message)
	f.Strength, f.Anchor = strength, judged
}
