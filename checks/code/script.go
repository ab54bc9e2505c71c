package code

import (
	"regexp"
	"slices"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/javascript"
	"bakedin/internal/safe"
	"bakedin/rules"
)

// modules of npm that talk to a model
var modelModules = regexp.MustCompile(`^(?:openai|@anthropic-ai/.*|ai|ai/.*|@ai-sdk/.*|langchain|langchain/.*|@langchain/.*|llamaindex|@openai/agents.*|@google/genai|@google/generative-ai|ollama|cohere-ai|@mistralai/.*|groq-sdk|replicate|@huggingface/.*|@xenova/transformers|@aws-sdk/client-bedrock-runtime|@modelcontextprotocol/sdk.*|@azure/openai|together-ai|node-llama-cpp|@mastra/.*|genkit|@genkit-ai/.*|portkey-ai|@microsoft/.*teams-ai|copilotkit|@copilotkit/.*)$`)

var scriptAskMethods = regexp.MustCompile(`(?:^|\.)(?:chat\.completions\.(?:create|parse)|chat\.completions\.stream|completions\.create|responses\.(?:create|parse)|createChatCompletion|createCompletion|generateContent(?:Stream)?|models\.generateContent|chat\.complete|InvokeModelCommand)$`)

var scriptAskFunctions = set("generateText", "streamText", "generateObject", "streamObject", "useChat", "useCompletion", "useAssistant", "useObject", "experimental_generateText")

var scriptAskObject = regexp.MustCompile(`(?i)(?:^|_|\.)(?:\w*(?:llm|chain|agent|model|chatbot|assistant|gpt|claude|gemini|executor|ollama|anthropic|chat|runnable|queryengine|chatengine))$`)

var scriptAskMethod = set("invoke", "call", "run", "predict", "stream", "generate", "complete", "chat", "query", "sendMessage", "generateContent", "execute", "textGeneration", "chatCompletion")

var scriptAskName = regexp.MustCompile(`(?i)^(?:ask|call|query|prompt|chat|get|run|invoke|generate|complete|fetch)(?:With|From|To)?(?:The)?(?:LLM|GPT|Claude|OpenAI|Gemini|ChatGPT|Completion|AI|Model)(?:Response|Completion|Answer|Reply|Output|Text|Code|SQL|Query)?$`)

// harmless properties and functions of scripts
var scriptHarmless = set("length", "usage", "finish_reason", "finishReason", "role", "created", "id", "status", "ok", "startsWith", "endsWith", "includes", "indexOf", "test", "has", "some", "every",
	"Number", "parseInt", "parseFloat", "Boolean", "isArray", "safeParse", "encodeURIComponent", "basename", "textContent", "totalTokens", "isLoading", "error", "executionFile", "outputFile", "sessionId", "exitCode", "conclusion", "setInput", "handleSubmit", "handleInputChange", "append")

var scriptPasses = set("String", "parse", "stringify", "from", "values", "entries", "all", "concat", "join", "marked", "render", "renderMarkdown", "markdownToHtml", "micromark", "format", "resolve", "trim", "Buffer", "toString", "decode", "text", "raw", "compile", "assign", "converter", "makeHtml", "md", "parseMarkdown", "toHtml", "sql", "unsafe", "Error", "URL", "normalize", "realpath", "realpathSync")

var scriptSettling = regexp.MustCompile(`(?i)valid|allow|safe|permit|approv|confirm|sanit|verif|authoriz|whitelist|inside|within|^(?:ensure|guard)[A-Z]?`)

// scriptSource is a source of one rule in scripts; its function is nil when there is none in a file.
type scriptSource func(s *javascript.File) func(e javascript.Expr) string

func scriptFlow(s *javascript.File, source func(e javascript.Expr) string) *javascript.Flow {
	escapes := escapesMarkup(s)
	return s.Follow(javascript.FlowRules{
		Source: source,
		Passes: func(label string) bool {
			return scriptPasses[label] && !(escapes && label == "render") || extractor.MatchString(snake(label))
		},
		Ends:   func(label string) bool { return scriptHarmless[label] },
		Guards: scriptSettling.MatchString,
		Narrow: narrowProperty(s),
		Binds:  quotedTag.MatchString,
	})
}

