package code

import (
	"context"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/python"
	"bakedin/rules"
)

// templateSinks evaluate a text as a template.
var templateSinks = []sink{
	{name: "jinja2.Template", keyword: "source"}, {name: "jinja2.Environment().from_string", keyword: "source"}, {name: "jinja2.nativetypes.NativeEnvironment().from_string", keyword: "source"},
	{name: "jinja2.nativetypes.NativeTemplate", keyword: "source"}, {name: "mako.template.Template", keyword: "text"}, {name: "flask.render_template_string", keyword: "source"},
	{name: "jinja2.environment.Template", keyword: "source"}, {name: "jinja2.environment.Environment().from_string", keyword: "source"}, {name: "jinja2.from_string", keyword: "source"},
	{name: "tornado.template.Template", keyword: "template_string"}, {name: "Cheetah.Template.Template", keyword: "source"},
}

// templateUnsandboxed reports templates that are not constant and may do what Python can.
func templateUnsandboxed(_ context.Context, p *checks.Pass) error {
	src, err := checks.Python.Of(p.File)
	if src == nil || src.File == nil {
		return err
	}
	var flows []*python.Flow
	for k := range templateSinks {
		s := &templateSinks[k]
		for _, i := range src.CallsOf(s.name) {
			c := call{&src.Calls[i], src, p, s.name}
			for _, a := range c.sinkArgs(s) {
				if v := src.Eval(a.First, a.Last, c.Scope); v.Kind == python.String {
					continue
				}
				if flows == nil {
					flows = []*python.Flow{flowOf(src, userSource(src)), flowOf(src, modelSource(src)), flowOf(src, chosenSource(src))}
				}
				var o *python.Origin
				for k := 0; k < len(flows) && o == nil; k++ {
					o = flows[k].From(a.First, a.Last, c.Scope)
				}
				text := string(src.Text(a.First, a.Last))
				if o == nil && !(isAI(src) && templateText.MatchString(text)) {
					continue
				}
				f := c.report("A template that is not constant is evaluated without a sandbox: it can reach everything Python can.")
				f.InAI = true
				if o != nil {
					describe(f, p, src, o)
					f.Message = "A template that others can write is evaluated without a sandbox: it can reach everything Python can."
				} else {
					f.Lower(rules.Medium, "where the template comes from is not seen")
				}
				f.Fixes = []checks.Fix{{ID: "sandbox-template", Title: "Use the immutable sandbox of Jinja", Applicability: checks.Manual, Steps: []string{
					"from jinja2.sandbox import ImmutableSandboxedEnvironment",
					"Render with ImmutableSandboxedEnvironment().from_string(text).render(…), with jinja2 3.1.6 or later.",
					"Better: keep the template constant and pass what users write as a variable.",
				}}}
				if strings.HasPrefix(s.name, "mako") || strings.HasPrefix(s.name, "tornado") {
					f.Fixes[0].Title, f.Fixes[0].Steps = "Keep the template constant", []string{"This engine has no sandbox: keep the template constant, and pass what users write as a variable."}
				}
			}
		}
	}
	return err
}

var templateText = regexp.MustCompile(`(?i)prompt|chat_template|user|request|completion|response|instruction|message`)

// jinjaPrompt reports prompt templates of LangChain that Jinja evaluates.
func jinjaPrompt(_ context.Context, p *checks.Pass) error {
	src, err := checks.Python.Of(p.File)
	if src == nil || src.File == nil {
		return err
	}
	for i := range src.Calls {
		c := call{&src.Calls[i], src, p, ""}
		v := src.Keyword(c.Call, "template_format")
		if v.Str != "jinja2" {
			continue
		}
		if t := src.Argument(c.Call, "template", 0); t.Kind == python.String {
			continue
		}
		f := c.report("The template of a prompt is not constant, and Jinja evaluates it.")
		if version, ok := pinned(p.Repo, "langchain"); ok && olderThan(version, 0, 0, 329) {
			f.Severity = rules.High
			reason := "the pinned langchain " + version + " evaluates it without a sandbox"
			f.SeverityReason = &reason
		}
		f.Fixes = []checks.Fix{{ID: "plain-format", Title: "Use a format that evaluates nothing", Applicability: checks.Unsafe, Edits: c.replace(v.First, v.Last, c.quote("mustache", v.First)),
			Breaks: "Loops and filters of Jinja are not understood."}}
		if v.First == 0 || len(f.Fixes[0].Edits) == 0 {
			f.Fixes = nil
		}
	}
	return err
}
