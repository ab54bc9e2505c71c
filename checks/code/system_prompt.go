package code

import (
	"context"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/python"
	"bakedin/rules"
)

// names under which a program keeps what a stranger wrote
var strangersName = regexp.MustCompile(`(?i)^(?:user_?(?:input|query|question|message|msg|text|prompt|content|request|name_input)s?|query|question|message|msg|user_?says|prompt_input|request_text|customer_(?:message|input|query|text)|incoming(?:_message)?|chat_message|utterance)$`)

// names of what is fetched for the model to read
var retrievedName = regexp.MustCompile(`(?i)^(?:context|documents?|docs|retrieved\w*|search_results?|web_(?:page|content)|page_(?:content|text)|email(?:_body|_text)?|transcript|chunks?|comment|issue_body|ticket(?:_text)?|html|diff)$`)

var routeDecorator = regexp.MustCompile(`\.(?:get|post|put|patch|delete|websocket|route|api_route)$`)

// requestAttributes of web frameworks hold what the client sent.
var requestAttributes = set("args", "form", "json", "data", "values", "files", "headers", "cookies", "query_params", "body", "GET", "POST", "query_string")

// userSource says of an expression that a user of the program wrote it.
func userSource(src *checks.PythonSource) func(e python.Expr) string {
	web := importsAny(src, []string{"flask", "fastapi", "django", "starlette", "aiohttp", "sanic", "quart", "bottle", "litestar"})
	screen := importsAny(src, []string{"streamlit", "gradio", "chainlit"})
	return func(e python.Expr) string {
		switch {
		case e.Param:
			d := src.Enclosing(e.Scope)
			if d == nil {
				return ""
			}
			if web && anyMatch(routeDecorator, src.Decorators(d)) && !dependency(src, d, e.First) {
				return e.Label
			}
			if strangersName.MatchString(e.Label) && !bytesHave(src.Src, e.Label+".role", e.Label+`["role"]`, "isinstance("+e.Label+", SystemMessage") { // one of a conversation, of any role
				return e.Label
			}
			return ""
		case e.Call:
			if e.Label == "input" && e.Last-e.First <= 64 && src.CalleeText(e.First, src.Toks[e.Last-1].Mate) == "input" {
				return "input()"
			}
			switch e.Label {
			case "chat_input", "text_input", "text_area":
				if screen {
					return e.Label
				}
			case "receive_text", "receive_json", "get_json":
				if web {
					return e.Label
				}
			}
		case web && requestAttributes[e.Label]:
			callee := src.CalleeText(e.First, e.Last)
			if strings.HasSuffix(strings.TrimSuffix(callee, "."+e.Label), "request") {
				return callee
			}
		case e.Label == "argv":
			for _, n := range src.Names(e.First, e.Last, e.Scope) {
				if n == "sys.argv" {
					return n
				}
			}
		}
		return ""
	}
}

// dependency tells whether a parameter of a route is made by the framework: Depends(…), Request, a session.
func dependency(src *checks.PythonSource, d *python.Def, name int32) bool {
	for _, p := range d.Params {
		if p.Name != name {
			continue
		}
		if p.First != 0 {
			if t := string(src.Text(p.First, p.Last)); strings.Contains(t, "Depends(") || strings.Contains(t, "Security(") || strings.Contains(t, "Header(") {
				return true
			}
		}
	}
	if src.IsBracket(name+1, ':') {
		switch src.Word(name + 2) {
		case "Request", "HttpRequest", "WebSocket", "Response", "BackgroundTasks", "Session", "AsyncSession":
			return true
		}
		return src.Word(name) == "self"
	}
	w := src.Word(name)
	return w == "self" || w == "request" || w == "req" || w == "db" || w == "session" || w == "background_tasks" || w == "response" || w == "websocket" || w == "current_user"
}

func anyMatch(re *regexp.Regexp, words []string) bool {
	for _, w := range words {
		if re.MatchString(w) {
			return true
		}
	}
	return false
}

// systemText is a place in a source where the text of the system role stands: tokens [First, Last).
type systemText struct {
	First, Last, Scope int32
}

// systemCalls take the system role in a keyword.
var systemCalls = map[string]string{
	"system": "create stream generate_content send_message generate_text", "instructions": "create Agent parse", "system_instruction": "GenerativeModel GenerateContentConfig create",
	"system_prompt": "Agent chat complete generate LLMChain AgentRunner from_tools as_chat_engine create_react_agent create_agent", "system_message": "AssistantAgent ConversableAgent Agent",
	"content": "SystemMessage ChatCompletionSystemMessageParam DeveloperMessage", "prompt": "create_react_agent", "backstory": "Agent", "instruction": "Agent LlmAgent", "preamble": "chat chat_stream",
}

