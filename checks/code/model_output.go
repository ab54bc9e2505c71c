package code

import (
	"regexp"
	"slices"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/python"
)

// roots of libraries that talk to a model, or run one
var modelRoots = []string{
	"openai", "anthropic", "google.generativeai", "google.genai", "vertexai", "mistralai", "cohere", "groq", "together", "fireworks", "replicate", "ollama", "litellm",
	"langchain", "langchain_core", "langchain_community", "langchain_openai", "langchain_anthropic", "langchain_google_genai", "langchain_ollama", "langchain_experimental", "langgraph",
	"llama_index", "haystack", "semantic_kernel", "autogen", "ag2", "autogen_agentchat", "crewai", "smolagents", "pydantic_ai", "agents", "google.adk", "strands", "dspy", "instructor",
	"guidance", "outlines", "vllm", "sglang", "llama_cpp", "ctransformers", "transformers", "huggingface_hub", "chainlit", "claude_agent_sdk", "boto3", "deepseek", "zhipuai", "dashscope", "aisuite", "portkey_ai",
}

// methods that nothing but a client of a model has, whatever the object is called
var modelMethods = regexp.MustCompile(`(?:^|\.)(?:(?:beta\.)?(?:chat\.)?completions\.(?:create|parse)|chat\.complete(?:_async)?|chat\.completions|responses\.(?:create|parse)|ChatCompletion\.a?create|Completion\.a?create|models\.generate_content(?:_stream)?|generate_content(?:_async)?|invoke_model(?:_with_response_stream)?|create_chat_completion|chat_completion|messages\.(?:create|stream))$`)

// methods that ask a model when the object is one, as its name and the imports of the file say
var askMethods = map[string]bool{"invoke": true, "ainvoke": true, "run": true, "arun": true, "predict": true, "apredict": true, "call": true, "chat": true, "query": true,
	"kickoff": true, "stream": true, "astream": true, "complete": true, "acomplete": true, "generate": true, "agenerate": true, "send_message": true, "send_message_async": true,
	"text_generation": true, "generate_reply": true, "run_sync": true, "predict_messages": true, "batch": true, "completion": true, "initiate_chat": true, "generate_text": true, "ask": true}

var modelObject = regexp.MustCompile(`(?i)(?:^|_)(?:llm|chain|agent|model|chat|crew|(?:query|chat)_engine|qa|chatbot|assistant|gpt|claude|gemini|runnable|pipe|generator|predictor)(?:_?\d+|_executor|_chain|_model|_client)?$`)

// functions that by their name ask a model; what they do stands elsewhere
var askFunction = regexp.MustCompile(`(?i)^(?:ask|call|query|prompt|chat|get|run|invoke|generate|complete)_?(?:with_|from_|to_)?(?:the_)?(?:llm|gpt\d*|claude|openai|gemini|chatgpt|chat_?completion|completion|llama|mistral)(?:_(?:response|completion|answer|reply|output|text|api|code|sql|query))?$|^(?:llm|gpt|claude|openai|gemini)_?(?:call|query|complete|completion|generate|response|request|chat|ask|invoke)$`)

var modelHosts = regexp.MustCompile(`^https://(?:api\.(?:openai|anthropic|mistral|groq|together|deepseek|cohere|perplexity|x|fireworks)\.\w+|openrouter\.ai|generativelanguage\.googleapis\.com)/|^https?://(?:localhost|127\.0\.0\.1|ollama):11434/api/(?:generate|chat)`)

// results of these canonical calls are what a model wrote
var modelCalls = map[string]bool{
	"litellm.completion()": true, "litellm.acompletion()": true, "litellm.text_completion()": true, "ollama.chat()": true, "ollama.generate()": true, "replicate.run()": true, "transformers.pipeline()()": true,
	"llama_cpp.Llama()()": true, "vllm.LLM().generate()": true, "vllm.LLM().chat()": true, "cohere.Client().chat()": true, "cohere.Client().generate()": true, "cohere.ClientV2().chat()": true,
	"agents.Runner.run()": true, "agents.Runner.run_sync()": true, "claude_agent_sdk.query()": true, "ctransformers.AutoModelForCausalLM.from_pretrained()()": true,
}

