package model

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"bakedin/internal/lang/jinja"
	"bakedin/rules"
)

var jinjaLimits = jinja.Limits{Bytes: 8 << 20, Depth: 200, Folded: 64 << 10}

// escape is something in a template that reaches out of it.
type escape struct {
	off, end int
	msg      string
	severity rules.Severity
	why      string
}

// heavier tells whether a severity is above another.
func heavier(a, b rules.Severity) bool {
	order := []rules.Severity{rules.Low, rules.Medium, rules.High, rules.Critical}
	return slices.Index(order, a) > slices.Index(order, b)
}

// mostTold is how many of the escapes of one template a message names.
const mostTold = 5

// sum is the worst of some escapes, and all of them in one sentence: what is wrong with a template is one finding.
func sum(all []escape) (worst *escape, msg string) {
	seen := map[string]bool{}
	var told []string
	for i := range all {
		e := &all[i]
		if worst == nil || heavier(e.severity, worst.severity) {
			worst = e
		}
		if !seen[e.msg] {
			seen[e.msg] = true
			told = append(told, e.msg)
		}
	}
	if n := len(told); n > mostTold {
		told = append(told[:mostTold], fmt.Sprintf("does %d more things like these", n-mostTold))
	}
	return worst, strings.Join(told, "; ")
}

// template looks at a text that may be a Jinja template, structurally. Off is where its first byte stands in the part, or the
// place of the value when it is written with escapes. It tells whether the text is a template.
func (r *reading) template(rule, key, text string, off int64) bool {
	if !jinja.Holds(text) {
		return false
	}
	f, err := jinja.Parse(text, jinjaLimits)
	for _, t := range []struct {
		rule string
		what []escape
	}{{rule, escapes(f)}, {"model-template-instruction", instructions(f)}} {
		if worst, msg := sum(t.what); worst != nil {
			r.found(t.rule, off+int64(worst.off), int64(max(1, worst.end-worst.off)), "template "+key, "the template %q %s", key, msg).
				weigh(worst.severity, worst.why)
		}
	}
	var limit *jinja.LimitError
	switch {
	case errors.As(err, &limit):
		r.left("limit", "template %q: %v", key, err)
	case err != nil && strings.Contains(key, "template"):
		r.left("parse", "template %q: %v", key, err)
	}
	return true
}

// frames are attributes of Python objects that lead to the globals of a function or to its code.
var frames = map[string]bool{
	"gi_frame": true, "gi_code": true, "cr_frame": true, "cr_code": true, "ag_frame": true, "ag_code": true, "f_globals": true,
	"f_builtins": true, "f_locals": true, "f_back": true, "f_code": true, "tb_frame": true, "tb_next": true, "co_code": true,
	"func_globals": true, "func_code": true, "func_closure": true, "im_func": true, "im_self": true, "im_class": true,
}

// runners are functions that run commands or code, by the last part of their name.
var runners = map[string]bool{
	"popen": true, "system": true, "Popen": true, "getoutput": true, "getstatusoutput": true, "check_output": true,
	"check_call": true, "import_module": true, "__import__": true, "eval": true, "exec": true, "execve": true, "execvp": true,
	"spawnl": true, "spawnv": true, "run_module": true, "load_module": true, "exec_module": true, "run_path": true,
}

// builtinCalls are functions of Python that no template engine offers: a call of one means that the template expects to run
// where it does.
var builtinCalls = map[string]bool{
	"eval": true, "exec": true, "__import__": true, "compile": true, "open": true, "getattr": true, "setattr": true,
	"globals": true, "locals": true, "vars": true, "breakpoint": true, "import_module": true,
}

var dunder = regexp.MustCompile(`^__\w+__$`)

// dunderIn finds a name between double underscores in a constant text: the texts of honest templates may hold <|__x__|>
// tokens, but not the names of the object model.
var dunderIn = regexp.MustCompile(`__(?:class|mro|bases?|globals|subclasses|import|builtins|init|getattribute|getattr|code|dict|call|closure|module|self|func|reduce|reduce_ex|loader|spec|wrapped|new|delattr|setattr)__`)

// mostSize is what a honest template may count to.
const mostSize = 1e7

// escapes tells what of a template leads out of it.
func escapes(f *jinja.File) []escape {
	var out []escape
	for _, b := range f.Blocks {
		switch b.Keyword {
		case "include", "import", "from", "extends":
			out = append(out, escape{b.Start, b.End, fmt.Sprintf("loads another template with %q", b.Keyword), rules.Medium, "models bring one template"})
		}
		for _, u := range b.Uses {
			if e, ok := escapeOf(u); ok {
				out = append(out, e)
			}
		}
	}
	return out
}

