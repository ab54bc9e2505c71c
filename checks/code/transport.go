package code

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/python"
	"bakedin/rules"
)

// tlsOff reports connections that do not check who is on the other side.
func tlsOff(_ context.Context, p *checks.Pass) error {
	if err := scriptTLSOff(p); err != nil {
		return err
	}
	src, err := checks.Python.Of(p.File)
	if src == nil || src.File == nil {
		return err
	}
	ai := isAI(src)
	found := func(f *checks.Finding, at int32) {
		defer func() {
			if f.Severity != rules.Low && f.Severity != rules.Medium && switched(src, at) {
				f.Lower(rules.Medium, "only a switch of the user leads here")
			}
		}()
		f.InAI = ai || f.Severity == ""
		if !ai && f.Severity == "" {
			f.Lower(rules.Medium, aside)
		}
		if len(f.Fixes) == 0 {
			f.Fixes = []checks.Fix{{ID: "trust-a-certificate", Title: "Check certificates", Applicability: checks.Manual, Steps: []string{
				"Take the switch out: the default checks.",
				"For a certificate of your own, give the path of its authority (verify=\"ca.pem\", or ssl.create_default_context(cafile=…)).",
			}}}
		}
	}
	off := func(c call, keyword string) {
		for _, a := range c.Args {
			if a.Name == 0 || src.Word(a.Name) != keyword || src.Eval(a.First, a.Last, c.Scope).Kind != python.False || c.loopback() {
				continue
			}
			f := c.report(keyword + "=False: whoever is on the way can read and change what is sent.")
			f.Anchor = "tls " + src.Callee(c.Call) + " " + keyword
			if src.Editable() {
				fix := checks.Fix{ID: "verify", Title: "Check the certificate", Applicability: checks.Unsafe, Edits: c.replace(a.First, a.Last, "True"),
					Breaks: "A server whose certificate nobody vouches for is refused: give the path of its authority instead."}
				if keyword == "ssl" { // older aiohttp takes True for no context at all; without the argument all of them check
					fix.Edits = c.deleteKeyword(a)
				}
				f.Fixes = []checks.Fix{fix}
			}
			found(f, a.First)
		}
	}
	for i := range src.Calls {
		c := call{&src.Calls[i], src, p, ""}
		for _, n := range src.CallNames(i) {
			switch {
			case strings.HasPrefix(n, "requests.") || strings.HasPrefix(n, "httpx."):
				off(c, "verify")
			case strings.HasPrefix(n, "aiohttp."):
				off(c, "ssl")
				off(c, "verify_ssl")
			case n == "ssl._create_unverified_context":
				found(c.report("A context that checks no certificate is made."), c.First)
			case strings.HasPrefix(n, "urllib3.") && src.Keyword(c.Call, "cert_reqs").Str == "CERT_NONE":
				found(c.report("cert_reqs=\"CERT_NONE\": no certificate is checked."), c.First)
			case n == "huggingface_hub.configure_http_backend", n == "boto3.client":
				off(c, "verify")
			}
			break
		}
	}
	if src.ImportsFrom("aiohttp") {
		for _, method := range []string{"get", "post", "put", "patch", "delete", "request", "ws_connect"} {
			for _, i := range src.CallsNamed(method) {
				if names := src.CallNames(int(i)); len(names) == 0 || !strings.HasPrefix(names[0], "aiohttp.") {
					off(call{&src.Calls[i], src, p, ""}, "ssl")
				}
			}
		}
	}
	for _, i := range src.CallsOf("urllib3.disable_warnings") {
		f := call{&src.Calls[i], src, p, ""}.report("The warnings about unchecked certificates are silenced: connections that check nothing go unseen.")
		f.Lower(rules.Low, "it hides the fault, it is not the fault")
		found(f, src.Calls[i].First)
	}
	for i := range src.Assigns {
		a := &src.Assigns[i]
		target := string(src.Text(a.Target, a.TargetEnd))
		v := src.Eval(a.First, a.Last, a.Scope)
		value := string(src.Text(a.First, a.Last))
		message := ""
		switch {
		case target == "ssl._create_default_https_context" && strings.HasSuffix(value, "_create_unverified_context"):
			message = "No https connection of this process checks a certificate any more."
		case strings.HasSuffix(target, ".verify") && v.Kind == python.False && (importsAny(src, []string{"requests", "httpx"})) && sessionLike(target):
			message = target + " = False: no request of this session checks a certificate."
		case strings.HasSuffix(target, ".check_hostname") && v.Kind == python.False && !strings.HasPrefix(target, "self.") && importsAny(src, []string{"ssl", "urllib3", "aiohttp", "httpx"}):
			message = "The name in the certificate is not compared with the host."
		case strings.HasSuffix(target, ".verify_mode") && !strings.HasPrefix(target, "self.") && strings.HasSuffix(value, "CERT_NONE"):
			message = "The context checks no certificate."
		case strings.HasPrefix(target, "os.environ[") && tlsVariable(target, v):
			message = "The environment tells libraries not to check certificates."
		}
		if message != "" {
			start, end := src.Token(a.Target, a.Last)
			f := p.At(start, end, message)
			f.Anchor = "tls " + target
			if strings.HasSuffix(target, ".check_hostname") || strings.HasSuffix(target, ".verify_mode") {
				f.Lower(rules.Medium, "the context may be one of a few connections")
			}
			found(f, a.Target)
		}
	}
	return err
}

