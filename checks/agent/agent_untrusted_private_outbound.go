package agent

import (
	"context"
	"regexp"
	"sort"
	"strings"

	"bakedin/checks"
	"bakedin/rules"
)

// What a server brings an agent, by its name and by the package that it runs. One server can bring several.
var (
	untrusted = regexp.MustCompile(`(?i)\b(?:fetch|browser|puppeteer|playwright|brave|tavily|exa|firecrawl|web|search|scrape\w*|crawl\w*|mail|gmail|outlook|imap|slack|discord|telegram|whatsapp|github|gitlab|jira|linear|zendesk|intercom|rss|reddit|twitter|youtube|notion|confluence|hackernews|apify)\b`)
	privates  = regexp.MustCompile(`(?i)\b(?:filesystem|files?|postgres\w*|mysql|sqlite|mongo\w*|redis|snowflake|bigquery|supabase|database|db|sql|drive|gdrive|dropbox|onedrive|s3|vault|1password|obsidian|memory|crm|salesforce|hubspot|gmail|mail|outlook|github|gitlab|notion|git|kubernetes|k8s|aws|stripe)\b`)
	outbound  = regexp.MustCompile(`(?i)\b(?:fetch|http|requests?|browser|puppeteer|playwright|mail|gmail|outlook|smtp|sendgrid|twilio|slack|discord|telegram|whatsapp|github|gitlab|webhook|zapier|n8n|make|twitter|shell|terminal|desktop-commander|jira|linear)\b`)
	wordBreak = strings.NewReplacer("_", " ", "-", " ", "/", " ", "@", " ", ".", " ")
)

// agentUntrustedPrivateOutbound reports a configuration that gives one agent text of strangers, private data and a way out:
// whoever writes the text can have the data sent to them.
func agentUntrustedPrivateOutbound(_ context.Context, p *checks.Pass) error {
	list, err := servers.Of(p.File)
	if err != nil {
		return err
	}
	bring := map[string][]string{}
	approved := 0
	at := -1
	for i := range list {
		s := &list[i]
		if s.disabled {
			continue
		}
		about := s.name
		for _, w := range s.argv {
			if !strings.HasPrefix(w.Value, "-") && !strings.HasPrefix(w.Value, "/") && !strings.Contains(w.Value, "=") {
				about += " " + w.Value
			}
		}
		if s.url != nil {
			about += " " + s.url.Value
		}
		about = wordBreak.Replace(about)
		any := false
		for kind, re := range map[string]*regexp.Regexp{"untrusted text": untrusted, "private data": privates, "a way out": outbound} {
			if re.MatchString(about) {
				bring[kind] = append(bring[kind], s.name)
				any = true
			}
		}
		if any {
			if at < 0 {
				at = i
			}
			if s.node.Child("autoApprove") != nil || s.node.Child("alwaysAllow") != nil || value(s.node.Child("trust")) == "true" {
				approved++
			}
		}
	}
	names := map[string]bool{}
	for _, who := range bring {
		for _, n := range who {
			names[n] = true
		}
	}
	if len(bring) < 3 || len(names) < 2 {
		return nil
	}
	var parts []string
	for kind, who := range bring {
		parts = append(parts, kind+" ("+strings.Join(who, ", ")+")")
	}
	sort.Strings(parts)
	n := list[at].node
	start, end := n.KeyStart, n.KeyEnd
	if start == end {
		start, end = n.Start, min(n.End, n.Start+1)
	}
	f := p.At(start, end, "One agent gets all three: "+strings.Join(parts, ", ")+".")
	f.Anchor = "trifecta"
	if approved >= 2 {
		f.Lower(rules.Medium, "and it does not ask before it uses them")
	}
	f.Fixes = []checks.Fix{checks.Steps("split", "Take one of the three away",
		"Give the agent that reads text of strangers no private data, or no way out.",
		"Or require approval for every tool that sends something, and show the person what is sent.",
		"Make the servers read-only and narrow where they can be.")}
	return nil
}
