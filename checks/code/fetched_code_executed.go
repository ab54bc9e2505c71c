package code

import (
	"context"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/javascript"
	"bakedin/internal/lang/python"
	"bakedin/rules"
)

// fetches bring a text from another machine.
var fetches = set(
	"requests.get", "requests.post", "requests.request", "requests.Session().get", "requests.Session().post", "requests.session().get",
	"httpx.get", "httpx.post", "httpx.request", "httpx.Client().get", "httpx.Client().post", "httpx.AsyncClient().get", "httpx.AsyncClient().post",
	"urllib.request.urlopen", "urllib2.urlopen", "urllib3.request", "urllib3.PoolManager().request", "aiohttp.ClientSession().get", "aiohttp.ClientSession().post",
)

// decoders make a text of one that nobody can read.
var decoders = set(
	"base64.b64decode", "base64.urlsafe_b64decode", "base64.standard_b64decode", "base64.b32decode", "base64.b16decode", "base64.b85decode", "base64.a85decode",
	"base64.decodebytes", "binascii.unhexlify", "binascii.a2b_base64", "bytes.fromhex", "bytearray.fromhex", "codecs.decode", "zlib.decompress", "marshal.loads",
)

// concealed is the shortest constant that is worth hiding code in.
const concealed = 24

// fetchedSource says of an expression where the code it brings comes from, or "". What a model answers is another rule's.
func fetchedSource(src *checks.PythonSource) func(e python.Expr) string {
	return func(e python.Expr) string {
		if !e.Call {
			return ""
		}
		args := src.Args(src.Toks[e.Last-1].Mate)
		if len(args) == 0 {
			return ""
		}
		first := src.Eval(args[0].First, args[0].Last, e.Scope)
		for _, n := range src.Names(e.First, e.Last, e.Scope) {
			n = strings.TrimSuffix(n, "()")
			switch {
			case fetches[n] && !modelHosts.MatchString(first.Str) && !local(first.Str):
				return n
			case decoders[n] && len(first.Str) >= concealed:
				return n
			}
		}
		return ""
	}
}

func local(address string) bool {
	return strings.Contains(address, "://localhost") || strings.Contains(address, "://127.0.0.1")
}

var takeIn = checks.Steps("take-in", "Take the code into the repository", "Read what the address holds, and keep it as a file of this repository or as a pinned package.",
	"Where only data is wanted, read it as data: json.loads, JSON.parse.")

var (
	scriptFetches = match(`^(?:(?:window|globalThis)\.)?fetch$|^axios(?:\.get)?$|^got(?:\.get)?$|^needle$|^request(?:\.get)?$`)
	scriptDecodes = match(`^Buffer\.from$|^(?:window\.)?atob$`)
)

// fetchedScript is fetchedSource of scripts.
func fetchedScript(s *javascript.File) func(e javascript.Expr) string {
	return func(e javascript.Expr) string {
		if !e.Call {
			return ""
		}
		open := s.Toks[e.Last-1].Mate
		args := s.Args(open)
		if len(args) == 0 {
			return ""
		}
		callee := s.Dotted(e.First, open)
		first, _ := s.Literal(args[0][0])
		switch {
		case scriptFetches.MatchString(callee) && !modelHosts.MatchString(first) && !local(first):
			return callee
		case scriptDecodes.MatchString(callee) && len(first) >= concealed:
			return callee
		}
		return ""
	}
}

var (
	fetchedCode = taint{source: fetchedSource, says: "What %s gave"}
	codeRunners = []sink{
		{name: "exec", position: 0, does: runs}, {name: "eval", position: 0, does: runs}, {name: "builtins.exec", position: 0, does: runs}, {name: "builtins.eval", position: 0, does: runs},
		{name: "os.system", position: 0, does: asShell}, {name: "os.popen", position: 0, does: asShell},
		{name: "subprocess.run", keyword: "args", does: asShell, shell: true}, {name: "subprocess.call", keyword: "args", does: asShell, shell: true},
		{name: "subprocess.check_call", keyword: "args", does: asShell, shell: true}, {name: "subprocess.check_output", keyword: "args", does: asShell, shell: true},
		{name: "subprocess.Popen", keyword: "args", does: asShell, shell: true},
	}
)

// fetchedCodeExecuted reports texts from another machine, and constants that nobody can read, that are run as code.
func fetchedCodeExecuted(_ context.Context, p *checks.Pass) error {
	src, err := checks.Python.Of(p.File)
	if err != nil {
		return err
	}
	refine := func(f *checks.Finding, what string) {
		if !isAI(src) && !p.Repo.StartedByAgent(p.File.Path) {
			f.Lower(rules.Medium, aside)
		}
		if decoders[what] {
			f.Fixes = []checks.Fix{checks.Steps("take-out", "Take the hidden code out", "Find out who wrote it: git log -S with a piece of the constant.", "Decode it in a sandbox and read it; take it out.",
				"Where it has run, rotate the keys and tokens that it could read.")}
			return
		}
		f.Fixes = []checks.Fix{takeIn}
	}
	if err := eachScriptFlow(p, fetchedScript, scriptCodeSinks, func(k scriptSink, first, last int32, o *javascript.Origin, s *javascript.File) {
		f := scriptFinding(p, s, first, last, o, fetchedCode.says, k.does)
		if !importsModule(s, modelModules) && !p.Repo.StartedByAgent(p.File.Path) {
			f.Lower(rules.Medium, aside)
		}
		f.Fixes = []checks.Fix{takeIn}
	}); err != nil {
		return err
	}
	if src == nil || src.File == nil {
		return err
	}
	if err := savedAndRun(p, fetchedCode, func(f *checks.Finding) { refine(f, "") }); err != nil {
		return err
	}
	return eachFlow(p, fetchedCode, codeRunners, func(s sink, c call, _ python.Arg, o *python.Origin) {
		f := c.report(flowMessage(fetchedCode.says, o.What, s.does))
		describe(f, p, c.src, o)
		refine(f, o.What)
	})
}