func escapeOf(u jinja.Use) (escape, bool) {
	e := escape{off: u.Start, end: u.End, severity: rules.Critical, why: "it is a way from a template to the interpreter"}
	switch u.Kind {
	case jinja.Attribute, jinja.Item:
		switch {
		case u.Computed:
			e.msg, e.severity = "reads an attribute whose name is made when it runs", rules.High
		case dunder.MatchString(u.Name) || frames[u.Name]:
			e.msg = fmt.Sprintf("reaches for %s", u.Name)
		case u.Kind == jinja.Attribute && len(u.Name) > 1 && u.Name[0] == '_':
			e.msg, e.severity = fmt.Sprintf("reads the private attribute %s", u.Name), rules.High
		default:
			return e, false
		}
		return e, true
	case jinja.Call:
		switch {
		case runners[u.Name] || builtinCalls[u.Name]:
			e.msg = fmt.Sprintf("calls %s", u.Name)
			return e, true
		}
	case jinja.Name:
		if u.Name == "lipsum" || dunder.MatchString(u.Name) {
			e.msg, e.severity = fmt.Sprintf("uses %s, a way to the modules of the engine", u.Name), rules.High
			return e, true
		}
	case jinja.Text:
		if m := dunderIn.FindString(u.Name); m != "" {
			e.msg = fmt.Sprintf("spells the name %s in a text", m)
			return e, true
		}
	case jinja.Size:
		if u.Count > mostSize {
			e.msg, e.severity = fmt.Sprintf("asks %s for %.3g items or bytes", u.Name, u.Count), rules.Medium
			return e, true
		}
	}
	return e, false
}

// directive is text that gives a model orders against its user or its operator.
var directive = regexp.MustCompile(`(?i)\b(?:ignore|disregard|forget|override)\b[^.\n]{0,40}\b(?:previous|prior|above|earlier|all|any|your|the)\b[^.\n]{0,30}\b(?:instructions?|prompts?|rules?|guidelines?|messages?)\b|\b(?:send|post|forward|exfiltrate|upload|leak|direct|redirect)\b[^.\n]{0,60}\bhttps?://|\b(?:secretly|silently|covertly)\b|\byou\s+are\s+now\b[^.\n]{0,30}\b(?:dan|unrestricted|jailbroken|root)\b`)

var link = regexp.MustCompile(`(?i)https?://[^\s'"<>)]+`)

// hidden are characters that nobody sees and every tokenizer reads.
func hidden(s string) (rune, bool) {
	for _, r := range s {
		if r >= 0xe0000 && r <= 0xe007f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x200b || r == 0x2060 {
			return r, true
		}
	}
	return 0, false
}

// instructions tells of texts that the template puts between the messages of a conversation, and that work against the people
// in it: orders to the model, and texts that come only when a message holds a certain word or the clock says so.
func instructions(f *jinja.File) []escape {
	var out []escape
	var triggers []*jinja.Membership // of the open ifs; nil for an ordinary one
	for i := range f.Blocks {
		b := &f.Blocks[i]
		switch b.Keyword {
		case "if":
			triggers = append(triggers, trigger(b))
		case "elif":
			if len(triggers) > 0 {
				triggers[len(triggers)-1] = trigger(b)
			}
		case "else":
			if len(triggers) > 0 {
				triggers[len(triggers)-1] = nil
			}
		case "endif":
			if len(triggers) > 0 {
				triggers = triggers[:len(triggers)-1]
			}
		}
		if b.Kind == jinja.Comment {
			continue
		}
		if b.Kind == jinja.Data {
			out = append(out, instruction(b.Text, b.Start, b.End, triggers)...)
		}
		for _, u := range b.Uses {
			if u.Kind == jinja.Text {
				out = append(out, instruction(u.Name, u.Start, u.End, triggers)...)
			}
		}
	}
	return out
}

const ofText = "of what the template writes"

func instruction(text string, start, end int, triggers []*jinja.Membership) []escape {
	if r, ok := hidden(text); ok {
		return []escape{{start, end, fmt.Sprintf("writes the invisible character U+%04X to the model", r), rules.Medium, ofText}}
	}
	if m := directive.FindString(text); m != "" {
		return []escape{{start, end, fmt.Sprintf("gives the model the order %q", clip(m)), rules.High, ofText}}
	}
	for _, t := range triggers {
		if t != nil && (words(text) >= 4 || link.MatchString(text)) {
			return []escape{{start, end, fmt.Sprintf("writes %q when a message holds the word %q", clip(strings.TrimSpace(text)), t.Text), rules.Medium, ofText}}
		}
	}
	return nil
}

// trigger is a test of an if for an ordinary word in the text of a message. Honest templates test for tags and tokens.
func trigger(b *jinja.Block) *jinja.Membership {
	for i := range b.Tests {
		t := &b.Tests[i]
		switch t.In {
		case "content", "text", "query", "prompt", "user_message", "message_content", "lower", "upper":
		default:
			continue
		}
		ordinary := strings.TrimSpace(t.Text) != ""
		for _, r := range t.Text {
			ordinary = ordinary && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(" .,'-?!@:", r))
		}
		if ordinary {
			return t
		}
	}
	return nil
}

// words counts the words of prose in a text.
func words(s string) int {
	n := 0
	for _, w := range strings.Fields(s) {
		if strings.ContainsFunc(w, unicode.IsLetter) && !strings.ContainsAny(w, "<>|[]{}") {
			n++
		}
	}
	return n
}

func clip(s string) string {
	if r := []rune(s); len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return s
}
