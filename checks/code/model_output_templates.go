package code

import (
	"context"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/rules"
)

// asMarkup is the detector of model-output-as-html: calls and assignments in sources, and the directives of components.
type asMarkup struct{}

// Run implements checks.Check.
func (asMarkup) Run(ctx context.Context, p *checks.Pass) error { return modelOutputAsHTML(ctx, p) }

var (
	importedModule = regexp.MustCompile(`(?:from|import|require\()\s*["']([^"']+)["']`)
	cleaned        = regexp.MustCompile(`(?i)saniti[sz]e|purify|escape|xss|clean`)
	answerLike     = regexp.MustCompile(`(?i)content|completion|answer|response|reply|output|message|\btext\b|parts|markdown|render`)
)

// Judge implements checks.Judge over components of Vue and Svelte: v-html and {@html} show what they are given as markup.
func (asMarkup) Judge(p *checks.Pass, m checks.TextMatch) {
	expression := m.Group(1) + m.Group(2)
	if !answerLike.MatchString(expression) || cleaned.MatchString(expression) || !imports(m.Text, modelModules) {
		return
	}
	if name, _, _ := strings.Cut(expression, "("); regexp.MustCompile(`(?s)` + regexp.QuoteMeta(strings.TrimSpace(name)) + `\b[^\n]{0,40}(?:=|\(|\{).{0,200}(?i:saniti[sz]e|purify)`).Match(m.Text) {
		return // made by something that cleans it
	}
	f := p.At(m.Groups[0], m.Groups[1], "What the model answers is put into the page as markup.")
	f.Anchor, f.InAI = "markup "+expression, true
	f.Fixes = []checks.Fix{sanitise}
}

func imports(text []byte, module *regexp.Regexp) bool {
	for _, i := range importedModule.FindAllSubmatch(text, 200) {
		if module.Match(i[1]) {
			return true
		}
	}
	return false
}

// executed is the detector of model-output-executed.
type executed struct{}

// Run implements checks.Check over Python and scripts.
func (executed) Run(ctx context.Context, p *checks.Pass) error { return modelOutputExecuted(ctx, p) }

var (
	goModel  = regexp.MustCompile(`"(?:github\.com/(?:sashabaranov/go-openai|openai/openai-go|anthropics/anthropic-sdk-go|tmc/langchaingo|ollama/ollama/api|google/generative-ai-go|cohere-ai/cohere-go|cloudwego/eino)|google\.golang\.org/genai)\b`)
	goAnswer = `[^\n]*(?:Choices\[|\.Content\b|\.Text\b|GenerateFromSinglePrompt\(|GenerateContent\(|\.Response\b|llms\.Call\()`
)

// Judge implements checks.Judge over Go: a shell that is started with what a model answered, at once or through a variable.
func (executed) Judge(p *checks.Pass, m checks.TextMatch) {
	expression := strings.TrimSpace(m.Group(1))
	if !goModel.Match(m.Text) {
		return
	}
	name := regexp.MustCompile(`^\w+$`).FindString(expression)
	through := name != "" && regexp.MustCompile(`\b`+name+`(?:,\s*\w+)?\s*:?=`+goAnswer).Match(m.Text[:m.Groups[0]])
	if !through && !regexp.MustCompile(`^`+goAnswer).MatchString(expression) {
		return
	}
	f := p.At(m.Groups[0], m.Groups[1], "What the model answered is run by a shell.")
	f.Anchor, f.InAI = "flow exec.Command "+expression, true
	if through {
		f.Lower(rules.High, "the value goes through a variable of this file")
	}
	f.Fixes = []checks.Fix{allowActions}
}
