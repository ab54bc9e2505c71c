package checks

import (
	"regexp"
	"slices"

	"bakedin/internal/lang/python"
)

// toolLibraries are libraries that hand functions to a model.
var toolLibraries = []string{"mcp", "fastmcp", "openai", "anthropic", "agents", "claude_agent_sdk", "google.adk", "google.genai", "google.generativeai", "vertexai", "mistralai", "cohere", "groq", "ollama", "litellm", "langchain", "langchain_core", "langchain_community",
	"langchain_openai", "langchain_anthropic", "langchain_experimental", "langgraph", "llama_index", "haystack", "semantic_kernel", "autogen", "autogen_core", "autogen_agentchat", "autogen_ext", "ag2", "agno", "phi", "crewai", "crewai_tools", "smolagents", "transformers", "pydantic_ai",
	"strands", "dspy", "instructor", "livekit", "griptape", "letta", "chainlit", "promptflow"}

// decorators that hand a function to a model
var toolDecorator = regexp.MustCompile(`(?:^|\.)(?:tool|function_tool|ai_function|kernel_function|register_for_llm|tool_plain|beta_tool|agent_tool|register_tool|llm_tool|call_tool)$`)

// toolMakers are functions that make a tool of a function they are given.
var toolMakers = []string{"Tool", "from_function", "FunctionTool", "StructuredTool", "from_defaults", "register_function", "add_tool", "tool", "function_tool"}

// ToolFunctions are the functions of a source that a model calls, by the scope of their body: decorated, handed over by name, in
// a list of tools, or the method of a tool class that runs it. Those that a person is asked about first are left out.
func (src *PythonSource) ToolFunctions() map[int32]bool {
	tools := map[int32]bool{}
	handed := handedTools(src)
	for i := range src.Defs {
		d := &src.Defs[i]
		name := src.Word(d.Name)
		if d.Class {
			continue
		}
		runs := (name == "_run" || name == "_arun" || name == "forward") && src.InClassNamed(d, toolClass)
		if (handed[name] || decoratedTool(src, d) || runs) && !asksFirst.Match(src.Text(d.Line, d.Name)) {
			tools[d.Scope] = true
		}
	}
	return tools
}

var toolClass = regexp.MustCompile(`Tool$`)

// decoratedTool tells whether a decorator makes a function a tool.
func decoratedTool(src *PythonSource, d *python.Def) bool {
	for _, name := range src.Decorators(d) {
		if toolDecorator.MatchString(name) {
			return true
		}
	}
	return false
}

// asksFirst is the keyword by which a framework asks a person before it calls a tool.
var asksFirst = regexp.MustCompile(`\b(?:needs_approval|requires?_(?:approval|confirmation|human_approval))\s*=\s*True\b`)

// handedTools are the names of functions that are made tools without a decorator: Tool(func=f), mcp.add_tool(self.f),
// mcp.tool()(f), Agent(tools=[f]).
func handedTools(src *PythonSource) map[string]bool {
	names := map[string]bool{}
	if !slices.ContainsFunc(toolLibraries, src.ImportsFrom) {
		return names
	}
	take := func(first, last int32) {
		if last == first+1 && src.Toks[first].Kind == python.Name || last == first+3 && src.Word(first) == "self" {
			names[src.Word(last-1)] = true
		}
	}
	list := func(first, last, scope int32) {
		if first, last = src.Definition(first, last, scope); src.IsBracket(first, '[') && src.Toks[first].Mate == last-1 {
			for _, item := range src.Args(first) {
				take(item.First, item.Last)
			}
		}
	}
	for i := range src.Calls {
		c := &src.Calls[i]
		label := src.Method(c)
		made := slices.Contains(toolMakers, label) || toolMaker(src, c)
		for _, a := range c.Args {
			switch {
			case made && a.Stars == 0:
				take(a.First, a.Last)
			case a.Name != 0 && src.Word(a.Name) == "tools", label == "bind_tools" || label == "ToolNode" || label == "create_react_agent":
				list(a.First, a.Last, c.Scope)
			}
		}
	}
	return names
}

// toolMaker tells whether a call is the second of mcp.tool(…)(f).
func toolMaker(src *PythonSource, c *python.Call) bool {
	open := src.Toks[c.Open-1].Mate
	return src.IsBracket(c.Open-1, ')') && open > c.First && slices.Contains([]string{"tool", "function_tool"}, src.Word(open-1))
}

// ToolTexts are the texts of a source that describe tools to a model, as ranges of the file: the docstrings of tools, descriptions of
// tools and of their arguments, and what a server says of itself.
func (src *PythonSource) ToolTexts() [][2]int {
	var out [][2]int
	add := func(first, last int32) {
		if first < last {
			start, end := src.Token(first, last)
			out = append(out, [2]int{start, end})
		}
	}
	tools := src.ToolFunctions()
	for i := range src.Defs {
		if d := &src.Defs[i]; tools[d.Scope] || slices.ContainsFunc(src.Decorators(d), describedDecorator.MatchString) {
			add(src.Docstring(d))
		}
	}
	if !slices.ContainsFunc(toolLibraries, src.ImportsFrom) {
		return out
	}
	for i := range src.Calls {
		c := &src.Calls[i]
		for _, a := range c.Args {
			if a.Name == 0 {
				continue
			}
			if name := src.Word(a.Name); name == "description" || name == "instructions" && serverMaker.MatchString(src.Method(c)) {
				add(src.Definition(a.First, a.Last, c.Scope))
			}
		}
	}
	for f := range src.Fields() {
		if src.Word(f.Target) == "description" {
			add(f.First, f.Last)
		}
	}
	return out
}

// describedDecorator is one whose function is described by its docstring.
var describedDecorator = regexp.MustCompile(`(?:tool|prompt|resource)$|^mcp$`)

var serverMaker = regexp.MustCompile(`^(?:FastMCP|Server|MCPServer)$`)
