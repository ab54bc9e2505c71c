package agent

import (
	"context"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/keys"
	"bakedin/rules"
)

var (
	// names of tools that change or send something
	acts = regexp.MustCompile(`(?i)(?:^|[_.-]|[a-z])(?:write|exec|execute|delete|remove|send|run|shell|bash|command|sql|query_write|deploy|pay|create|update|edit|push|merge|post|put|kill|drop|insert|upload|publish|move|rename|install|start|stop|click|navigate|evaluate|fill)`)
	// names of tools that only look
	looks = regexp.MustCompile(`(?i)^(?:[\w-]*[_.-])?(?:get|list|read|search|describe|status|show|find|view|fetch_docs|query_docs|resolve|lookup|count|info)(?:[_.-]|$|[A-Z])`)
)

// agentAutoApprove reports tools of servers that are used without a question.
func agentAutoApprove(_ context.Context, p *checks.Pass) error {
	root, err := checks.Keys.Of(p.File)
	if root == nil {
		return err
	}
	text, err := p.File.Bytes()
	if err != nil {
		return err
	}
	if n := root.Child("enableAllProjectMcpServers"); n != nil && n.Value == "true" {
		f := p.At(n.KeyStart, n.End, "Every server that the project names is started without a question.")
		f.Anchor = "enableAllProjectMcpServers"
		f.Fixes = []checks.Fix{{ID: "ask-again", Title: "Ask for each server", Applicability: checks.Safe, Edits: editList(p.DeleteKey(text, root, n))}}
	}
	return eachServer(p, func(s *server) {
		low := func(f *checks.Finding) {
			if s.disabled {
				f.Lower(rules.Low, "the server is switched off")
			}
		}
		if n := s.node.Child("trust"); n != nil && n.Value == "true" {
			f := p.At(n.KeyStart, n.End, "Every tool of the server "+s.name+" is used without a question.")
			f.Anchor = "trust " + s.name
			f.Lower(rules.High, "all of its tools, those it gets tomorrow too")
			low(f)
			f.Fixes = []checks.Fix{{ID: "ask-again", Title: "Ask before its tools are used", Applicability: checks.Safe, Edits: editList(p.DeleteKey(text, s.node, n))}}
		}
		for _, key := range []string{"autoApprove", "alwaysAllow", "autoApproved", "autoAllow"} {
			list := s.node.Child(key)
			if list == nil {
				continue
			}
			for _, n := range list.Items {
				switch {
				case n.Value == "*":
					f := p.At(n.Start, n.End, "Every tool of the server "+s.name+" is used without a question.")
					f.Anchor = key + " " + s.name + " *"
					f.Lower(rules.High, "all of its tools, those it gets tomorrow too")
					low(f)
					f.Fixes = []checks.Fix{{ID: "ask-again", Title: "Ask before its tools are used", Applicability: checks.Safe, Edits: editList(p.DeleteKey(text, list, n))}}
				case !looks.MatchString(n.Value) && acts.MatchString(n.Value):
					f := p.At(n.Start, n.End, "The tool "+n.Value+" of the server "+s.name+" acts without a question.")
					f.Anchor = key + " " + s.name + " " + n.Value
					low(f)
					f.Fixes = []checks.Fix{{ID: "ask-again", Title: "Ask before " + n.Value, Applicability: checks.Unsafe, Edits: editList(p.DeleteKey(text, list, n)), Breaks: "The agent stops and asks where it ran on before."}}
				}
			}
		}
	})
}

var secretFiles = regexp.MustCompile(`(?i)\.env|\.ssh|\.aws|\.pem|credential|secret|\.netrc|\.npmrc|id_rsa|\.key\b|\.kube|\.gnupg`)

// agentNoDenyRules reports settings that allow commands or files and keep nothing back.
func agentNoDenyRules(_ context.Context, p *checks.Pass) error {
	root, err := checks.Keys.Of(p.File)
	if root == nil {
		return err
	}
	text, err := p.File.Bytes()
	if err != nil {
		return err
	}
	permissions := root.Child("permissions")
	allow := permissions.Child("allow")
	if allow == nil || len(allow.Items) == 0 || permissions == nil {
		return nil
	}
	if n := root.At("sandbox", "enabled"); n != nil && n.Value == "true" {
		return nil
	}
	opens := false
	for _, n := range allow.Items {
		m := permission.FindStringSubmatch(n.Value)
		opens = opens || m != nil && (m[1] == "Bash" || m[1] == "Read" || m[1] == "Edit" || m[1] == "Shell") || n.Value == "*"
	}
	for _, list := range []string{"deny", "ask"} {
		for _, n := range childItems(permissions.Child(list)) {
			if secretFiles.MatchString(n.Value) || n.Value == "Read" || n.Value == "Bash" {
				return nil
			}
		}
	}
	if !opens {
		return nil
	}
	f := p.At(allow.KeyStart, allow.KeyEnd, "The agent may run commands or read files, and nothing keeps it from those that hold secrets.")
	f.Anchor = "no deny"
	guards := []string{`"Read(./.env*)"`, `"Read(~/.ssh/**)"`, `"Read(~/.aws/**)"`, `"Read(**/*.pem)"`}
	edit := p.Replace(allow.KeyStart, allow.KeyStart, `"deny": [`+strings.Join(guards, ", ")+`],`+between(text, allow.KeyStart))
	if deny := permissions.Child("deny"); deny != nil {
		switch {
		case deny.Kind != keys.Array:
			return nil
		case len(deny.Items) == 0:
			edit = p.Replace(deny.Start+1, deny.Start+1, strings.Join(guards, ", "))
		default:
			first := deny.Items[0].Start
			gap := "," + between(text, first)
			edit = p.Replace(first, first, strings.Join(guards, gap)+gap)
		}
	}
	if keys.Format(p.File.Path) == "json" && text[allow.KeyStart] == '"' {
		f.Fixes = []checks.Fix{{ID: "deny-secrets", Title: "Keep it from files that hold secrets", Applicability: checks.Safe, Edits: editList(edit)}}
	}
	return nil
}

func childItems(n *keys.Node) []*keys.Node {
	if n == nil {
		return nil
	}
	return n.Items
}
