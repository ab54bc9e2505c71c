package code

import (
	"context"
	"path"
	"regexp"
	"slices"

	"bakedin/checks"
	"bakedin/internal/repo"
	"bakedin/rules"
)

var (
	// a route that this program answers, by the frameworks' ways to say so; its first group that took part is the path
	route         = regexp.MustCompile("(?m)^[ \t]*@\\w+\\.(?:get|post|put|patch|delete|websocket|route|api_route)\\(\\s*[\"'](/[^\"'\n]*)[\"']|^[ \t]*(?:app|router|server|fastify|api)\\.(?:get|post|put|patch|delete|all)\\(\\s*[\"'`](/[^\"'`\n]*)[\"'`]")
	versioned     = regexp.MustCompile(`^/(?:api/)?v\d+(?:/|$)`)
	allPrefixed   = regexp.MustCompile(`(?m)^[^#\n]*\b(?:APIRouter|Blueprint)\([^)\n]*\b(?:url_)?prefix\s*=\s*["'](?:/api)?/v\d+`)
	operational   = regexp.MustCompile(`(?i)^/(?:$|(?:-/)?(?:health|healthz|ready|readyz|readiness|live|livez|liveness|metrics|docs|redoc|openapi|favicon|static|assets|version|status|ping|robots)\b)`)
	routeSuffixes = []string{".py", ".js", ".mjs", ".cjs", ".ts"}
)

const maxRouteFile = 1 << 20 // bytes

// apiVersioned is evidence that every route of the product has a version in its path. It reads sources again, and only where
// some route was seen to have one.
func apiVersioned(ctx context.Context, p *checks.RepoPass) error {
	if !slices.ContainsFunc(p.Findings, func(f checks.Finding) bool { return f.Rule == p.Rule.ID && f.Strength == rules.E2 }) {
		return nil
	}
	at := ""
	for _, a := range p.Repo.Assets {
		if a.Kind != repo.Code || a.Place != repo.Product || !slices.Contains(routeSuffixes, path.Ext(a.Path)) || a.Size > maxRouteFile {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		text, err := p.Tree.ReadFile(a.Path, maxRouteFile)
		if err != nil {
			return nil // told by whoever had to read it; what was not read is not known to be versioned
		}
		prefixed := allPrefixed.Match(text)
		for _, m := range route.FindAllSubmatch(text, -1) {
			switch of := string(m[1]) + string(m[2]); {
			case operational.MatchString(of):
			case !prefixed && !versioned.MatchString(of):
				return nil
			case at == "":
				at = a.Path
			}
		}
	}
	if at != "" {
		p.Report(at, "all routes versioned", "Every route that was found has a version in its path.").Strength = rules.E3
	}
	return nil
}
