package deploy

import "regexp"

// serverKind is a model server: how it is known, and what makes it ask who calls.
type serverKind struct {
	name     string
	programs *regexp.Regexp // over the command line
	images   *regexp.Regexp
	keyOpts  []string
	keyEnv   []string
	local    bool // listens on this machine only, unless told otherwise
	hostOpts []string
	soft     string // why it is less grave than it looks; "" when it is not
}

var serverKinds = []serverKind{
	{"vLLM", regexp.MustCompile(`^(?:vllm serve|vllm\.entrypoints\.\S*api_server)\b`), regexp.MustCompile(`(?:^|/)vllm-openai\b`), []string{"--api-key"}, []string{"VLLM_API_KEY"}, false, []string{"--host"}, ""},
	{"SGLang", regexp.MustCompile(`^sglang\.launch_server\b|^sglang serve\b`), regexp.MustCompile(`lmsysorg/sglang`), []string{"--api-key"}, []string{"SGLANG_API_KEY"}, true, []string{"--host"}, ""},
	{"text-generation-inference", regexp.MustCompile(`^text-generation-launcher\b`), regexp.MustCompile(`huggingface/text-generation-inference`), []string{"--api-key"}, []string{"API_KEY"}, false, []string{"--hostname"}, ""},
	{"llama.cpp", regexp.MustCompile(`^(?:llama-server|llama_cpp\.server)\b`), regexp.MustCompile(`llama\.cpp[:\w-]*server`), []string{"--api-key", "--api-key-file"}, []string{"LLAMA_API_KEY", "API_KEY"}, true, []string{"--host"}, ""},
	{"Ollama", regexp.MustCompile(`^ollama serve\b`), regexp.MustCompile(`(?:^|/)ollama/ollama(?:[:@]|$)`), nil, nil, true, nil, ""},
	{"LiteLLM", regexp.MustCompile(`^litellm\b.*(?:--port|--config|--model)`), regexp.MustCompile(`berriai/litellm`), nil, []string{"LITELLM_MASTER_KEY"}, false, []string{"--host"}, ""},
	{"LocalAI", regexp.MustCompile(`^local-ai(?:\s+(?:run\b|-|"?\$)|\s*$)`), regexp.MustCompile(`(?:^|/)localai/localai\b|go-skynet/local-ai`), []string{"--api-keys"}, []string{"API_KEY", "LOCALAI_API_KEY"}, false, []string{"--address"}, ""},
	{"Xinference", regexp.MustCompile(`^xinference-(?:local|supervisor)\b`), regexp.MustCompile(`xprobe/xinference`), []string{"--auth-config"}, nil, true, []string{"-H", "--host"}, ""},
	{"KoboldCpp", regexp.MustCompile(`^koboldcpp|^python[\d.]* \S*koboldcpp\.py\b`), regexp.MustCompile(`koboldai/koboldcpp`), []string{"--password"}, nil, false, []string{"--host"}, ""},
	{"TEI", regexp.MustCompile(`^text-embeddings-router\b`), regexp.MustCompile(`huggingface/text-embeddings-inference`), []string{"--api-key"}, []string{"API_KEY"}, false, []string{"--hostname"}, ""},
	{"Triton", regexp.MustCompile(`^tritonserver\b.*(?:--model-control-mode[= ]explicit|--http-address[= ]0\.0\.0\.0)`), nil, nil, nil, false, nil, ""},
	{"BentoML", regexp.MustCompile(`^bentoml serve\b`), nil, nil, nil, true, []string{"--host"}, ""},
	{"MLServer", regexp.MustCompile(`^mlserver start\b`), regexp.MustCompile(`(?:^|/)seldonio/mlserver\b`), nil, nil, false, nil, ""},
	{"Flowise", nil, regexp.MustCompile(`(?:^|/)flowiseai/flowise\b`), nil, []string{"FLOWISE_USERNAME", "JWT_AUTH_TOKEN_SECRET"}, false, nil, "newer versions ask for an account by themselves"},
	{"Langflow", nil, regexp.MustCompile(`(?:^|/)langflowai/langflow\b`), nil, []string{"LANGFLOW_SUPERUSER_PASSWORD", "LANGFLOW_AUTO_LOGIN"}, false, nil, "newer versions ask for an account by themselves"},
}
