package prompt

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	"bakedin/checks"
	"bakedin/internal/lang/jinja"
	"bakedin/internal/repo"
)

var (
	inner   = regexp.MustCompile(`^__\w+__$`)
	dunder  = regexp.MustCompile(`__(?:class|mro|bases?|globals|subclasses|import|builtins|init|getattribute|getattr|code|dict|closure|reduce|loader|spec)__`)
	frames  = map[string]bool{"gi_frame": true, "f_globals": true, "f_builtins": true, "f_locals": true, "cr_frame": true, "tb_frame": true, "func_globals": true, "co_code": true}
	runners = map[string]bool{"popen": true, "system": true, "Popen": true, "check_output": true, "import_module": true, "__import__": true, "eval": true, "exec": true}
)

// dangerousAttribute reports a template that reaches for the object model of Python: there is no other use of it than to leave
// the template, but for the name of a class. Text outside of the delimiters does not count.
type dangerousAttribute struct{}

// Judge implements checks.Judge: a template that is no prompt is looked at when it names one of these attributes.
func (dangerousAttribute) Judge(p *checks.Pass, m checks.TextMatch) {
	if !p.File.Is(repo.Prompt) && len(p.Found()) == 0 {
		_ = dangerousAttribute{}.Run(context.Background(), p) // what is no template of Jinja holds no such finding
	}
}

// Run implements checks.Check over prompts.
func (dangerousAttribute) Run(_ context.Context, p *checks.Pass) error {
	text, err := p.File.Bytes()
	if err != nil {
		return err
	}
	if !jinja.Holds(string(text)) {
		return nil
	}
	t, err := jinja.Parse(string(text), jinja.Limits{Bytes: 4 << 20, Depth: 100, Folded: 64 << 10})
	for _, b := range t.Blocks {
		if b.Kind == jinja.Comment || namesClass(b) {
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

// namesClass tells whether a block asks for the name of a class, as in {{ tool.__class__.__name__ }}, and for nothing else.
func namesClass(b jinja.Block) bool {
	named := false
	for _, u := range b.Uses {
		switch {
		case u.Name == "__name__" || u.Name == "__doc__" || u.Name == "__module__" || u.Name == "__qualname__":
			named = true
		case u.Name == "__class__":
		case inner.MatchString(u.Name), u.Kind == jinja.Call && runners[u.Name], frames[u.Name], u.Kind == jinja.Text && dunder.MatchString(u.Name):
			return false
		}
	}
	return named
}
