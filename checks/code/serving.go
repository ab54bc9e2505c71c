package code

import (
	"context"

	"bakedin/checks"
	"bakedin/internal/lang/python"
	"bakedin/rules"
)

// gradioOpen reports demos that the internet can reach.
func gradioOpen(_ context.Context, p *checks.Pass) error {
	src, err := checks.Python.Of(p.File)
	if src == nil || src.File == nil || !src.ImportsFrom("gradio") {
		return err
	}
	for i := range src.Calls {
		c := call{&src.Calls[i], src, p, ""}
		if callee := src.Callee(c.Call); callee != "launch" && !hasLabel(callee, "launch") {
			continue
		}
		if v := src.Keyword(c.Call, "share"); v.Kind == python.True {
			f := c.report("launch(share=True) makes the app reachable by everybody who has or guesses its address.")
			if v.First != 0 {
				f.Fixes = []checks.Fix{{ID: "no-share", Title: "Set share=False", Applicability: checks.Unsafe, Edits: c.replace(v.First, v.Last, "False"), Breaks: "The public address is gone."}}
			}
			continue
		}
		if v := src.Keyword(c.Call, "server_name"); (v.Kind == python.String || v.Kind == python.Env) && v.Str == "0.0.0.0" && src.Keyword(c.Call, "auth").Kind == python.Absent {
			f := c.report("The app listens on every interface and asks for no login.")
			lower(f, rules.Medium, "whether it is reachable depends on the network")
		}
	}
	return err
}

// debugServer reports web servers that are started with a debugger.
func debugServer(_ context.Context, p *checks.Pass) error {
	err := eachCall(p, []string{"fastapi.FastAPI", "flask.Flask", "starlette.applications.Starlette"}, func(c call) {
		if v := c.src.Keyword(c.Call, "debug"); v.Kind == python.True {
			f := c.inAI("The application is made with debug=True: errors show its inner workings.")
			f.Fixes = []checks.Fix{{ID: "no-debug", Title: "Set debug=False", Applicability: checks.Safe, Edits: c.replace(v.First, v.Last, "False")}}
		}
	})
	if err != nil {
		return err
	}
	return eachCall(p, []string{"flask.Flask().run"}, func(c call) {
		if v := c.src.Keyword(c.Call, "debug"); v.Kind == python.True {
			f := c.inAI("run(debug=True) offers an interactive debugger to whoever can make it fail.")
			f.Fixes = []checks.Fix{{ID: "no-debug", Title: "Set debug=False", Applicability: checks.Safe, Edits: c.replace(v.First, v.Last, "False")}}
		}
	})
}

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
		origins := src.Keyword(c.Call, "allow_origins")
		if origins.First == 0 || !isStar(src, origins) {
			continue
		}
		if src.Keyword(c.Call, "allow_credentials").Kind == python.True {
			c.inAI("Any origin may call the endpoint with the user's credentials.")
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

// isStar tells whether a list of origins is written out as ["*"].
func isStar(src *checks.PythonSource, v python.Value) bool {
	for i := v.First; i < v.Last; i++ {
		if t := src.Word(i); t == `"*"` || t == `'*'` {
			return true
		}
	}
	return false
}

func hasRoot(path, root string) bool {
	return path == root || len(path) > len(root) && path[:len(root)] == root && path[len(root)] == '.'
}

func hasLabel(callee, label string) bool {
	return len(callee) > len(label) && callee[len(callee)-len(label)-1:] == "."+label
}