var tlsWords = regexp.MustCompile(`(?i)verify|insecure|ssl|tls|cert`)

// switched tells whether a condition around a token asks about the check itself, as in "if not args.verify_ssl".
func switched(src *checks.PythonSource, i int32) bool {
	for first, last := range src.Conditions(i) {
		if (src.IsKeyword(first, "if") || src.IsKeyword(first, "elif")) && tlsWords.Match(src.Text(first, last)) {
			return true
		}
	}
	return false
}

// aside is why general hygiene is no more than medium in a source that has to do with no model.
const aside = "medium at most: the source itself uses no model"

func sessionLike(target string) bool {
	t := strings.ToLower(target)
	return strings.Contains(t, "session") || strings.Contains(t, "client") || strings.Contains(t, "http") || t == "s.verify"
}

func tlsVariable(target string, v python.Value) bool {
	switch {
	case strings.Contains(target, "PYTHONHTTPSVERIFY"), strings.Contains(target, "NODE_TLS_REJECT_UNAUTHORIZED"):
		return v.Str == "0"
	case strings.Contains(target, "CURL_CA_BUNDLE"), strings.Contains(target, "REQUESTS_CA_BUNDLE"):
		return v.Kind == python.String && v.Str == ""
	case strings.Contains(target, "HF_HUB_DISABLE_SSL"), strings.Contains(target, "GIT_SSL_NO_VERIFY"):
		return v.Str == "1" || v.Str == "true"
	}
	return false
}

// loopback tells whether the first argument is an address of this machine.
func (c call) loopback() bool {
	for _, v := range []python.Value{c.src.Positional(c.Call, 0), c.src.Keyword(c.Call, "url")} {
		for _, prefix := range []string{"https://localhost", "https://127.", "https://[::1]", "http://localhost", "http://127.", "http://[::1]"} {
			if strings.HasPrefix(v.Str, prefix) {
				return true
			}
		}
	}
	return false
}

// libraries that make a source one of an AI system
var learningRoots = []string{"torch", "tensorflow", "keras", "jax", "flax", "sklearn", "xgboost", "lightgbm", "catboost", "transformers", "diffusers", "sentence_transformers", "datasets", "peft", "trl",
	"accelerate", "deepspeed", "pytorch_lightning", "lightning", "timm", "ultralytics", "fastai", "spacy", "onnx", "onnxruntime", "openvino", "tensorrt", "mlflow", "wandb", "bentoml", "gradio", "safetensors",
	"faiss", "chromadb", "qdrant_client", "pinecone", "weaviate", "pymilvus", "lancedb", "mcp", "fastmcp", "torchvision", "whisper", "fasttext", "gensim"}

// isAI tells whether a source imports a library for models, learning or vectors. boto3 is one of many things.
func isAI(src *checks.PythonSource) bool {
	return importsAny(src, learningRoots) || slices.ContainsFunc(modelRoots, func(r string) bool { return r != "boto3" && src.ImportsFrom(r) })
}

// binders are calls that open a port, and the keyword and position of the address.
var binders = []struct {
	name, keyword string
	position      int
}{
	{"uvicorn.run", "host", -1}, {"uvicorn.Config", "host", -1}, {"flask.Flask().run", "host", 0}, {"aiohttp.web.run_app", "host", -1}, {"waitress.serve", "host", -1},
	{"hypercorn.run", "host", -1}, {"mcp.server.fastmcp.FastMCP", "host", -1}, {"fastmcp.FastMCP", "host", -1}, {"mcp.server.fastmcp.FastMCP().run", "host", -1}, {"fastmcp.FastMCP().run", "host", -1},
	{"sanic.Sanic().run", "host", 0}, {"bottle.run", "host", -1}, {"tornado.web.Application().listen", "address", 1}, {"quart.Quart().run", "host", 0}, {"robyn.Robyn().start", "host", -1},
	{"ray.serve.start", "host", -1}, {"litserve.LitServer().run", "host", -1}, {"werkzeug.serving.run_simple", "hostname", 0}, {"gevent.pywsgi.WSGIServer", "listener", 0},
}

