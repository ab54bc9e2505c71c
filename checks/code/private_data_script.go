package code

import (
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/javascript"
)

var (
	scriptReads   = set("readFile", "readFileSync", "createReadStream", "readTextFile", "readTextFileSync", "file", "execSync")
	scriptCarries = "encodeURIComponent basename"
	toolServers   = match(`^(?:@modelcontextprotocol/sdk.*|fastmcp|mcp-framework|mcp-handler|@vercel/mcp-adapter)$`)
)

// privateScript says of an expression that it reads a private file, or the whole environment.
func privateScript(s *javascript.File) func(e javascript.Expr) string {
	return func(e javascript.Expr) string {
		switch {
		case e.Param:
		case !e.Call:
			if name := s.Dotted(e.First, e.Last); (name == "process.env" || name == "Bun.env") && !s.IsOp(e.Last, '.') && !s.IsOp(e.Last, '[') {
				return "the environment"
			}
		case scriptReads[e.Label]:
			if args := s.Args(s.Toks[e.Last-1].Mate); len(args) > 0 {
				return privatePath(s, args[0])
			}
		}
		return ""
	}
}

// privatePath is the private file that an expression names, of the pieces that are written out in it.
func privatePath(s *javascript.File, r [2]int32) string {
	if first, last, ok := s.Constant(r[0], r[1]); ok {
		r = [2]int32{first, last}
	}
	var pieces []string
	for i := r[0]; i < r[1]; i++ {
		switch s.Toks[i].Kind {
		case javascript.Str:
			text, _ := s.Literal(i)
			pieces = append(pieces, text)
		case javascript.TEnd:
			pieces = append(pieces, string(s.Src[s.Toks[i-1].End:s.Toks[i].Start]))
		}
	}
	path := strings.TrimLeft(strings.ReplaceAll(strings.Join(pieces, "/"), "//", "/"), "/~")
	if isPrivate(path) {
		return path
	}
	return ""
}

var scriptSends = []scriptSink{
	{callee: match(`^(?:(?:window|globalThis)\.)?fetch$|^axios(?:\.(?:get|post|put|patch|request))?$|^got(?:\.(?:get|post|put))?$|^undici\.(?:fetch|request)$|^ky(?:\.\w+)?$|^superagent\.post\(\)\.send$`), parts: sent, keeps: scriptCarries},
}

// sent is what a request carries: its address, and what comes behind it.
func sent(s *javascript.File, c *javascript.Call) (parts [][2]int32, does string) {
	args := s.Args(c.Open)
	if len(args) == 0 {
		return nil, ""
	}
	if address, ok := s.Str(args[0][0], args[0][1]); ok && local(address) {
		return nil, ""
	}
	return args, isSent
}

// scriptDataSent reports servers of tools in scripts that send private files, or the environment, to another machine.
func scriptDataSent(p *checks.Pass) error {
	s, err := checks.Script.Of(p.File)
	if s == nil || !p.Repo.StartedByAgent(p.File.Path) && !importsModule(s, toolServers) {
		return err
	}
	return eachScriptFlow(p, privateScript, scriptSends, func(k scriptSink, first, last int32, o *javascript.Origin, s *javascript.File) {
		scriptFinding(p, s, first, last, o, privateData.says, k.does).Fixes = []checks.Fix{dropTool}
	})
}
