package code

import (
	"regexp"
	"slices"

	"bakedin/internal/lang/javascript"
)

// makers of tools in scripts, and the properties under which they take the function
var (
	scriptToolMaker = regexp.MustCompile(`(?:^|\.)(?:tool|registerTool|addTool|createTool|defineTool|defineAction|useCopilotAction|structuredTool|(?:new )?Dynamic(?:Structured)?Tool|(?:new )?FunctionTool(?:\.from)?|setRequestHandler|ai\.defineTool|runTools|runFunctions)$`)
	scriptToolBody  = set("", "execute", "func", "handler", "run", "invoke", "call", "_call", "callback", "cb", "function")
	toolModules     = regexp.MustCompile(modelModules.String() + `|^(?:fastmcp|mcp-framework|@vercel/mcp-adapter|mcp-handler|@copilotkit/.*)$`)
	mastraModule    = match(`^@mastra/`)
	ofFramework     = set("context", "ctx", "extra", "options")
	toolBase        = regexp.MustCompile(`^(?:MCP|Structured|Base)?Tool$`)
)

// scriptToolSource says of a parameter that a model chooses it. It is nil for a file without tools.
func scriptToolSource(s *javascript.File) func(e javascript.Expr) string {
	if !importsModule(s, toolModules) {
		return nil
	}
	mastra := importsModule(s, mastraModule)
	return func(e javascript.Expr) string {
		if !e.Param || e.Place > 0 || ofFramework[e.Label] && !(mastra && e.Label == "context") { // what comes behind the arguments is of the framework
			return ""
		}
		method := s.FunctionOf(e.First)
		if toolCall(s, e.First) == nil && (method == "" || !scriptToolBody[method] || !toolBase.MatchString(s.Extends(e.First))) {
			return ""
		}
		if narrowField(s, toolSchema(s, e.First), s.Key(e.First)) {
			return ""
		}
		return e.Label
	}
}

// narrowProperty tells whether the schema of a tool narrows a property of the parameter at a token.
func narrowProperty(s *javascript.File) func(param int32, property string) bool {
	return func(param int32, property string) bool { return narrowField(s, toolSchema(s, param), property) }
}

// toolCall is the call that makes a tool of the function whose parameter stands at a token.
func toolCall(s *javascript.File, param int32) *javascript.Call {
	for _, h := range s.HandedTo(param) {
		if scriptToolMaker.MatchString(s.Callee(h.Call)) && scriptToolBody[h.Key] {
			return h.Call
		}
	}
	return nil
}

// toolSchema is where the arguments of the tool are described: the call that makes it, or the class it is.
func toolSchema(s *javascript.File, param int32) [2]int32 {
	if c := toolCall(s, param); c != nil {
		return [2]int32{c.Open, c.Close}
	}
	return s.ClassAround(param)
}

// narrowField tells whether a schema says that an argument is a number, one of a few words, or of a closed pattern.
func narrowField(s *javascript.File, schema [2]int32, name string) bool {
	return narrowIn(s, schema[0], schema[1], name, 0)
}

func narrowIn(s *javascript.File, first, last int32, name string, depth int) bool {
	for i := first; i < last; i++ {
		key := s.Toks[i].Kind == javascript.Name && s.Word(i) == name
		if text, ok := s.Literal(i); ok && text == name {
			key = true
		}
		if key && s.IsOp(i+1, ':') && !s.IsOp(i-1, '.') && closedSchema(s, i+2, s.ValueEnd(i+2), 0) {
			return true
		}
		if schemaKey[s.Word(i)] && s.IsOp(i+1, ':') && depth < 3 { // a schema that has a name
			if a, b, ok := s.Constant(i+2, s.ValueEnd(i+2)); ok && narrowIn(s, a, b, name, depth+1) {
				return true
			}
		}
	}
	return false
}

var schemaKey = set("inputSchema", "schema", "parameters", "args", "input", "shape")

var (
	narrowMethod = set("number", "boolean", "enum", "nativeEnum", "literal", "date", "bigint", "int", "Number", "Boolean", "Integer", "Literal", "picklist", "uuid", "guid", "cuid", "cuid2", "ulid", "nanoid", "ip", "ipv4", "ipv6",
		"datetime", "time", "duration", "stringbool")
	schemaRoot = set("z", "zod", "Type", "t", "v", "s")
)

// closedSchema tells whether a type of a schema lets no free text through.
func closedSchema(s *javascript.File, first, last int32, depth int) bool {
	if first >= last || depth > 4 {
		return false
	}
	if a, b, ok := s.Constant(first, last); ok {
		return closedSchema(s, a, b, depth+1)
	}
	if s.IsOp(first, '{') { // JSON Schema
		return narrowJSON(s, first)
	}
	if !schemaRoot[s.Word(first)] {
		return false
	}
	for i := first + 1; i < last; i++ {
		if !s.IsOp(i, '(') {
			continue
		}
		args := s.Args(i)
		each := func() bool {
			return len(args) > 0 && !slices.ContainsFunc(args, func(a [2]int32) bool { return !closedSchema(s, a[0], a[1], depth+1) })
		}
		switch label := s.Word(i - 1); {
		case narrowMethod[label]:
			return true
		case label == "regex" && len(args) > 0:
			a, b := args[0][0], args[0][1]
			if x, y, ok := s.Constant(a, b); ok {
				a, b = x, y
			}
			if b == a+1 && s.Toks[a].Kind == javascript.Regex && javascript.Closed(s.Word(a), true) {
				return true
			}
		case label == "union" || label == "Union" || label == "variant":
			return len(args) == 1 && s.IsOp(args[0][0], '[') && allNarrow(s, args[0][0], depth)
		case label == "array" || label == "Array" || label == "optional" || label == "nullable":
			if each() {
				return true
			}
		}
		if m := s.Toks[i].Mate; m > i {
			i = m
		}
	}
	return false
}

func allNarrow(s *javascript.File, list int32, depth int) bool {
	items := s.Args(list)
	return len(items) > 0 && !slices.ContainsFunc(items, func(a [2]int32) bool { return !closedSchema(s, a[0], a[1], depth+1) })
}

func narrowJSON(s *javascript.File, brace int32) bool {
	if _, _, ok := s.Property(brace, "enum"); ok {
		return true
	}
	if _, _, ok := s.Property(brace, "const"); ok {
		return true
	}
	if first, _, ok := s.Property(brace, "type"); ok { // also { type: z.enum([…]) } of mcp-framework
		switch kind, _ := s.Literal(first); kind {
		case "number", "integer", "boolean":
			return true
		case "":
			return closedSchema(s, first, s.ValueEnd(first), 1)
		}
	}
	if first, _, ok := s.Property(brace, "pattern"); ok {
		p, _ := s.Literal(first)
		return javascript.Closed("/"+p+"/", true)
	}
	return false
}
