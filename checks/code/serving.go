package code

import (
	"context"

	"bakedin/checks"
	"bakedin/internal/lang/python"
)

// corsStar reports endpoints that any web page may call with the user's credentials.
func corsStar(_ context.Context, p *checks.Pass) error {
	if err := scriptCORS(p); err != nil {
		return err
	}
	src, err := checks.Python.Of(p.File)
	if src == nil || src.File == nil {
		return err
	}
	for i := range src.Calls {
		c := call{&src.Calls[i], src, p, ""}
		origins, credentials := "allow_origins", "allow_credentials"
		switch src.Method(c.Call) {
		case "CORS", "cross_origin":
			origins, credentials = "origins", "supports_credentials"
		case "add_middleware", "Middleware", "CORSMiddleware":
		default:
			continue
		}
		if src.Keyword(c.Call, credentials).Kind != python.True {
			continue
		}
		list := src.Keyword(c.Call, origins)
		pattern := src.Keyword(c.Call, "allow_origin_regex")
		everyone := list.First != 0 && c.isStar(list) || pattern.Str == ".*" || pattern.Str == "^.*$" || pattern.Str == "https?://.*"
		if origins == "origins" && list.Kind == python.Absent {
			everyone = true // the default of flask_cors
		}
		if everyone {
			f := c.inAI("Any origin may call the endpoint with the user's credentials.")
			f.Fixes = []checks.Fix{checks.Steps("name-origins", "Name the origins", "List the addresses of the pages that are meant to call the endpoint.", "Where no cookie is used to log in, take the credentials out instead.")}
			if v := src.Keyword(c.Call, credentials); v.First != 0 && src.Editable() {
				f.Fixes = append([]checks.Fix{{ID: "no-credentials", Title: "Set " + credentials + "=False", Applicability: checks.Unsafe, Edits: c.replace(v.First, v.Last, "False"),
					Breaks: "Pages that log in with a cookie no longer reach the endpoint: name their origins instead."}}, f.Fixes...)
			}
		}
	}
	return err
}

// inAI reports, and shows the finding whatever the rest of the repository is when the source itself has to do with models.
func (c call) inAI(message string) *checks.Finding {
	f := c.report(message)
	f.InAI = isAI(c.src)
	return f
}

// isStar tells whether a list of origins, or a name that is bound to one, holds "*".
func (c call) isStar(v python.Value) bool {
	if v.Str == "*" {
		return true
	}
	first, last := c.src.Definition(v.First, v.Last, c.Scope)
	return c.src.ListHas(first, last, "*")
}

func hasRoot(path, root string) bool {
	return path == root || len(path) > len(root) && path[:len(root)] == root && path[len(root)] == '.'
}

func hasLabel(callee, label string) bool {
	return len(callee) > len(label) && callee[len(callee)-len(label)-1:] == "."+label
}
