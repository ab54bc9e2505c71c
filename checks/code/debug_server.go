package code

import (
	"context"
	"regexp"

	"bakedin/checks"
	"bakedin/internal/lang/python"
	"bakedin/rules"
)

// debugging is the detector of debug-server: servers that show strangers how they work inside.
type debugging struct{}

// Run implements checks.Check over Python.
func (debugging) Run(_ context.Context, p *checks.Pass) error {
	src, err := checks.Python.Of(p.File)
	if src == nil || src.File == nil {
		return err
	}
	noDebug := func(c call, v python.Value) []checks.Fix {
		if edits := c.replace(v.First, v.Last, "False"); len(edits) > 0 {
			return []checks.Fix{{ID: "no-debug", Title: "Switch debugging off", Applicability: checks.Safe, Edits: edits}}
		}
		return []checks.Fix{checks.Steps("no-debug", "Switch debugging off", "Set the argument to False where it is given.")}
	}
	switches := []struct{ name, keyword, message string }{
		{"fastapi.FastAPI", "debug", "The application is made with debug=True: errors show its inner workings."},
		{"flask.Flask", "debug", "The application is made with debug=True: errors show its inner workings."},
		{"starlette.applications.Starlette", "debug", "The application is made with debug=True: errors show its inner workings."},
		{"flask.Flask().run", "debug", "run(debug=True) offers an interactive debugger to whoever can make it fail."},
		{"quart.Quart().run", "debug", "run(debug=True) offers an interactive debugger to whoever can make it fail."},
		{"sanic.Sanic().run", "debug", "run(debug=True) shows errors with their inner workings."},
		{"uvicorn.run", "reload", "reload=True is for development: the server watches the source and starts again with whatever lies there."},
	}
	for _, s := range switches {
		for _, i := range src.CallsOf(s.name) {
			c := call{&src.Calls[i], src, p, s.name}
			v := src.Keyword(c.Call, s.keyword)
			if v.Kind != python.True {
				continue
			}
			f := c.inAI(s.message)
			f.Fixes = noDebug(c, v)
			if host := src.Keyword(c.Call, "host"); s.keyword == "reload" && host.Str != "0.0.0.0" {
				f.Lower(rules.Low, "it is not seen to listen beyond this machine")
			}
		}
	}
	if src.ImportsFrom("gradio") {
		for _, i := range src.CallsNamed("launch") {
			c := call{&src.Calls[i], src, p, ""}
			if v := src.Keyword(c.Call, "show_error"); v.Kind == python.True {
				f := c.inAI("show_error=True shows visitors the errors of the program.")
				f.Lower(rules.Low, "the message alone, without the trace")
				f.Fixes = noDebug(c, v)
			}
		}
	}
	shownTraces(p, src)
	return err
}

// answers are signs that the functions of a source answer requests.
var answers = regexp.MustCompile(`@\w+\.(?:get|post|put|patch|delete|route|websocket|api_route|exception_handler|errorhandler|middleware)\b|\.add_(?:get|post|route|api_route|url_rule|exception_handler)\(|\bjsonify\(|Response\(|\brequest: `)

// shownTraces reports traces that are sent to whoever called.
func shownTraces(p *checks.Pass, src *checks.PythonSource) {
	if !importsAny(src, []string{"fastapi", "flask", "starlette", "sanic", "quart", "litestar", "aiohttp", "django"}) {
		return
	}
	for _, i := range src.CallsOf("traceback.format_exc") {
		c := call{&src.Calls[i], src, p, "traceback.format_exc"}
		for _, r := range src.Returns {
			if r.First <= c.First && c.Close < r.Last && answers.Match(src.Src) {
				f := c.inAI("The trace of an error is sent to whoever called.")
				f.Fixes = []checks.Fix{checks.Steps("log-the-trace", "Log the trace, and answer with an id", "Log the trace with an id that is made for this error.", "Answer with the id and a message that says nothing of the inside.")}
			}
		}
	}
}

var debugVariables = []environment{
	{name: match(`^(?:FLASK_DEBUG|WERKZEUG_DEBUG_PIN|DJANGO_DEBUG)$`), when: func(v string) bool { return isOn(v) || v == "off" }, says: "switches the debugger on for whoever can make the server fail."},
	{name: match(`^FLASK_ENV$`), when: func(v string) bool { return v == "development" }, says: "switches the debugger on for whoever can make the server fail."},
}

// Judge implements checks.Judge over container files, manifests and the settings of Django.
func (debugging) Judge(p *checks.Pass, m checks.TextMatch) {
	for _, e := range debugVariables {
		if e.judge(p, m) {
			return
		}
	}
	if commented(m.Text, m.Groups[0]) {
		return
	}
	f := p.At(m.Groups[0], m.Groups[1], "DEBUG = True: pages of errors show settings and source to whoever calls.")
	f.Anchor = "django debug"
	f.Fixes = []checks.Fix{checks.Steps("no-debug", "Read it from the environment", `DEBUG = os.environ.get("DJANGO_DEBUG") == "1", and set that on no machine that serves.`)}
}
