package code

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/python"
)

// privateFile is a path of what nobody but the user of a machine should read.
var privateFile = regexp.MustCompile(`(?:^|/)\.(?:ssh|aws|gnupg|kube|netrc|git-credentials|bash_history|zsh_history|docker/config\.json)\b|\bid_(?:rsa|ed25519|ecdsa)\b|^/etc/shadow\b|Login Data|cookies\.sqlite|wallet\.dat`)

// isPrivate tells whether a text is such a path. A public key is made to be sent.
func isPrivate(path string) bool {
	return len(path) < 200 && privateFile.MatchString(path) && !strings.HasSuffix(path, ".pub")
}

// carries are functions whose result holds what they are given, where whole files are on the way.
var carries = set("glob", "iglob", "rglob", "expanduser", "expandvars", "listdir", "walk", "b64encode", "b32encode", "hexlify", "compress", "urlencode", "quote", "read_text", "read_bytes", "read", "readlines", "items")

// privateSource says of an expression that it reads a private file, or the whole environment.
func privateSource(src *checks.PythonSource) func(e python.Expr) string {
	return func(e python.Expr) string {
		if !e.Call {
			if e.Label == "" { // Path.home() / ".ssh"
				if text := src.Literal(e.First); src.IsBracket(e.First-1, '/') && isPrivate("/"+text) && !(int(e.First)+2 < len(src.Toks) && src.IsBracket(e.First+1, '/') && strings.HasSuffix(src.Literal(e.First+2), ".pub")) {
					return text
				}
				return ""
			}
			if e.Label == "environ" && slices.Contains(src.Names(e.First, e.Last, e.Scope), "os.environ") && wholeEnvironment(src, e.Last) {
				return "the environment"
			}
			return ""
		}
		for _, a := range src.Args(src.Toks[e.Last-1].Mate) {
			if v := src.Eval(a.First, a.Last, e.Scope); a.Name == 0 && v.Kind == python.String && isPrivate(v.Str) {
				return v.Str
			}
		}
		return ""
	}
}

// wholeEnvironment tells whether an expression that ends at token i is not just asked for one variable.
func wholeEnvironment(src *checks.PythonSource, i int32) bool {
	if int(i) >= len(src.Toks) || src.IsBracket(i, '[') {
		return false
	}
	if src.IsBracket(i, '.') {
		return slices.Contains([]string{"items", "copy", "values"}, src.Word(i+1))
	}
	return true
}

// sends are calls that give something to another machine, by the arguments that carry it.
var sends = []sink{
	{name: "requests.post", keyword: "json", position: -1, when: away}, {name: "requests.post", keyword: "data", position: 1, when: away}, {name: "requests.post", keyword: "files", position: -1, when: away}, {name: "requests.get", keyword: "params", position: 1, when: away},
	{name: "requests.put", keyword: "data", position: 1, when: away}, {name: "requests.put", keyword: "json", position: -1, when: away},
	{name: "httpx.post", keyword: "json", position: -1, when: away}, {name: "httpx.post", keyword: "data", position: -1, when: away}, {name: "httpx.post", keyword: "content", position: -1, when: away}, {name: "httpx.AsyncClient().post", keyword: "json", position: -1, when: away},
	{name: "httpx.Client().post", keyword: "json", position: -1, when: away}, {name: "httpx.AsyncClient().post", keyword: "content", position: -1, when: away}, {name: "aiohttp.ClientSession().post", keyword: "json", position: -1, when: away}, {name: "aiohttp.ClientSession().post", keyword: "data", position: -1, when: away},
	{name: "urllib.request.urlopen", keyword: "data", position: 1, when: away}, {name: "urllib.request.Request", keyword: "data", position: 1, when: away},
	{name: "*.sendall", position: 0, when: named("socket", "sock", "s", "conn")}, {name: "*.sendmail", position: 2},
}

// away tells whether a call goes to another machine.
func away(c call) bool { return !c.loopback() }

const isSent = "is sent to another host."

var privateData = taint{privateSource, "What %s holds", func(flow *python.Flow) {
	passes := flow.Rules.Passes
	flow.Rules.Passes = func(e python.Expr) bool { return carries[e.Label] || passes(e) }
	flow.Rules.Ends = func(label string) bool { return label != "quote" && harmless[label] }
}}

// privateDataSent reports servers of tools, and scripts that an agent starts, that send private files of the machine they run on,
// or its environment, to another.
func privateDataSent(_ context.Context, p *checks.Pass) error {
	if err := scriptDataSent(p); err != nil {
		return err
	}
	src, err := checks.Python.Of(p.File)
	if src == nil || src.File == nil || !p.Repo.StartedByAgent(p.File.Path) && !givesTools(src) {
		return err
	}
	if err := eachCall(p, shellCalls, func(c call) {
		if v := c.src.Positional(c.Call, 0); v.Kind == python.String && sendsFile.MatchString(v.Str) {
			f := c.report("A command that is written out sends a private file to another host.")
			f.InAI, f.Fixes = true, []checks.Fix{dropTool}
		}
	}); err != nil {
		return err
	}
	return eachFlow(p, privateData, sends, func(_ sink, c call, _ python.Arg, o *python.Origin) {
		f := c.report(flowMessage(privateData.says, o.What, isSent))
		describe(f, p, src, o)
		f.Fixes = []checks.Fix{dropTool}
	})
}

// shellCalls run the text that they are given.
var shellCalls = []string{"os.system", "os.popen", "subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output", "subprocess.Popen", "subprocess.getoutput", "asyncio.create_subprocess_shell"}

// sendsFile is a command that gives a private file to an address.
var sendsFile = regexp.MustCompile(`(?s)\b(?:curl|wget)\b.*(?:~|\$HOME|\$\{HOME\}|/(?:root|home/\w+))/\.(?:ssh|aws|gnupg|kube|netrc|git-credentials|docker/config\.json)\b.*https?://|\b(?:curl|wget)\b.*https?://.*(?:~|\$HOME|\$\{HOME\}|/(?:root|home/\w+))/\.(?:ssh|aws|gnupg|kube|netrc|git-credentials)\b`)

var dropTool = checks.Steps("drop-tool", "Take the code out",
	"Find out who wrote it, and what else came with it: git log -S with a piece of the line.",
	"Take it out. What a tool sends is what it was given to send, not what it finds on the machine.",
	"Where it has run, rotate the keys and tokens that it could read.")

// givesTools tells whether a source gives tools to a model.
func givesTools(src *checks.PythonSource) bool {
	if src.ImportsFrom("mcp") || src.ImportsFrom("fastmcp") {
		return true
	}
	return len(src.ToolFunctions()) > 0
}