// harmless are attributes, methods and functions whose value says nothing that a stranger could choose.
var harmless = set(
	"usage", "created", "finish_reason", "stop_reason", "role", "status_code", "ok", "total_tokens", "prompt_tokens", "completion_tokens", "response_metadata", "usage_metadata",
	"startswith", "endswith", "isdigit", "isalnum", "isalpha", "isidentifier", "isnumeric", "count", "find", "index", "rfind", "tell", "close",
	"int", "float", "bool", "len", "isinstance", "hash", "id", "type", "any", "all", "sum", "literal_eval", "model_validate", "model_validate_json", "parse_obj", "parse_raw", "TypeAdapter",
	"UUID", "Decimal", "fromisoformat", "sha256", "md5", "secure_filename", "hexdigest", "embed", "count_tokens",
)

var passes = set(
	"str", "repr", "list", "tuple", "dict", "set", "sorted", "reversed", "next", "iter", "bytes", "format", "join", "loads", "load", "dumps", "sub", "search", "findall", "finditer", "match", "fullmatch", "split",
	"dedent", "b64decode", "unescape", "compile", "text", "safe_load", "copy", "deepcopy", "Path", "encode", "markdown", "filter", "map", "zip", "enumerate", "literal", "cast", "SQL", "replace", "parse", "decode",
	"StringIO", "BytesIO", "open", "group", "Template", "substitute", "safe_substitute", "urljoin", "fill", "indent", "gather", "wait_for", "to_thread",
	"realpath", "abspath", "normpath", "expanduser", "expandvars", "fspath", "PurePath", "PurePosixPath", "unquote", "joinpath",
)

// a function of another file that takes code or data out of an answer
var extractor = regexp.MustCompile(`(?i)^_?(?:extract|parse|get|find|strip|remove|unwrap|pull|clean)_?\w*(?:code|python|sql|query|command|json|block|script|markdown|fence|snippet|action|tool_call)s?\w*$`)

// settling are functions that say whether a value is allowed.
var settling = regexp.MustCompile(`(?i)(?:valid|allow|safe|permit|approv|confirm|sanit|verif|authoriz|whitelist|check_)|^(?:is_relative_to|commonpath|isalnum|isdigit|isidentifier|fullmatch|parse_one|input|ask|interrupt|is_select|is_read_only|is_readonly|enforce_\w+|ensure_\w+|guard|screen|scan_output|getaddrinfo)$`)

// notSettling are functions with such a name that say nothing about a value.
var notSettling = set("check_output", "check_call", "mark_safe", "safe_load", "safe_load_all", "safe_dump")

func set(words ...string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}

// flowOf follows values in a source from where source says they come from.
func flowOf(src *checks.PythonSource, source func(e python.Expr) string) *python.Flow {
	var flow *python.Flow
	flow = src.Follow(python.FlowRules{
		Source: source,
		Passes: func(e python.Expr) bool {
			return passes[e.Label] && !strips(src, e, flow.Use) || extractor.MatchString(e.Label)
		},
		Ends:   func(label string) bool { return harmless[label] },
		Narrow: func(name int32) bool { return narrow(src, name) },
		Guards: func(label string) bool {
			return settling.MatchString(label) && !notSettling[label] && !strings.HasPrefix(label, "unsafe")
		},
	})
	return flow
}

// strips tells whether re.sub takes everything out of its text but characters that are harmless in that use.
func strips(src *checks.PythonSource, e python.Expr, use python.Use) bool {
	if e.Label != "sub" || !e.Call {
		return false
	}
	open := src.Toks[e.Last-1].Mate
	args := src.Args(open)
	if len(args) >= 3 {
		args = args[:2]
	} else if _, last := src.Definition(e.First, open-2, e.Scope); len(args) == 2 && src.IsBracket(last-1, ')') { // of re.compile
		if compiled := src.Args(src.Toks[last-1].Mate); len(compiled) > 0 {
			args = []python.Arg{compiled[0], args[0]}
		}
	}
	if len(args) != 2 {
		return false
	}
	pattern, by := src.Eval(args[0].First, args[0].Last, e.Scope), src.Eval(args[1].First, args[1].Last, e.Scope)
	class, ok := strings.CutPrefix(strings.TrimRight(pattern.Str, "+*"), "[^")
	return ok && by.Kind == python.String && plainText.MatchString(by.Str) && strings.IndexByte(class, ']') == len(class)-1 &&
		(harmlessRest.MatchString(pattern.Str) || python.Closed("^["+class+"*$", use))
}

var (
	plainText = regexp.MustCompile(`^[\w-]*$`)
	// a class of characters with nothing in it that a name or a command can be made of
	harmlessRest = regexp.MustCompile(`^\[\^(?:0-9|\\d|\\s|\\?[-+*/%().,:_ ])+\][+*]?$`)
)