// signs in a source that it asks who is calling
var asksLogin = []string{"HTTPBearer", "OAuth2PasswordBearer", "APIKeyHeader", "APIKeyQuery", "HTTPBasic", "login_required", "jwt_required", "BearerAuthProvider", "JWTVerifier", "Security", "token_required", "require_api_key", "auth_required"}

// bindsEverywhere reports servers that listen on every interface.
func bindsEverywhere(_ context.Context, p *checks.Pass) error {
	if err := scriptBindsEverywhere(p); err != nil {
		return err
	}
	src, err := checks.Python.Of(p.File)
	if src == nil || src.File == nil {
		return err
	}
	boundSockets(p, src)
	boundSettings(p, src)
	for _, b := range binders {
		for _, i := range src.CallsOf(b.name) {
			c := call{&src.Calls[i], src, p, b.name}
			v := src.Argument(c.Call, b.keyword, b.position)
			if v.Kind != python.String && v.Kind != python.Env || v.Str != "0.0.0.0" && v.Str != "::" && v.Str != "[::]" {
				continue
			}
			f := c.report("The server listens on every interface of the machine.")
			f.InAI = isAI(src)
			mcp := strings.Contains(b.name, "FastMCP") || servesTools(src)
			asks := usesAny(src, asksLogin) || src.Keyword(c.Call, "auth").Kind != python.Absent
			switch {
			case mcp && !asks:
				reachable(f)
			case asks:
				f.Lower(rules.Low, "the source asks for a login")
			case runInContainer(p.Repo, p.File.Path):
				f.Lower(rules.Low, "a container file is beside it, and what is published is said there")
			}
			if v.First != 0 && src.Editable() && src.Toks[v.First].Kind == python.Str && v.Last == v.First+1 {
				f.Fixes = []checks.Fix{{ID: "bind-loopback", Title: "Listen on 127.0.0.1", Applicability: checks.Unsafe, Edits: c.replace(v.First, v.Last, c.quote("127.0.0.1", v.First)),
					Breaks: "Other machines no longer reach the server: put a proxy with a login in front of it. In a container the port stays closed."}}
			}
		}
	}
	return err
}

// boundSettings reports an MCP server whose address is set as an attribute: mcp.settings.host = "0.0.0.0".
func boundSettings(p *checks.Pass, src *checks.PythonSource) {
	for i := range src.Assigns {
		a := &src.Assigns[i]
		if v := src.Eval(a.First, a.Last, a.Scope); !strings.HasSuffix(string(src.Text(a.Target, a.TargetEnd)), ".settings.host") || v.Str != "0.0.0.0" && v.Str != "::" || !servesTools(src) {
			continue
		}
		start, end := src.Token(a.Target, a.Last)
		f := p.At(start, end, "The server listens on every interface of the machine.")
		f.Anchor, f.InAI = "bind settings.host", true
		if usesAny(src, asksLogin) {
			f.Lower(rules.Low, "the source asks for a login")
		} else {
			reachable(f)
		}
	}
}

// servesTools tells whether a source makes an MCP server.
func servesTools(src *checks.PythonSource) bool {
	return (src.ImportsFrom("mcp.server") || src.ImportsFrom("fastmcp")) && (len(src.CallsNamed("FastMCP")) > 0 || len(src.CallsNamed("Server")) > 0)
}

// reachable makes a finding grave: nobody is asked who they are.
func reachable(f *checks.Finding) {
	f.Lower(rules.High, "an MCP server hands its tools to whoever can reach it")
}

// runInContainer tells whether a container file lies in the folder of a source, or at the root.
func runInContainer(r *checks.Repo, file string) bool {
	dir := ""
	if i := strings.LastIndexByte(file, '/'); i >= 0 {
		dir = file[:i+1]
	}
	return r.Has(dir+"Dockerfile") || r.Has("Dockerfile") || r.Has("docker-compose.yml") || r.Has("compose.yaml")
}

// usesAny tells whether one of the names stands in the source as a word of code.
func usesAny(src *checks.PythonSource, names []string) bool {
	for i := range src.Toks {
		if src.Toks[i].Kind != python.Name {
			continue
		}
		w := src.Word(int32(i))
		for _, n := range names {
			if w == n {
				return true
			}
		}
	}
	return false
}
