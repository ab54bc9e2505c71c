package prompt

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/keys"
	"bakedin/internal/lang/markdown"
	"bakedin/internal/repo"
)

// Blocks is the fact of what holds each part of a text file that is written for a model.
var Blocks = checks.NewFact(func(f *checks.File) (*markdown.Doc, error) {
	text, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	return markdown.Parse(text), nil
})

var (
	// somebody else is said to write the phrase, or it is forbidden: most prompts that defend themselves hold the phrase
	guardWords = regexp.MustCompile(`(?i)(?:do not|don['’]?t|never|must not|cannot|refuse to|even if|if (?:a|an|the|any|some|you)\b[^.]{0,40}\b(?:says?|asks?|tells?|contains?|instructs?|requests?|see|encounter)|attempts?(?:ed|ing)? to|tries to|trying to|such as|e\.g\.|for example|for instance|\blike\b|phrases?|detect|reject|block|flag(?:ged)?|treat\b|resist|injection|jailbreak|attack|malicious|adversarial|untrusted|suspicious|prevent|protect|filter|saying|includes?|including|requests? to|commands? to|asking (?:you|it|the model) to|instructs? you to|users? (?:may|might|can|could|who)|beware|watch (?:out )?for|nicht|niemals|jamais|nunca|никогда|не )\W*(?:\S+\W+){0,7}$`)
	afterWords = regexp.MustCompile(`(?i)^\W{0,3}(?:\S+\s+){0,6}?(?:is an?|are|attacks?|injections?|attempts?|jailbreaks?|should be|must be|will be|requests?|patterns?|phrases?)\b[^.\n]{0,30}(?:attack|injection|attempt|jailbreak|ignored?|rejected?|refused?|untrusted|malicious|not allowed|blocked|patterns?|phrases?|data)`)
	// a conceal phrase begins with a negation itself
	concealGuard = regexp.MustCompile(`(?i)(?:refuse to|even if|if (?:a|the|any)\b[^.]{0,40}\b(?:says?|asks?|tells?|contains?|instructs?)|attempts?(?:ed|ing)? to|tries to|such as|e\.g\.|for example|\blike\b|phrases?|detect|reject|block|flag|treat\b|resist|injection|jailbreak|attack|malicious|instructions? to|saying)\W*(?:\S+\W+){0,7}$`)
	guardHeading = regexp.MustCompile(`(?i)security|injection|threat|guardrail|red[ -]?team|\btests?\b|examples?|attack|safety|jailbreak|anti-?pattern|what not to|don['’]?ts|bad\b|vulnerab|untrusted`)
	attackFolder = regexp.MustCompile(`(?i)(?:^|/)(?:red-?team\w*|evals?|evaluations?|jailbreaks?|attacks?|adversarial|garak|promptfoo|injections?|payloads?|test_?data|fixtures|tests?|__tests__|corpus|benchmarks?|datasets?)(?:/|$)|(?:^|/)[^/]*(?:redteam|red-team|jailbreak|injection|adversarial|attack)[^/]*$`)
)

// how far before a phrase, in bytes, the words that take it back are looked for
const guardReach = 90

// directed tells whether a phrase at [start, end) is said to the reader: not quoted, not in code, a table or a quotation, not
// taken back by what stands before it, not below a heading that talks about attacks.
func directed(p *checks.Pass, text []byte, start, end int, guard *regexp.Regexp) bool {
	if attackFolder.MatchString(p.File.Path) {
		return false
	}
	hidden, _ := hiddenOrders.Of(p.File)
	if slices.ContainsFunc(hidden, func(o hiddenOrder) bool { return o.start <= start && start < o.end }) {
		return false // told as what is hidden
	}
	d, _ := Blocks.Of(p.File)
	structured := p.File.Is(repo.Code) || keys.Format(p.File.Path) != "" && keys.Format(p.File.Path) != "front"
	if d != nil && !structured {
		if d.At(start)&(markdown.Code|markdown.Quote|markdown.Table) != 0 || guardHeading.MatchString(d.Heading(start)) {
			return false
		}
	}
	line := bytes.LastIndexByte(text[:start], '\n') + 1
	sentence := max(sentenceStart(text, start), start-guardReach)
	before := string(text[sentence:start])
	if structured && sentence < line && strings.HasPrefix(strings.TrimSpace(string(text[line:start])), "#") {
		return false // a comment
	}
	if guard.MatchString(before) || afterWords.Match(text[end:min(len(text), end+80)]) {
		return false
	}
	return !quoted(string(text[line:start]), string(text[end:min(len(text), end+200)]), structured)
}

// sentenceStart is where the sentence or list item of a place begins.
func sentenceStart(text []byte, at int) int {
	for i := at - 1; i > 0; i-- {
		switch text[i] {
		case '.', '!', '?', ';':
			if i+1 < at && (text[i+1] == ' ' || text[i+1] == '\n' || text[i+1] == '\\') && !bytes.HasSuffix(text[:i+1], []byte("e.g.")) && !bytes.HasSuffix(text[:i+1], []byte("i.e.")) {
				return i + 1
			}
		case '\n':
			next := bytes.TrimLeft(text[i+1:at], " \t")
			if len(next) == 0 || bytes.IndexByte([]byte("-*+#>|"), next[0]) >= 0 || next[0] >= '0' && next[0] <= '9' || i > 0 && text[i-1] == '\n' {
				return i + 1
			}
		}
	}
	return 0
}

// quoted tells whether the phrase stands between quotation marks on its line.
func quoted(before, after string, structured bool) bool {
	if i := strings.IndexByte(after, '\n'); i >= 0 {
		after = after[:i]
	}
	for _, marks := range [][2]string{{"“", "”"}, {"„", "“"}, {"«", "»"}, {"‘", "’"}, {"「", "」"}, {"《", "》"}, {`\"`, `\"`}} {
		if strings.LastIndex(before, marks[0]) > strings.LastIndex(before, marks[1]) && strings.Contains(after, marks[1]) || marks[0] == marks[1] && strings.Count(before, marks[0])%2 == 1 && strings.Contains(after, marks[1]) {
			return true
		}
	}
	if structured {
		return strings.Count(before, "'")%2 == 1 && strings.Contains(after, "'") && strings.HasSuffix(strings.TrimRight(before, "'"), " ")
	}
	if strings.Count(before, `"`)%2 == 1 && strings.Contains(after, `"`) {
		return true
	}
	i := strings.LastIndexByte(before, '\'')
	return i >= 0 && (i == 0 || strings.IndexByte(" (,[:", before[i-1]) >= 0) && strings.Contains(after, "'")
}
