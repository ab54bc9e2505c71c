package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"bakedin/rules"
)

// frameworks that the controls of the guideline are assigned to. The assignment is ours; none of them is claimed to be met.
var frameworks = []struct {
	name, title string
	ids         func(*rules.Control) []string
}{
	{"owasp-llm", "OWASP LLM 2025", func(c *rules.Control) []string { return c.OWASPLLM }},
	{"owasp-ml", "OWASP ML 2023", func(c *rules.Control) []string { return c.OWASPML }},
	{"atlas", "MITRE ATLAS mitigations", func(c *rules.Control) []string { return c.ATLASMitigations }},
	{"atlas-techniques", "MITRE ATLAS techniques", func(c *rules.Control) []string { return c.ATLASTechniques }},
	{"nist-ai-rmf", "NIST AI RMF", func(c *rules.Control) []string { return c.NISTAIRMF }},
	{"etsi", "ETSI EN 304 223", func(c *rules.Control) []string { return c.ETSI }},
	{"iso-42001", "ISO/IEC 42001 Annex A", func(c *rules.Control) []string { return c.ISO42001 }},
	{"eu-ai-act", "EU AI Act", func(c *rules.Control) []string { return c.EUAIAct }},
	{"cosai", "CoSAI", func(c *rules.Control) []string { return c.CoSAI }},
	{"aisvs", "OWASP AISVS", func(c *rules.Control) []string { return c.AISVS }},
}

func frameworkNames() []string {
	var names []string
	for _, f := range frameworks {
		names = append(names, f.name)
	}
	return names
}

// listFramework prints each entry of a framework with the controls that speak to it.
func listFramework(w io.Writer, g *rules.Guideline, name string, width int) error {
	i := slices.Index(frameworkNames(), name)
	if i < 0 {
		return usage("", "--framework %q: it is one of guideline, %s", name, strings.Join(frameworkNames(), ", "))
	}
	f := frameworks[i]
	controls := map[string][]string{}
	var order []string
	for k := range g.Controls {
		for _, id := range f.ids(&g.Controls[k]) {
			if controls[id] == nil {
				order = append(order, id)
			}
			controls[id] = append(controls[id], g.Controls[k].ID)
		}
	}
	slices.Sort(order)
	fmt.Fprintf(w, "%s, and the controls that speak to it (our own assignment, no claim that it is met)\n\n", f.title)
	for _, id := range order {
		title := id
		if n := g.Names[id]; n != "" {
			title += "  " + n
		}
		fmt.Fprintf(w, "%s\n", title)
		wrap(w, "    ", strings.Join(controls[id], ", "), width)
	}
	return nil
}