// escapesMarkup tells whether the only renderer of a file is markdown-it as it is made, which escapes the HTML in its text.
func escapesMarkup(s *javascript.File) bool {
	k := slices.IndexFunc(s.Imports, func(m javascript.Import) bool { return m.Module == "markdown-it" && m.Name == "default" })
	if k < 0 {
		return false
	}
	for i := range s.Calls {
		if c := &s.Calls[i]; s.Callee(c) == s.Imports[k].Local {
			if args := s.Args(c.Open); len(args) > 0 {
				first, last, _ := s.Property(args[len(args)-1][0], "html")
				preset, _ := s.Literal(args[0][0])
				return string(s.Text(first, last)) != "true" && preset != "commonmark"
			}
			return true
		}
	}
	return false
}

// snake writes extractCode as extract_code.
func snake(label string) string {
	var b strings.Builder
	for _, r := range label {
		if r >= 'A' && r <= 'Z' {
			b.WriteByte('_')
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

func importsModule(s *javascript.File, re *regexp.Regexp) bool {
	return slices.ContainsFunc(s.Imports, func(m javascript.Import) bool { return re.MatchString(packageName(m.Module)) })
}

var (
	registryPrefix  = match(`^(?:npm:/?|jsr:/?|https://(?:esm\.sh|cdn\.skypack\.dev|unpkg\.com|cdn\.jsdelivr\.net/npm)/)`)
	registryVersion = match(`^((?:@[^/]+/)?[^/@]+)@[^/]+`)
)

// packageName is the module as npm knows it: npm:openai@4.1.0/resources is openai/resources.
func packageName(module string) string {
	if at := registryPrefix.FindStringIndex(module); at != nil {
		return registryVersion.ReplaceAllString(module[at[1]:], "$1")
	}
	return module
}

var anthropicModule = match(`^@anthropic-ai/`)

// scriptModelSource says of an expression which model it is the answer of.
func scriptModelSource(s *javascript.File) func(e javascript.Expr) string {
	library := importsModule(s, modelModules)
	anthropic := importsModule(s, anthropicModule)
	relative := map[string]bool{}
	for _, m := range s.Imports {
		if strings.HasPrefix(m.Module, ".") || strings.HasPrefix(m.Module, "@/") || strings.HasPrefix(m.Module, "~/") {
			relative[m.Local] = true
		}
	}
	models := modelClasses(s)
	return func(e javascript.Expr) string {
		if e.Param && library {
			return answeredTo(s, e)
		}
		if !e.Call {
			return ""
		}
		open := s.Toks[e.Last-1].Mate
		callee := s.Dotted(e.First, open)
		switch {
		case library && (scriptAskMethod[e.Label] || callee == e.Label) && madeModel(s, e.First, open, models):
			return callee
		case scriptAskMethods.MatchString(callee), anthropic && (strings.HasSuffix(callee, "messages.create") || strings.HasSuffix(callee, "messages.stream")):
			return callee
		case library && scriptAskFunctions[callee]:
			return callee
		case relative[callee] && scriptAskName.MatchString(callee):
			return callee
		case library && scriptAskMethod[e.Label] && strings.Contains(callee, ".") && scriptAskObject.MatchString(callee[:strings.LastIndexByte(callee, '.')]):
			return callee
		case e.Label == "fetch" || callee == "axios.post":
			if args := s.Args(open); len(args) > 0 {
				if url := string(s.Text(args[0][0], args[0][1])); modelHosts.MatchString(strings.Trim(url, "\"'`")) {
					return strings.Trim(url, "\"'`")
				}
			}
		}
		return ""
	}
}

// scriptUserSource says of an expression that the client of a server sent it.
func scriptUserSource(s *javascript.File) func(e javascript.Expr) string {
	return func(e javascript.Expr) string {
		callee := s.Dotted(e.First, e.Last)
		switch {
		case e.Param:
			if strangersName.MatchString(snake(e.Label)) && !bytesHave(s.Src, e.Label+" instanceof", e.Label+".role", e.Label+"._getType", e.Label+".getType") { // one of a conversation, of any role
				return e.Label
			}
		case e.Call:
			if e.Label == "json" || e.Label == "formData" || e.Label == "text" {
				if o := strings.TrimSuffix(callee, "."+e.Label+"()"); o == "req" || o == "request" || o == "c.req" || o == "ctx.request" || o == "ctx.req" {
					return callee
				}
			}
			if strings.HasSuffix(callee, "searchParams.get()") {
				return callee
			}
		case callee == "req.body" || callee == "req.query" || callee == "req.params" || callee == "request.body" || callee == "request.query" || callee == "ctx.request.body" || callee == "event.body" || callee == "ctx.query":
			return callee
		}
		return ""
	}
}

// scriptSink is a function, or a property that is assigned, that does something with a text a stranger must not choose.
type scriptSink struct {
	callee *regexp.Regexp // of a call
	arg    int
	target *regexp.Regexp // of an assignment
	does   string
	ends   string
	module *regexp.Regexp // the file must import it

	when  func(s *javascript.File, callee string) bool
	parts func(s *javascript.File, c *javascript.Call) (parts [][2]int32, does string) // what of a call matters, in place of arg
	keeps string                                                                       // functions that end a value elsewhere, and not here
	start bool                                                                         // only the beginning of the text matters
}

func match(re string) *regexp.Regexp { return regexp.MustCompile(re) }

var scriptCodeSinks = []scriptSink{
	{callee: match(`^(?:window\.|globalThis\.)?eval$`), does: runs},
	{callee: match(`^(?:Async|Generator|AsyncGenerator)?Function$`), arg: -1, does: runs},
	{callee: match(`^vm\.(?:runIn\w*Context|compileFunction)$|^(?:runInNewContext|runInThisContext|runInContext)$|^vm\.Script$`), does: runs},
	{callee: scriptShells, does: asShell, module: childProcess},
	{callee: scriptStarters, parts: started, module: childProcess},
	{callee: scriptLines, parts: line, start: true},
	{callee: scriptSpawns, parts: started},
	{callee: match(`^(?:window\.)?set(?:Timeout|Interval)$`), does: runs},
}

var scriptQuerySinks = []scriptSink{
	{callee: match(`(?i)(?:^|\.)\w*(?:db|pool|conn|connection|client|knex|sequelize|prisma|sqlite|pg|mysql|database|datasource|manager|queryRunner)\.(?:query|execute|exec|run|all|get|prepare|raw|unsafe|\$queryRawUnsafe|\$executeRawUnsafe)$|\$(?:query|execute)RawUnsafe$`), does: asSQL, when: ofDatabase},
}

const scriptCleans = "sanitize sanitizeHtml sanitizeHTML escapeHtml escapeHTML escape xss clean encode DOMPurify purify"

var scriptPageSinks = []scriptSink{
	{target: match(`\.(?:innerHTML|outerHTML|srcdoc)$`), does: asHTML, ends: scriptCleans},
	{target: match(`^__html$`), does: asHTML, ends: scriptCleans},
	{callee: match(`^document\.write(?:ln)?$|\.insertAdjacentHTML$|^\$\(\)\.(?:html|append|prepend)$|\.setHTMLUnsafe$|\.createContextualFragment$`), arg: -1, does: asHTML, ends: scriptCleans},
	{callee: match(`^(?:res|response|reply|ctx)(?:\.\w+\(\))*\.(?:send|end|write)$`), parts: sentPage, does: asHTML, ends: scriptCleans},
	{callee: match(`^Response$`), parts: sentPage, does: asHTML, ends: scriptCleans},
	{callee: match(`^bypassSecurityTrustHtml$|\.bypassSecurityTrustHtml$`), does: asHTML, ends: scriptCleans},
}

var scriptAddressSinks = []scriptSink{
	{callee: match(`^(?:window\.)?fetch$|^axios(?:\.(?:get|post|put|request))?$|^got(?:\.\w+)?$|^undici\.request$`), does: asURL},
	{callee: match(`^(?:fs|fsp|fs\.promises)\.(?:readFile|writeFile|unlink|rm|appendFile|readFileSync|writeFileSync|unlinkSync|rmSync|createReadStream|createWriteStream)$|^(?:readFile|writeFile|readFileSync|writeFileSync)$`), does: asPath, ends: "basename", module: match(`^(?:node:)?fs(?:/promises)?$|^fs-extra$`)},
}

// of is what of a call matters to the sink, and what happens to it.
func (k scriptSink) of(s *javascript.File, c *javascript.Call) (parts [][2]int32, does string) {
	args := s.Args(c.Open)
	switch {
	case k.parts != nil:
		return k.parts(s, c)
	case k.arg < 0 && len(args) > 0:
		return args[len(args)-1:], k.does
	case k.arg >= 0 && k.arg < len(args):
		return args[k.arg : k.arg+1], k.does
	}
	return nil, ""
}

// eachScriptFlow reports the places of a script where a tainted value reaches a sink.
func eachScriptFlow(p *checks.Pass, source scriptSource, sinks []scriptSink, report func(k scriptSink, first, last int32, o *javascript.Origin, s *javascript.File)) error {
	s, err := checks.Script.Of(p.File)
	if s == nil {
		return err
	}
	from := source(s)
	if from == nil {
		return err
	}
	var flow *javascript.Flow
	try := func(k scriptSink, does string, first, last int32, part [2]int32) bool {
		k.does = does
		if flow == nil {
			flow = scriptFlow(s, from)
		}
		plain := flow.Rules.Ends
		flow.Rules.Ends = func(label string) bool {
			return plain(label) && !(k.keeps != "" && slices.Contains(strings.Fields(k.keeps), label)) || k.ends != "" && slices.Contains(strings.Fields(k.ends), label)
		}
		flow.Head, flow.Path = k.does == asURL || k.start && k.does != asShell, k.does == asPath
		o := flow.From(part[0], part[1])
		flow.Rules.Ends = plain
		if o != nil {
			report(k, first, last, o, s)
		}
		return o != nil
	}
	for n := range sinks {
		k := sinks[n]
		if k.module != nil && !importsModule(s, k.module) {
			continue
		}
		if k.callee != nil {
			for _, name := range s.Called() {
				if !k.callee.MatchString(name.Written) && (name.Canonical == name.Written || !k.callee.MatchString(name.Canonical)) || k.when != nil && !k.when(s, name.Written) {
					continue
				}
				for _, i := range name.Calls {
					c := &s.Calls[i]
					parts, does := k.of(s, c)
					for _, part := range parts {
						if try(k, does, c.First, c.Open, part) {
							break
						}
					}
				}
			}
			continue
		}
		for _, a := range s.Assignments() {
			if k.target.MatchString(s.Dotted(a.Target, a.TargetEnd)) {
				try(k, k.does, a.Target, a.TargetEnd, [2]int32{a.First, a.Last})
			}
		}
	}
	return err
}

// scriptFinding reports a flow in a script.
func scriptFinding(p *checks.Pass, s *javascript.File, first, last int32, o *javascript.Origin, says, does string) *checks.Finding {
	what := o.What
	if o.Path != "" && s.Word(o.First) == what {
		what = strings.TrimPrefix(o.Path, "request.params.")
	}
	f := p.At(int(s.Toks[first].Start), int(s.Toks[last-1].End), flowMessage(says, what, does))
	f.Anchor = "flow " + s.Dotted(first, last)
	f.InAI = true
	start, end := int(s.Toks[o.First].Start), int(s.Toks[o.Last-1].End)
	f.Related = append(f.Related, checks.Related{Role: "source", Message: safe.Line("it comes from here: " + what), Path: p.File.Path, Start: p.File.Position(start), End: p.File.Position(end)})
	if o.Steps > 0 && p.Rule.Severity == rules.Critical {
		f.Lower(rules.High, "the value goes through a function of this file")
	}
	return f
}

// scriptOutputs reports what a model answers reaching sinks in scripts.
func scriptOutputs(p *checks.Pass, sinks []scriptSink, fix checks.Fix) error {
	return eachScriptFlow(p, scriptModelSource, sinks, func(k scriptSink, first, last int32, o *javascript.Origin, s *javascript.File) {
		scriptFinding(p, s, first, last, o, modelOutput.says, k.does).Fixes = []checks.Fix{fix}
	})
}
