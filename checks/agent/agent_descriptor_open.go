package agent

import (
	"context"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/keys"
	"bakedin/rules"
)

// words of a description of what changes something or is somebody's own
var acting = regexp.MustCompile(`(?i)\b(?:create|add|book|order|buy|pay|send|post|publish|write|update|edit|change|cancel|delete|remove|move|upload|run|execute|deploy|manage|account|private|personal)\w*\b`)

// agentDescriptorOpen reports descriptors that offer tools to agents of strangers without login or over plain HTTP.
func agentDescriptorOpen(_ context.Context, p *checks.Pass) error {
	root, err := checks.Keys.Of(p.File)
	if root == nil {
		return err
	}
	say := func(n *keys.Node, message string) *checks.Finding {
		start, end := n.Start, n.End
		if n.KeyEnd > n.KeyStart {
			start = n.KeyStart
		}
		f := p.At(start, min(end, start+400), message)
		f.Anchor = "descriptor " + n.Key
		f.Fixes = []checks.Fix{checks.Steps("demand-login", "Demand a login", "Declare the scheme (OAuth, bearer) in the descriptor, and check it in the service on every call.", "Use https addresses only.", "Leave operations that change something out of what is offered without login.")}
		return f
	}
	if strings.HasSuffix(p.File.Path, "ai-plugin.json") {
		if auth := root.At("auth", "type"); auth != nil && auth.Value == "none" {
			f := say(auth, "The plugin can be called without login.")
			if about := root.Child("description_for_model"); !acting.MatchString(value(about)) {
				f.Lower(rules.Low, "nothing here says that it changes anything; reading public data needs no login")
			}
		}
	} else if root.Child("skills") != nil && root.Child("url") != nil {
		if root.Child("securitySchemes") == nil && root.Child("security") == nil && root.Child("authentication") == nil {
			say(root.Child("url"), "The agent card names no way to log in.")
			return nil
		}
	}
	for _, path := range [][]string{{"api", "url"}, {"url"}} {
		if n := root.At(path...); n != nil {
			if host, plain := plainHost(n.Value); plain {
				say(n, "The address leads over plain HTTP to "+host+".")
			}
		}
	}
	return nil
}
