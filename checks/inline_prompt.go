package checks

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"bakedin/internal/lang/javascript"
	"bakedin/internal/lang/python"
	"bakedin/internal/repo"
)

// Span is a range of bytes of a file.
type Span struct{ Start, End int }

// RolePhrase is how a text begins that tells a model who it is.
var RolePhrase = regexp.MustCompile(`(?i)^[\s"'#>*_-]*(?:you are (?:a|an|the|my|our|not)\b|you're (?:a|an|the)\b|act as\b|your (?:task|role|job|goal|objective|purpose) is\b|as an? (?:ai|expert|helpful|assistant)\b|du bist\b|sie sind\b|deine? aufgabe\b|tu es\b|vous êtes\b|eres\b|tu tarea\b|actúa como\b|você é\b|sua tarefa\b|sei un\b|il tuo compito\b|je bent\b|jesteś\b|ты\s*[—–-]|вы\s*[—–-]|ти\s*[—–-]|你是|您是|你的(?:任务|角色)|请?扮演|あなたは|당신은|너는|sen bir\b|أنت|आप एक|bạn là\b|anda adalah\b|kamu adalah\b)`)

var (
	promptNamed = regexp.MustCompile(`(?:^|_)(?:system|sys|developer)_?(?:prompt|message|msg|instructions?)s?$|(?:^|_)prompts?(?:_?(?:template|text|str))?$|(?:^|_)instructions?$|_prompt(?:_[a-z0-9]+)?$|^system(?:_instruction)?$|^persona$`)
	camel       = regexp.MustCompile(`([a-z0-9])([A-Z])`)
	phrased     = regexp.MustCompile(`(?im)(?:^|[.!?:]\s+|\n)[ \t]*(?:you are (?:a|an|the|my|our|not)\b|you're (?:a|an|the)\b|act as\b|your (?:task|role|job|goal|objective|purpose) is\b|as an? (?:ai|expert|helpful|assistant)\b)|<\|(?:im_start|system|start_header_id)\|>|\[INST\]|\{(?:question|query|user_?input|input|context)\}`)
	usesModel   = regexp.MustCompile(`(?m)^[ \t]*(?:import|from)\s[^\n]*\b(?:openai|anthropic|langchain\w*|langgraph|llama_index|litellm|generativeai|genai|ollama|mistralai|cohere|groq|crewai|autogen\w*|pydantic_ai|agents|dspy|haystack|semantic_kernel|fastmcp|smolagents|claude_agent_sdk)\b|(?:from|require\()\s*["'](?:openai|@anthropic-ai/|ai["'/]|@ai-sdk/|langchain|@langchain/|@openai/|@google/gen|ollama|@mistralai/|groq-sdk|@mastra/|genkit)`)
)

// a literal shorter than the first is no prompt by its name, one shorter than the second none by its first words
const (
	namedPrompt = 40
	barePrompt  = 120
)

// InlinePrompts is the fact of the literals of a source that are prompts: by their name together with how they speak, or by
// their first words, or as the content of a message. Pieces that a source adds up are one.
var InlinePrompts = NewFact(func(f *File) ([]Span, error) {
	if !f.Is(repo.Code) {
		return nil, nil
	}
	text, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	if !speaksOfPrompts(text) {
		return nil, nil
	}
	var list []literal
	switch path.Ext(f.Path) {
	case ".py", ".pyw":
		src, err := Python.Of(f)
		if src == nil || src.File == nil {
			return nil, err
		}
		list = pythonLiterals(src.File)
	default:
		src, err := Script.Of(f)
		if src == nil {
			return nil, err
		}
		list = scriptLiterals(src)
	}
	model := sync.OnceValue(func() bool { return usesModel.Match(text) }) // few literals ask
	var out []Span
	for _, l := range list {
		if l.prompt(model) {
			out = append(out, Span{l.start, l.end})
		}
	}
	return out, nil
})

