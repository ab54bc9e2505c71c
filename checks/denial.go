package checks

import (
	"bytes"
	"regexp"
	"strings"
)

// What a document says of a thing is not always that it is there. These expressions know the common ways to say that it is
// not, not yet, or somebody else's. They look at one sentence, in English.

const leftOut = `\b(?:out[- ]of[- ](?:the )?scope|not (?:in scope|covered|considered|eligible|looked at|analy[sz]ed)|exclusions?|excluded|non-?goals)\b`

var (
	// headings and sentences that lead a list of things in that are left out
	outOfScope = regexp.MustCompile(`(?i)` + leftOut)

	// what stands right before a thing that there is not
	absent = regexp.MustCompile(`(?i)(?:\b(?:no|without|lack(?:s|ing)?|neither|nor|nothing (?:about|on|of)|not (?:a|an|any|the))(?:\s+[\w'-]+){0,3}?|\b(?:not|cannot|never)|n['’]t` +
		`|(?:\b(?:not|never)|n['’]t)(?:\s+\w+){0,2}?\s+(?:have|offer|provide|publish|keep|maintain|grant|define|give|promise|include|cover|plan|run|operate|perform|support|accept|consider|want)(?:\s+[\w'-]+){0,3}?)[\s*_"'(]*$`)

	// what follows a thing that nobody has, or has looked at
	missing = regexp.MustCompile(`(?i)(?:` + leftOut + `|\bnot (?:yet |been |be |currently )*(?:assessed|defined|offered|provided|granted|written|available|in place|decided|documented|addressed|included|applicable|planned|accepted|agreed|part of)\b` +
		`|\b(?:has|have|needs?|is|are) (?:yet |still )?to be (?:agreed|defined|decided|written|done|looked at|added)\b|\bdo(?:es)?(?: not|n['’]t) (?:exist|apply)\b|\b(?:TBD|TODO|to be (?:determined|decided|defined))\b|^\W{0,3}:\W*(?:none|no|unknown|n/a|not applicable)\b)`)

	// a statement that says that there is nothing to say
	nothing = regexp.MustCompile(`(?i)^[^\w\[]*(?:[\p{L} -]{1,40}:\s*)?\W*(?:more information (?:is )?needed|todo|tbd|tba|fixme|xxx+|wip|n/?a|none|nothing|unknown|unbekannt|not (?:applicable|known|available|documented|specified)|\[\]|null|\?+|-+)(?: (?:yet|known|so far|at the moment|for now|here|to report))*\W*$` +
		`|^\W*(?:there (?:is|are)|we (?:have|know(?: of)?|see))(?: currently| at present)? (?:no|none|nothing)\b[^.\n]{0,40}\W*$`)
	later = regexp.MustCompile(`(?i)\b(?:coming soon|check back (?:later|soon)|placeholder text|not got(?:ten)? around to|nothing here yet|work in progress|to be (?:written|done|added|completed|filled in|determined)|(?:this section|it) (?:will|is to|has to) be (?:\w+ )?(?:written|added|filled in|completed)|(?:will be|is) (?:written|added|linked|completed|moved) (?:here )?(?:later|soon))\b`)

	// places that an author left open, in any document, and words that mark one where nothing else stands
	unfilled = regexp.MustCompile(`(?i)\[?\bmore information needed\b\]?|\blorem ipsum\b|<insert[^>\n]*>|\[insert [^\]\n]*\]|\byour-?e?-?mail@|use this section to tell people`)
	todo     = regexp.MustCompile(`(?m)(?:^[ \t]*|:[ \t]*)(?:TODO|TBD)[.!]?[ \t]*$`)
)

// mostTodos is how many places marked as to do a document may have before it counts as a template.
const mostTodos = 2

// OpenPlaces are the places that the author of a template left open; none of a document that was filled in.
func OpenPlaces(text []byte) [][]int {
	open, todos := unfilled.FindAllIndex(text, 50), todo.FindAllIndex(text, 50)
	if len(open) == 0 && len(todos) <= mostTodos {
		return nil
	}
	return append(open, todos...)
}

// longPromise is how many words a promise to write something later has at most.
const longPromise = 12

// empty tells whether a statement says nothing: a placeholder, or a promise to write it.
func empty(say []byte) bool {
	return nothing.Match(say) || countWords(say) <= longPromise && later.Match(say)
}

// denies tells whether what stands before and after a thing, in its statement, says that it is not there.
func denies(before, after []byte) bool {
	if i := bytes.LastIndexAny(before, ".!?;|"); i >= 0 {
		before = before[i+1:]
	}
	if i := bytes.LastIndexByte(before, ':'); i >= 0 {
		if outOfScope.Match(before[:i]) {
			return true
		}
		before = before[i+1:]
	}
	if i := clauseEnd.FindIndex(after); i != nil {
		after = after[:i[0]]
	}
	return absent.Match(before) || missing.Match(after)
}

// clauseEnd is where a sentence ends, or a cell.
var clauseEnd = regexp.MustCompile(`[.!?;](?:\s|$)|\|`)

var (
	frontValue = regexp.MustCompile(`^[^:\n]*:[ \t]*([^\n]*)(?:\n((?:[ \t]*-[^\n]*\n|[ \t]+[^\n]*\n)*))?`)
	noValue    = regexp.MustCompile(`(?i)^["']?(?:\[\s*\]|\{\s*\}|unknown|todo|tbd|n/?a|none|null|~|never|more information needed|\[more information needed\]|\[?["']?unknown["']?\]?)?["']?$`)
)

// NoValue tells whether what stands for a value says nothing: it is empty, a placeholder, or a slot that a program fills.
func NoValue(value string) bool {
	value = strings.TrimSpace(value)
	return noValue.MatchString(value) || strings.Contains(value, "{{") || strings.HasPrefix(value, "[WRITE") || strings.HasPrefix(value, "<")
}

// keyIsEmpty tells whether the key that a text begins with has no value, or one that says nothing.
func keyIsEmpty(text []byte) bool {
	m := frontValue.FindSubmatch(text)
	if m == nil {
		return false
	}
	value := bytes.TrimSpace(m[1])
	if !noValue.Match(value) {
		return false
	}
	if len(value) > 0 {
		return true
	}
	for line := range bytes.Lines(m[2]) {
		line = bytes.TrimSpace(bytes.TrimLeft(bytes.TrimSpace(line), "- "))
		if len(line) > 0 && !noValue.Match(line) {
			return false
		}
	}
	return true
}
