package code

import (
	"context"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/python"
	"bakedin/rules"
)

// demoOpen is the detector of gradio-open: demos that the internet, or the whole network, can reach.
type demoOpen struct{}

// Run implements checks.Check over Python.
func (demoOpen) Run(_ context.Context, p *checks.Pass) error {
	src, err := checks.Python.Of(p.File)
	if src == nil || src.File == nil || !src.ImportsFrom("gradio") {
		return err
	}
	for i := range src.Calls {
		c := call{&src.Calls[i], src, p, ""}
		if callee := src.Callee(c.Call); callee != "launch" && !hasLabel(callee, "launch") {
			continue
		}
		if v := src.Keyword(c.Call, "allowed_paths"); v.First != 0 && src.ListHas(v.First, v.Last, "/", ".", "./", "..", "~", "/home", "/root") {
			f := c.report("allowed_paths lets whoever opens the app read files far beyond what it shows.")
			f.Anchor = "paths"
			f.Lower(rules.Medium, "it reads files, it runs nothing")
			f.Fixes = []checks.Fix{checks.Steps("narrow-paths", "Name the folder that is meant", "Put what the app serves into a folder of its own, and give that as allowed_paths.")}
		}
		if v := src.Keyword(c.Call, "share"); v.Kind == python.True {
			f := c.report("launch(share=True) makes the app reachable by everybody who has or guesses its address.")
			if v.First != 0 {
				f.Fixes = []checks.Fix{{ID: "no-share", Title: "Set share=False", Applicability: checks.Unsafe, Edits: c.replace(v.First, v.Last, "False"), Breaks: "The public address is gone."}}
			}
			continue
		}
		if v := src.Keyword(c.Call, "server_name"); (v.Kind == python.String || v.Kind == python.Env) && v.Str == "0.0.0.0" && src.Keyword(c.Call, "auth").Kind == python.Absent && src.Keyword(c.Call, "auth_dependency").Kind == python.Absent {
			f := c.report("The app listens on every interface and asks for no login.")
			f.Lower(rules.Medium, "whether it is reachable depends on the network")
		}
	}
	return err
}

var (
	shared          = environment{name: match(`^GRADIO_SHARE$`), when: isOn, says: "makes the app reachable by everybody who has or guesses its address."}
	everywhere      = regexp.MustCompile(`(?i)(?:--server[.-]address|\baddress)["']?[= \t:]+["']?0\.0\.0\.0`)
	protectionValue = regexp.MustCompile(`(?i)^["']?[= \t:]+["']?false\b`)
)

// Judge implements checks.Judge over scripts and settings: the variable of Gradio, and Streamlit without its protection.
func (demoOpen) Judge(p *checks.Pass, m checks.TextMatch) {
	if shared.judge(p, m) || commented(m.Text, m.Groups[0]) {
		return
	}
	off := protectionValue.FindIndex(m.Text[m.Groups[1]:])
	if off == nil || !everywhere.Match(m.Text) {
		return
	}
	f := p.At(m.Groups[0], m.Groups[1]+off[1], "Streamlit listens on every interface, with its protection against foreign pages switched off.")
	f.Anchor = "streamlit " + strings.ToLower(m.Group(0))
	f.Fixes = []checks.Fix{checks.Steps("keep-protection", "Keep the protection on", "Take the switch out: the default protects.", "Listen on 127.0.0.1, behind a proxy that asks for a login.")}
}
