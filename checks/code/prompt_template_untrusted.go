package code

import (
	"context"
	"regexp"

	"bakedin/checks"
	"bakedin/internal/lang/python"
	"bakedin/rules"
)

// promptTemplates make a template of a text: what stands in braces there is looked up, attributes and all.
var promptTemplates = []sink{
	{name: "*.from_template", keyword: "template", when: templateClass}, {name: "*.from_messages", keyword: "messages", when: templateClass},
	{name: "langchain_core.prompts.PromptTemplate", keyword: "template", position: -1}, {name: "langchain.prompts.PromptTemplate", keyword: "template", position: -1},
	{name: "langchain.PromptTemplate", keyword: "template", position: -1}, {name: "langchain_core.prompts.ChatPromptTemplate", keyword: "messages"},
	{name: "llama_index.core.PromptTemplate", keyword: "template"}, {name: "llama_index.core.prompts.PromptTemplate", keyword: "template"}, {name: "string.Template", keyword: "template"},
}

var promptTemplateCallee = regexp.MustCompile(`(?:^|\.)(?:\w*PromptTemplate|\w*MessagePromptTemplate)\.from_(?:template|messages)$`)

// templateClass tells whether a method is one of a prompt template of LangChain.
func templateClass(c call) bool {
	return promptTemplateCallee.MatchString(c.src.Callee(c.Call))
}

// promptTemplateUntrusted reports templates of prompts that somebody else wrote: a text that is given as a variable is only
// text, one that is given as the template chooses what it is filled with. In langchain-core before 0.3.80 and 1.0.7 it also
// reached the attributes of what it is filled with (CVE-2025-65106).
func promptTemplateUntrusted(_ context.Context, p *checks.Pass) error {
	src, err := checks.Python.Of(p.File)
	if src == nil || src.File == nil || !isAI(src) {
		return err
	}
	report := func(where string) func(s sink, c call, arg python.Arg, o *python.Origin) {
		return func(s sink, c call, arg python.Arg, o *python.Origin) {
			f := c.report("The template of a prompt comes from " + short(o.What) + ": whoever writes it chooses what of the program is put into it.")
			describe(f, p, src, o)
			if version, ok := pinned(p.Repo, "langchain-core"); s.name != "string.Template" && ok && !attributesReachable(version) {
				f.Lower(rules.Medium, "the pinned langchain-core "+version+" does not follow attributes in a template")
			} else if s.name == "string.Template" {
				f.Lower(rules.Medium, "string.Template looks up names and no attributes")
			}
			f.Fixes = []checks.Fix{{ID: "constant-template", Title: "Keep the template constant", Applicability: checks.Manual, Steps: []string{
				"Write the template into the program or a file of this repository.",
				"Pass what comes from " + where + " as a variable: PromptTemplate.from_template(\"Answer: {text}\").format(text=…).",
				"If people must bring templates: check them against a list of allowed names first, and raise langchain-core to 0.3.80, 1.0.7 or later.",
			}}}
		}
	}
	if err := eachFlow(p, taint{source: userSource}, promptTemplates, report("users")); err != nil {
		return err
	}
	return eachFlow(p, taint{source: strangerSource}, promptTemplates, report("elsewhere"))
}

// attributesReachable tells whether a version of langchain-core follows attributes in f-string templates.
func attributesReachable(version string) bool {
	return olderThan(version, 0, 3, 80) || !olderThan(version, 1, 0, 0) && olderThan(version, 1, 0, 7)
}
