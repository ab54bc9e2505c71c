package code

import (
	"context"
	"regexp"

	"bakedin/checks"
	"bakedin/internal/lang/python"
)

const asHTML = "is put into a page as markup."

// functions that make text harmless in a page
const cleansHTML = "escape clean sanitize sanitize_html bleach nh3 escape_html html_escape striptags conditional_escape"

var pageSinks = []sink{
	{name: "markupsafe.Markup", position: 0, does: asHTML, ends: cleansHTML},
	{name: "flask.Markup", position: 0, does: asHTML, ends: cleansHTML},
	{name: "jinja2.Markup", position: 0, does: asHTML, ends: cleansHTML},
	{name: "django.utils.safestring.mark_safe", position: 0, does: asHTML, ends: cleansHTML},
	{name: "fastapi.responses.HTMLResponse", keyword: "content", does: asHTML, ends: cleansHTML},
	{name: "starlette.responses.HTMLResponse", keyword: "content", does: asHTML, ends: cleansHTML},
	{name: "aiohttp.web.Response", keyword: "text", position: -1, does: asHTML, ends: cleansHTML, when: htmlType},
	{name: "django.http.HttpResponse", keyword: "content", does: asHTML, ends: cleansHTML, when: noType},
	{name: "flask.render_template_string", position: 0, does: "is evaluated as a template."},
	{name: "*.markdown", keyword: "body", does: asHTML, ends: cleansHTML, when: keywordTrue("unsafe_allow_html")},
	{name: "*.write", does: asHTML, ends: cleansHTML, when: keywordTrue("unsafe_allow_html")},
	{name: "streamlit.html", keyword: "body", does: asHTML, ends: cleansHTML},
	{name: "streamlit.components.v1.html", keyword: "html", does: asHTML, ends: cleansHTML},
	{name: "gradio.HTML", keyword: "value", does: asHTML, ends: cleansHTML},
	{name: "nicegui.ui.html", does: asHTML, ends: cleansHTML},
	{name: "IPython.display.HTML", keyword: "data", does: asHTML, ends: cleansHTML},
	{name: "IPython.core.display.HTML", keyword: "data", does: asHTML, ends: cleansHTML},
	{name: "IPython.display.Javascript", keyword: "data", does: "is run by the browser."},
}

func keywordTrue(name string) func(c call) bool {
	return func(c call) bool { return c.src.Keyword(c.Call, name).Kind == python.True }
}

func htmlType(c call) bool { return c.src.Keyword(c.Call, "content_type").Str == "text/html" }

func noType(c call) bool { return c.src.Keyword(c.Call, "content_type").Kind == python.Absent }

// modelOutputAsHTML reports answers that become markup, and chat widgets that are told not to clean it.
func modelOutputAsHTML(ctx context.Context, p *checks.Pass) error {
	if err := eachCall(p, []string{"gradio.Chatbot", "gradio.Markdown", "gradio.ChatInterface"}, func(c call) {
		v := c.src.Keyword(c.Call, "sanitize_html")
		if v.Kind != python.False {
			return
		}
		f := c.report("sanitize_html=False: whatever HTML the model writes is put into the page.")
		f.InAI = true
		f.Fixes = []checks.Fix{sanitise}
		if edits := c.replace(v.First, v.Last, "True"); len(edits) > 0 {
			f.Fixes = []checks.Fix{{ID: "sanitize-html", Title: "Set sanitize_html=True", Applicability: checks.Safe, Edits: edits, Breaks: "Scripts and styles in answers are taken out: that is the point."}}
		}
	}); err != nil {
		return err
	}
	if err := rawMarkdown(p); err != nil {
		return err
	}
	return outputShown(ctx, p)
}

var outputShown = outputSinks(pageSinks, scriptPageSinks, func(_ sink, c call, arg python.Arg) []checks.Fix {
	if v := c.src.Keyword(c.Call, "unsafe_allow_html"); v.Kind == python.True && v.First != 0 && c.src.Editable() {
		fix := checks.Fix{ID: "no-raw-html", Title: "Set unsafe_allow_html=False", Applicability: checks.Safe, Edits: c.replace(v.First, v.Last, "False")}
		if writtenMarkup.Match(c.src.Text(arg.First, arg.Last)) {
			fix.Applicability, fix.Breaks = checks.Unsafe, "The tags around the answer are shown as text: escape the answer instead, and keep the tags."
		}
		return []checks.Fix{fix}
	}
	return []checks.Fix{sanitise}
}, sanitise)

// writtenMarkup is a tag in the source itself, which is meant to be one.
var writtenMarkup = regexp.MustCompile(`<[A-Za-z!/]`)

var sanitise = checks.Fix{ID: "sanitise-html", Title: "Sanitise the answer before it becomes markup", Applicability: checks.Manual, Steps: []string{
	"If the answer is text: escape it (html.escape in Python, textContent in scripts, a template with autoescape).",
	"If it is formatted text: render it, then clean the HTML with an allow-list (nh3.clean in Python, DOMPurify.sanitize in scripts).",
	"Send a content security policy that loads no images, scripts or styles from elsewhere.",
}}