// InPrompt tells whether a place of a source stands in a literal that is a prompt.
func (f *File) InPrompt(at int) bool {
	prompts, _ := InlinePrompts.Of(f)
	return slices.ContainsFunc(prompts, func(s Span) bool { return s.Start <= at && at < s.End })
}

// speaksOfPrompts is a quick look, so that most sources are not scanned for their literals.
func speaksOfPrompts(text []byte) bool {
	for _, word := range []string{"rompt", "PROMPT", "nstruction", "INSTRUCTION", "ou are a", "ct as", "our task", "our role", "persona", "du bist", "Du bist", "Sie sind", "ous êtes", "Eres ", "ocê é", "Sei un", "Ты ", "Вы ", "你是", "あなた", "당신은"} {
		if bytes.Contains(text, []byte(word)) {
			return true
		}
	}
	return false
}

// literal is a text of a source and the name that it is bound to, empty when it has none.
type literal struct {
	name, text string
	start, end int
}

func (l *literal) prompt(model func() bool) bool {
	name := strings.ToLower(camel.ReplaceAllString(l.name, "${1}_$2"))
	switch {
	case len(l.text) >= barePrompt && RolePhrase.MatchString(l.text):
		return true
	case name == "content":
		return len(l.text) >= namedPrompt && model()
	case !promptNamed.MatchString(name) || len(l.text) < namedPrompt:
		return false
	}
	return phrased.MatchString(l.text[:min(len(l.text), 400)]) || model()
}

func pythonLiterals(src *python.File) (out []literal) {
	for i := int32(1); int(i) < len(src.Toks); i++ {
		if k := src.Toks[i].Kind; k != python.Str && k != python.FStart {
			continue
		}
		l := literal{start: int(src.Toks[i].Start)}
		b := i - 1
		for b > 0 && src.IsBracket(b, '(') {
			b--
		}
		if b > 0 && (src.IsBracket(b, '=') || src.IsBracket(b, ':')) {
			switch l.name = src.Word(b - 1); src.Toks[b-1].Kind {
			case python.Str:
				l.name = src.Literal(b - 1)
			case python.Name:
				if b > 2 && src.IsBracket(b-2, ':') { // NAME: str = …
					l.name = src.Word(b - 3)
				}
			}
		}
		for ; int(i) < len(src.Toks); i++ {
			t := &src.Toks[i]
			if t.Kind == python.FStart && t.Mate > i {
				l.text += string(src.Src[t.End:src.Toks[t.Mate].Start])
				i = t.Mate
			} else if t.Kind == python.Str {
				l.text += src.Literal(i)
			} else if !src.IsBracket(i, '+') {
				break
			}
			l.end = int(src.Toks[i].End)
		}
		if l.end == 0 { // it is not closed
			continue
		}
		out = append(out, l)
		i--
	}
	return out
}

func scriptLiterals(src *javascript.File) (out []literal) {
	for i := int32(1); int(i) < len(src.Toks); i++ {
		if k := src.Toks[i].Kind; k != javascript.Str && k != javascript.TStart {
			continue
		}
		l := literal{start: int(src.Toks[i].Start)}
		b := i - 1
		for b > 0 && src.IsOp(b, '(') {
			b--
		}
		if b > 1 && (src.IsOp(b, '=') || src.IsOp(b, ':')) {
			l.name = strings.Trim(src.Word(b-1), `"'`)
			if b > 3 && src.IsOp(b-2, ':') { // NAME: string = …
				l.name = src.Word(b - 3)
			}
		}
		for ; int(i) < len(src.Toks); i++ {
			t := &src.Toks[i]
			if t.Kind == javascript.TStart && t.Mate > i {
				l.text += string(src.Src[t.End:src.Toks[t.Mate].Start])
				i = t.Mate
			} else if t.Kind == javascript.Str {
				s, _ := src.Literal(i)
				l.text += s
			} else if !src.IsOp(i, '+') {
				break
			}
			l.end = int(src.Toks[i].End)
		}
		if l.end == 0 { // it is not closed
			continue
		}
		out = append(out, l)
		i--
	}
	return out
}
