package prompt

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	"bakedin/checks"
	"bakedin/internal/lang/jinja"
)

var (
	inner   = regexp.MustCompile(`^__\w+__$`)
	dunder  = regexp.MustCompile(`__(?:class|mro|bases?|globals|subclasses|import|builtins|init|getattribute|getattr|code|dict|closure|reduce|loader|spec)__`)
	frames  = map[string]bool{"gi_frame": true, "f_globals": true, "f_builtins": true, "f_locals": true, "cr_frame": true, "tb_frame": true, "func_globals": true, "co_code": true}
	runners = map[string]bool{"popen": true, "system": true, "Popen": true, "check_output": true, "import_module": true, "__import__": true, "eval": true, "exec": true}
)

// templateDangerousAttribute reports a template that reaches for the object model of Python: there is no other use of it than
// to leave the template. Text outside of the delimiters does not count.
func templateDangerousAttribute(_ context.Context, p *checks.Pass) error {
	text, err := p.File.Bytes()
	if err != nil {
		return err
	}
	if !jinja.Holds(string(text)) {
		return nil
	}
	t, err := jinja.Parse(string(text), jinja.Limits{Bytes: 4 << 20, Depth: 100, Folded: 64 << 10})
	for _, b := range t.Blocks {
		if b.Kind == jinja.Comment {
			continue
		}
		for _, u := range b.Uses {
			what := ""
			switch {
			case (u.Kind == jinja.Attribute || u.Kind == jinja.Item || u.Kind == jinja.Name) && inner.MatchString(u.Name), frames[u.Name] && u.Kind != jinja.Text:
				what = "reaches for " + u.Name
			case u.Kind == jinja.Call && runners[u.Name]:
				what = "calls " + u.Name
			case u.Kind == jinja.Text && dunder.MatchString(u.Name):
				what = "spells " + dunder.FindString(u.Name)
			}
			if what == "" {
				continue
			}
			f := p.At(u.Start, min(u.End, len(text)), "The template "+what+": an engine without a sandbox runs code when it is filled in.")
			f.Anchor = fmt.Sprintf("template %s", what)
			f.Fixes = []checks.Fix{checks.Steps("do-not-load", "Do not fill this template in", "Find out who wrote it: git log -S with a piece of the line.", "Take the expression out; no prompt needs it.", "Fill prompts in with jinja2.sandbox.ImmutableSandboxedEnvironment, or without logic.")}
			break
		}
	}
	var limit *jinja.LimitError
	if errors.As(err, &limit) {
		return &checks.Skip{Kind: "limit", Detail: limit.Error()}
	}
	return nil // a template of another engine
}
