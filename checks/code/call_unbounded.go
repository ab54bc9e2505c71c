package code

import (
	"context"

	"bakedin/checks"
)

// clients of vendors wait for ten minutes and try again unless they are told otherwise.
var clients = []string{"openai.OpenAI", "openai.AsyncOpenAI", "openai.AzureOpenAI", "openai.AsyncAzureOpenAI", "anthropic.Anthropic", "anthropic.AsyncAnthropic",
	"langchain_openai.ChatOpenAI", "langchain_anthropic.ChatAnthropic", "mistralai.Mistral", "groq.Groq"}

// callUnbounded reports clients in servers that neither they nor their calls give a limit of time.
func callUnbounded(_ context.Context, p *checks.Pass) error {
	src, err := checks.Python.Of(p.File)
	if src == nil || src.File == nil || !importsAny(src, []string{"fastapi", "flask", "starlette", "sanic", "quart", "litestar", "aiohttp", "django"}) {
		return err
	}
	if usesAny(src, []string{"timeout", "request_timeout", "timeout_ms", "wait_for", "with_options", "max_tokens", "max_completion_tokens", "max_output_tokens"}) {
		return err
	}
	return eachCall(p, clients, func(c call) {
		f := c.report("The client is given no limit of time, and its calls none of length: one request can hold a worker for minutes.")
		f.InAI = true
		fix := checks.Fix{ID: "set-timeout", Title: "Set timeout=60", Applicability: checks.Unsafe, Edits: c.addKeyword("timeout=60"), Breaks: "An answer that takes longer than a minute fails."}
		if len(fix.Edits) == 0 || c.spreads() {
			fix = checks.Steps("set-timeout", "Set a limit of time", "Give the client timeout=60, and its calls max_tokens.")
		}
		f.Fixes = []checks.Fix{fix}
	})
}