// systemTexts finds them: {"role": "system", "content": x}, ("system", x), SystemMessage(x), system=x.
func systemTexts(src *checks.PythonSource) []systemText {
	var out []systemText
	for i := int32(1); int(i) < len(src.Toks); i++ {
		if src.Toks[i].Kind != python.Str || i+3 >= int32(len(src.Toks)) {
			continue
		}
		switch word := src.Literal(i); {
		case word == "role" && src.IsBracket(i+1, ':') && src.Toks[i+2].Kind == python.Str && isSystem(src.Literal(i+2)):
			if open := src.Around(i, '{'); open > 0 {
				for _, a := range src.Args(open) {
					if src.Toks[a.First].Kind == python.Str && src.IsBracket(a.First+1, ':') && (src.Literal(a.First) == "content" || src.Literal(a.First) == "parts" || src.Literal(a.First) == "text") {
						out = append(out, systemText{a.First + 2, a.Last, src.ScopeAt(i)})
					}
				}
			}
		case isSystem(word) && src.IsBracket(i+1, ',') && src.IsBracket(i-1, '('):
			if end := src.Toks[i-1].Mate; end > i+2 && (i < 3 || src.Toks[i-2].Kind != python.Name || src.IsKeyword(i-2, "return")) { // a tuple, not a call
				out = append(out, systemText{i + 2, end, src.ScopeAt(i)})
			}
		}
	}
	for keyword, callees := range systemCalls {
		for _, label := range strings.Fields(callees) {
			for _, i := range src.CallsNamed(label) {
				c := &src.Calls[i]
				for k, a := range c.Args {
					if a.Name != 0 && src.Word(a.Name) == keyword || a.Name == 0 && a.Stars == 0 && k == 0 && keyword == "content" {
						out = append(out, systemText{a.First, a.Last, c.Scope})
					}
				}
			}
		}
	}
	return out
}

func isSystem(role string) bool { return role == "system" || role == "developer" }

// systemPrompt reports text of strangers that enters the system role.
func systemPrompt(_ context.Context, p *checks.Pass) error {
	if err := scriptSystemPrompt(p); err != nil {
		return err
	}
	src, err := checks.Python.Of(p.File)
	if src == nil || src.File == nil {
		return err
	}
	texts := systemTexts(src)
	if len(texts) == 0 {
		return err
	}
	stranger := userSource(src)
	flow := flowOf(src, stranger)
	told := map[int32]bool{}
	for _, t := range texts {
		if told[t.First] {
			continue
		}
		told[t.First] = true
		o := flow.From(t.First, t.Last, t.Scope)
		why := ""
		if o == nil {
			if o = flowOf(src, retrievedSource(src)).From(t.First, t.Last, t.Scope); o == nil {
				continue
			}
			why = "it is text that was fetched; whoever wrote it speaks with the weight of the system"
		}
		if passedOn(src, t) {
			continue
		}
		start, end := src.Token(t.First, t.Last)
		f := p.At(start, end, "The system role is built from "+short(o.What)+", which a stranger may have written.")
		f.Anchor = "system role " + o.What
		describe(f, p, src, o)
		if why == "" && o.Steps > 1 {
			why = "the value goes through two functions of this file, which may take it apart"
		}
		if why != "" {
			f.Lower(rules.Medium, why)
		}
		f.Fixes = []checks.Fix{moveToUser}
	}
	return err
}

// passedOn tells whether the text is handed through as it came by a function that turns messages into another form: what
// its caller calls the system text is the system text.
func passedOn(src *checks.PythonSource, t systemText) bool {
	if src.Word(t.First) == "str" && t.Last-t.First > 3 && src.IsBracket(t.First+1, '(') && src.Toks[t.First+1].Mate == t.Last-1 {
		t.First, t.Last = t.First+2, t.Last-1
	}
	if src.Toks[t.First].Kind != python.Name || !messageName.MatchString(src.Word(t.First)) {
		return false
	}
	switch text := string(src.Text(t.First, t.Last)); strings.TrimPrefix(text, src.Word(t.First)) {
	case ".content", ".text", `["content"]`, "['content']", `.get("content")`, `["text"]`:
		return true
	case "":
		d := src.Enclosing(t.Scope)
		return d != nil && strings.Contains(strings.ToLower(src.Word(d.Name)), "system")
	}
	return false
}

// a parameter that holds a message of any role
var messageName = regexp.MustCompile(`^(?:m|msg|message|text|prompt|content|query|part|item|entry|block|turn)$`)

var moveToUser = checks.Fix{ID: "move-to-user", Title: "Put it into a message of the user role", Applicability: checks.Manual, Steps: []string{
	"Keep the system text constant.",
	`Give the value in a message of its own, of role "user".`,
	"Where it must stay: put it between tags, say that what is between them is data and no instruction, and check what comes out.",
}}

// store is how a program names what it searches.
var store = regexp.MustCompile(`(?i)^retrieve$|retriev\w*\.|index|store|vector|\brag|kb\b|knowledge|memory|search|corpus|docs|documents|collection|chunks|embed`)

// retrievedSource says of a parameter or variable, by its name, that its text was fetched.
func retrievedSource(src *checks.PythonSource) func(e python.Expr) string {
	return func(e python.Expr) string {
		if e.Param && retrievedName.MatchString(e.Label) {
			return e.Label
		}
		if e.Call {
			switch e.Label {
			case "similarity_search", "get_relevant_documents", "as_retriever", "max_marginal_relevance_search", "similarity_search_with_score":
				return e.Label
			case "retrieve": // also the word for texts of the program itself, of a payment, of a job
				if store.MatchString(src.CalleeText(e.First, src.Toks[e.Last-1].Mate)) {
					return e.Label
				}
			}
			for _, n := range src.Names(e.First, e.Last, e.Scope) {
				if n == "requests.get()" || n == "httpx.get()" || n == "urllib.request.urlopen()" {
					return strings.TrimSuffix(n, "()")
				}
			}
		}
		return ""
	}
}