// modelSource says of an expression which model it is the answer of, or "".
func modelSource(src *checks.PythonSource) func(e python.Expr) string {
	library := importsAny(src, modelRoots)
	return func(e python.Expr) string {
		if !e.Call {
			return ""
		}
		if askFunction.MatchString(e.Label) && src.IsImported(e) {
			return e.Label
		}
		open := src.Toks[e.Last-1].Mate
		callee := strings.TrimPrefix(src.CalleeText(e.First, open), "?.")
		if modelMethods.MatchString(callee) {
			if !strings.Contains(callee, "messages.") || library {
				return callee
			}
		}
		for _, n := range append(src.Names(e.First, e.Last, e.Scope), attributeNames(src, e)...) {
			if strings.HasPrefix(n, "transformers.Auto") && (e.Label == "decode" || e.Label == "batch_decode") || strings.HasPrefix(n, "boto3.client().converse") {
				return asWritten(callee, n)
			}
			object := strings.HasPrefix(n, "huggingface_hub.InferenceClient().") || strings.HasPrefix(n, "huggingface_hub.AsyncInferenceClient().")
			if modelCalls[n] || rootOf(n) != "" && strings.HasSuffix(n, "()()") || object && askMethods[e.Label] {
				return asWritten(callee, n)
			}
			if root := rootOf(n); root != "" && askMethods[e.Label] && strings.Contains(n, "().") {
				return callee
			}
		}
		switch {
		case !library:
		case (e.Label == "decode" || e.Label == "batch_decode") && importsAny(src, []string{"transformers"}) && strings.Contains(strings.ToLower(callee), "token"),
			(e.Label == "decode" || e.Label == "batch_decode") && importsAny(src, []string{"transformers"}) && strings.Contains(strings.ToLower(callee), "processor"):
			return callee
		case e.Label == "predict" && lastBut(callee, 1) == "model": // most models that predict are not of language
		case askMethods[e.Label] && strings.Contains(callee, ".") && modelObject.MatchString(lastBut(callee, 1)):
			return callee
		case !strings.Contains(callee, ".") && modelVariable.MatchString(callee):
			return callee
		}
		if e.Label == "post" && open > 0 {
			if args := src.Args(open); len(args) > 0 {
				if v := src.Eval(args[0].First, args[0].Last, e.Scope); v.Kind == python.String && modelHosts.MatchString(v.Str) {
					return v.Str
				}
			}
		}
		return ""
	}
}

// attributeNames are the canonical names of a call on an attribute of self, by what the attribute is assigned elsewhere in the file.
func attributeNames(src *checks.PythonSource, e python.Expr) []string {
	if src.Word(e.First) != "self" || e.Last < e.First+5 || !src.IsBracket(e.First+1, '.') {
		return nil
	}
	attribute, rest := string(src.Text(e.First, e.First+3)), ""
	for i := e.First + 3; i < e.Last; i++ {
		switch {
		case src.IsBracket(i, '.'):
			rest += "." + src.Word(i+1)
			i++
		case src.IsBracket(i, '(') && src.Toks[i].Mate > i:
			rest += "()"
			i = src.Toks[i].Mate
		default:
			return nil
		}
	}
	var out []string
	for i := range src.Assigns {
		if a := &src.Assigns[i]; string(src.Text(a.Target, a.TargetEnd)) == attribute {
			for _, n := range src.Names(a.First, a.Last, a.Scope) {
				out = append(out, n+rest)
			}
		}
	}
	return out
}

// asWritten is how the file calls what asks a model, or its name when that is not said in one word.
func asWritten(callee, name string) string {
	if callee == "" || callee == "?" {
		return strings.ReplaceAll(name, "()", "")
	}
	return callee
}

// objects that are called to ask a model: llm(prompt), qa_chain(question)
var modelVariable = regexp.MustCompile(`^(?:llm|chat_model|(?:\w+_)?chain|generator|pipe|text_generator|chat_llm)$`)

// lastBut is the label n places before the end of a dotted name.
func lastBut(callee string, n int) string {
	parts := strings.Split(callee, ".")
	if len(parts) <= n {
		return ""
	}
	return parts[len(parts)-1-n]
}

func rootOf(name string) string {
	for _, r := range modelRoots {
		if r != "boto3" && r != "huggingface_hub" && r != "transformers" && hasRoot(name, r) {
			return r
		}
	}
	return ""
}

func importsAny(src *checks.PythonSource, roots []string) bool {
	return slices.ContainsFunc(roots, src.ImportsFrom)
}
