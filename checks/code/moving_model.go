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

// movingModel reports, once a source, the names of models that stand for whatever the vendor serves today.
func movingModel(_ context.Context, p *checks.Pass) error {
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
			if v.Kind != python.String || v.First == 0 || !movingName.MatchString(v.Str) || slices.Contains(names, v.Str) {
				continue
			}
			if first == 0 {
				first = v.First
			}
			names = append(names, v.Str)
		}
	}
	if len(names) == 0 {
		return err
	}
	start, end := src.Token(first, first+1)
	f := p.At(start, end, fmt.Sprintf("%s names whatever the vendor serves today: an answer that was tested may come from another model tomorrow.", strings.Join(names[:min(len(names), 3)], ", ")))
	f.Anchor, f.InAI = "model "+names[0], true
	f.Fixes = []checks.Fix{checks.Steps("name-snapshot", "Name a dated snapshot", "Look up the dated name of the model you tested on the vendor's page of models.",
		"Write that, at best in one place that all calls read.", "Run your evaluations again before you raise it.")}
	return err
}
