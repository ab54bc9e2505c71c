package code

import (
	"context"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/python"
)

var inferencePath = regexp.MustCompile(`(?i)/(?:v\d+/)?\w*(?:chat|complet|generat|predict|infer|embed|query|ask|agent|invoke|summari[sz]e|answer|classif|transcrib|translate|llm|rag)\w*`)

// signs in a source, beyond those of bindsEverywhere, that a login is asked for somewhere
var loginWords = append([]string{"Depends", "AuthenticationMiddleware", "authenticate", "verify_token", "get_current_user", "api_key", "API_KEY", "Authorization", "authorization", "require_auth", "BasicAuth", "before_request", "jwt", "auth"}, asksLogin...)

// routeWithoutAuth reports inference routes in sources that nowhere ask who is calling.
func routeWithoutAuth(_ context.Context, p *checks.Pass) error {
	src, err := checks.Python.Of(p.File)
	if src == nil || src.File == nil || !importsAny(src, []string{"fastapi", "flask", "starlette", "sanic", "quart", "litestar", "aiohttp"}) {
		return err
	}
	for _, method := range []string{"post", "get", "route", "api_route", "websocket"} {
		for _, i := range src.CallsNamed(method) {
			c := call{&src.Calls[i], src, p, ""}
			v := src.Positional(c.Call, 0)
			if !c.Decorator || v.Kind != python.String || !inferencePath.MatchString(v.Str) || strings.Contains(v.Str, "health") {
				continue
			}
			if usesAny(src, loginWords) {
				return err
			}
			f := c.report("Nothing in this source asks who calls " + v.Str + ".")
			f.Anchor = "route " + v.Str
			f.InAI = isAI(src)
			f.Fixes = []checks.Fix{{ID: "ask-for-login", Title: "Ask for a login or key", Applicability: checks.Manual, Steps: []string{
				"Demand a login or key on the router, so that a new route is covered too.",
				"Test that a call without it is refused.",
				"If a gateway in front asks: say so in the security documentation, and waive this finding with that reason.",
			}}}
		}
	}
	return err
}

// filterSet is the filter of an archive, or of all of them, set as an attribute.
var filterSet = regexp.MustCompile(`\.extraction_filter\s*=\s*\(?(?:staticmethod\()?(?:tarfile\.)?(?:data|tar)_filter\b|\.extraction_filter\s*=\s*["'](?:data|tar)["']`)

// archiveUnfiltered reports archives whose entries may land anywhere.
func archiveUnfiltered(_ context.Context, p *checks.Pass) error {
	src, err := checks.Python.Of(p.File)
	if src == nil || src.File == nil {
		return err
	}
	filtered := filterSet.Match(src.Src)
	report := func(c call, addFilter bool) {
		f := c.report("Entries of the archive may be written outside the folder.")
		f.InAI = isAI(src)
		f.Fixes = []checks.Fix{{ID: "filter-data", Title: `Extract with filter="data"`, Applicability: checks.Unsafe, Edits: c.setKeyword("filter", c.quote("data", max(c.src.Keyword(c.Call, "filter").First, c.Open))),
			Breaks: "Python must be 3.12, or 3.11.4, 3.10.12, 3.9.17 or 3.8.17; links and paths that lead out of the folder are refused."}}
		if !addFilter || len(f.Fixes[0].Edits) == 0 {
			f.Fixes[0].Applicability, f.Fixes[0].Edits, f.Fixes[0].Breaks = checks.Manual, nil, ""
			f.Fixes[0].Steps = []string{`Give the call filter="data" (Python 3.12, or the last releases of 3.8 to 3.11).`}
		}
	}
	for _, i := range src.CallsOf("shutil.unpack_archive") {
		c := call{&src.Calls[i], src, p, ""}
		name, format := src.Argument(c.Call, "filename", 0), src.Argument(c.Call, "format", 2)
		tar := strings.Contains(name.Str, ".tar") || strings.HasSuffix(name.Str, ".tgz") || strings.HasSuffix(format.Str, "tar")
		if tar && src.Keyword(c.Call, "filter").Kind == python.Absent {
			report(c, true)
		}
	}
	for _, method := range []string{"extractall", "extract"} {
		for _, i := range src.CallsNamed(method) {
			c := call{&src.Calls[i], src, p, ""}
			if v := src.Keyword(c.Call, "filter"); v.Kind != python.Absent && v.Str != "fully_trusted" || src.Keyword(c.Call, "members").Kind != python.Absent {
				continue
			}
			for _, n := range src.CallNames(int(i)) {
				if filtered {
					break
				}
				if strings.HasPrefix(n, "tarfile.open().") || strings.HasPrefix(n, "tarfile.TarFile") {
					report(c, true)
					break
				}
			}
		}
	}
	return err
}
