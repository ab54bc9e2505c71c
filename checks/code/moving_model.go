package code

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/python"
)

// movingName is a name under which a vendor serves another model from time to time, where a dated one exists.
// Sources: the model pages of the vendors ("aliases", "snapshots").
var movingName = regexp.MustCompile(`^(?:(?:openai|anthropic|google|gemini|mistral|azure|vertex_ai)/)?(?:gpt-(?:3\.5-turbo|4|4-turbo|4o|4o-mini|4\.1|4\.1-mini|4\.1-nano|5|5-mini|5-nano)|o[134](?:-mini|-pro)?|chatgpt-4o-latest|claude-[\w.-]+-latest|claude-(?:opus|sonnet|haiku)-\d(?:-\d)?|gemini-[\w.-]+-latest|[a-z]+(?:-[a-z]+)*-latest|[\w.-]+-preview)$`)

// untagged is a name of Ollama that means the tag "latest".
var untagged = regexp.MustCompile(`^[a-z][\w.-]*(?:/[\w.-]+)?(?::latest)?$`)

// movingModel reports, once a source, the names of models that stand for whatever the vendor serves today.
type movingModel struct{}

// Run implements checks.Check over Python and scripts.
func (movingModel) Run(_ context.Context, p *checks.Pass) error {
	if err := scriptMovingModel(p); err != nil {
		return err
	}
	src, err := checks.Python.Of(p.File)
	if src == nil || src.File == nil || !importsAny(src, modelRoots) {
		return err
	}
	var names []string
	first := int32(0)
	for i := range src.Calls {
		c := &src.Calls[i]
		for _, k := range []string{"model", "model_name", "model_id"} {
			v := src.Keyword(c, k)
			if v.Kind == python.Absent && k == "model_name" && src.Method(c) == "GenerativeModel" {
				v = src.Positional(c, 0)
			}
			moves := movingName.MatchString(v.Str) || strings.HasPrefix(src.Callee(c), "ollama.") && untagged.MatchString(v.Str)
			if v.Kind != python.String || v.First == 0 || !moves || slices.Contains(names, v.Str) {
				continue
			}
			if first == 0 {
				first = v.First
			}
			names = append(names, v.Str)
		}
	}
	if len(names) > 0 {
		start, end := src.Token(first, first+1)
		movingAt(p, start, end, names)
	}
	return err
}

// scriptMovingModel looks at what a script gives as the model: { model: "gpt-4o" } and openai("gpt-4o").
func scriptMovingModel(p *checks.Pass) error {
	s, err := checks.Script.Of(p.File)
	if s == nil || !importsModule(s, modelModules) {
		return err
	}
	var names []string
	first := int32(0)
	for i := int32(2); int(i) < len(s.Toks); i++ {
		name, ok := s.Literal(i)
		if !ok || !movingName.MatchString(name) || slices.Contains(names, name) {
			continue
		}
		key := strings.Trim(s.Word(i-2), `"'`)
		if !(s.IsOp(i-1, ':') && (key == "model" || key == "modelName" || key == "modelId")) && !(s.IsOp(i-1, '(') && modelFactory[key]) {
			continue
		}
		if first == 0 {
			first = i
		}
		names = append(names, name)
	}
	if len(names) > 0 {
		movingAt(p, int(s.Toks[first].Start), int(s.Toks[first].End), names)
	}
	return err
}

// modelFactory are the functions of the AI SDK that make a model of its name.
var modelFactory = set("openai", "anthropic", "google", "mistral", "azure", "vertex", "groq", "xai", "openrouter", "bedrock", "chat", "responses", "languageModel")

// Judge implements checks.Judge over the configuration of gateways.
func (movingModel) Judge(p *checks.Pass, m checks.TextMatch) {
	if name := m.Group(1); len(p.Found()) == 0 && movingName.MatchString(name) {
		movingAt(p, m.Groups[2], m.Groups[3], []string{name})
	}
}

func movingAt(p *checks.Pass, start, end int, names []string) {
	f := p.At(start, end, fmt.Sprintf("%s names whatever the vendor serves today: an answer that was tested may come from another model tomorrow.", strings.Join(names[:min(len(names), 3)], ", ")))
	f.Anchor, f.InAI = "model "+names[0], true
	f.Fixes = []checks.Fix{checks.Steps("name-snapshot", "Name a dated snapshot", "Look up the dated name of the model you tested on the vendor's page of models.",
		"Write that, at best in one place that all calls read.", "Run your evaluations again before you raise it.")}
}
